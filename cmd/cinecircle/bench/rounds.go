package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// staticFactor is how many more requests than the others the static yardstick gets in a round: it
// takes so little that the ticks in which CPU time is counted would show.
const staticFactor = 4

// contender is somebody who answers the requests of a case.
type contender struct {
	*process
	client *client
	next   func(int) request
	n      int // requests in a round
	sent   int // requests so far, warm-up included: no two have the same number

	cpu  []float64 // microseconds per request, one per round
	took []time.Duration
}

// row is the result of a case. The yardsticks' figures are 0 where there is none.
type row struct {
	benchCase
	cpu, static, sql float64 // microseconds per request, medians
	toStatic, toSQL  float64 // medians of the ratios of each round
	p50, p99         time.Duration
	bytes            int
}

// warmup is how many requests of a case come before the first that is measured.
func warmup(o options) int { return (min(o.n, 200) + 1) / 2 * 2 }

func (b *bench) runCases(ctx context.Context, list []benchCase) ([]row, error) {
	var rows []row
	for _, c := range list {
		if !b.only.MatchString(c.name) {
			continue
		}
		b.say("measuring %s", c.name)
		r, err := b.runCase(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", c.name, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// runCase alternates between cinecircle and the yardsticks.
func (b *bench) runCase(ctx context.Context, c benchCase) (row, error) {
	n := b.perRound(c.divisor)
	ours := &contender{process: b.server.process, client: newClient(b.conns, nil), next: c.next, n: n}
	defer ours.client.close()
	sample, err := ours.client.do(ctx, b.server.base, c.next(0))
	if err != nil {
		return row{}, err
	}
	ours.sent = 2 // the answer to the first one was looked at; like and unlike come in pairs
	size := http.Header{headerAnswerBytes: {strconv.Itoa(len(sample.body))}}
	static := &contender{process: b.static, client: newClient(b.conns, size), next: asIs(c.next), n: staticFactor * b.perRound(1)}
	defer static.client.close()
	sql := &contender{process: b.sql, client: newClient(b.conns, nil), next: c.sql, n: n}
	defer sql.client.close()
	all := []*contender{static, sql, ours}
	if c.sql == nil {
		all = []*contender{static, ours}
	}
	if err := b.alternate(ctx, all); err != nil {
		return row{}, err
	}
	return summarise(c, len(sample.body), ours, static, sql), nil
}

// asIs is for the static answer, which is always 200.
func asIs(next func(int) request) func(int) request {
	return func(k int) request {
		r := next(k)
		r.want = http.StatusOK
		return r
	}
}

func (b *bench) alternate(ctx context.Context, all []*contender) error {
	for _, c := range all {
		if err := c.warm(ctx, min(c.n, warmup(b.options)-2), b.conns); err != nil {
			return err
		}
	}
	for range b.rounds {
		for _, c := range all {
			if err := c.round(ctx, b.conns); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *contender) warm(ctx context.Context, n, conns int) error {
	n = n / (2 * conns) * 2 * conns
	_, err := c.client.send(ctx, c.base, c.next, c.sent, n, conns)
	c.sent += n
	return err
}

// round sends the requests of a round and notes what they cost.
func (c *contender) round(ctx context.Context, conns int) error {
	before, err := c.process.cpu()
	if err != nil {
		return err
	}
	took, err := c.client.send(ctx, c.base, c.next, c.sent, c.n, conns)
	if err != nil {
		return err
	}
	after, err := c.process.cpu()
	if err != nil {
		return err
	}
	c.sent += c.n
	c.cpu = append(c.cpu, float64((after-before).Microseconds())/float64(c.n))
	c.took = append(c.took, took...)
	return nil
}

func summarise(c benchCase, bytes int, ours, static, sql *contender) row {
	slices.Sort(ours.took)
	return row{
		benchCase: c, bytes: bytes,
		cpu: median(ours.cpu), static: median(static.cpu), sql: median(sql.cpu),
		toStatic: median(ratios(ours.cpu, static.cpu)), toSQL: median(ratios(ours.cpu, sql.cpu)),
		p50: quantile(ours.took, 0.50), p99: quantile(ours.took, 0.99),
	}
}

// ratios divides round by round. A round in which the yardstick took no measurable time is left out.
func ratios(of, to []float64) []float64 {
	var out []float64
	for i := range to {
		if to[i] > 0 {
			out = append(out, of[i]/to[i])
		}
	}
	return out
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
