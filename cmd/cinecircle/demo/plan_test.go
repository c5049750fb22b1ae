package demo

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo/art"
	"github.com/cinecircle/cinecircle/platform/stars"
)

var today = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func TestPlanIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b := newPlan(Full, today), newPlan(Full, today)
	if len(a.events) != len(b.events) {
		t.Fatalf("%d and %d events", len(a.events), len(b.events))
	}
	for i := range a.events {
		x, y := a.events[i], b.events[i]
		x.picture, y.picture = nil, nil
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("event %d is %+v, and then %+v", i, x, y)
		}
	}
}

// Nothing may happen before what it refers to exists, in the future, or twice.
func TestEventsFollowTheirPreconditions(t *testing.T) {
	t.Parallel()
	for _, size := range []Size{Full, Small} {
		p := newPlan(size, today)
		members, films, reviews := map[int]bool{}, map[int]bool{}, 0
		done := map[[4]int]bool{}
		for i, e := range p.events {
			once := [4]int{int(e.kind), e.who, e.film, e.review*1000 + e.whom}
			if done[once] {
				t.Errorf("event %d repeats an earlier one: %+v", i, e)
			}
			done[once] = true
			if e.at.After(today) || i > 0 && e.at.Before(p.events[i-1].at) {
				t.Errorf("event %d is at %s", i, e.at)
			}
			if e.kind == joins {
				if e.who != len(members) {
					t.Errorf("member %d joins as the %d.", e.who, len(members))
				}
				members[e.who] = true
			}
			if !members[e.who] || e.kind == follows && !members[e.whom] || e.kind == likes && e.review >= reviews ||
				(e.kind == writes || e.kind == reacts) && !films[e.film] {
				t.Errorf("event %d precedes what it refers to: %+v", i, e)
			}
			switch e.kind {
			case adds:
				if e.film != len(films) {
					t.Errorf("film %d is added as the %d.", e.film, len(films))
				}
				films[e.film] = true
			case writes:
				if e.review != reviews {
					t.Errorf("review %d is written as the %d.", e.review, reviews)
				}
				reviews++
			}
		}
	}
}

func TestDiariesRatingsAndListsFollowTheirPreconditions(t *testing.T) {
	t.Parallel()
	p := newPlan(Full, today)
	films, logged, listed := map[int]bool{}, map[[2]int]bool{}, 0
	counts := map[kind]int{}
	for i, e := range p.events {
		counts[e.kind]++
		switch e.kind {
		case adds:
			films[e.film] = true
		case logs:
			if !films[e.film] || (e.whom > 0) != logged[[2]int{e.who, e.film}] {
				t.Errorf("event %d logs a film that is not there, or again for the first time: %+v", i, e)
			}
			logged[[2]int{e.who, e.film}] = true
		case rates, wants:
			if !films[e.film] || e.kind == rates && (e.stars < stars.Min || e.stars > stars.Max) {
				t.Errorf("event %d: %+v", i, e)
			}
		case lists:
			if e.whom != listed {
				t.Errorf("list %d is made as the %d.", e.whom, listed)
			}
			listed++
			if n := len(p.listed(madeLists[e.whom], e.who, e.at)); n < 3 {
				t.Errorf("list %q has %d films", madeLists[e.whom].title, n)
			}
		case listLikes:
			if e.whom >= listed {
				t.Errorf("event %d likes a list before it is made", i)
			}
		}
	}
	if counts[logs] < 300 || counts[rates] < 50 || counts[wants] < 50 || counts[lists] != len(madeLists) || counts[listLikes] < 20 {
		t.Errorf("events by their kind: %v", counts)
	}
}

