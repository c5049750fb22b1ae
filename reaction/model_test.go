package reaction_test

import (
	"errors"
	"flag"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

// world is the model: what rows, counters and notifications must be.
type world struct {
	members []int64
	alive   map[int64]bool
	author  map[int64]int64 // of the existing reviews
	reviews []int64
	movies  []int64

	likes     map[[2]int64]bool  // by member and review
	likeIDs   map[[2]int64]int64 // of the rows there are, on or off
	reactions map[[2]int64]reaction.Type
	notified  map[int64]int
}

// set is SetLike, but for the id of a new row.
func (w *world) set(who, reviewID int64, on bool) {
	key := [2]int64{who, reviewID}
	if on && !w.likes[key] && w.author[reviewID] != who {
		w.notified[w.author[reviewID]]++
	}
	w.likes[key] = on
}

// leave deletes an account, with its reviews and their likes.
func (w *world) leave(id int64) {
	delete(w.alive, id)
	for r, author := range w.author {
		if author == id {
			delete(w.author, r)
		}
	}
	for key := range w.likes {
		if _, exists := w.author[key[1]]; key[0] == id || !exists {
			delete(w.likes, key)
			delete(w.likeIDs, key)
		}
	}
	for key := range w.reactions {
		if key[0] == id {
			delete(w.reactions, key)
		}
	}
}

func TestReactionsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if testing.Short() {
		_ = flag.Set("rapid.checks", "25") // the other tests of this package do not use rapid
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{
			members: s.Join(t, 4), movies: []int64{s.film(t), s.film(t)},
			alive: map[int64]bool{}, author: map[int64]int64{}, notified: map[int64]int{},
			likes: map[[2]int64]bool{}, likeIDs: map[[2]int64]int64{}, reactions: map[[2]int64]reaction.Type{},
		}
		for _, id := range w.members {
			w.alive[id] = true
		}
		for _, id := range w.members[:3] {
			r := s.reviewOf(t, id)
			w.author[r], w.reviews = id, append(w.reviews, r)
		}
		for moment := range rapid.IntRange(1, 30).Draw(rt, "operations") {
			s.Clock.Advance(time.Microsecond)
			s.step(t, rt, w, moment)
		}
		s.compare(t, rt, w)
	})
}

// step does one operation on the service and on the model.
func (s *stage) step(t *testing.T, rt *rapid.T, w *world, moment int) {
	who := rapid.SampledFrom(w.members).Draw(rt, "who")
	switch verb := rapid.SampledFrom([]string{"like", "like", "like", "unlike", "react", "react", "leave"}).Draw(rt, "verb"); verb {
	case "leave":
		if moment%5 == 0 && w.alive[who] { // rarely, or nobody is left
			if err := s.users.Delete(t.Context(), who); err != nil {
				rt.Fatalf("delete %d: %v", who, err)
			}
			w.leave(who)
		}
	case "react":
		s.stepReact(t, rt, w, who)
	default:
		s.stepLike(t, rt, w, who, verb == "like")
	}
}

func (s *stage) stepLike(t *testing.T, rt *rapid.T, w *world, who int64, on bool) {
	r := rapid.SampledFrom(w.reviews).Draw(rt, "review")
	l, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: who}, r, on)
	_, exists := w.author[r]
	switch {
	case !exists:
		if !errors.Is(err, review.ErrNotFound) {
			rt.Fatalf("%d likes review %d: %v, want not found", who, r, err)
		}
		return
	case !w.alive[who]:
		if !errors.Is(err, auth.ErrInvalidToken) {
			rt.Fatalf("the deleted member %d likes review %d: %v, want auth.ErrUserGone", who, r, err)
		}
		return
	case err != nil:
		rt.Fatalf("%d likes review %d: %v", who, r, err)
	}
	w.set(who, r, on)
	key := [2]int64{who, r}
	if id, ok := w.likeIDs[key]; ok && id != l.ID {
		rt.Fatalf("the like of review %d by %d has the id %d, want %d", r, who, l.ID, id)
	}
	if _, ok := w.likeIDs[key]; !ok && (l.ID == 0) == on {
		rt.Fatalf("the like of review %d by %d has the id %d, turned on: %v", r, who, l.ID, on)
	}
	if l.ID != 0 {
		w.likeIDs[key] = l.ID
	}
	if l.UserID != who || l.ReviewID != r || l.IsLiked != on {
		rt.Fatalf("%d likes review %d: %+v, want %v", who, r, l, on)
	}
}

func (s *stage) stepReact(t *testing.T, rt *rapid.T, w *world, who int64) {
	m := rapid.SampledFrom(w.movies).Draw(rt, "movie")
	kind := rapid.SampledFrom([]reaction.Type{reaction.Like, reaction.Dislike, reaction.None}).Draw(rt, "kind")
	got, err := s.reactions.React(t.Context(), who, m, kind)
	if !w.alive[who] {
		if !errors.Is(err, auth.ErrInvalidToken) {
			rt.Fatalf("the deleted member %d reacts to movie %d: %v, want auth.ErrUserGone", who, m, err)
		}
		return
	}
	if err != nil || got.UserID != who || got.MovieID != m || got.Type != kind {
		rt.Fatalf("%d reacts to movie %d: %+v, %v, want %q", who, m, got, err, kind)
	}
	w.reactions[[2]int64{who, m}] = kind
}

// compare compares everything that the service shows with the model.
func (s *stage) compare(t *testing.T, rt *rapid.T, w *world) {
	for r := range w.author {
		count := int64(0)
		for key, on := range w.likes {
			if key[1] == r && on {
				count++
			}
		}
		if found, err := s.reviews.Get(t.Context(), r, auth.Viewer{}); err != nil || found.LikeCount != count {
			rt.Errorf("review %d counts %d likes, want %d (%v)", r, found.LikeCount, count, err)
		}
	}
	for _, m := range w.movies {
		count := map[reaction.Type]int64{}
		for key, kind := range w.reactions {
			if key[1] == m {
				count[kind]++
			}
		}
		found, err := s.movies.Get(t.Context(), m)
		if err != nil || found.LikeCount != count[reaction.Like] || found.DislikeCount != count[reaction.Dislike] {
			rt.Errorf("movie %d counts %d and %d, want %v (%v)", m, found.LikeCount, found.DislikeCount, count, err)
		}
	}
	for _, id := range w.members {
		if !w.alive[id] {
			continue
		}
		if all, _ := s.notified(t, id); all != w.notified[id] {
			rt.Errorf("user %d has %d notifications, want %d", id, all, w.notified[id])
		}
		liked, err := s.reactions.LikedBy(t.Context(), id, w.reviews)
		for _, r := range w.reviews {
			if want := w.likes[[2]int64{id, r}]; liked[r] != want || err != nil {
				rt.Errorf("user %d likes review %d: %v, want %v (%v)", id, r, liked[r], want, err)
			}
		}
	}
}
