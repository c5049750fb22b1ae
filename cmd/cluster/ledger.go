package main

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// action is an event that notifies: actor follows target, or likes a review of target.
type action struct {
	actor, target int64
	review        int64 // 0 for a follow
}

// entry is an acknowledged action. sent is the time of the first attempt.
type entry struct {
	action
	sent, acked time.Time
}

// ledger is everything that was acknowledged.
type ledger struct {
	mu      sync.Mutex
	entries []entry // guarded by mu
}

func (l *ledger) add(e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
}

// actionOf returns the action of which n notifies target.
func actionOf(n harness.Notification, target int64) action {
	d := action{actor: n.Actor.ID, target: target}
	if n.Type == "review_like" {
		d.review = n.ReviewID
	}
	return d
}

// notified is an entry and its seq in the inbox.
type notified struct {
	entry
	seq int64
}

// comparison is what comparing the ledger with an inbox finds.
type comparison struct {
	notified   []notified // by seq
	lost       []entry
	duplicated []harness.Notification // never done, or less often
	gaps       int                    // seqs that are missing or repeated
	misordered int                    // after an entry that began only when they had been acknowledged
}

// judge compares what was acknowledged about the member target with their inbox, in any order. An action that was
// repeated is notified again; its first entry belongs to the first seq.
func judge(target int64, entries []entry, inbox []harness.Notification) comparison {
	var v comparison
	waiting := map[action][]entry{}
	for _, e := range slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return a.acked.Compare(b.acked) }) {
		if e.target == target {
			waiting[e.action] = append(waiting[e.action], e)
		}
	}
	bySeq := slices.SortedFunc(slices.Values(inbox), func(a, b harness.Notification) int { return cmp.Compare(a.Seq, b.Seq) })
	for k, n := range bySeq {
		if n.Seq != int64(k)+1 {
			v.gaps++
		}
		d := actionOf(n, target)
		if len(waiting[d]) == 0 {
			v.duplicated = append(v.duplicated, n)
			continue
		}
		v.notified = append(v.notified, notified{waiting[d][0], n.Seq})
		waiting[d] = waiting[d][1:]
	}
	for _, left := range waiting {
		v.lost = append(v.lost, left...)
	}
	v.misordered = misordered(v.notified)
	return v
}

// misordered counts entries that come after an entry that began only when they had been acknowledged. Concurrent ones
// may come in any order.
func misordered(bySeq []notified) int {
	count := 0
	var firstAck time.Time // of everything with a higher seq
	for k, t := range slices.Backward(bySeq) {
		if k < len(bySeq)-1 && firstAck.Before(t.sent) {
			count++
		}
		if k == len(bySeq)-1 || t.acked.Before(firstAck) {
			firstAck = t.acked
		}
	}
	return count
}
