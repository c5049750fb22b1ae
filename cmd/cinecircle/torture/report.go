package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// tally is what members got for an answer.
type tally struct {
	mu       sync.Mutex
	acked    int            // guarded by mu
	took     delays         // of what was acknowledged; guarded by mu
	statuses map[string]int // of what was not, and may have happened all the same; guarded by mu
	refusals []string       // of what ought to have been accepted; guarded by mu
}

func (t *tally) acknowledged(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.acked++
	t.took.add(took)
}

func (t *tally) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.acked
}

func (t *tally) failed(call rig.Call, a rig.Answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	status := "no answer"
	if a.Status > 0 {
		status = fmt.Sprint(a.Status)
	}
	t.statuses[status]++
	if a.Status == 500 {
		t.refusals = append(t.refusals, fmt.Sprintf("%s %s: %d %s", call.Method, call.Path, a.Status, a.Body))
	}
}

func (t *tally) refused(call rig.Call, a rig.Answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refusals = append(t.refusals, fmt.Sprintf("%s %s: %d %s", call.Method, call.Path, a.Status, a.Body))
}

// delays are times of which the quantiles matter.
type delays struct{ all []time.Duration }

func (d *delays) add(x time.Duration) { d.all = append(d.all, x) }

// quantile returns the nearest rank, 0 of none.
func (d *delays) quantile(q float64) time.Duration {
	if len(d.all) == 0 {
		return 0
	}
	slices.Sort(d.all)
	return d.all[min(len(d.all)-1, int(q*float64(len(d.all))))]
}

// report is what was counted.
type report struct {
	options
	took      time.Duration
	faults    map[string]int
	unreached int // fail points
	tally     *tally
	healed    delays // from the start of a process to its readiness
	findings
	frames, reopened int
	backups          int    // that were read
	roomy            delays // from room on the disk to everybody being served
	refound          delays // from the database's return to everybody being served
	pushed, late     delays // from acknowledgement to frame: in one life of the process, and across a death
}

func newReport(o options) *report {
	return &report{options: o, faults: map[string]int{}, tally: &tally{statuses: map[string]int{}}}
}

// wrong reports whether anything does not hold.
func (r *report) wrong() bool {
	r.tally.mu.Lock()
	defer r.tally.mu.Unlock()
	return !r.none() || len(r.tally.refusals) > 0
}

// addFrames counts what the sockets of a home saw.
func (r *report) addFrames(h *home) {
	for target, all := range h.sockets {
		for _, l := range all {
			r.reopened += l.Opened() - 1
			nth := map[deed]int{}
			for _, n := range l.Frames() {
				r.frames++
				d := deed{actor: n.Actor.ID, target: target, review: n.ReviewID}
				acks := h.ledger.ackedAt(d)
				if k := nth[d]; k < len(acks) && !acks[k].IsZero() {
					r.addDelay(h, acks[k], n.At)
				}
				nth[d]++
			}
		}
	}
}

func (r *report) addDelay(h *home, acked, at time.Time) {
	took := max(0, at.Sub(acked))
	if h.sameLife(acked, at) || took == 0 {
		r.pushed.add(took)
	} else {
		r.late.add(took)
	}
}

// summary is for a line of progress: nothing when everything is as it should be.
func (f *findings) summary() string {
	if f.none() {
		return ""
	}
	return fmt.Sprintf(": %d lost, %d phantom, %d duplicated, %d out of place", len(f.lost), len(f.phantom), len(f.duplicated), len(f.misplaced))
}

// print writes the report, and returns an error that says what does not hold.
func (r *report) print(out io.Writer) error {
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	faults := 0
	for _, n := range r.faults {
		faults += n
	}
	p("seed %d: %d faults in %s", r.seed, faults, r.took.Round(time.Second))
	for _, what := range slices.Sorted(maps.Keys(r.faults)) {
		p("  %4d × %s", r.faults[what], what)
	}
	p("  %4d fail points were not reached; the process was killed instead", r.unreached)
	p("")
	p("acknowledged  %d writes", r.tally.acked)
	p("lost          %d", len(r.lost))
	p("phantom       %d", len(r.phantom))
	p("duplicated    %d", len(r.duplicated))
	p("out of place  %d   (counters, files, integrity)", len(r.misplaced))
	p("sockets       %d frames, opened again %d times", r.frames, r.reopened)
	p("healed in     %s at the median, %s at worst, from the start of the process to its readiness", milli(r.healed.quantile(0.5)), milli(r.healed.quantile(1)))
	if len(r.roomy.all) > 0 {
		p("disk          %d times full, everybody served %s after there was room, at worst", len(r.roomy.all), milli(r.roomy.quantile(1)))
	}
	if len(r.refound.all) > 0 {
		p("database      %d times killed alone, everybody served %s after it was back, at worst", len(r.refound.all), milli(r.refound.quantile(1)))
	}
	if r.backups > 0 {
		p("backups       %d read, all of one piece", r.backups)
	}
	p("write         %s at the median, %s p99, %s at worst (faults included)", milli(r.tally.took.quantile(0.5)), milli(r.tally.took.quantile(0.99)), milli(r.tally.took.quantile(1)))
	p("ack → frame   %s at the median, %s p99, %s at worst; across a death %s at worst",
		milli(r.pushed.quantile(0.5)), milli(r.pushed.quantile(0.99)), milli(r.pushed.quantile(1)), milli(r.late.quantile(1)))
	p("tried again   %s", list(r.tally.statuses))
	return r.judgement()
}

// shown is how many sentences of each kind are printed.
const shown = 10

// judgement says what does not hold, nil when everything does.
func (r *report) judgement() error {
	var wrong []error
	for _, what := range []struct {
		name string
		all  []string
	}{
		{"lost", r.lost}, {"phantom", r.phantom}, {"duplicated", r.duplicated}, {"out of place", r.misplaced}, {"refused", r.tally.refusals},
	} {
		if len(what.all) > 0 {
			wrong = append(wrong, fmt.Errorf("%d %s:\n  %s", len(what.all), what.name, strings.Join(what.all[:min(shown, len(what.all))], "\n  ")))
		}
	}
	if r.tally.acked == 0 || r.frames == 0 {
		wrong = append(wrong, errors.New("too little happened to say anything"))
	}
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
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
