package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/bench/yardstick"
)

// The numbers of requests: of a round at most, before the first round at most, of what is paced at least,
// and of a round whose allocations are not lost in those of reading the metrics.
const (
	mostPerRound    = 4000
	warmRequests    = 200
	leastPaced      = 20
	leastAllocating = 40
)

// contender is somebody who answers the requests of a kind.
type contender struct {
	*process
	client *client
	next   func(int) request
	n      int     // requests in a round
	mean   float64 // seconds of the clock between two answers, as many connections at work as there are
	sent   int     // requests so far, warm-up included: no two have the same number
	cpu    float64 // microseconds per request, of the last round
}

// warm sends requests for a while, from which it reckons how many make a round of the length wanted.
func (c *contender) warm(ctx context.Context, o options) error {
	began, step := time.Now(), 2*o.conns
	for sent := 0; sent < warmRequests && time.Since(began) < 2*o.round; sent += step {
		if _, err := c.client.send(ctx, c.base, c.next, c.sent, step, o.conns); err != nil {
			return err
		}
		c.sent += step
		c.mean = time.Since(began).Seconds() / float64(sent+step)
	}
	c.n = min(max(int(o.round.Seconds()/c.mean), step), mostPerRound) / step * step
	return nil
}

// run sends the requests of a round and notes what they cost.
func (c *contender) run(ctx context.Context, conns int) error {
	before, err := c.process.cpu()
	if err != nil {
		return err
	}
	if _, err := c.client.send(ctx, c.base, c.next, c.sent, c.n, conns); err != nil {
		return err
	}
	after, err := c.process.cpu()
	c.sent += c.n
	c.cpu = perRequest(after-before, c.n)
	return err
}

// perRequest returns microseconds.
func perRequest(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(n) }

// contest is a kind under way.
type contest struct {
	bench             *bench
	kind              kind
	ours, static, sql *contender // sql is nil where it has nothing like it
	bytes             int        // of an answer
	scrape            allocations
}

func (b *bench) runKinds(ctx context.Context) error {
	from, err := b.sources(ctx)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if !b.only.MatchString(k.key) {
			continue
		}
		if err := b.runKind(ctx, k, from[k.key]); err != nil {
			return fmt.Errorf("measure %s: %w", k.key, err)
		}
	}
	return nil
}

// runKind alternates between cinecircle and the yardsticks. Each round is a sample of the record.
func (b *bench) runKind(ctx context.Context, k kind, from source) error {
	c, err := b.open(ctx, k, from)
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

func (b *bench) open(ctx context.Context, k kind, from source) (*contest, error) {
	c := &contest{bench: b, kind: k, ours: &contender{process: b.server.process, client: newClient(b.conns, nil), next: from.ours}}
	sample, err := c.ours.client.do(ctx, b.server.base, from.ours(0))
	if err != nil {
		return nil, err
	}
	if c.scrape, err = b.scrapeCost(ctx, c.ours.client); err != nil {
		return nil, err
	}
	c.ours.sent, c.bytes = 2, len(sample.body) // the first one was looked at; like and unlike come in pairs
	size := http.Header{yardstick.HeaderAnswerBytes: {strconv.Itoa(c.bytes)}}
	c.static = &contender{process: b.static, client: newClient(b.conns, size), next: asIs(from.ours)}
	if from.sql != nil {
		c.sql = &contender{process: b.sql, client: newClient(b.conns, nil), next: from.sql}
	}
	return c, nil
}

// asIs is for the static answer, which is always 200.
func asIs(next func(int) request) func(int) request {
	return func(k int) request {
		r := next(k)
		r.want = http.StatusOK
		return r
	}
}

func (c *contest) all() []*contender {
	if c.sql == nil {
		return []*contender{c.static, c.ours}
	}
	return []*contender{c.static, c.sql, c.ours}
}

func (c *contest) close() {
	for _, who := range c.all() {
		who.client.close()
	}
}

// round lets everybody have their turn, and then asks cinecircle at a fixed rate.
func (c *contest) round(ctx context.Context) (sample, error) {
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
	c.note(&s, after.minus(before).minus(c.scrape), engine)
	return s, c.pace(ctx, &s)
}

func (c *contest) note(s *sample, made allocations, engine time.Duration) {
	s.add(c.ours.cpu*1e3, unitCPU)
	s.add(c.static.cpu*1e3, unitStatic)
	s.add(c.ours.cpu/c.static.cpu, unitToStatic)
	if c.sql != nil {
		s.add(c.sql.cpu*1e3, unitSQL)
		s.add(c.ours.cpu/c.sql.cpu, unitToSQL)
	}
	if c.bench.engine != 0 {
		s.add(perRequest(engine, c.ours.n)*1e3, unitEngine)
	}
	if c.ours.n >= leastAllocating {
		s.add(math.Round(made.objects/float64(c.ours.n)), unitObjects)
		s.add(math.Round(made.bytes/float64(c.ours.n)), unitBytes)
	}
	s.add(float64(c.bytes), unitAnswer)
}

// pace measures latencies.
func (c *contest) pace(ctx context.Context, s *sample) error {
	o, rate := c.bench.options, math.Min(c.kind.rate, 0.4/c.ours.mean)
	n := max(int(o.round.Seconds()*rate), leastPaced) / 2 * 2
	many := newClient(0, nil)
	defer many.close()
	took, err := many.pace(ctx, c.ours.base, c.ours.next, c.ours.sent, n, rate)
	if err != nil {
		return err
	}
	c.ours.sent += n
	slices.Sort(took)
	s.add(float64(quantile(took, 0.50)), unitP50)
	s.add(float64(quantile(took, 0.99)), unitP99)
	s.add(math.Round(rate*10)/10, unitRate)
	return nil
}

// median returns the middle value, 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// quantile returns the smallest of the sorted values that at least the part q of them does not
// exceed, 0 of none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
