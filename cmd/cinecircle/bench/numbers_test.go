package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheMedianIsInTheMiddle(t *testing.T) {
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

func TestAQuantileIsOneOfTheValues(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		q    float64
		want time.Duration
	}{{0, 1}, {0.5, 50}, {0.99, 99}, {1, 100}} {
		if got := quantile(hundred, c.q); got != c.want {
			t.Errorf("quantile %v is %d, want %d", c.q, got, c.want)
		}
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("quantile of nothing is %d, want 0", got)
	}
}

func TestMemoryIsReadInBytes(t *testing.T) {
	t.Parallel()
	got, err := parseMemory("Name:\ta\nVmRSS:\t   56276 kB\nRssAnon:\t   16292 kB\nThreads:\t9\n")
	if want := (memory{56276 << 10, 16292 << 10}); err != nil || got != want {
		t.Errorf("memory is %v, %v; want %v", got, err, want)
	}
	if got, err := parseMemory("Name:\ta\nVmRSS:\t   56276 kB\n"); err == nil {
		t.Errorf("memory without RssAnon is %v, want an error", got)
	}
}

func TestAMetricIsReadByItsWholeName(t *testing.T) {
	t.Parallel()
	const text = "# HELP go_mallocs Things.\ngo_mallocs_total_x 1\ngo_mallocs_total 1.5e+06\nother 2\n"
	if got, err := metric(text, "go_mallocs_total"); err != nil || got != 1.5e6 {
		t.Errorf("the metric is %v, %v; want 1.5e6", got, err)
	}
	if got, err := metric(text, "go_mallocs"); err == nil {
		t.Errorf("a metric that is not there is %v", got)
	}
}

func TestNoTwoDraftsAreOfTheSameMemberAndFilm(t *testing.T) {
	t.Parallel()
	const people, films = 37, 101
	seen := map[writing]bool{}
	for k := range people * films {
		w := draft(k, people, films)
		if w.who >= people || w.film < 1 || w.film > films || seen[w] {
			t.Fatalf("draft %d is %v: out of bounds or there already", k, w)
		}
		seen[w] = true
	}
}

func TestWhoSignsInAgainAndAgainIsNobodyWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	for _, users := range []int{100, 1000, 200_000} {
		town := &community{author: 7, follower: 3, topFollow: 11}
		town.choose(users)
		seen := map[string]bool{}
		for _, p := range town.people {
			seen[p.name] = true
		}
		for _, name := range town.signIns {
			if seen[name] {
				t.Errorf("of %d members %s is of both kinds", users, name)
			}
			seen[name] = true
		}
		if len(seen) != len(town.people)+len(town.signIns) || len(seen) > 1000 || len(town.people) < users/2 && len(town.people) < 700 {
			t.Errorf("of %d members %d and %d were chosen, %d of them different", users, len(town.people), len(town.signIns), len(seen))
		}
		if town.people[0].id != 7 || town.people[1].id != 3 {
			t.Errorf("the first are %d and %d, want the special ones", town.people[0].id, town.people[1].id)
		}
	}
}

func TestATogglePairIsOfOneMemberAndOneThing(t *testing.T) {
	t.Parallel()
	people := []person{{id: 1}, {id: 2}}
	next := toggle(people, func(k int) string { return "/" + string(rune('a'+k/2)) + "/" }, "on", "off")
	var got []string
	for k := range 6 {
		r := next(k)
		got = append(got, string(rune('0'+r.member.id))+r.path)
	}
	if want := "1/a/on 1/a/off 2/b/on 2/b/off 1/c/on 1/c/off"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestEveryKindHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range kinds {
		if seen[k.key] || k.title == "" || k.rate <= 0 {
			t.Errorf("%+v is there twice or unfinished", k)
		}
		seen[k.key] = true
	}
}

func TestWhatCannotBeMeasuredIsRefused(t *testing.T) {
	t.Setenv("CINECIRCLE_TEST_DSN", "")
	for _, args := range []string{
		"-rounds 0", "-round 0s", "-conns 0", "-likes 0", "-size 1", "-size huge", "-only (", "-crowds 1,x", "-crowds -1", "-database postgres", "-database mysql",
	} {
		if _, err := parse(strings.Fields(args), t.Output()); err == nil {
			t.Errorf("%s is accepted", args)
		}
	}
	for _, args := range []string{"", "-quick", "-quick -held 100", "-held=", "-size large", "-size 500 -crowds 0,19000", "-database mysql -dsn root@tcp(localhost:3306)/"} {
		if _, err := parse(strings.Fields(args), t.Output()); err != nil {
			t.Errorf("%v is refused: %v", args, err)
		}
	}
}
