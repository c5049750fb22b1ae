package main

import (
	"testing"

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
