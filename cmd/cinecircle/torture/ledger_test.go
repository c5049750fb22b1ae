package main

import (
	"testing"
	"time"
)

// known is a ledger in which a like was acknowledged, another asked for, and a third refused.
func known() *ledger {
	l := newLedger()
	yes := wish{cells: map[string]string{"like 1 1": "on"}, tells: &deed{actor: 1, target: 9, review: 1}}
	open := wish{cells: map[string]string{"like 1 2": "on"}, tells: &deed{actor: 1, target: 9, review: 2}}
	no := wish{cells: map[string]string{"like 1 3": "on"}, tells: &deed{actor: 1, target: 9, review: 3}}
	for _, w := range []wish{yes, open, no} {
		l.begin(w)
	}
	l.settle(yes)
	l.refuse(no)
	return l
}

func TestWhatWasNeverAnsweredMayBeEither(t *testing.T) {
	l := known()
	for _, actual := range []map[string]string{
		{"like 1 1": "on"},
		{"like 1 1": "on", "like 1 2": "on"},
	} {
		if f := l.compare(actual); !f.none() {
			t.Errorf("%v: %+v", actual, f)
		}
	}
	for _, told := range []map[deed]int{
		{{1, 9, 1}: 1},
		{{1, 9, 1}: 1, {1, 9, 2}: 1},
	} {
		if f := l.compareTold(told); !f.none() {
			t.Errorf("%v: %+v", told, f)
		}
	}
}

func TestWhatDoesNotAgreeIsFound(t *testing.T) {
	l := known()
	for what, c := range map[string]struct {
		actual        map[string]string
		lost, phantom int
	}{
		"nothing is there":      {map[string]string{}, 1, 0},
		"the refused one is":    {map[string]string{"like 1 1": "on", "like 1 3": "on"}, 0, 1},
		"one that nobody asked": {map[string]string{"like 1 1": "on", "like 2 1": "on"}, 0, 1},
		"another state":         {map[string]string{"like 1 1": "half"}, 1, 0},
	} {
		f := l.compare(c.actual)
		if len(f.lost) != c.lost || len(f.phantom) != c.phantom {
			t.Errorf("%s: %+v", what, f)
		}
	}
	for what, c := range map[string]struct {
		actual                    map[deed]int
		lost, phantom, duplicated int
	}{
		"not told":          {map[deed]int{}, 1, 0, 0},
		"told twice":        {map[deed]int{{1, 9, 1}: 2}, 0, 0, 1},
		"told of a refusal": {map[deed]int{{1, 9, 1}: 1, {1, 9, 3}: 1}, 0, 0, 1},
		"told of nobody":    {map[deed]int{{1, 9, 1}: 1, {2, 9, 1}: 1}, 0, 1, 0},
	} {
		f := l.compareTold(c.actual)
		if len(f.lost) != c.lost || len(f.phantom) != c.phantom || len(f.duplicated) != c.duplicated {
			t.Errorf("%s: %+v", what, f)
		}
	}
}

func TestAnAcknowledgementTakesThePlaceOfWhatWasAsked(t *testing.T) {
	l := known()
	w := wish{cells: map[string]string{"like 1 2": ""}}
	l.begin(w)
	l.settle(w)
	if f := l.compare(map[string]string{"like 1 1": "on", "like 1 2": "on"}); len(f.lost)+len(f.phantom) != 1 {
		t.Errorf("%+v", f)
	}
	if acks := l.ackedAt(deed{1, 9, 1}); len(acks) != 1 || time.Since(acks[0]) > time.Minute {
		t.Errorf("acknowledged at %v", acks)
	}
}

func TestFilesAndRowsAreHeldAgainstEachOther(t *testing.T) {
	if wrong := compareFiles([]string{"b", "a"}, []string{"c", "d"}, []string{"a", "b", "c"}); len(wrong) != 0 {
		t.Errorf("%q", wrong)
	}
	if wrong := compareFiles([]string{"a", "c"}, nil, []string{"a", "b"}); len(wrong) != 2 {
		t.Errorf("%q", wrong)
	}
}
