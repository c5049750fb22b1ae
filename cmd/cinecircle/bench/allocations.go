package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// allocations is what a process has allocated since its start.
type allocations struct{ objects, bytes float64 }

func (a allocations) minus(b allocations) allocations {
	return allocations{a.objects - b.objects, a.bytes - b.bytes}
}

// allocations reads the metrics of the server at base.
func readAllocations(ctx context.Context, c *client, base string) (allocations, error) {
	got, err := c.do(ctx, base, request{method: "GET", path: "/metrics"})
	if err != nil {
		return allocations{}, err
	}
	var a allocations
	for name, to := range map[string]*float64{"go_memstats_mallocs_total": &a.objects, "go_memstats_alloc_bytes_total": &a.bytes} {
		if *to, err = metric(string(got.body), name); err != nil {
			return a, err
		}
	}
	return a, nil
}

// metric returns the value of a metric without labels.
func metric(text, name string) (float64, error) {
	_, rest, ok := strings.Cut(text, "\n"+name+" ")
	if !ok {
		return 0, fmt.Errorf("there is no metric %s", name)
	}
	value, _, _ := strings.Cut(rest, "\n")
	return strconv.ParseFloat(value, 64)
}

// scrapeCost is what reading the metrics allocates by itself.
func (b *bench) scrapeCost(ctx context.Context, c *client) (allocations, error) {
	var last, cost allocations
	for range 3 {
		now, err := readAllocations(ctx, c, b.metricsBase())
		if err != nil {
			return cost, err
		}
		last, cost = now, now.minus(last)
	}
	return cost, nil
}

// metricsBase is where the server has its metrics.
func (b *bench) metricsBase() string {
	if b.metrics != "" {
		return "http://" + b.metrics
	}
	return b.server.base
}
