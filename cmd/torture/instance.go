package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// instance is a folder with the data of the program, its process, and the members who use it through a proxy.
type instance struct {
	dir    string
	seed   uint64
	proc   *harness.Process
	front  *harness.Proxy  // between clients and process
	api    *harness.Client // sends requests through the proxy
	ledger *ledger
	tally  *tally
	stack  *stack // nil on SQLite and a folder

	backups int // so far

	stars   []member // the popular members: their reviews are liked, and their sockets are watched
	films   []int64
	reviews []int64 // of the stars
	workers []*worker
	sockets map[int64][]*harness.Listener // of the stars
	shades  map[string]string             // of stored images, by key; they never change

	leapt atomic.Bool // the clock was so wrong that tokens were refused, as they should be

	mu        sync.Mutex
	members   []member   // guarded by mu; who can be followed
	lifetimes []lifetime // guarded by mu
}

// lifetime is the time in which one process ran.
type lifetime struct{ from, to time.Time }

// member is a signed-in member.
type member struct {
	id          int64
	name, token string
}

// signedIn reads the answer of a sign-in. With the empty token of a failed one, every request is refused.
func (m *member) signedIn(a harness.Answer) {
	var tokens struct {
		Access string `json:"access_token"`
	}
	_ = json.Unmarshal(a.Body, &tokens)
	m.token, m.id = tokens.Access, subject(tokens.Access)
}

// signInAgain gets a new token for a member, and returns the status of the answer.
func (h *instance) signInAgain(ctx context.Context, m *member) int {
	a := h.api.Try(context.WithoutCancel(ctx), (&worker{}).signIn(m).call)
	if a.Status == http.StatusOK {
		m.signedIn(a)
	}
	return a.Status
}

// What the stars have created before the first fault.
const (
	starCount, starFilms = 3, 4
	socketsOfEach        = 2
)

// newInstance creates an instance in dir, which must not have been used before. Close it.
func newInstance(ctx context.Context, bin, dir string, o options, t *tally) (*instance, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	addr, err := harness.FreeAddr(ctx)
	if err != nil {
		return nil, err
	}
	front, err := harness.NewProxy(ctx, addr)
	if err != nil {
		return nil, err
	}
	direct := harness.NewClient("http://" + addr)
	h := &instance{
		dir: dir, seed: o.seed, front: front, api: harness.NewClient("http://" + front.Addr), ledger: newLedger(), tally: t,
		proc: &harness.Process{
			Name: "cinecircle", Bin: bin, Dir: dir, Addr: addr, Env: environment(dir, addr), HTTP: direct.HTTP,
			PollEvery: 2 * time.Millisecond,
		},
		sockets: map[int64][]*harness.Listener{}, shades: map[string]string{},
	}
	for k := range o.workers {
		h.workers = append(h.workers, newWorker(h, k))
	}
	return h, nil
}

// environment configures the program for the torture program: no rate limits, cheap passwords, and tokens that outlive
// the campaign.
func environment(dir, addr string) []string {
	return append(harness.Environment(),
		"CINECIRCLE_SERVER_ADDR="+addr, "CINECIRCLE_AUTH_BCRYPT_COST=4", "CINECIRCLE_AUTH_ACCESS_TTL=24h",
		"CINECIRCLE_LIMITS_ENABLED=false", "CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER=100", "CINECIRCLE_LOG_LEVEL=warn",
		"FAILPOINT_CLOCK="+filepath.Join(dir, "clock"))
}

// settle signs up the popular members and creates what others will like. It needs a process that is ready.
func (h *instance) settle(ctx context.Context) error {
	w := newWorker(h, -1)
	for k := range starCount {
		star := &member{name: fmt.Sprintf("스타%d", k)}
		for _, wanted := range []func() request{
			func() request { return w.signUp(star) },
			func() request { return w.signIn(star) },
		} {
			if err := w.must(ctx, wanted()); err != nil {
				return err
			}
		}
		h.stars = append(h.stars, *star)
		for f := range starFilms {
			if k == 0 {
				if err := w.must(ctx, w.film(star, fmt.Sprintf("star film %d", f))); err != nil {
					return err
				}
			}
			if err := w.must(ctx, w.review(star, w.films[f])); err != nil {
				return err
			}
		}
	}
	h.films = w.films
	for _, r := range w.reviews {
		h.reviews = append(h.reviews, r.id)
	}
	h.listen(ctx, socketsOfEach)
	return h.settleModerator(ctx, w)
}

// listen opens n sockets of each popular member.
func (h *instance) listen(ctx context.Context, n int) {
	for _, star := range h.stars {
		for range n {
			h.sockets[star.id] = append(h.sockets[star.id], harness.Listen(ctx, "http://"+h.front.Addr, star.token))
		}
	}
}

// stormSockets is how many more sockets each popular member has in a storm.
const stormSockets = 40

// gather opens the sockets of a storm, and disperse closes them.
func (h *instance) gather(ctx context.Context) { h.listen(ctx, stormSockets) }

func (h *instance) disperse() {
	for id, all := range h.sockets {
		for _, l := range all[min(len(all), socketsOfEach):] {
			l.Close()
		}
		h.sockets[id] = all[:min(len(all), socketsOfEach)]
	}
}

// start starts the process and waits until it is ready.
func (h *instance) start(ctx context.Context, more ...string) error {
	if err := h.proc.Start(more...); err != nil {
		return err
	}
	if err := h.proc.Await(ctx, "ok", "degraded"); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lifetimes = append(h.lifetimes, lifetime{from: time.Now()})
	return nil
}

// end sends a signal and waits until the process is gone.
func (h *instance) end(s syscall.Signal) error {
	h.mu.Lock()
	if n := len(h.lifetimes); n > 0 && h.lifetimes[n-1].to.IsZero() {
		h.lifetimes[n-1].to = time.Now()
	}
	h.mu.Unlock()
	return h.proc.End(s)
}

// sameProcess reports whether one process ran from one time to the other.
func (h *instance) sameProcess(from, to time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.lifetimes, func(l lifetime) bool {
		return !from.Before(l.from) && (l.to.IsZero() || !to.After(l.to))
	})
}

// known returns the members who can be followed.
func (h *instance) known() []member {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.members
}

func (h *instance) addKnown(m member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.members = append(slices.Clip(h.members), m)
}

// setClock sets the wall clock of the process.
func (h *instance) setClock(by time.Duration) error {
	file := filepath.Join(h.dir, "clock")
	if err := os.WriteFile(file+".new", []byte(by.String()), 0o600); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	return os.Rename(file+".new", file)
}

// get sends a request to the process itself, not through the proxy.
func (h *instance) get(ctx context.Context, path, token string) harness.Answer {
	return h.api.Try(ctx, harness.Call{Method: http.MethodGet, Path: path, Token: token, Base: h.proc.URL()})
}

func (h *instance) close() error {
	for _, all := range h.sockets {
		for _, l := range all {
			l.Close()
		}
	}
	err := h.end(syscall.SIGKILL)
	h.api.HTTP.CloseIdleConnections()
	_ = h.front.Close() // nothing can be done about an error
	return err
}
