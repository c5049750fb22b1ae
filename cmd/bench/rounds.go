package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/cmd/bench/yardstick"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// Numbers of requests.
const (
	maxPerRound   = 4000
	maxWarmup     = 200
	minPaced      = 20
	minAllocating = 40 // with fewer, reading the metrics allocates more than the requests
)

// contender is a server that answers the requests of a kind.
type contender struct {
	*harness.Process

	client *client
	next   func(int) request
	n      int     // requests in a round
	mean   float64 // seconds between two answers with all connections at work
	sent   int     // requests so far with the warm-up: each has another number
	cpu    float64 // microseconds per request, of the last round
}

// warm sends requests for a while, and computes how many fit into a round.
func (c *contender) warm(ctx context.Context, o options) error {
	began, step := time.Now(), 2*o.conns
	for sent := 0; sent < maxWarmup && time.Since(began) < 2*o.round; sent += step {
		if err := c.client.send(ctx, c.URL(), c.next, c.sent, step, o.conns); err != nil {
			return err
		}
		c.sent += step
		c.mean = time.Since(began).Seconds() / float64(sent+step)
	}
	c.n = min(max(int(o.round.Seconds()/c.mean), step), maxPerRound) / step * step
	return nil
}

// run sends the requests of a round and sets their CPU time.
func (c *contender) run(ctx context.Context, conns int) error {
	before, err := processCPU(c.PID())
	if err != nil {
		return err
	}
	if err := c.client.send(ctx, c.URL(), c.next, c.sent, c.n, conns); err != nil {
		return err
	}
	after, err := processCPU(c.PID())
	c.sent += c.n
	c.cpu = perRequest(after-before, c.n)
	return err
}

// perRequest returns microseconds.
func perRequest(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(n) }

// comparison is the measurement of one kind.
type comparison struct {
	bench             *bench
	kind              kind
	ours, static, sql *contender // sql is nil when it has no such route
	bytes             int        // of a response
	scrape            allocations
}

func (b *bench) measureKinds(ctx context.Context) error {
	from, err := b.sources(ctx)
	if err != nil {
		return err
	}
	if err := b.settle(ctx); err != nil {
		return err
	}
	for _, k := range kinds {
		if !b.only.MatchString(k.key) {
			continue
		}
		if err := b.measureKind(ctx, k, from[k.key]); err != nil {
			return fmt.Errorf("measure %s: %w", k.key, err)
		}
	}
	return nil
}

// measureKind alternates between cinecircle and the yardsticks. Each round is a sample of the record.
func (b *bench) measureKind(ctx context.Context, k kind, from source) error {
	c, err := b.compare(ctx, k, from)
	if err != nil {
		return err
	}
	defer c.close()
	for _, who := range c.all() {
		if err := who.warm(ctx, b.options); err != nil {
			return err
		}
	}
	for range b.rounds {
		s, err := c.round(ctx)
		if err != nil {
			return err
		}
		b.record.samples = append(b.record.samples, s)
	}
	b.say("%s: %.0f µs", k.title, b.record.median(k.key, unitCPU)/1e3)
	return nil
}

func (b *bench) compare(ctx context.Context, k kind, from source) (*comparison, error) {
	c := &comparison{bench: b, kind: k, ours: &contender{Process: b.server.Process, client: newClient(b.conns, nil), next: from.ours}}
	sample, err := c.ours.client.do(ctx, b.server.URL(), from.ours(0))
	if err != nil {
		return nil, err
	}
	if c.scrape, err = b.scrapeCost(ctx, c.ours.client); err != nil {
		return nil, err
	}
	c.ours.sent, c.bytes = 2, len(sample.body) // not 1, because like and unlike come in pairs
	size := http.Header{yardstick.HeaderAnswerBytes: {strconv.Itoa(c.bytes)}}
	c.static = &contender{Process: b.static, client: newClient(b.conns, size), next: expectingOK(from.ours)}
	if from.sql != nil {
		c.sql = &contender{Process: b.sql, client: newClient(b.conns, size), next: from.sql}
	}
	return c, nil
}

// expectingOK is for the static yardstick, which always answers with 200.
func expectingOK(next func(int) request) func(int) request {
	return func(k int) request {
		r := next(k)
		r.want = http.StatusOK
		return r
	}
}

func (c *comparison) all() []*contender {
	if c.sql == nil {
		return []*contender{c.static, c.ours}
	}
	return []*contender{c.static, c.sql, c.ours}
}

func (c *comparison) close() {
	for _, who := range c.all() {
		who.client.close()
	}
}

// round measures the CPU time of each server in turn, and then the latencies of cinecircle at a fixed rate.
func (c *comparison) round(ctx context.Context) (sample, error) {
	o, base := c.bench.options, c.bench.metricsBase()
	if err := c.static.run(ctx, o.conns); err != nil {
		return sample{}, err
	}
	s := sample{name: c.kind.key, n: c.ours.n}
	if c.sql != nil {
		if err := c.sql.run(ctx, o.conns); err != nil {
			return s, err
		}
	}
	before, err := readAllocations(ctx, c.ours.client, base)
	if err != nil {
		return s, err
	}
	engine := c.bench.engineCPU()
	if err := c.ours.run(ctx, o.conns); err != nil {
		return s, err
	}
	engine = c.bench.engineCPU() - engine
	after, err := readAllocations(ctx, c.ours.client, base)
	if err != nil {
		return s, err
	}
	c.record(&s, after.minus(before).minus(c.scrape), engine)
	return s, c.pace(ctx, &s)
}

func (c *comparison) record(s *sample, made allocations, engine time.Duration) {
	s.add(c.ours.cpu*1e3, unitCPU)
	s.add(c.static.cpu*1e3, unitStatic)
	s.add(c.ours.cpu/c.static.cpu, unitToStatic)
	if c.sql != nil {
		s.add(c.sql.cpu*1e3, unitSQL)
		s.add(c.ours.cpu/c.sql.cpu, unitToSQL)
	}
	if c.bench.enginePID != 0 {
		s.add(perRequest(engine, c.ours.n)*1e3, unitEngine)
	}
	if c.ours.n >= minAllocating {
		s.add(math.Round(made.objects/float64(c.ours.n)), unitObjects)
		s.add(math.Round(made.bytes/float64(c.ours.n)), unitBytes)
	}
	s.add(float64(c.bytes), unitAnswer)
}

// pace measures latencies at a rate below the capacity.
func (c *comparison) pace(ctx context.Context, s *sample) error {
	o, rate := c.bench.options, math.Min(c.kind.rate, 0.4/c.ours.mean)
	n := max(int(o.round.Seconds()*rate), minPaced) / 2 * 2
	many := newClient(0, nil)
	defer many.close()
	took, err := many.pace(ctx, c.ours.URL(), c.ours.next, c.ours.sent, n, rate)
	if err != nil {
		return err
	}
	c.ours.sent += n
	s.add(float64(took.Quantile(0.50)), unitP50)
	s.add(float64(took.Quantile(0.99)), unitP99)
	s.add(math.Round(rate*10)/10, unitRate)
	return nil
}

// median returns the middle value, 0 when there is none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
