package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// calm is the time outside of fault windows. An outage of the store counts as calm for notifications.
const calm = "calm"

// report is what was counted.
type report struct {
	options
	driven, faulty time.Duration
	faults         map[string]int

	writes, notified                   int // acknowledged, in inboxes
	lost, duplicated, gaps, misordered int // in inboxes
	sockets, reopened, arrived         int
	unseen, skipped, repeated          int // frames, on sockets
	frames                             map[string]harness.Delays
	failed                             map[string]map[string]int // requests, by fault and status
	revocations                        []findings
	images                             imageFindings
	blocks                             blockChecks
}

// addDelay adds the delay of a frame during a fault, "" for none.
func (r *report) addDelay(during string, d time.Duration) {
	during = cmp.Or(during, calm)
	r.frames[during] = append(r.frames[during], d)
}

// print writes the report, and returns an error that says which promises were broken.
func (r *report) print(out io.Writer) error {
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	p("%d instances, %d members, %d sockets, seed %d: driven for %s, %s of it in faults",
		r.instances, r.members, r.sockets, r.seed, r.driven.Round(time.Second), r.faulty.Round(time.Second))
	for _, what := range slices.Sorted(maps.Keys(r.faults)) {
		p("  %3d × %s", r.faults[what], what)
	}
	p("\ninboxes   %d acknowledged, %d notified: %d lost, %d unexplained, %d wrong seqs, %d out of order",
		r.writes, r.notified, r.lost, r.duplicated, r.gaps, r.misordered)
	p("sockets   %d frames, reopened %d times: %d lost, %d skipped, %d repeated", r.arrived, r.reopened, r.unseen, r.skipped, r.repeated)
	for _, f := range r.revocations {
		p("%-9s %d ended (%d of them in faults), %d requests accepted later than %s; outside of faults refused by all after %s, sockets closed after %s",
			f.name, f.checks, f.inFaults, f.accepted, f.refusedWithin, harness.Millis(f.refused), harness.Millis(f.closed))
	}
	p("images    %d stored, %d refused outside of faults; of %d rows %d without their file, %d with another one",
		r.images.uploads, r.images.refusedInCalm, r.images.rows, r.images.dangling, r.images.wrong)
	p("blocks    %d while the other one followed, %d refused by instances: %d breaches", r.blocks.checks, r.blocks.looks, len(r.blocks.wrong))
	p("\n%-16s %8s %9s %9s %9s   failed requests", "write → frame", "frames", "p50", "p99", "max")
	for _, during := range r.periods() {
		d := r.frames[during]
		p("%-16s %8d %9s %9s %9s   %s", during, len(d), d.Millis(0.5), d.Millis(0.99), d.Millis(1), harness.Counts(r.failed[during]))
	}
	return r.judgement()
}

// periods lists calm and each fault during which something was counted.
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

// judgement returns an error that says which promises were broken, nil when none was.
func (r *report) judgement() error {
	var wrong []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	need(r.writes > 0 && r.arrived > 0, "too little was measured to judge")
	need(r.lost == 0 && r.unseen == 0, "%d notifications and %d frames are lost", r.lost, r.unseen)
	need(r.duplicated == 0 && r.repeated == 0, "%d notifications and %d frames were repeated", r.duplicated, r.repeated)
	need(r.gaps == 0 && r.skipped == 0 && r.misordered == 0, "%d seqs, %d frames and %d notifications are out of order", r.gaps, r.skipped, r.misordered)
	for _, f := range r.revocations {
		need(f.checks > f.inFaults, "%s: too little was measured to judge", f.name)
		need(f.accepted == 0, "%s: %d requests were accepted afterwards", f.name, f.accepted)
		need(len(f.wrong) == 0, "%s: %s", f.name, strings.Join(f.wrong, "; "))
	}
	need(r.images.dangling == 0 && r.images.wrong == 0 && r.images.refusedInCalm == 0, "images are missing, wrong, or were refused outside of faults")
	need(len(r.blocks.wrong) == 0, "blocks: %s", strings.Join(r.blocks.wrong, "; "))
	need(len(r.failed[calm]) == 0, "requests failed outside of faults: %s", harness.Counts(r.failed[calm]))
	p99 := r.frames[calm].Quantile(0.99)
	need(r.p99 == 0 || p99 <= r.p99, "the 99th percentile from write to frame is %s, more than %s", harness.Millis(p99), r.p99)
	return errors.Join(wrong...)
}
