package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"sync/atomic"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// healthEvery is how often the balancer asks the instances whether they are ready.
const healthEvery = 100 * time.Millisecond

// balancer spreads requests over the instances in turn, as a load balancer does: it asks each for its readiness, and
// tries the next when nobody listens. It never repeats a request that an instance may have received.
type balancer struct {
	instances []*harness.Process
	ready     []atomic.Bool
	turn      atomic.Uint64
	transport *http.Transport
}

func newBalancer(instances []*harness.Process) *balancer {
	return &balancer{
		instances: instances, ready: make([]atomic.Bool, len(instances)),
		transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second, DialContext: (&net.Dialer{Timeout: time.Second}).DialContext},
	}
}

// watch asks for readiness until ctx ends.
func (b *balancer) watch(ctx context.Context) {
	for i, inst := range b.instances {
		go func() {
			for ctx.Err() == nil {
				_, ready := inst.Readiness(ctx)
				b.ready[i].Store(ready)
				select {
				case <-ctx.Done():
				case <-time.After(healthEvery):
				}
			}
		}()
	}
}

// RoundTrip implements [http.RoundTripper].
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var refused error
	for _, i := range b.order() {
		out := r.Clone(r.Context())
		out.URL.Host = b.instances[i].Addr
		res, err := b.transport.RoundTrip(out)
		if err == nil {
			return res, nil
		}
		if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "dial" || r.Body != nil && r.Body != http.NoBody {
			return nil, err
		}
		b.ready[i].Store(false)
		refused = err
	}
	return nil, refused
}

// order lists the instances from the one whose turn it is. Those that are not ready come last, because one of them may
// be ready after all.
func (b *balancer) order() []int {
	n := uint64(len(b.instances))
	first := b.turn.Add(1)
	var ready, others []int
	for k := range n {
		i := int((first + k) % n)
		if b.ready[i].Load() {
			ready = append(ready, i)
		} else {
			others = append(others, i)
		}
	}
	return append(ready, others...)
}

// proxy returns the handler in front of the instances. It forwards upgrades.
func (b *balancer) proxy() http.Handler {
	return &httputil.ReverseProxy{
		Transport: b,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme = "http"
			r.Out.URL.Host = r.In.Host
			r.SetXForwarded()
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
}
