package ops_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/ops"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func fine(context.Context) error { return nil }

func broken(context.Context) error { return errors.New("a secret reason") }

func TestReadinessDependsOnRequiredAndOptionalParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		database func(context.Context) error
		broker   func(context.Context) error
		stopping bool
		code     int
		status   string
	}{
		{"all parts are up", fine, fine, false, 200, "ok"},
		{"an optional part is down", fine, broken, false, 200, "degraded"},
		{"a required part is down", broken, fine, false, 503, "down"},
		{"both are down", broken, broken, false, 503, "down"},
		{"shutting down", fine, fine, true, 503, "down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := testkit.New(t).API(nil)
			h := ops.NewHealth(ops.Build{Version: "v1"},
				ops.Check{Name: "database", Run: c.database}, ops.Check{Name: "broker", Run: c.broker, Optional: true})
			h.Routes(a.Router)
			if c.stopping {
				h.Stopping()
			}
			res := a.GET(t, "/readyz").Want(c.code)
			if res.Map()["status"] != c.status || strings.Contains(string(res.Body), "secret") {
				t.Errorf("%s", res.Body)
			}
			a.GET(t, "/healthz").Want(200)
			if a.GET(t, "/version").Want(200).Map()["version"] != "v1" {
				t.Error("/version has another version")
			}
		})
	}
}

func TestMetricsHaveABoundedNumberOfLabelValues(t *testing.T) {
	t.Parallel()
	a := testkit.New(t).API(nil)
	m := ops.NewMetrics()
	m.Routes(a.Router)
	m.ObserveRequest("/movies/:movie_id", "GET", 200, 0.01)
	m.ObserveRequest("unmatched", "BREW", 405, 0.01)
	m.Gauge("things", "Things.", func() float64 { return 7 })
	text := string(a.GET(t, "/metrics").Want(200).Body)
	for _, want := range []string{
		`cinecircle_http_requests_total{method="GET",route="/movies/:movie_id",status="200"} 1`,
		`cinecircle_http_requests_total{method="other",route="unmatched",status="405"} 1`,
		`cinecircle_things 7`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	a.GET(t, "/debug/pprof/").WantProblem(404, "not_found") // profiles are on their own address only
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/debug/pprof/", nil))
	if w.Code != 200 {
		t.Errorf("profiles: %d", w.Code)
	}
}

// A proxy on the same machine must not make the metrics public.
func TestForwardedRequestsGetNoMetrics(t *testing.T) {
	t.Parallel()
	a := testkit.New(t).API(nil)
	ops.NewMetrics().Routes(a.Router)
	a.GET(t, "/metrics").Want(200)
	for _, name := range []string{
		"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Real-IP",
	} {
		for _, value := range []string{"", "203.0.113.9"} {
			a.GET(t, "/metrics", testkit.Header(name, value)).WantProblem(404, "not_found")
		}
	}
}
