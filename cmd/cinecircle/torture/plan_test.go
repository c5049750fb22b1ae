package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheSameSeedBringsTheSameFaults(t *testing.T) {
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
		t.Error("another seed brings the same")
	}
}

func TestEveryKindComesBeforeOneComesMoreOften(t *testing.T) {
	p := newPlan(1, allKinds, true)
	for range 10 {
		seen := map[string]int{}
		for range len(allKinds) + 2 + 3 + 3 { // as often says
			seen[p.next().kind]++
		}
		for _, kind := range allKinds {
			if seen[kind] != max(1, often[kind]) {
				t.Errorf("%s came %d times", kind, seen[kind])
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
			t.Errorf("%+v leaves %v", o, kinds)
		}
	}
}

// TestFaultsOfServersChangeNothingWhereThereAreNone holds a run on SQLite to what its seed brought before.
func TestFaultsOfServersChangeNothingWhereThereAreNone(t *testing.T) {
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
		"clock: skewed", "file-written", "file-removed", "kill", "storm", "row-before-push", "backup: killed", "stop", "disk", "file-before-row",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestTheDatabaseIsKilledWhereItIsAServer(t *testing.T) {
	if kinds, err := (options{only: "database"}).kinds(); err == nil {
		t.Errorf("SQLite is killed by %v", kinds)
	}
	kinds, err := options{only: "kill,database", stack: true}.kinds()
	if err != nil {
		t.Fatal(err)
	}
	p, seen := newPlan(1, kinds, true), map[string]int{}
	for range 40 {
		f := p.next()
		seen[f.kind]++
		if f.kind == kindDatabase && (f.server != nameDatabase || f.weather.Name != "" || f.last < 200*time.Millisecond || f.last > 2500*time.Millisecond) {
			t.Errorf("%+v", f)
		}
	}
	if diff := cmp.Diff(map[string]int{kindKill: 30, kindDatabase: 10}, seen); diff != "" {
		t.Error(diff)
	}
}
