// Package ops is what those who run the program look at: whether it lives, whether it is ready, which
// build it is, and its Prometheus metrics. It knows no domain.
package ops

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The states of the whole and of its parts.
const (
	ok       = "ok"
	degraded = "degraded" // works, with less: a part that it can do without is down
	down     = "down"
)

// checkTimeout bounds one check, so that a part that hangs counts as down.
const checkTimeout = 2 * time.Second

// Check looks after one part that the program needs.
type Check struct {
	Name     string
	Optional bool // the program works without it, degraded
	Run      func(context.Context) error
}

// Build says which build runs.
type Build struct {
	Version string `json:"version" example:"v1.2.0" description:"The release, or the commit it was built from."`
	Commit  string `json:"commit" example:"8a3f0c1" description:"The commit, empty when unknown."`
	Go      string `json:"go" example:"go1.26.8" description:"The version of the Go toolchain."`
}

// Health answers the probes.
type Health struct {
	checks   []Check
	build    Build
	stopping atomic.Bool
}

// NewHealth returns the probes of a program with these parts.
func NewHealth(build Build, checks ...Check) *Health { return &Health{checks: checks, build: build} }

// Stopping makes the program not ready from now on, so that a load balancer sends no more.
func (h *Health) Stopping() { h.stopping.Store(true) }

type healthResponse struct {
	Status string `json:"status" enum:"ok" example:"ok"`
}

type readinessResponse struct {
	Status string            `json:"status" enum:"ok,degraded,down" example:"ok" description:"down when a part is down that is needed."`
	Checks map[string]string `json:"checks" description:"The state of each part: ok or down."`
}

// Routes registers /healthz, /readyz and /version.
func (h *Health) Routes(r *openapi.Router) {
	r.GET("/healthz", auth.Public, h.live, openapi.Op{
		Tag: "service", Summary: "Whether the process lives", Class: auth.ClassNone, Response: healthResponse{},
	})
	r.GET("/readyz", auth.Public, h.ready, openapi.Op{
		Tag: "service", Summary: "Whether the service can do its work", Class: auth.ClassNone, Response: readinessResponse{},
		Description: "Database, image storage and broker. Answers 503 with the same body when it is down or shutting down.",
		Also:        map[int]any{http.StatusServiceUnavailable: readinessResponse{}},
	})
	r.GET("/version", auth.Public, h.version, openapi.Op{
		Tag: "service", Summary: "Which build runs", Class: auth.ClassNone, Response: Build{},
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

// look runs all checks at once.
func (h *Health) look(ctx context.Context) readinessResponse {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	failed := make([]bool, len(h.checks))
	var wg sync.WaitGroup
	for i, check := range h.checks {
		wg.Go(func() { failed[i] = check.Run(ctx) != nil })
	}
	wg.Wait()
	r := readinessResponse{Status: ok, Checks: make(map[string]string, len(h.checks))}
	for i, check := range h.checks {
		r.Checks[check.Name] = ok
		if failed[i] {
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
