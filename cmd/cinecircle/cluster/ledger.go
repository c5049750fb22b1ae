package main

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// deed is what notifies: actor follows target, or likes a review of target.
type deed struct {
	actor, target int64
	review        int64 // 0 for a follow
}

// entry is a deed that was acknowledged. It may have been tried several times: sent is when first.
type entry struct {
	deed
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

// deedOf returns the deed that n tells the member target of.
func deedOf(n rig.Notification, target int64) deed {
	d := deed{actor: n.Actor.ID, target: target}
	if n.Type == "review_like" {
		d.review = n.ReviewID
	}
	return d
}

// told is an entry and the seq under which the inbox has it.
type told struct {
	entry
	seq int64
}

// verdict is what holding the ledger against an inbox finds.
type verdict struct {
	told       []told // by seq
	lost       []entry
	duplicated []rig.Notification // nobody did that, or not so often
	gaps       int                // seqs that are missing, or there twice
	misordered int                // told after something that was begun only when they had been acknowledged
}

// judge holds what was acknowledged about the member target against their inbox, in any order. The same deed done again
// is told again; the first time belongs to the first seq.
func judge(target int64, entries []entry, inbox []rig.Notification) verdict {
	var v verdict
	waiting := map[deed][]entry{}
	for _, e := range slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return a.acked.Compare(b.acked) }) {
		if e.target == target {
			waiting[e.deed] = append(waiting[e.deed], e)
		}
	}
	bySeq := slices.SortedFunc(slices.Values(inbox), func(a, b rig.Notification) int { return cmp.Compare(a.Seq, b.Seq) })
	for k, n := range bySeq {
		if n.Seq != int64(k)+1 {
			v.gaps++
		}
		d := deedOf(n, target)
		if len(waiting[d]) == 0 {
			v.duplicated = append(v.duplicated, n)
			continue
		}
		v.told = append(v.told, told{waiting[d][0], n.Seq})
		waiting[d] = waiting[d][1:]
	}
	for _, left := range waiting {
		v.lost = append(v.lost, left...)
	}
	v.misordered = misordered(v.told)
	return v
}

// misordered counts who comes after somebody who was begun only once they had been acknowledged. Whatever was under way
// at the same time may come in any order.
func misordered(bySeq []told) int {
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
