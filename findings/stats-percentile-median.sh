#!/usr/bin/env bash
# github.com/montanaflynn/stats v0.7.1, beside gonum.org/v1/gonum v0.16.0.
#
# The 50th percentile is not the median: of ratings 1, 2 and 3 it is 1.5. Percentile averages the values on both sides of a
# rank that is no whole number, where the value above it is meant, so the middle one of an odd number of values counts
# half. The lower percentiles of few values are an error.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/montanaflynn/stats@v0.7.1 gonum.org/v1/gonum@v0.16.0 <<'GO'
package main

import (
	"fmt"

	"github.com/montanaflynn/stats"
	"gonum.org/v1/gonum/stat"
)

func main() {
	for _, ratings := range [][]float64{{1, 2, 3}, {1, 5}, {1, 1, 5, 5, 5}, {1, 2, 3, 4, 5, 6, 7}} {
		median, _ := stats.Median(ratings)
		half, _ := stats.Percentile(ratings, 50)
		_, err := stats.Percentile(ratings, 10)
		fmt.Println(ratings, "median", median, "| 50th percentile", half, "| gonum", stat.Quantile(0.5, stat.Empirical, ratings, nil), "| 10th:", err)
	}
}
GO
)
expect '[1 2 3] median 2 | 50th percentile 1.5 | gonum 2 | 10th: Input is outside of range.
[1 5] median 3 | 50th percentile 1 | gonum 1 | 10th: Input is outside of range.
[1 1 5 5 5] median 5 | 50th percentile 3 | gonum 5 | 10th: Input is outside of range.
[1 2 3 4 5 6 7] median 4 | 50th percentile 3.5 | gonum 4 | 10th: Input is outside of range.' "$got"