func TestCommentsFollowTheirPreconditions(t *testing.T) {
	t.Parallel()
	for _, size := range []Size{Full, Small} {
		p := newPlan(size, today)
		said, deleted, reviews := map[int]event{}, map[int]bool{}, 0
		replies, masked, spoiled := 0, 0, 0
		for i, e := range p.events {
			switch e.kind {
			case writes:
				reviews++
				if e.text.Spoiler {
					spoiled++
				}
			case says:
				to, ok := said[e.answers]
				if e.review >= reviews || e.answers >= 0 && (!ok || to.review != e.review || deleted[e.answers]) || said[e.whom].text.Content != "" {
					t.Errorf("event %d comments on what is not there: %+v", i, e)
				}
				said[e.whom] = e
				if e.answers >= 0 {
					replies++
				}
				if e.text.Spoiler {
					masked++
				}
			case retracts:
				if said[e.whom].who != e.who || deleted[e.whom] {
					t.Errorf("event %d deletes a comment that is not there: %+v", i, e)
				}
				deleted[e.whom] = true
			}
		}
		if least := len(p.members) / 6; replies < 3*least || masked < least || spoiled == 0 || size == Full && (len(deleted) == 0 || spoiled != len(spoilers)) {
			t.Errorf("%d members: %d comments, %d replies, %d spoilers, %d deleted; %d reviews with spoilers", len(p.members), len(said), replies, masked, len(deleted), spoiled)
		}
	}
}

func TestReviewsAreValidAndOnePerMemberAndFilm(t *testing.T) {
	t.Parallel()
	p := newPlan(Full, today)
	wrote, contents := map[[2]int]bool{}, map[string]int{}
	n, inKorean := 0, 0
	for _, e := range p.events {
		if e.kind != writes {
			continue
		}
		n++
		if wrote[[2]int{e.who, e.film}] {
			t.Errorf("%s writes twice about %s", p.members[e.who].name, p.films[e.film].title)
		}
		wrote[[2]int{e.who, e.film}] = true
		if k := utf8.RuneCountInString(e.text.Title); k < 1 || k > 50 || e.text.Content == "" || strings.ContainsAny(e.text.Content, "{}|") {
			t.Errorf("review %q: %q", e.text.Title, e.text.Content)
		}
		if isKorean(e.text.Content) {
			inKorean++
		}
		contents[e.text.Content]++
	}
	if n < 250 || inKorean < n/4 || inKorean > n*3/4 {
		t.Errorf("%d reviews, %d of them in Korean", n, inKorean)
	}
	for content, times := range contents {
		if times > 4 {
			t.Errorf("written %d times: %s", times, content)
		}
	}
}

func TestFilmsAreCompleteAndDistinct(t *testing.T) {
	t.Parallel()
	titles, genres := map[string]bool{}, map[string]bool{}
	for _, f := range mixedFilms() {
		if titles[f.title] {
			t.Errorf("two films are called %s", f.title)
		}
		titles[f.title], genres[f.genre] = true, true
		if koreanPhrases.genre[f.genre] == "" || englishPhrases.genre[f.genre] == "" {
			t.Errorf("no phrase about %s", f.genre)
		}
		if !slices.Contains(art.Scenes(), f.scene) || !slices.Contains(art.Palettes(), f.palette) {
			t.Errorf("%s has an unknown scene %s or palette %s", f.title, f.scene, f.palette)
		}
		if f.cast != "" && len(castOf(f.cast)) != strings.Count(f.cast, "=") {
			t.Errorf("the cast of %s reads as %v", f.title, castOf(f.cast))
		}
		if len(f.reviews) < 2 || f.plot == "" || f.minutes < 60 {
			t.Errorf("%s is incomplete", f.title)
		}
	}
	if len(titles) != 60 || len(genres) != 18 {
		t.Errorf("%d films of %d genres", len(titles), len(genres))
	}
}

func TestParticlesFollowTheNamesOfActors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sentence, name, want string }{
		{"{a이} 나온다.", "윤가람", "윤가람이 나온다."},
		{"{a은} 좋다.", "한바다", "한바다는 좋다."},
		{"{a을} 보러 갔다.", "Sol Baek", "Sol Baek을 보러 갔다."},
		{"{a}의 얼굴, {a이} 웃는다.", "Ada Penrose", "Ada Penrose의 얼굴, Ada Penrose가 웃는다."},
		{"{a} and {a}", "{a이}", "{a이} and {a이}"},
	} {
		if got := insertName(c.sentence, c.name); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
