package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheSameSeedBringsTheSameFaults(t *testing.T) {
	draw := func(seed uint64) (all []fault) {
		p := newPlan(seed, allKinds)
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

func TestEveryKindComesBeforeOneComesAgain(t *testing.T) {
	p := newPlan(1, allKinds)
	for range 10 {
		seen := map[string]bool{}
		for range allKinds {
			seen[p.next().kind] = true
		}
		if len(seen) != len(allKinds) {
			t.Errorf("only %v came", seen)
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
