package main

import (
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// did returns the entry of a like of member 1's review by an actor, with seconds after noon.
func did(actor int64, sent, acked int) entry {
	return entry{action{actor, 1, 50}, noon.Add(time.Duration(sent) * time.Second), noon.Add(time.Duration(acked) * time.Second)}
}

func row(seq, actor int64) harness.Notification {
	n := harness.Notification{ID: seq, Seq: seq, Type: "review_like", ReviewID: 50}
	n.Actor.ID = actor
	return n
}

func TestInboxThatMatchesTheLedgerHasNoFindings(t *testing.T) {
	strangers := entry{action{2, 9, 50}, noon, noon}
	v := judge(1, []entry{did(2, 0, 1), strangers, did(3, 2, 3), did(2, 4, 5)}, []harness.Notification{row(3, 2), row(2, 3), row(1, 2)})
	if len(v.lost) != 0 || len(v.duplicated) != 0 || v.gaps != 0 || v.misordered != 0 || len(v.notified) != 3 {
		t.Errorf("%+v", v)
	}
	if !v.notified[2].sent.Equal(noon.Add(4 * time.Second)) {
		t.Error("the second entry of an action was not matched with its second notification")
	}
}

func TestFindingsAreCounted(t *testing.T) {
	acknowledged := []entry{did(2, 0, 1), did(3, 2, 3)}
	follow := row(2, 3)
	follow.Type = "follow"
	for what, c := range map[string]struct {
		inbox                              []harness.Notification
		lost, duplicated, gaps, misordered int
	}{
		"lost":              {[]harness.Notification{row(1, 2)}, 1, 0, 0, 0},
		"duplicated":        {[]harness.Notification{row(1, 2), row(2, 3), row(3, 3)}, 0, 1, 0, 0},
		"another actor":     {[]harness.Notification{row(1, 2), row(2, 4)}, 1, 1, 0, 0},
		"another type":      {[]harness.Notification{row(1, 2), follow}, 1, 1, 0, 0},
		"a gap":             {[]harness.Notification{row(1, 2), row(3, 3)}, 0, 0, 1, 0},
		"a seq twice":       {[]harness.Notification{row(1, 2), row(1, 3)}, 0, 0, 1, 0},
		"swapped":           {[]harness.Notification{row(1, 3), row(2, 2)}, 0, 0, 0, 1},
		"empty inbox":       {nil, 2, 0, 0, 0},
		"begins with seq 2": {[]harness.Notification{row(2, 2), row(3, 3)}, 0, 0, 2, 0},
	} {
		v := judge(1, acknowledged, c.inbox)
		if len(v.lost) != c.lost || len(v.duplicated) != c.duplicated || v.gaps != c.gaps || v.misordered != c.misordered {
			t.Errorf("%s: %d lost, %d duplicated, %d gaps, %d misordered; want %+v",
				what, len(v.lost), len(v.duplicated), v.gaps, v.misordered, c)
		}
	}
}

func TestConcurrentActionsMayBeNotifiedInAnyOrder(t *testing.T) {
	inbox := []harness.Notification{row(1, 3), row(2, 2)}
	if v := judge(1, []entry{did(2, 0, 3), did(3, 1, 2)}, inbox); v.misordered != 0 {
		t.Errorf("%d misordered, want none", v.misordered)
	}
}

func TestSkippedAndRepeatedFramesAreCounted(t *testing.T) {
	for what, c := range map[string]struct {
		seqs              []int64
		skipped, repeated int
	}{
		"right":             {[]int64{1, 2, 3}, 0, 0},
		"nothing":           {nil, 0, 0},
		"skips":             {[]int64{1, 3, 4}, 1, 0},
		"repeats":           {[]int64{1, 2, 2, 3}, 0, 1},
		"swapped":           {[]int64{2, 1, 3}, 1, 1},
		"begins too late":   {[]int64{2, 3}, 1, 0},
		"replays too much":  {[]int64{1, 2, 1, 2, 3}, 0, 2},
		"skips and returns": {[]int64{1, 4, 2, 3, 5}, 1, 2},
	} {
		var frames []harness.Notification
		for _, seq := range c.seqs {
			frames = append(frames, row(seq, 2))
		}
		if skipped, repeated := harness.Misordered(frames, 0); skipped != c.skipped || repeated != c.repeated {
			t.Errorf("%s: %d skipped, %d repeated; want %d and %d", what, skipped, repeated, c.skipped, c.repeated)
		}
	}
}
