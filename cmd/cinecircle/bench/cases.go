package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
)

// deepPage is how many pages of thirty films come before the one that is measured.
const deepPage = 100

// benchCase is one kind of request.
type benchCase struct {
	name    string
	next    func(int) request
	sql     func(int) request // the same for the database/sql yardstick, nil when it has none
	divisor int               // of the number of requests, for what takes long
	target  target
}

// target is what docs/performance.md asks for, in microseconds of CPU: of cinecircle, and what
// net/http with database/sql took where the targets were set. Zero is none.
type target struct{ cpu, sql float64 }

// The targets.
var (
	targetFilm   = target{50, 39}
	targetList   = target{230, 196}
	targetSearch = target{500, 384}
	targetReview = target{150, 105}
)

// cases returns what is measured, in the order of the report.
func (b *bench) cases(ctx context.Context) ([]benchCase, error) {
	first := path("/movies?limit=30")
	deep, after, err := b.findDeepPage(ctx)
	if err != nil {
		return nil, err
	}
	film, like := b.film, b.town.toggle
	inbox := func(int) request {
		return request{method: "GET", path: "/notifications/inbox", member: &b.town.people[0]}
	}
	signIn := func(k int) request { return loginAs(b.town.signIns[k%len(b.town.signIns)]) }
	fresh := func(k int) request { return b.town.review(b.reviews + k) }
	list := []benchCase{
		{"GET /movies/{id}", film, film, 1, targetFilm},
		{"GET /movies?limit=30", first, first, 1, targetList},
		{fmt.Sprintf("the same, page %d", after.pages+1), path(deep), path("/movies?limit=30&after=" + strconv.FormatInt(after.id, 10)), 1, targetList},
	}
	for _, s := range []struct{ name, word string }{
		{"a common word", commonWord}, {"a rare word", rareWord}, {"two syllables", koreanWord}, {"no hit", unknownWord},
	} {
		search := path("/movies?limit=30&title=" + url.QueryEscape(s.word))
		list = append(list, benchCase{"GET /movies?title=…, " + s.name, search, search, 2, targetSearch})
	}
	return append(list,
		benchCase{"POST /reviews", fresh, fresh, 1, targetReview},
		benchCase{"POST like and unlike of a review", like, nil, 1, target{}},
		benchCase{"GET /notifications/inbox", inbox, nil, 2, target{}},
		benchCase{fmt.Sprintf("POST /users/login, bcrypt cost %d", b.cost), signIn, nil, 10, target{}},
	), nil
}

func path(p string) func(int) request {
	return func(int) request { return request{method: "GET", path: p} }
}

// film asks for any film, the same one for the same number.
func (b *bench) film(k int) request {
	draw := rand.New(rand.NewPCG(b.seed, uint64(k)))
	return request{method: "GET", path: "/movies/" + strconv.FormatInt(b.town.films[draw.IntN(len(b.town.films))], 10)}
}

// position is a place in the list of films: behind so many pages, the last of which ends with a film.
type position struct {
	pages int
	id    int64
}

// findDeepPage follows the list from its start; a catalogue that is too small ends it early.
func (b *bench) findDeepPage(ctx context.Context) (string, position, error) {
	c := newClient(1, nil)
	defer c.close()
	here, at := "/movies?limit=30", position{}
	for at.pages < deepPage {
		ids, next, err := listPage(ctx, c, b.server.base, here)
		if err != nil {
			return "", at, err
		}
		if next == "" {
			break
		}
		here, at = next, position{at.pages + 1, ids[len(ids)-1]}
	}
	return here, at, nil
}

// review is review number k of all that are ever written: no two have the same member and film.
func (t *community) review(k int) request {
	who, which := pair(k, len(t.people), len(t.films))
	form := url.Values{
		"movie_id": {strconv.FormatInt(t.films[which], 10)},
		"title":    {fmt.Sprintf("Review %d, 다시 보고 싶은 영화", k)},
		"content":  {"배우들의 연기가 훌륭했고 음악도 오래 남는다. The last scene alone is worth the evening; bring a friend and a handkerchief."},
	}
	return request{method: "POST", path: "/reviews", kind: kindForm, body: form.Encode(), member: &t.people[who], want: http.StatusCreated}
}

// pair returns pair number k of a member and a film. The first len(people)·len(films) are distinct,
// and neighbours neither share their member nor, mostly, their film.
func pair(k, people, films int) (who, which int) {
	who = k % people
	return who, (k/people + who*7919) % films
}

// likeAuthor lets member k+1 like a review of the first one.
func (t *community) likeAuthor(k int) request {
	return request{method: "POST", path: fmt.Sprintf("/likes/reviews/%d/like", t.mine[0]), member: &t.people[1+k]}
}

// toggle likes a review of the first member with an even number and unlikes it with the next one.
// It leaves alone the review whose likes fill the inbox, and those that realtime likes first.
func (t *community) toggle(k int) request {
	verb, others := "like", len(t.people)-1
	if k%2 == 1 {
		verb = "unlike"
	}
	id := t.mine[len(t.mine)-1]
	return request{method: "POST", path: fmt.Sprintf("/likes/reviews/%d/%s", id, verb), member: &t.people[1+k/2%others]}
}
