package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// ledger keeps, outside of the program, what was acknowledged to members. A cell is one thing that can have different
// states: whether somebody likes something, what a review says. Its name is a text such as "like 3 17".
type ledger struct {
	mu       sync.Mutex
	cells    map[string]*cell    // guarded by mu
	notified map[action][]change // guarded by mu
	leaving  map[int64]bool      // members whose notifications go, or have gone, with their accounts; guarded by mu
}

// cell is the known state of one thing. "" means that it does not exist.
type cell struct {
	value string   // the acknowledged value
	tried []string // values requested since then without an answer
}

// action is an event that notifies: actor follows target, asks to or accepts that of target, likes a review of
// target, or comments on it; or target is told something without an actor; or it is logged, without a target.
type action struct {
	actor, target int64
	review        int64  // that it is about, else 0
	kind          string // the type of the notification, unless it is a follow or a like
}

// change is one change of an action from off to on.
type change struct {
	acked time.Time // zero until it is acknowledged
}

func newLedger() *ledger {
	return &ledger{cells: map[string]*cell{}, notified: map[action][]change{}, leaving: map[int64]bool{}}
}

func (l *ledger) cell(name string) *cell {
	c := l.cells[name]
	if c == nil {
		c = &cell{}
		l.cells[name] = c
	}
	return c
}

// begin notes that a request is about to be sent.
func (l *ledger) begin(w request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, value := range w.cells {
		c := l.cell(name)
		c.tried = append(c.tried, value)
	}
	if w.leaves {
		l.leaving[w.by.id] = true
	}
	for _, a := range w.events() {
		l.notified[a] = append(l.notified[a], change{})
	}
}

// settle notes that a request was acknowledged.
func (l *ledger) settle(w request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, value := range w.cells {
		*l.cell(name) = cell{value: value}
	}
	for _, a := range w.events() {
		all := l.notified[a]
		all[len(all)-1].acked = time.Now()
	}
}

// refuse notes that the program refused a request, so none of it may be there.
func (l *ledger) refuse(w request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name := range w.cells {
		l.cell(name).tried = nil
	}
	for _, a := range w.events() {
		all := l.notified[a]
		l.notified[a] = all[:len(all)-1]
	}
}

// findings describes each violation in a sentence.
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

// compare checks the actual states against the ledger.
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
			f.phantom = append(f.phantom, fmt.Sprintf("%s is %q, which nobody requested", name, got))
		}
	}
	for name, got := range actual {
		if l.cells[name] == nil && got != "" {
			f.phantom = append(f.phantom, fmt.Sprintf("%s is %q, which the ledger does not know", name, got))
		}
	}
	return f
}

// compareNotified checks how often each change was notified.
func (l *ledger) compareNotified(actual map[action]int) findings {
	l.mu.Lock()
	defer l.mu.Unlock()
	var f findings
	for d, changes := range l.notified {
		sure, most := 0, len(changes)
		for _, c := range changes {
			if !c.acked.IsZero() && !l.leaving[d.target] {
				sure++
			}
		}
		switch got := actual[d]; {
		case got < sure:
			f.lost = append(f.lost, fmt.Sprintf("%+v was done %d times and notified %d times", d, sure, got))
		case got > most:
			f.duplicated = append(f.duplicated, fmt.Sprintf("%+v was done %d times and notified %d times", d, most, got))
		}
	}
	for d := range maps.Keys(actual) {
		if _, known := l.notified[d]; !known {
			f.phantom = append(f.phantom, fmt.Sprintf("%+v was notified and never done", d))
		}
	}
	return f
}

// ackedAt returns when each change of an action was acknowledged, in order.
func (l *ledger) ackedAt(d action) (all []time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.notified[d] {
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

// lasting lists the cells that were acknowledged, exist, and have no pending request.
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
