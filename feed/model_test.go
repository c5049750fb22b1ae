package feed_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// model is what a naive program would know: every activity, and who follows and hides whom.
type model struct {
	all       []done
	following map[[2]int64]bool
	muted     map[[2]int64]bool
	hidden    map[int64]bool // lists
}

type done struct {
	kind           activity.Type
	object, member int64
}

func (m *model) remove(kind activity.Type, object int64) {
	m.all = slices.DeleteFunc(m.all, func(d done) bool { return d.kind == kind && d.object == object })
}

// feed returns what a reader has to see, newest first.
func (m *model) feed(reader int64, types []activity.Type) []string {
	out := []string{}
	for _, d := range slices.Backward(m.all) {
		if m.following[[2]int64{reader, d.member}] && !m.muted[[2]int64{reader, d.member}] &&
			(types == nil || slices.Contains(types, d.kind)) && (d.kind != activity.List || !m.hidden[d.object]) {
			out = append(out, name(d.kind, d.object, d.member))
		}
	}
	return out
}

// game makes random changes to a stage and a model.
type game struct {
	*stage
	model
	r              *rand.Rand
	members, films []int64
	ratings        map[[2]int64]int64 // of member and film
	reviews        map[[2]int64]int64
	viewings       []done
	lists          []done
}

func newGame(t *testing.T, seed uint64, members int) *game {
	g := &game{
		stage: newStage(t), r: rand.New(rand.NewPCG(seed, 7)), ratings: map[[2]int64]int64{}, reviews: map[[2]int64]int64{},
		model: model{following: map[[2]int64]bool{}, muted: map[[2]int64]bool{}, hidden: map[int64]bool{}},
	}
	g.members = g.Join(t, members)
	for range 6 {
		g.films = append(g.films, g.film(t))
	}
	return g
}

