package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// home is a folder in which the program lives, its process, and who uses it through a proxy.
type home struct {
	dir    string
	seed   uint64
	proc   *rig.Process
	front  *rig.Proxy  // between clients and process
	api    *rig.Client // asks the proxy
	ledger *ledger
	tally  *tally
	stack  *stack // nil on SQLite and a folder

	backups int // made so far

	stars   []member // whose reviews are liked, and whose sockets are watched
	films   []int64
	reviews []int64 // of the stars
	workers []*worker
	sockets map[int64][]*rig.Listener // of the stars
	shades  map[string]string         // of stored images, by key; they never change

	leapt atomic.Bool // its clock has been so wrong that tokens were refused, which is meant to be so

	mu      sync.Mutex
	members []member // guarded by mu; who can be followed
	lives   []life   // guarded by mu
}

// life is the time in which a process was there to deliver anything.
type life struct{ from, to time.Time }

// member is somebody who is signed in.
type member struct {
	id          int64
	name, token string
}

// signedIn reads the answer of a sign-in. What uses the empty token of a bad one is refused.
func (m *member) signedIn(a rig.Answer) {
	var tokens struct {
		Access string `json:"access_token"`
	}
	_ = json.Unmarshal(a.Body, &tokens)
	m.token, m.id = tokens.Access, subject(tokens.Access)
}

// signInAgain gets a new token for a member, and returns the status of the answer.
func (h *home) signInAgain(ctx context.Context, m *member) int {
	a := h.api.Try(context.WithoutCancel(ctx), (&worker{}).signIn(m).call)
	if a.Status == http.StatusOK {
		m.signedIn(a)
	}
	return a.Status
}

// What the stars have made before anything happens.
const (
	starCount, starFilms = 3, 4
	socketsOfEach        = 2
)

// newHome makes a home in dir, in which nobody has been yet. Close it.
func newHome(ctx context.Context, bin, dir string, o options, t *tally) (*home, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	addr, err := rig.FreeAddr(ctx)
	if err != nil {
		return nil, err
	}
	front, err := rig.NewProxy(ctx, addr)
	if err != nil {
		return nil, err
	}
	direct := rig.NewClient("http://" + addr)
	h := &home{
		dir: dir, seed: o.seed, front: front, api: rig.NewClient("http://" + front.Addr), ledger: newLedger(), tally: t,
		proc: &rig.Process{
			Name: "cinecircle", Bin: bin, Dir: dir, Addr: addr, Env: environment(dir, addr), HTTP: direct.HTTP,
			PollEvery: 2 * time.Millisecond,
		},
		sockets: map[int64][]*rig.Listener{}, shades: map[string]string{},
	}
	for k := range o.workers {
		h.workers = append(h.workers, newWorker(h, k))
	}
	return h, nil
}

// environment configures the program as a community of the torture program needs it: nobody waits for a password or a
// limit, and tokens outlive the campaign.
func environment(dir, addr string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "CINECIRCLE_") || strings.HasPrefix(v, "FAILPOINT")
	})
	return append(env,
		"CINECIRCLE_SERVER_ADDR="+addr, "CINECIRCLE_AUTH_BCRYPT_COST=4", "CINECIRCLE_AUTH_ACCESS_TTL=24h",
		"CINECIRCLE_LIMITS_ENABLED=false", "CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER=100", "CINECIRCLE_LOG_LEVEL=warn",
		"FAILPOINT_CLOCK="+filepath.Join(dir, "clock"))
}

// settle has the stars sign up and make what others will like. It needs a process that is ready.
func (h *home) settle(ctx context.Context) error {
	w := newWorker(h, -1)
	for k := range starCount {
		star := &member{name: fmt.Sprintf("스타%d", k)}
		for _, wanted := range []func() wish{
			func() wish { return w.signUp(star) },
			func() wish { return w.signIn(star) },
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
	return nil
}

// listen opens so many sockets of each star.
func (h *home) listen(ctx context.Context, n int) {
	for _, star := range h.stars {
		for range n {
			h.sockets[star.id] = append(h.sockets[star.id], rig.Listen(ctx, "http://"+h.front.Addr, star.token))
		}
	}
}

// crowdOfEach is how many more sockets each star has in a storm.
const crowdOfEach = 40

// gather opens the sockets of a storm, and disperse closes them.
func (h *home) gather(ctx context.Context) { h.listen(ctx, crowdOfEach) }

func (h *home) disperse() {
	for id, all := range h.sockets {
		for _, l := range all[min(len(all), socketsOfEach):] {
			l.Close()
		}
		h.sockets[id] = all[:min(len(all), socketsOfEach)]
	}
}

// start starts the process and waits until it is ready.
func (h *home) start(ctx context.Context, more ...string) error {
	if err := h.proc.Start(more...); err != nil {
		return err
	}
	if err := h.proc.Await(ctx, "ok", "degraded"); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lives = append(h.lives, life{from: time.Now()})
	return nil
}

// end sends a signal and waits until the process is gone.
func (h *home) end(s syscall.Signal) error {
	h.mu.Lock()
	if n := len(h.lives); n > 0 && h.lives[n-1].to.IsZero() {
		h.lives[n-1].to = time.Now()
	}
	h.mu.Unlock()
	return h.proc.End(s)
}

// sameLife reports whether one process was there from one time to the other.
func (h *home) sameLife(from, to time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.lives, func(l life) bool {
		return !from.Before(l.from) && (l.to.IsZero() || !to.After(l.to))
	})
}

// known returns who can be followed.
func (h *home) known() []member {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.members
}

func (h *home) introduce(m member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.members = append(slices.Clip(h.members), m)
}

// setClock sets the wall clock of the process.
func (h *home) setClock(by time.Duration) error {
	file := filepath.Join(h.dir, "clock")
	if err := os.WriteFile(file+".new", []byte(by.String()), 0o600); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	return os.Rename(file+".new", file)
}

// get asks the process itself, not the proxy.
func (h *home) get(ctx context.Context, path, token string) rig.Answer {
	return h.api.Try(ctx, rig.Call{Method: http.MethodGet, Path: path, Token: token, Base: "http://" + h.proc.Addr})
}

func (h *home) close() error {
	for _, all := range h.sockets {
		for _, l := range all {
			l.Close()
		}
	}
	err := h.end(syscall.SIGKILL)
	h.api.HTTP.CloseIdleConnections()
	_ = h.front.Close() // nothing is lost by it
	return err
}
