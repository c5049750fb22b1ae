package ops

import (
	"database/sql"
	"net/http"
	"net/http/pprof"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
)

// Metrics is a separate registry, so that two programs in one test do not share their metrics.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
}

// NewMetrics returns the metrics of the process and of its HTTP requests.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cinecircle_http_requests_total", Help: "HTTP requests by route, method and status.",
		}, []string{"route", "method", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cinecircle_http_request_duration_seconds", Help: "Time to respond, by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.latency,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ObserveRequest counts one request. It fits web.Options.Observe.
func (m *Metrics) ObserveRequest(route, method string, status int, seconds float64) {
	m.requests.WithLabelValues(route, knownMethod(method), strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(route).Observe(seconds)
}

// knownMethod keeps clients from creating label values.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// Pool registers the statistics of a database pool.
func (m *Metrics) Pool(name string, pool *sql.DB) {
	m.registry.MustRegister(collectors.NewDBStatsCollector(pool, name))
}

// Gauge registers a value that is read at each scrape.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cinecircle_" + name, Help: help}, read))
}

// Counter registers a total that is read at each scrape.
func (m *Metrics) Counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "cinecircle_" + name, Help: help}, read))
}

// Handler serves a separate metrics address: /metrics, and profiles under /debug/pprof/.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.scrape())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// forwarding are the headers that proxies add.
var forwarding = []string{
	"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Real-Ip",
}

// Routes registers /metrics on the main address, without the profiles. A proxy on the same machine makes a loopback
// address public, so a request that was forwarded is not_found.
func (m *Metrics) Routes(r *openapi.Router) {
	scrape := m.scrape()
	r.GET("/metrics", auth.Public, func(c *gin.Context) error {
		for _, name := range forwarding {
			if _, ok := c.Request.Header[name]; ok {
				return apperr.ErrNotFound
			}
		}
		scrape.ServeHTTP(c.Writer, c.Request)
		return nil
	}, openapi.Op{
		Tag: "service", ID: "getMetrics", Summary: "Get the metrics for Prometheus", Class: auth.ClassNone, Response: "", Media: "text/plain",
		Description: "On the main address only if that is a loopback address without a proxy in front; in production set metrics.addr.",
		Errors:      []*apperr.Error{apperr.ErrNotFound},
	})
}

func (m *Metrics) scrape() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