func pickOne[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// change changes an object.
func (g *game) change(t *testing.T) {
	t.Helper()
	me, film := pickOne(g.r, g.members), pickOne(g.r, g.films)
	pair, ctx := [2]int64{me, film}, t.Context()
	add := func(kind activity.Type, object int64) { g.all = append(g.all, done{kind, object, me}) }
	switch g.r.IntN(10) {
	case 0, 1:
		id := g.rate(t, me, film, stars.Stars(1+g.r.Int64N(10)))
		if g.ratings[pair] == 0 {
			add(activity.Rating, id)
		}
		g.ratings[pair] = id
	case 2:
		ok(t, g.reactions.Unrate(ctx, me, film))
		g.remove(activity.Rating, g.ratings[pair])
		delete(g.ratings, pair)
	case 3, 4:
		if g.reviews[pair] != 0 {
			ok(t, g.stage.reviews.Delete(ctx, g.reviews[pair]))
			g.remove(activity.Review, g.reviews[pair])
			delete(g.reviews, pair)
			return
		}
		g.reviews[pair] = g.stage.write(t, me, film, 0, false)
		add(activity.Review, g.reviews[pair])
	case 5, 6:
		id := g.log(t, me, film, nil)
		add(activity.Viewing, id)
		g.viewings = append(g.viewings, done{activity.Viewing, id, me})
	case 7:
		if len(g.viewings) > 0 {
			i := g.r.IntN(len(g.viewings))
			ok(t, g.diary.Delete(ctx, g.viewings[i].object))
			g.remove(activity.Viewing, g.viewings[i].object)
			g.viewings = slices.Delete(g.viewings, i, i+1)
		}
	case 8:
		id := g.list(t, me, true)
		add(activity.List, id)
		g.lists = append(g.lists, done{activity.List, id, me})
	case 9:
		if len(g.lists) > 0 {
			l := pickOne(g.r, g.lists)
			must[list.Shown](t)(g.stage.lists.Update(ctx, l.object, list.Patch{IsPublic: new(g.hidden[l.object])}))
			g.hidden[l.object] = !g.hidden[l.object]
		}
	}
}

// relate changes whom members follow, mute and block.
func (g *game) relate(t *testing.T) {
	t.Helper()
	a, b, on := pickOne(g.r, g.members), pickOne(g.r, g.members), g.r.IntN(3) > 0
	if a == b {
		return
	}
	pair, ctx := [2]int64{a, b}, t.Context()
	switch g.r.IntN(8) {
	case 0:
		ok(t, g.stage.follows.SetMute(ctx, a, b, on))
		g.muted[pair] = on
	case 1:
		ok(t, g.stage.follows.SetBlock(ctx, a, b, true))
		ok(t, g.stage.follows.SetBlock(ctx, a, b, false))
		g.following[pair], g.following[[2]int64{b, a}] = false, false
	default:
		if _, err := g.stage.follows.Set(ctx, a, b, on); err != nil {
			t.Fatal(err)
		}
		g.following[pair] = on
	}
}

func (g *game) pages(t *testing.T, reader int64, types []activity.Type, limit int, between func()) []string {
	t.Helper()
	got, p := []string{}, page.Page{Limit: limit}
	for {
		rows, next, err := g.stage.feed.Feed(t.Context(), g.reader(t, reader), types, "", p)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range rows {
			got = append(got, nameOf(a))
		}
		if next == nil {
			return got
		}
		p.After = next
		between()
	}
}

func nameOf(a feed.Activity) string {
	object := int64(0)
	switch {
	case a.Review != nil:
		object = a.Review.ID
	case a.Rating != nil:
		object = a.Rating.ID
	case a.Viewing != nil:
		object = a.Viewing.ID
	case a.List != nil:
		object = a.List.ID
	}
	return name(a.Type, object, a.Actor.ID)
}

var someTypes = [][]activity.Type{nil, {activity.Rating}, {activity.Review, activity.List}, {activity.Comment}, {activity.Rating, activity.Viewing, activity.List}}

// TestFeedsEqualANaiveModel makes random changes, and compares all feeds with the model, with and without the index.
func TestFeedsEqualANaiveModel(t *testing.T) {
	t.Parallel()
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	for _, indexed := range []bool{false, true} {
		t.Run(fmt.Sprintf("indexed %v", indexed), func(t *testing.T) {
			t.Parallel()
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			g := newGame(t, seed, 7)
			if indexed {
				g.stage.feed.IndexAlways()
			}
			for range rounds {
				for range 8 {
					g.change(t)
					g.relate(t)
				}
				reader, types, limit := pickOne(g.r, g.members), pickOne(g.r, someTypes), 1+g.r.IntN(12)
				want(t, fmt.Sprintf("the feed of %d with %v in pages of %d", reader, types, limit),
					g.model.feed(reader, types), g.pages(t, reader, types, limit, func() {}))
				if t.Failed() {
					return
				}
			}
		})
	}
}

// TestPagingRepeatsNothingAndMissesNothing changes relations and adds activities between the pages.
func TestPagingRepeatsNothingAndMissesNothing(t *testing.T) {
	t.Parallel()
	for _, indexed := range []bool{false, true} {
		g := newGame(t, uint64(time.Now().UnixNano()), 6)
		if indexed {
			g.stage.feed.IndexAlways()
		}
		for range 120 {
			g.change(t)
		}
		me, always := g.members[0], g.members[1]
		g.follow(t, me, always)
		g.following[[2]int64{me, always}] = true
		before := slices.Clone(g.all)
		seen := g.pages(t, me, nil, 4, func() {
			other := pickOne(g.r, g.members[2:])
			if _, err := g.stage.follows.Set(t.Context(), me, other, g.r.IntN(2) == 0); err != nil {
				t.Fatal(err)
			}
			g.log(t, always, g.films[0], nil)
		})
		unique := map[string]bool{}
		for _, one := range seen {
			if unique[one] {
				t.Errorf("%s is there twice", one)
			}
			unique[one] = true
		}
		for _, d := range before {
			if one := name(d.kind, d.object, d.member); d.member == always && !unique[one] && (d.kind != activity.List || !g.hidden[d.object]) {
				t.Errorf("%s is missing", one)
			}
		}
	}
}
