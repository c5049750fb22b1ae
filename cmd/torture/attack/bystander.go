package attack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// The load of the bystanders, and how long they are measured before an attack.
const (
	othersEvery = 20 * time.Millisecond
	calmFor     = 4 * time.Second
)

// others are readers who do not take part in the attack.
type others struct {
	cancel context.CancelFunc
	all    sync.WaitGroup

	mu     sync.Mutex
	took   harness.Delays // guarded by mu
	failed map[string]int // guarded by mu
}

// watchOthers reads at a steady rate until stop.
func (s *target) watchOthers(ctx context.Context) *others {
	ctx, cancel := context.WithCancel(ctx)
	o := &others{cancel: cancel, failed: map[string]int{}}
	api := harness.NewClient(s.api.Base) // separate connections
	o.all.Go(func() {
		due := time.Now()
		for n := 0; ; n++ {
			due = due.Add(othersEvery)
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Until(due)):
			}
			at := due                             // due may change before the goroutine runs
			patient := context.WithoutCancel(ctx) // a request in progress is completed
			o.all.Go(func() { o.read(patient, api, at, fmt.Sprintf("192.0.2.%d", 1+n%200)) })
		}
	})
	return o
}

func (o *others) read(ctx context.Context, api *harness.Client, due time.Time, from string) {
	a := api.Try(ctx, harness.Call{Method: http.MethodGet, Path: "/movies?limit=20", From: from})
	o.mu.Lock()
	defer o.mu.Unlock()
	if a.Status != http.StatusOK {
		o.failed[status(a)]++
		return
	}
	o.took = append(o.took, time.Since(due))
}

// stop returns the 99th percentile, and an error when a reader was not served.
func (o *others) stop() (p99 time.Duration, err error) {
	o.cancel()
	o.all.Wait()
	if len(o.took) == 0 {
		return 0, errors.New("nobody read anything")
	}
	if len(o.failed) > 0 {
		err = fmt.Errorf("others were not served: %s of %d", harness.Counts(o.failed), len(o.took))
	}
	return o.took.Quantile(0.99), err
}

func status(a harness.Answer) string {
	if a.Status == 0 {
		return "no answer"
	}
	return strconv.Itoa(a.Status)
}

// counter counts statuses. It may be used concurrently.
type counter struct {
	mu sync.Mutex
	n  map[string]int // guarded by mu
}

func newCounter() *counter { return &counter{n: map[string]int{}} }

func (c *counter) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[what]++
}

// of returns how often a status was counted, and sum how many there are.
func (c *counter) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[what]
}

func (c *counter) sum() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, count := range c.n {
		n += count
	}
	return n
}

func (c *counter) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return harness.Counts(c.n)
}

// member is a signed-in member.
type member struct {
	id             int64
	token, refresh string
	from           string
}

// tokens is the answer to a sign-in.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

const password = "correct horse 영화"

// signUp creates members, each with its own address.
func (s *target) signUp(ctx context.Context, n int) ([]member, error) {
	all := make([]member, n)
	return all, concurrently(n, func(k int) (err error) {
		all[k], err = s.signUpOne(ctx, k)
		return err
	})
}

// concurrently calls do for the numbers below n, at most eight at a time, and joins the errors.
func concurrently(n int, do func(k int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	slots := make(chan struct{}, 8)
	for k := range n {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[k] = do(k)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *target) signUpOne(ctx context.Context, k int) (member, error) {
	m := member{from: fmt.Sprintf("198.51.%d.%d", 100+k/250, 1+k%250)}
	account := map[string]any{"username": fmt.Sprintf("member %d", k), "password": password, "age": 30, "gender": "male"}
	body, err := json.Marshal(account)
	if err != nil {
		return m, err
	}
	var made struct{ ID int64 }
	if _, err := s.api.Must(ctx, harness.Call{Method: http.MethodPost, Path: "/users", Body: body, From: m.from}, &made); err != nil {
		return m, err
	}
	delete(account, "age")
	delete(account, "gender")
	if body, err = json.Marshal(account); err != nil {
		return m, err
	}
	var in tokens
	_, err = s.api.Must(ctx, harness.Call{Method: http.MethodPost, Path: "/users/login", Body: body, From: m.from}, &in)
	m.id, m.token, m.refresh = made.ID, in.Access, in.Refresh
	return m, err
}

// follow makes one member follow another.
func (s *target) follow(ctx context.Context, who, whom member, on bool) error {
	verb := "follow"
	if !on {
		verb = "unfollow"
	}
	_, err := s.api.Must(ctx, harness.Call{
		Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/%s", whom.id, verb), Token: who.token, From: who.from,
	}, nil)
	return err
}
