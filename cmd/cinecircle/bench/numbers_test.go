package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheMedianIsInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{{nil, 0}, {[]float64{7}, 7}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 2, 100}, 3}} {
		if got := median(c.of); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.of, got, c.want)
		}
	}
}

func TestAQuantileIsOneOfTheValues(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		q    float64
		want time.Duration
	}{{0, 1}, {0.5, 50}, {0.99, 99}, {1, 100}} {
		if got := quantile(hundred, c.q); got != c.want {
			t.Errorf("quantile %v is %d, want %d", c.q, got, c.want)
		}
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("quantile of nothing is %d, want 0", got)
	}
}

func TestARatioIsOfTheSameRound(t *testing.T) {
	// The machine became ten times slower in the second round, and the yardstick with it.
	got := ratios([]float64{30, 300, 5}, []float64{10, 100, 0})
	if len(got) != 2 || got[0] != 3 || got[1] != 3 {
		t.Errorf("ratios are %v, want 3 twice and nothing for the round in which no time passed", got)
	}
}

func TestCPUTimeIsThatOfUserAndKernel(t *testing.T) {
	const stat = "42 (a) b c (d)) S 1 2 3 4 -1 4194304 99 0 0 0 120 30 0 0 20 0 7 0 306329 0\n"
	if got, err := cpuTime(stat); err != nil || got != 1500*time.Millisecond {
		t.Errorf("CPU time is %s, %v; want 1.5s", got, err)
	}
	if got, err := cpuTime("42 (short) S 1"); err == nil {
		t.Errorf("CPU time of half a line is %s, want an error", got)
	}
}

func TestMemoryIsReadInBytes(t *testing.T) {
	got, err := parseMemory("Name:\ta\nVmRSS:\t   56276 kB\nRssAnon:\t   16292 kB\nThreads:\t9\n")
	if want := (memory{56276 << 10, 16292 << 10}); err != nil || got != want {
		t.Errorf("memory is %v, %v; want %v", got, err, want)
	}
	if got, err := parseMemory("Name:\ta\nVmRSS:\t   56276 kB\n"); err == nil {
		t.Errorf("memory without RssAnon is %v, want an error", got)
	}
}

func TestNoTwoReviewsAreOfTheSameMemberAndFilm(t *testing.T) {
	const people, films = 37, 101
	seen := map[[2]int]bool{}
	for k := range people * films {
		who, which := pair(k, people, films)
		if who >= people || which >= films || seen[[2]int{who, which}] {
			t.Fatalf("pair %d is member %d and film %d: out of bounds or there already", k, who, which)
		}
		seen[[2]int{who, which}] = true
	}
}

func TestARoundGivesEachConnectionPairs(t *testing.T) {
	for _, c := range []struct{ n, conns, divisor, want int }{{2000, 2, 1, 2000}, {1, 2, 1, 4}, {2000, 3, 10, 204}, {5, 1, 10, 2}} {
		if got := (options{n: c.n, conns: c.conns}).perRound(c.divisor); got != c.want {
			t.Errorf("%d/%d requests over %d connections are %d, want %d", c.n, c.divisor, c.conns, got, c.want)
		}
	}
}

func TestSizesThatCannotBeMeasuredAreRefused(t *testing.T) {
	for _, args := range []string{
		"-rounds 0", "-n 0", "-sockets -1", "-films 1", "-users 1", "-reviews 5", "-likes 100000", "-films 100 -users 10 -reviews 990 -likes 20", "-only (",
	} {
		if _, err := parse(strings.Fields(args), t.Output()); err == nil {
			t.Errorf("%s is accepted", args)
		}
	}
	for _, args := range [][]string{nil, {"-quick"}} {
		if _, err := parse(args, t.Output()); err != nil {
			t.Errorf("%v is refused: %v", args, err)
		}
	}
}
