package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// calm is when nothing is wrong; a store that is down is nothing wrong for notifications.
const calm = "calm"

// delays are times from a write to one of its frames.
type delays struct{ all []time.Duration }

func (d *delays) add(x time.Duration) { d.all = append(d.all, x) }

// quantile returns the nearest rank.
func (d *delays) quantile(q float64) time.Duration {
	if d == nil || len(d.all) == 0 {
		return 0
	}
	slices.Sort(d.all)
	return d.all[min(len(d.all)-1, int(q*float64(len(d.all))))]
}

// report is what was counted.
type report struct {
	options
	driven, faulty time.Duration
	faults         map[string]int

	writes, told                       int // acknowledged, in inboxes
	lost, duplicated, gaps, misordered int // in inboxes
	sockets, reopened, arrived         int
	unseen, skipped, repeated          int // frames, on sockets
	frames                             map[string]*delays
	failed                             map[string]map[string]int // requests, by fault and status
	sessions                           sessionFindings
	images                             imageFindings
}

// delay returns the delays during a fault.
func (r *report) delay(during string) *delays {
	if during == "" {
		during = calm
	}
	if r.frames[during] == nil {
		r.frames[during] = &delays{}
	}
	return r.frames[during]
}

// print writes the report, and returns an error that says what does not hold.
func (r *report) print(out io.Writer) error {
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	p("%d instances, %d members, %d sockets, seed %d: driven for %s, %s of it in faults",
		r.instances, r.members, r.sockets, r.seed, r.driven.Round(time.Second), r.faulty.Round(time.Second))
	for _, what := range slices.Sorted(maps.Keys(r.faults)) {
		p("  %3d × %s", r.faults[what], what)
	}
	p("\ninboxes   %d acknowledged, %d told: %d lost, %d not accounted for, %d seqs out of line, %d out of order",
		r.writes, r.told, r.lost, r.duplicated, r.gaps, r.misordered)
	p("sockets   %d frames, opened again %d times: %d lost, %d skipped, %d repeated", r.arrived, r.reopened, r.unseen, r.skipped, r.repeated)
	p("sessions  %d ended (%d of them in faults), %d requests accepted later than %s; in calm refused by all after %s, sockets closed after %s",
		r.sessions.checks, r.sessions.inFaults, r.sessions.accepted, refusedWithin,
		milli(r.sessions.refused), milli(r.sessions.closed))
	p("images    %d stored, %d refused in calm; of %d rows %d without their file, %d with another one",
		r.images.uploads, r.images.refusedInCalm, r.images.rows, r.images.dangling, r.images.wrong)
	p("\n%-16s %8s %9s %9s %9s   requests that failed", "write → frame", "frames", "p50", "p99", "max")
	for _, during := range r.periods() {
		d := r.delay(during)
		p("%-16s %8d %9s %9s %9s   %s", during, len(d.all), milli(d.quantile(0.5)), milli(d.quantile(0.99)), milli(d.quantile(1)), list(r.failed[during]))
	}
	return r.judgement()
}

// periods lists calm and each fault in which something was counted.
func (r *report) periods() []string {
	seen := map[string]bool{calm: true}
	for during := range r.frames {
		seen[during] = true
	}
	for during := range r.failed {
		seen[during] = true
	}
	delete(seen, calm)
	return append([]string{calm}, slices.Sorted(maps.Keys(seen))...)
}

// judgement says what does not hold, nil when everything does.
func (r *report) judgement() error {
	var wrong []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	need(r.writes > 0 && r.arrived > 0 && r.sessions.checks > r.sessions.inFaults, "too little was measured to say anything")
	need(r.lost == 0 && r.unseen == 0, "%d notifications and %d frames are lost", r.lost, r.unseen)
	need(r.duplicated == 0 && r.repeated == 0, "%d notifications and %d frames came more than once", r.duplicated, r.repeated)
	need(r.gaps == 0 && r.skipped == 0 && r.misordered == 0, "%d seqs, %d frames and %d notifications are out of order", r.gaps, r.skipped, r.misordered)
	need(r.sessions.accepted == 0, "%d requests of ended sessions were accepted", r.sessions.accepted)
	need(len(r.sessions.wrong) == 0, "sessions that ended: %s", strings.Join(r.sessions.wrong, "; "))
	need(r.images.dangling == 0 && r.images.wrong == 0 && r.images.refusedInCalm == 0, "images are missing, wrong or were refused in calm")
	need(len(r.failed[calm]) == 0, "requests failed in calm: %s", list(r.failed[calm]))
	p99 := r.delay(calm).quantile(0.99)
	need(r.p99 == 0 || p99 <= r.p99, "the 99th percentile from write to frame is %s, more than %s", milli(p99), r.p99)
	return errors.Join(wrong...)
}

func milli(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// list is "3 × 503, 1 × no answer".
func list(counts map[string]int) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d × %s", counts[what], what))
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}
