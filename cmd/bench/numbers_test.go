package main

import (
	"strings"
	"testing"
)

func TestMedianIsTheMiddleValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of   []float64
		want float64
	}{{nil, 0}, {[]float64{7}, 7}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 2, 100}, 3}} {
		if got := median(c.of); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.of, got, c.want)
		}
	}
}

func TestMetricIsFoundByItsWholeName(t *testing.T) {
	t.Parallel()
	const text = "# HELP go_mallocs Things.\ngo_mallocs_total_x 1\ngo_mallocs_total 1.5e+06\nother 2\n"
	if got, err := metric(text, "go_mallocs_total"); err != nil || got != 1.5e6 {
		t.Errorf("the metric is %v, %v; want 1.5e6", got, err)
	}
	if got, err := metric(text, "go_mallocs"); err == nil {
		t.Errorf("a metric that does not exist is %v", got)
	}
}

func TestDraftsAreDistinctPairsOfMemberAndFilm(t *testing.T) {
	t.Parallel()
	const members, films = 37, 101
	seen := map[draft]bool{}
	for k := range members * films {
		d := newDraft(k, members, films)
		if d.who >= members || d.film < 1 || d.film > films || seen[d] {
			t.Fatalf("draft %d is %v, which is out of bounds or not new", k, d)
		}
		seen[d] = true
	}
}

func TestMembersWhoOnlySignInAreNotSignedIn(t *testing.T) {
	t.Parallel()
	for _, users := range []int{100, 1000, 200_000} {
		c := &community{author: 7, follower: 3, plainFollowed: 11}
		c.choose(users)
		seen := map[string]bool{}
		for _, p := range c.members {
			seen[p.name] = true
		}
		for _, name := range c.signIns {
			if seen[name] {
				t.Errorf("of %d members, %s is in both lists", users, name)
			}
			seen[name] = true
		}
		if len(seen) != len(c.members)+len(c.signIns) || len(seen) > 1000 || len(c.members) < users/2 && len(c.members) < 700 {
			t.Errorf("of %d members, %d and %d were chosen, %d of them distinct", users, len(c.members), len(c.signIns), len(seen))
		}
		if c.members[0].id != 7 || c.members[1].id != 3 {
			t.Errorf("the first are %d and %d, want the author and the follower", c.members[0].id, c.members[1].id)
		}
	}
}

func TestTogglePairHasOneMemberAndOneTarget(t *testing.T) {
	t.Parallel()
	members := []member{{id: 1}, {id: 2}}
	next := toggle(members, func(k int) string { return "/" + string(rune('a'+k/2)) + "/" }, "on", "off")
	var got []string
	for k := range 6 {
		r := next(k)
		got = append(got, string(rune('0'+r.member.id))+r.path)
	}
	if want := "1/a/on 1/a/off 2/b/on 2/b/off 1/c/on 1/c/off"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestKindsAreCompleteAndTheirKeysUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range kinds {
		if seen[k.key] || k.title == "" || k.rate <= 0 {
			t.Errorf("%+v is incomplete or has a key twice", k)
		}
		seen[k.key] = true
	}
}

func TestFlagsAreChecked(t *testing.T) {
	t.Setenv("CINECIRCLE_TEST_DSN", "")
	for _, args := range []string{
		"-rounds 0", "-round 0s", "-conns 0", "-likes 0", "-size 1", "-size huge", "-only (", "-others 1,x", "-others -1", "-database postgres", "-database mysql",
	} {
		if _, err := parse(strings.Fields(args), t.Output()); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
	for _, args := range []string{"", "-quick", "-quick -held 100", "-held=", "-size large", "-size 500 -others 0,19000", "-database mysql -dsn root@tcp(localhost:3306)/"} {
		if _, err := parse(strings.Fields(args), t.Output()); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
}
