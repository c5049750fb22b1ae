// Package ops has the endpoints for operators: health, readiness, version and Prometheus metrics. It knows no domain.
package ops

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The states of the service and of its parts.
const (
	ok       = "ok"
	degraded = "degraded" // an optional part is down
	down     = "down"
)

const (
	// checkTimeout bounds the checks, so that a part that hangs counts as down.
	checkTimeout = 2 * time.Second

	// checkEvery is how long all callers share the results of the checks. Anybody may call /readyz at any rate, and some
	// checks write.
	checkEvery = 2 * time.Second
)

// Check tests one part that the program depends on.
type Check struct {
	Name     string
	Optional bool // without it the program is degraded, not down
	Run      func(context.Context) error
}

// Build identifies the running build.
type Build struct {
	Version string `json:"version" example:"v1.2.0" description:"The release, or the commit if this build is not a release."`
	Commit  string `json:"commit" example:"8a3f0c1" description:"The commit it was built from. Empty if unknown."`
	Go      string `json:"go" example:"go1.26.8" description:"The Go version it was built with."`
}

// Health serves the probes.
type Health struct {
	checks   []Check
	build    Build
	stopping atomic.Bool

	mu   sync.Mutex
	last *round // guarded by mu; nil before the first
}

// round is one run of all checks.
type round struct {
	began  time.Time
	done   chan struct{} // closed when failed is complete
	failed []error       // by check
}

// NewHealth returns the probes of a program with the given parts.
func NewHealth(build Build, checks ...Check) *Health { return &Health{checks: checks, build: build} }

// Stopping makes the program not ready from now on, so that a load balancer stops sending requests.
func (h *Health) Stopping() { h.stopping.Store(true) }

type healthResponse struct {
	Status string `json:"status" enum:"ok" example:"ok"`
}

type readinessResponse struct {
	Status string            `json:"status" enum:"ok,degraded,down" example:"ok" description:"ok; degraded if an optional part is down; down if a required part is down or the service is shutting down."`
	Checks map[string]string `json:"checks" description:"The state of each part: ok or down."`
}

// Routes registers /healthz, /readyz and /version.
func (h *Health) Routes(r *openapi.Router) {
	r.GET("/healthz", auth.Public, h.live, openapi.Op{
		Tag: "service", ID: "getHealth", Summary: "Check whether the process is running", Class: auth.ClassNone, Response: healthResponse{},
	})
	r.GET("/readyz", auth.Public, h.ready, openapi.Op{
		Tag: "service", ID: "getReadiness", Summary: "Check whether the service is ready", Class: auth.ClassNone, Response: readinessResponse{},
		Description: "Checks the database, the image storage and the broker, at most every two seconds for all callers together. The response is 503 with the same body when the service is down or shutting down.",
		Also:        map[int]any{http.StatusServiceUnavailable: readinessResponse{}},
	})
	r.GET("/version", auth.Public, h.version, openapi.Op{
		Tag: "service", ID: "getVersion", Summary: "Get the version", Class: auth.ClassNone, Response: Build{},
	})
}

func (h *Health) live(c *gin.Context) error { return web.OK(c, healthResponse{Status: ok}) }

func (h *Health) version(c *gin.Context) error { return web.OK(c, h.build) }

func (h *Health) ready(c *gin.Context) error {
	r := h.look(c.Request.Context())
	c.Header("Cache-Control", "no-store")
	if r.Status == down {
		return web.JSON(c, http.StatusServiceUnavailable, r)
	}
	return web.OK(c, r)
}

// run returns the errors of all checks, which are as old as checkEvery at most. If ctx ends before the checks do, its error
// is that of all.
func (h *Health) run(ctx context.Context) []error {
	r := h.round(ctx)
	select {
	case <-r.done:
		return r.failed
	case <-ctx.Done():
		return slices.Repeat([]error{ctx.Err()}, len(h.checks))
	}
}

// round returns the last round, or a new one if that is too old. A new one does not end with ctx, because others wait for
// it as well.
func (h *Health) round(ctx context.Context) *round {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil || time.Since(h.last.began) >= checkEvery {
		h.last = &round{began: time.Now(), done: make(chan struct{}), failed: make([]error, len(h.checks))}
		go h.last.run(context.WithoutCancel(ctx), h.checks)
	}
	return h.last
}

// run runs all checks concurrently.
func (r *round) run(ctx context.Context, checks []Check) {
	defer close(r.done)
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var wg sync.WaitGroup
	for i, check := range checks {
		wg.Go(func() { r.failed[i] = check.Run(ctx) })
	}
	wg.Wait()
}

// look returns the state of all parts.
func (h *Health) look(ctx context.Context) readinessResponse {
	failed := h.run(ctx)
	r := readinessResponse{Status: ok, Checks: make(map[string]string, len(h.checks))}
	for i, check := range h.checks {
		r.Checks[check.Name] = ok
		if failed[i] != nil {
			r.Checks[check.Name] = down
			r.Status = worse(r.Status, check.Optional)
		}
	}
	if h.stopping.Load() {
		r.Status = down
	}
	return r
}

func worse(status string, optional bool) string {
	if optional && status != down {
		return degraded
	}
	return down
}
