package site_test

import (
	"strings"
	"testing"
)

func TestStarsAreGivenKeptAndRemoved(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "A")
	const chosen = `value="4.5" checked`
	mina.get("/film/1").has(t, 200, `value="0.5"`, `value="5"`, "Not enough ratings yet.")
	p := mina.post("/film/1/rate", "rating", "4.5")
	p.has(t, 200, chosen, "4.5 Excellent", "Remove rating", `class="pill on"`)
	if p.path != "/film/1#verdict" && p.path != "/film/1" {
		t.Errorf("led to %s", p.path)
	}
	mina.get("/member/1/ratings").has(t, 200, "4.5", "A")
	mina.get("/member/1/watched").has(t, 200, "/film/1")
	mina.post("/film/1/rate", "rating", "2").has(t, 200, `value="2" checked`)
	mina.post("/film/1/rate", "rating", "4.3").has(t, 200, `value="2" checked`) // is no choice of the form
	mina.post("/film/1/rate", "rating", "2", "remove", "true").hasNot(t, " checked", "Remove rating")
}

func TestAGuestKeepsTheChosenStarsWhileSigningIn(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	newBrowser(t, server).join("owner")
	addFilm(t, a, 1, "A")
	guest := newBrowser(t, server)
	p := guest.post("/film/1/rate", "rating", "3.5")
	if want := "/signin?next=%2Ffilm%2F1%3Frating%3D3.5"; p.path != want {
		t.Fatalf("led to %s, want %s", p.path, want)
	}
	p = guest.post("/join", "username", "mina", "password", "popcorn-and-tea", "age", "30", "gender", "female", "next", "/film/1?rating=3.5")
	p.has(t, 200, `value="3.5" checked`, "Press save to keep this rating.")
	if !strings.HasPrefix(p.path, "/film/1") {
		t.Errorf("led to %s", p.path)
	}
	guest.get("/member/2/ratings").has(t, 200, "No ratings yet.")
}

func TestAnAverageNeedsFiveRatings(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	for i, name := range []string{"ann", "bob", "cat", "dan", "eve"} {
		b := newBrowser(t, server)
		b.join(name)
		if i == 0 {
			addFilm(t, a, 1, "A")
		}
		b.post("/film/1/rate", "rating", []string{"4", "4.5", "3", "5", "2.5"}[i])
		p := b.get("/film/1")
		if i < 4 {
			p.hasNot(t, `class="histogram"`, "aggregateRating")
			continue
		}
		p.has(t, 200, "3.8", "5 ratings", `class="histogram"`, "2.5 stars: 1", "3.5 stars: 0", `class="mine"`,
			`"aggregateRating":{"@type":"AggregateRating","bestRating":5,"ratingCount":5,"ratingValue":"3.8","worstRating":0.5}`)
	}
}

func TestMarksAreSetAndTakenBack(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "A")
	mina.post("/film/1/want", "on", "true").has(t, 200, "Added to your watchlist.", "Undo")
	mina.get("/member/1/watchlist").has(t, 200, "/film/1", `id="want-1"`)
	p := mina.post("/film/1/watch", "on", "true") // takes it off the watchlist
	p.has(t, 200, "Marked as watched.", `id="want" class="pill" aria-pressed="false"`, `id="watch" class="pill on" aria-pressed="true"`)
	mina.get("/member/1/watchlist").has(t, 200, "Nothing on the watchlist.")
	mina.post("/film/1/watch", "on", "false").has(t, 200, "No longer marked as watched.")
	guest := newBrowser(t, server)
	if p := guest.post("/film/1/want", "on", "true"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("a guest is led to %s", p.path)
	}
	guest.get("/films").hasNot(t, `id="want-1"`)
	mina.get("/films").has(t, 200, `id="want-1"`)
}

func TestAReviewShowsTheStarsOfItsAuthor(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "A")
	const stars = `class="starred"`
	mina.upload("/film/1/review", nil, "title", "Up", "content", "Away", "rating", "4.5").has(t, 200, stars, " 4.5", `"reviewRating":`, `"ratingValue":4.5`)
	for _, path := range []string{"/latest", "/film/1", "/member/1"} {
		mina.get(path).has(t, 200, stars, " 4.5")
	}
	mina.get("/film/1/feed.atom").has(t, 200, "4.5 stars", "Away")
	mina.get("/film/1/review").has(t, 200, `value="4.5" checked`)
	rated := func() string { return mina.get("/users/me/ratings").raw }
	before := rated()
	mina.upload("/film/1/review", nil, "title", "Up!", "content", "Away", "rating", "4.5").has(t, 200, stars)
	if after := rated(); after != before {
		t.Errorf("the same stars changed the rating from %s to %s", before, after)
	}
	mina.upload("/film/1/review", nil, "title", "Up!", "content", "Away", "rating", "4.3").has(t, 422, `class="field rate bad"`)
	mina.upload("/film/1/review", nil, "title", "Up!", "content", "Away", "rating", "").hasNot(t, stars, "reviewRating")
}

func TestARatingCanBeUndone(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "A")
	for _, c := range []struct{ name, value, text, undo string }{
		{"rating", "4.5", "You gave 4.5 stars.", `"name":"remove","value":"true"`},
		{"rating", "4.5", "You gave 4.5 stars.", ""},
		{"rating", "2", "You gave 2.0 stars.", `"name":"rating","value":"4.5"`},
		{"remove", "true", "Rating removed.", `"name":"rating","value":"2"`},
	} {
		r := mina.request("/film/1/rate", c.name, c.value)
		r.Header.Set("HX-Request", "true")
		said := mina.send(r).header.Get("HX-Trigger")
		if !strings.Contains(said, c.text) || !strings.Contains(said, c.undo) || strings.Contains(said, "undo") != (c.undo != "") {
			t.Errorf("%s %s: %s", c.name, c.value, said)
		}
	}
}
