package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// ledger is what members were told to be so, kept outside of the program. A cell is one thing that can be in different
// states: whether somebody likes something, what a review says. It is named by a text such as "like 3 17".
type ledger struct {
	mu    sync.Mutex
	cells map[string]*cell  // guarded by mu
	told  map[deed][]change // guarded by mu
}

// cell is what is known of one thing. "" is the state of what does not exist, or never did.
type cell struct {
	value string   // that was acknowledged
	tried []string // that were asked for since, of which no answer said anything
}

// deed is what notifies: actor follows target, or likes a review of target.
type deed struct {
	actor, target int64
	review        int64 // 0 for a follow
}

// change is one time that a deed was done after it had not stood.
type change struct {
	acked time.Time // zero while nobody knows
}

func newLedger() *ledger {
	return &ledger{cells: map[string]*cell{}, told: map[deed][]change{}}
}

func (l *ledger) cell(name string) *cell {
	c := l.cells[name]
	if c == nil {
		c = &cell{}
		l.cells[name] = c
	}
	return c
}

// begin notes what is about to be asked for.
func (l *ledger) begin(w wish) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, value := range w.cells {
		c := l.cell(name)
		c.tried = append(c.tried, value)
	}
	if w.tells != nil {
		l.told[*w.tells] = append(l.told[*w.tells], change{})
	}
}

// settle notes that it is so.
func (l *ledger) settle(w wish) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, value := range w.cells {
		*l.cell(name) = cell{value: value}
	}
	if w.tells != nil {
		all := l.told[*w.tells]
		all[len(all)-1].acked = time.Now()
	}
}

// refuse notes that the program said no, so that nothing of it may be there.
func (l *ledger) refuse(w wish) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name := range w.cells {
		l.cell(name).tried = nil
	}
	if w.tells != nil {
		all := l.told[*w.tells]
		l.told[*w.tells] = all[:len(all)-1]
	}
}

// findings is what is wrong, in sentences.
type findings struct {
	lost, phantom, duplicated, misplaced []string
}

func (f *findings) add(g findings) {
	f.lost = append(f.lost, g.lost...)
	f.phantom = append(f.phantom, g.phantom...)
	f.duplicated = append(f.duplicated, g.duplicated...)
	f.misplaced = append(f.misplaced, g.misplaced...)
}

func (f *findings) none() bool {
	return len(f.lost)+len(f.phantom)+len(f.duplicated)+len(f.misplaced) == 0
}

// compare holds the ledger against the states that are there.
func (l *ledger) compare(actual map[string]string) findings {
	l.mu.Lock()
	defer l.mu.Unlock()
	var f findings
	for name, c := range l.cells {
		got := actual[name]
		switch {
		case got == c.value || slices.Contains(c.tried, got):
		case got == "" || c.value != "":
			f.lost = append(f.lost, fmt.Sprintf("%s is %q, acknowledged was %q", name, got, c.value))
		default:
			f.phantom = append(f.phantom, fmt.Sprintf("%s is %q, which nobody asked for", name, got))
		}
	}
	for name, got := range actual {
		if l.cells[name] == nil && got != "" {
			f.phantom = append(f.phantom, fmt.Sprintf("%s is %q, of which nobody knows", name, got))
		}
	}
	return f
}

// compareTold holds the changes against how often each was told.
func (l *ledger) compareTold(actual map[deed]int) findings {
	l.mu.Lock()
	defer l.mu.Unlock()
	var f findings
	for d, changes := range l.told {
		sure, most := 0, len(changes)
		for _, c := range changes {
			if !c.acked.IsZero() {
				sure++
			}
		}
		switch got := actual[d]; {
		case got < sure:
			f.lost = append(f.lost, fmt.Sprintf("%+v was done %d times and told %d times", d, sure, got))
		case got > most:
			f.duplicated = append(f.duplicated, fmt.Sprintf("%+v was done %d times and told %d times", d, most, got))
		}
	}
	for d := range maps.Keys(actual) {
		if _, known := l.told[d]; !known {
			f.phantom = append(f.phantom, fmt.Sprintf("%+v was told and never done", d))
		}
	}
	return f
}

// ackedAt returns when each change of a deed was acknowledged, in order.
func (l *ledger) ackedAt(d deed) (all []time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.told[d] {
		all = append(all, c.acked)
	}
	return all
}

// value returns what was acknowledged last.
func (l *ledger) value(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.cells[name]; c != nil {
		return c.value
	}
	return ""
}

// lasting lists what was acknowledged, is there for good and was not asked to be anything else.
func (l *ledger) lasting() (names []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, c := range l.cells {
		if c.value == there && strings.HasPrefix(name, "film ") {
			names = append(names, name)
		}
	}
	return names
}
