package main

import (
	"testing"
	"time"
)

// known returns a ledger with an acknowledged, an unanswered and a refused like.
func known() *ledger {
	l := newLedger()
	yes := request{cells: map[string]string{"like 1 1": "on"}, notifies: &action{actor: 1, target: 9, review: 1}}
	open := request{cells: map[string]string{"like 1 2": "on"}, notifies: &action{actor: 1, target: 9, review: 2}}
	no := request{cells: map[string]string{"like 1 3": "on"}, notifies: &action{actor: 1, target: 9, review: 3}}
	for _, w := range []request{yes, open, no} {
		l.begin(w)
	}
	l.settle(yes)
	l.refuse(no)
	return l
}

func TestUnansweredWritesMayHaveHappenedOrNot(t *testing.T) {
	l := known()
	for _, actual := range []map[string]string{
		{"like 1 1": "on"},
		{"like 1 1": "on", "like 1 2": "on"},
	} {
		if f := l.compare(actual); !f.none() {
			t.Errorf("%v: %+v", actual, f)
		}
	}
	for _, told := range []map[action]int{
		{{1, 9, 1, ""}: 1},
		{{1, 9, 1, ""}: 1, {1, 9, 2, ""}: 1},
	} {
		if f := l.compareNotified(told); !f.none() {
			t.Errorf("%v: %+v", told, f)
		}
	}
}

func TestNotificationsGoWithTheAccount(t *testing.T) {
	l := newLedger()
	told := request{by: &member{id: 9}, notifies: &action{target: 9, kind: "import_done"}}
	l.begin(told)
	l.settle(told)
	if f := l.compareNotified(map[action]int{}); len(f.lost) != 1 {
		t.Errorf("before the account goes: %+v", f)
	}
	l.begin(request{by: told.by, leaves: true})
	if f := l.compareNotified(map[action]int{}); !f.none() {
		t.Errorf("afterwards: %+v", f)
	}
	if f := l.compareNotified(map[action]int{*told.notifies: 2}); len(f.duplicated) != 1 {
		t.Errorf("told twice: %+v", f)
	}
}

func TestDifferencesFromTheLedgerAreFound(t *testing.T) {
	l := known()
	for what, c := range map[string]struct {
		actual        map[string]string
		lost, phantom int
	}{
		"acknowledged one is missing": {map[string]string{}, 1, 0},
		"refused one exists":          {map[string]string{"like 1 1": "on", "like 1 3": "on"}, 0, 1},
		"never requested one exists":  {map[string]string{"like 1 1": "on", "like 2 1": "on"}, 0, 1},
		"another state":               {map[string]string{"like 1 1": "half"}, 1, 0},
	} {
		f := l.compare(c.actual)
		if len(f.lost) != c.lost || len(f.phantom) != c.phantom {
			t.Errorf("%s: %+v", what, f)
		}
	}
	for what, c := range map[string]struct {
		actual                    map[action]int
		lost, phantom, duplicated int
	}{
		"not notified":               {map[action]int{}, 1, 0, 0},
		"notified twice":             {map[action]int{{1, 9, 1, ""}: 2}, 0, 0, 1},
		"notified of a refused one":  {map[action]int{{1, 9, 1, ""}: 1, {1, 9, 3, ""}: 1}, 0, 0, 1},
		"notified of an unknown one": {map[action]int{{1, 9, 1, ""}: 1, {2, 9, 1, ""}: 1}, 0, 1, 0},
	} {
		f := l.compareNotified(c.actual)
		if len(f.lost) != c.lost || len(f.phantom) != c.phantom || len(f.duplicated) != c.duplicated {
			t.Errorf("%s: %+v", what, f)
		}
	}
}

func TestAcknowledgementReplacesTheAttempt(t *testing.T) {
	l := known()
	w := request{cells: map[string]string{"like 1 2": ""}}
	l.begin(w)
	l.settle(w)
	if f := l.compare(map[string]string{"like 1 1": "on", "like 1 2": "on"}); len(f.lost)+len(f.phantom) != 1 {
		t.Errorf("%+v", f)
	}
	if acks := l.ackedAt(action{1, 9, 1, ""}); len(acks) != 1 || time.Since(acks[0]) > time.Minute {
		t.Errorf("acknowledged at %v", acks)
	}
}

func TestFilesAreComparedWithRows(t *testing.T) {
	if wrong := compareFiles([]string{"b", "a"}, []string{"c", "d"}, []string{"a", "b", "c"}); len(wrong) != 0 {
		t.Errorf("%q", wrong)
	}
	if wrong := compareFiles([]string{"a", "c"}, nil, []string{"a", "b"}); len(wrong) != 2 {
		t.Errorf("%q", wrong)
	}
}
