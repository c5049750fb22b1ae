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

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// tally counts the answers that members got.
type tally struct {
	mu       sync.Mutex
	acked    int            // guarded by mu
	took     harness.Delays // of what was acknowledged; guarded by mu
	statuses map[string]int // of what was not, and may have happened all the same; guarded by mu
	refusals []string       // of what ought to have been accepted; guarded by mu
	ended    map[string]int // how often what lasts several requests came to an end; guarded by mu
}

// end counts an end of what lasts several requests.
func (t *tally) end(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended[what]++
}

func (t *tally) acknowledged(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.acked++
	t.took = append(t.took, took)
}

func (t *tally) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.acked
}

func (t *tally) failed(call harness.Call, a harness.Answer) {
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

func (t *tally) refused(call harness.Call, a harness.Answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refusals = append(t.refusals, fmt.Sprintf("%s %s: %d %s", call.Method, call.Path, a.Status, a.Body))
}

// report holds the results of a campaign.
type report struct {
	options
	took      time.Duration
	faults    map[string]int
	unreached int // fail points
	tally     *tally
	healed    harness.Delays // from the start of a process to its readiness
	findings
	frames, reopened int
	backups          int            // that were read
	roomy            harness.Delays // from the end of a full disk until all requests succeed
	refound          harness.Delays // from the return of the database until all requests succeed
	pushed, late     harness.Delays // from acknowledgement to frame: in one life of the process, and across a death
}

func newReport(o options) *report {
	return &report{options: o, faults: map[string]int{}, tally: &tally{statuses: map[string]int{}, ended: map[string]int{}}}
}

// wrong reports whether any promise was broken.
func (r *report) wrong() bool {
	r.tally.mu.Lock()
	defer r.tally.mu.Unlock()
	return !r.none() || len(r.tally.refusals) > 0
}

// addFrames counts the frames that the sockets of an instance received.
func (r *report) addFrames(h *instance) {
	for target, all := range h.sockets {
		for _, l := range all {
			r.reopened += l.Opened() - 1
			nth := map[action]int{}
			for _, n := range l.Frames() {
				r.frames++
				d := action{actor: n.Actor.ID, target: target, review: n.ReviewID}
				acks := h.ledger.ackedAt(d)
				if k := nth[d]; k < len(acks) && !acks[k].IsZero() {
					r.addDelay(h, acks[k], n.At)
				}
				nth[d]++
			}
		}
	}
}

func (r *report) addDelay(h *instance, acked, at time.Time) {
	took := max(0, at.Sub(acked))
	if h.sameProcess(acked, at) || took == 0 {
		r.pushed = append(r.pushed, took)
	} else {
		r.late = append(r.late, took)
	}
}

// summary returns the findings for a progress line, "" when there are none.
func (f *findings) summary() string {
	if f.none() {
		return ""
	}
	return fmt.Sprintf(": %d lost, %d phantom, %d duplicated, %d out of place", len(f.lost), len(f.phantom), len(f.duplicated), len(f.misplaced))
}

// print writes the report, and returns an error that says which promises were broken.
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
	p("              of them %d imports applied, %d undone, %d reviews hidden and restored", r.tally.ended["done"], r.tally.ended["undone"], r.tally.ended["restored"])
	p("lost          %d", len(r.lost))
	p("phantom       %d", len(r.phantom))
	p("duplicated    %d", len(r.duplicated))
	p("out of place  %d   (counters, files, integrity)", len(r.misplaced))
	p("sockets       %d frames, opened again %d times", r.frames, r.reopened)
	p("healed in     %s at the median, %s at worst, from the start of the process to its readiness", r.healed.Millis(0.5), r.healed.Millis(1))
	if len(r.roomy) > 0 {
		p("disk          %d times full, everybody served %s after there was room, at worst", len(r.roomy), r.roomy.Millis(1))
	}
	if len(r.refound) > 0 {
		p("database      %d times killed alone, everybody served %s after it was back, at worst", len(r.refound), r.refound.Millis(1))
	}
	if r.backups > 0 {
		p("backups       %d read, all of one piece", r.backups)
	}
	p("write         %s at the median, %s p99, %s at worst (faults included)", r.tally.took.Millis(0.5), r.tally.took.Millis(0.99), r.tally.took.Millis(1))
	p("ack → frame   %s at the median, %s p99, %s at worst; across a death %s at worst",
		r.pushed.Millis(0.5), r.pushed.Millis(0.99), r.pushed.Millis(1), r.late.Millis(1))
	p("tried again   %s", harness.Counts(r.tally.statuses))
	return r.judgement()
}

// shown is how many findings of each kind are printed.
const shown = 10

// judgement returns an error that says which promises were broken, nil when none was.
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
