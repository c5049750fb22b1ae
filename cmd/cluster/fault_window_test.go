package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

func TestOnlyRequestsDuringAFaultWindowAreExcused(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	w := faultWindows{all: []window{{faultRedis, at(10), at(20)}, {faultStore, at(30), at(40)}, {what: faultRoll, from: at(50)}}}
	for _, c := range []struct {
		from, to int
		want     string
	}{
		{0, 10, ""}, {0, 11, faultRedis}, {12, 13, faultRedis}, {19, 25, faultRedis}, {20, 30, ""}, {31, 32, ""}, {0, 100, faultRedis}, {60, 61, faultRoll},
	} {
		if got := w.during(at(c.from), at(c.to), faultStore); got != c.want {
			t.Errorf("from %d to %d: %q, want %q", c.from, c.to, got, c.want)
		}
	}
	if got := w.during(at(31), at(32)); got != faultStore {
		t.Errorf("without ignored faults: %q, want the store", got)
	}
}

func TestFaultDoesNotExcuseAFrameThatWasAlreadyLate(t *testing.T) {
	tr := &trial{options: options{p99: 250 * time.Millisecond}}
	tr.windows.all = []window{{faultRedis, noon.Add(time.Second), noon.Add(2 * time.Second)}}
	if got := tr.meanwhile(noon, noon.Add(1500*time.Millisecond)); got != "" {
		t.Errorf("a frame that was due 750 ms before a fault is excused by %q", got)
	}
	if got := tr.meanwhile(noon.Add(900*time.Millisecond), noon.Add(1500*time.Millisecond)); got != faultRedis {
		t.Errorf("a frame in flight when Redis was killed counts as %q", got)
	}
}

// sound returns a report without findings.
func sound() *report {
	return &report{
		options: options{p99: 250 * time.Millisecond}, writes: 10, notified: 10, arrived: 30,
		frames:      map[string]harness.Delays{calm: {time.Millisecond, 2 * time.Millisecond}},
		failed:      map[string]map[string]int{faultDatabase: {"503": 7}},
		revocations: []findings{{revocation: logout, checks: 3, inFaults: 1}, {revocation: suspension, checks: 3, inFaults: 1}},
	}
}

func TestEveryFindingFailsTheTrial(t *testing.T) {
	if err := sound().print(io.Discard); err != nil {
		t.Errorf("a report without findings fails: %v", err)
	}
	for what, spoil := range map[string]func(*report){
		"lost":        func(r *report) { r.lost = 1 },
		"unseen":      func(r *report) { r.unseen = 1 },
		"duplicated":  func(r *report) { r.duplicated = 1 },
		"repeated":    func(r *report) { r.repeated = 1 },
		"gaps":        func(r *report) { r.gaps = 1 },
		"skipped":     func(r *report) { r.skipped = 1 },
		"misordered":  func(r *report) { r.misordered = 1 },
		"accepted":    func(r *report) { r.revocations[0].accepted = 1 },
		"suspended":   func(r *report) { r.revocations[1].wrong = []string{"x"} },
		"unchecked":   func(r *report) { r.revocations[1].checks = 1 },
		"dangling":    func(r *report) { r.images.dangling = 1 },
		"wrong image": func(r *report) { r.images.wrong = 1 },
		"refused":     func(r *report) { r.images.refusedInCalm = 1 },
		"failed":      func(r *report) { r.failed[calm] = map[string]int{"500": 1} },
		"slow":        func(r *report) { r.addDelay("", time.Second) },
		"idle":        func(r *report) { r.arrived = 0 },
	} {
		r := sound()
		spoil(r)
		if r.print(io.Discard) == nil {
			t.Errorf("the finding %q does not fail the trial", what)
		}
	}
	r, out := sound(), &strings.Builder{}
	_ = r.print(out)
	if !strings.Contains(out.String(), "7 × 503") {
		t.Errorf("the report does not show the failed requests:\n%s", out)
	}
}
