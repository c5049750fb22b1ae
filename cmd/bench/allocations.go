package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// allocations are the allocations of a process since its start.
type allocations struct{ objects, bytes float64 }

func (a allocations) minus(b allocations) allocations {
	return allocations{a.objects - b.objects, a.bytes - b.bytes}
}

// readAllocations reads the metrics of the server at base.
func readAllocations(ctx context.Context, c *client, base string) (allocations, error) {
	got, err := c.do(ctx, base, request{method: http.MethodGet, path: "/metrics"})
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
		return 0, fmt.Errorf("the metric %s is missing", name)
	}
	value, _, _ := strings.Cut(rest, "\n")
	return strconv.ParseFloat(value, 64)
}

// scrapeCost returns what reading the metrics allocates.
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

// metricsBase returns the URL of the server's metrics, without a path.
func (b *bench) metricsBase() string {
	if b.metrics != "" {
		return "http://" + b.metrics
	}
	return b.server.URL()
}
