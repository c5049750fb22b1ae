package follow_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// world is the model: what rows, counters, lists and notifications must be.
type world struct {
	alive    map[int64]bool
	on       map[[2]int64]int // by follower and followed: the number of the operation that turned it on
	notified map[int64]int
}

func (w *world) set(who, whom int64, on bool, moment int) {
	key := [2]int64{who, whom}
	_, active := w.on[key]
	switch {
	case on && !active:
		w.on[key] = moment
		w.notified[whom]++
	case !on:
		delete(w.on, key)
	}
}

func (w *world) leave(id int64) {
	delete(w.alive, id)
	for key := range w.on {
		if key[0] == id || key[1] == id {
			delete(w.on, key)
		}
	}
}

// list returns who is at the other end of the follows of id, the latest first.
func (w *world) list(id int64, own int) []int64 {
	keys := [][2]int64{}
	for key := range w.on {
		if key[own] == id {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b [2]int64) int { return cmp.Compare(w.on[b], w.on[a]) })
	ids := make([]int64, len(keys))
	for i, key := range keys {
		ids[i] = key[1-own]
	}
	return ids
}

func TestFollowsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if testing.Short() {
		_ = flag.Set("rapid.checks", "25") // the other tests of this package do not use rapid
	}
	rapid.Check(t, func(rt *rapid.T) {
		ids := s.Join(t, 4)
		w := &world{alive: map[int64]bool{}, on: map[[2]int64]int{}, notified: map[int64]int{}}
		for _, id := range ids {
			w.alive[id] = true
		}
		for moment := range rapid.IntRange(1, 25).Draw(rt, "operations") {
			s.Clock.Advance(time.Microsecond)
			s.step(t, rt, w, ids, moment)
		}
		s.compare(t, rt, w, ids)
	})
}

// step does one operation on the service and on the model.
func (s *stage) step(t *testing.T, rt *rapid.T, w *world, ids []int64, moment int) {
	who, whom := rapid.SampledFrom(ids).Draw(rt, "who"), rapid.SampledFrom(ids).Draw(rt, "whom")
	verb := rapid.SampledFrom([]string{"follow", "follow", "follow", "unfollow", "unfollow", "leave"}).Draw(rt, "verb")
	if verb == "leave" {
		if moment%4 == 0 && w.alive[who] { // rarely, or nobody is left
			if err := s.users.Delete(t.Context(), who); err != nil {
				rt.Fatalf("delete %d: %v", who, err)
			}
			w.leave(who)
		}
		return
	}
	var want error
	switch {
	case who == whom:
		want = follow.ErrSelf
	case !w.alive[whom]:
		want = user.ErrNotFound
	case !w.alive[who]:
		want = auth.ErrInvalidToken
	}
	f, err := s.follows.Set(t.Context(), who, whom, verb == "follow")
	if !errors.Is(err, want) {
		rt.Fatalf("%d %s %d: %v, want %v", who, verb, whom, err, want)
	}
	if want != nil {
		return
	}
	w.set(who, whom, verb == "follow", moment)
	if f.FollowerID != who || f.FollowingID != whom || f.IsFollowing != (verb == "follow") {
		rt.Fatalf("%d %s %d: %+v", who, verb, whom, f)
	}
}

// read returns the ids of a whole list, in pages of two.
func read(t *testing.T, rt *rapid.T, list func(context.Context, int64, auth.Viewer, page.Page) ([]follow.Person, *page.Key, error), userID int64) []int64 {
	ids := []int64{}
	for p := (page.Page{Limit: 2}); ; {
		people, next, err := list(t.Context(), userID, auth.Viewer{}, p)
		if err != nil {
			rt.Fatalf("list of %d: %v", userID, err)
		}
		for _, one := range people {
			ids = append(ids, one.ID)
		}
		if next == nil {
			return ids
		}
		p.After = next
	}
}

// compare compares everything that the service shows with the model.
func (s *stage) compare(t *testing.T, rt *rapid.T, w *world, ids []int64) {
	for _, id := range ids {
		if !w.alive[id] {
			continue
		}
		followings, followers := w.list(id, 0), w.list(id, 1)
		if diff := gocmp.Diff(followings, read(t, rt, s.follows.Followings, id)); diff != "" {
			rt.Errorf("followings of %d (-want +got):\n%s", id, diff)
		}
		if diff := gocmp.Diff(followers, read(t, rt, s.follows.Followers, id)); diff != "" {
			rt.Errorf("followers of %d (-want +got):\n%s", id, diff)
		}
		u, err := s.users.Get(t.Context(), id)
		if err != nil || u.FollowerCount != int64(len(followers)) || u.FollowingCount != int64(len(followings)) {
			rt.Errorf("user %d counts %d and %d, want %d and %d (%v)", id, u.FollowerCount, u.FollowingCount, len(followers), len(followings), err)
		}
		if all, _ := s.notified(t, id); all != w.notified[id] {
			rt.Errorf("user %d has %d notifications, want %d", id, all, w.notified[id])
		}
	}
}
