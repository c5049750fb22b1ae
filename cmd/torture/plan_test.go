package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheSeedDeterminesTheFaults(t *testing.T) {
	draw := func(seed uint64) (all []fault) {
		p := newPlan(seed, allKinds, true)
		for range 50 {
			all = append(all, p.next())
		}
		return all
	}
	same := cmp.AllowUnexported(fault{})
	if diff := cmp.Diff(draw(7), draw(7), same); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(draw(7), draw(8), same) {
		t.Error("another seed gives the same faults")
	}
}

func TestEveryKindOfFaultComesBeforeAnyIsRepeated(t *testing.T) {
	p := newPlan(1, allKinds, true)
	for range 10 {
		seen := map[string]int{}
		for range len(allKinds) + 2 + 3 + 3 { // see often
			seen[p.next().kind]++
		}
		for _, kind := range allKinds {
			if seen[kind] != max(1, often[kind]) {
				t.Errorf("%s came %d times, want %d", kind, seen[kind], max(1, often[kind]))
			}
		}
	}
}

func TestFaultsCanBeChosen(t *testing.T) {
	o := options{only: "kill,net", without: "net"}
	if kinds, err := o.kinds(); err != nil || !cmp.Equal(kinds, []string{"kill"}) {
		t.Errorf("%v, %v", kinds, err)
	}
	for _, o := range []options{{only: "flood"}, {only: "kill", without: "kill"}} {
		if kinds, err := o.kinds(); err == nil {
			t.Errorf("%+v is accepted and leaves %v", o, kinds)
		}
	}
}

// TestServerFaultsDoNotChangeTheSequenceWithoutServers holds the sequence of a run on SQLite fixed.
func TestServerFaultsDoNotChangeTheSequenceWithoutServers(t *testing.T) {
	kinds, err := options{}.kinds()
	if err != nil {
		t.Fatal(err)
	}
	p := newPlan(7, kinds, false)
	var names []string
	for range 10 {
		names = append(names, p.next().name)
	}
	want := []string{
		"migration", "file-written", "kill", "import-batch", "clients: delay", "stop", "file-removed", "clock: skewed", "backup-begun", "log",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestDatabaseServerIsKilled(t *testing.T) {
	if kinds, err := (options{only: "database"}).kinds(); err == nil {
		t.Errorf("without servers, database is accepted as %v", kinds)
	}
	kinds, err := options{only: "kill,database", stack: true}.kinds()
	if err != nil {
		t.Fatal(err)
	}
	p, seen := newPlan(1, kinds, true), map[string]int{}
	for range 40 {
		f := p.next()
		seen[f.kind]++
		if f.kind == kindDatabase && (f.server != nameDatabase || f.conditions.Name != "" || f.last < 200*time.Millisecond || f.last > 2500*time.Millisecond) {
			t.Errorf("%+v", f)
		}
	}
	if diff := cmp.Diff(map[string]int{kindKill: 30, kindDatabase: 10}, seen); diff != "" {
		t.Error(diff)
	}
}
