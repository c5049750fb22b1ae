package siege

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// What others do, and how long they are watched before an attack.
const (
	othersEvery = 20 * time.Millisecond
	calmFor     = 4 * time.Second
)

// others are readers who have nothing to do with the attack.
type others struct {
	cancel context.CancelFunc
	all    sync.WaitGroup

	mu     sync.Mutex
	took   []time.Duration // guarded by mu
	failed map[string]int  // guarded by mu
}

// watchOthers lets others read at a steady rate until stop.
func (s *siege) watchOthers(ctx context.Context) *others {
	ctx, cancel := context.WithCancel(ctx)
	o := &others{cancel: cancel, failed: map[string]int{}}
	api := rig.NewClient(s.api.Base) // connections of their own
	o.all.Go(func() {
		due := time.Now()
		for n := 0; ; n++ {
			due = due.Add(othersEvery)
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Until(due)):
			}
			at := due                             // which will be later when the reader begins
			patient := context.WithoutCancel(ctx) // who reads does so to the end
			o.all.Go(func() { o.read(patient, api, at, fmt.Sprintf("192.0.2.%d", 1+n%200)) })
		}
	})
	return o
}

func (o *others) read(ctx context.Context, api *rig.Client, due time.Time, from string) {
	a := api.Try(ctx, rig.Call{Method: http.MethodGet, Path: "/movies?limit=20", From: from})
	o.mu.Lock()
	defer o.mu.Unlock()
	if a.Status != http.StatusOK {
		o.failed[status(a)]++
		return
	}
	o.took = append(o.took, time.Since(due))
}

// stop returns the 99th percentile, and an error when somebody was not served.
func (o *others) stop() (p99 time.Duration, err error) {
	o.cancel()
	o.all.Wait()
	if len(o.took) == 0 {
		return 0, errors.New("nobody read anything")
	}
	if len(o.failed) > 0 {
		err = fmt.Errorf("others were not served: %s of %d", list(o.failed), len(o.took))
	}
	return quantile(o.took, 0.99), err
}

func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(q*float64(len(all))))]
}

func status(a rig.Answer) string {
	if a.Status == 0 {
		return "no answer"
	}
	return strconv.Itoa(a.Status)
}

// counter counts statuses of many at once.
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

func (c *counter) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return list(c.n)
}

// member is somebody who is signed in.
type member struct {
	id             int64
	token, refresh string
	from           string
}

// tokens is what a sign-in is answered with.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

const password = "correct horse 영화"

// signUp makes members, each with an address of their own.
func (s *siege) signUp(ctx context.Context, n int) ([]member, error) {
	all := make([]member, n)
	errs := make([]error, n)
	var crew sync.WaitGroup
	places := make(chan struct{}, 8)
	for k := range n {
		crew.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			all[k], errs[k] = s.signUpOne(ctx, k)
		})
	}
	crew.Wait()
	return all, errors.Join(errs...)
}

func (s *siege) signUpOne(ctx context.Context, k int) (member, error) {
	m := member{from: fmt.Sprintf("198.51.%d.%d", 100+k/250, 1+k%250)}
	account := map[string]any{"username": fmt.Sprintf("member %d", k), "password": password, "age": 30, "gender": "male"}
	body, err := json.Marshal(account)
	if err != nil {
		return m, err
	}
	var made struct{ ID int64 }
	if _, err := s.api.Must(ctx, rig.Call{Method: http.MethodPost, Path: "/users", Body: body, From: m.from}, &made); err != nil {
		return m, err
	}
	delete(account, "age")
	delete(account, "gender")
	if body, err = json.Marshal(account); err != nil {
		return m, err
	}
	var in tokens
	_, err = s.api.Must(ctx, rig.Call{Method: http.MethodPost, Path: "/users/login", Body: body, From: m.from}, &in)
	m.id, m.token, m.refresh = made.ID, in.Access, in.Refresh
	return m, err
}

// follow has one member follow another.
func (s *siege) follow(ctx context.Context, who, whom member, on bool) error {
	verb := "follow"
	if !on {
		verb = "unfollow"
	}
	_, err := s.api.Must(ctx, rig.Call{
		Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/%s", whom.id, verb), Token: who.token, From: who.from,
	}, nil)
	return err
}
