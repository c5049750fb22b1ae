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

// world is the model: what rows, counters, lists and notifications must be. Pairs are of who acts and whom it is about.
type world struct {
	alive    map[int64]bool
	private  map[int64]bool
	on       map[pairOf]int // the number of the operation that turned the follow on
	asked    map[pairOf]int // likewise of requests
	blocks   map[pairOf]int
	mutes    map[pairOf]int
	notified map[int64]map[int64]int // that a member sees in the inbox, by actor
}

type pairOf [2]int64

func (p pairOf) back() pairOf { return pairOf{p[1], p[0]} }

func newWorld(ids []int64) *world {
	w := &world{
		alive: map[int64]bool{}, private: map[int64]bool{}, on: map[pairOf]int{}, asked: map[pairOf]int{},
		blocks: map[pairOf]int{}, mutes: map[pairOf]int{}, notified: map[int64]map[int64]int{},
	}
	for _, id := range ids {
		w.alive[id], w.notified[id] = true, map[int64]int{}
	}
	return w
}

// tell notifies a member of what an actor did, unless they have muted the actor.
func (w *world) tell(whom, actor int64) {
	if _, muted := w.mutes[pairOf{whom, actor}]; !muted {
		w.notified[whom][actor]++
	}
}

func (w *world) apart(p pairOf) bool {
	_, a := w.blocks[p]
	_, b := w.blocks[p.back()]
	return a || b
}

// follow turns a follow on, or makes a request.
func (w *world) follow(p pairOf, moment int) {
	_, active := w.on[p]
	_, asked := w.asked[p]
	switch {
	case active:
	case !w.private[p[1]]:
		w.on[p] = moment
		w.tell(p[1], p[0])
	case !asked:
		w.asked[p] = moment
		w.tell(p[1], p[0])
	}
}

func (w *world) accept(p pairOf, moment int) {
	delete(w.asked, p)
	w.on[p] = moment
	w.tell(p[0], p[1])
}

// open accepts all requests to an account, in one moment.
func (w *world) open(id int64, moment int) {
	w.private[id] = false
	for p := range w.asked {
		if p[1] == id {
			w.accept(p, moment)
		}
	}
}

func (w *world) block(p pairOf, moment int) {
	if _, already := w.blocks[p]; already {
		return
	}
	w.blocks[p] = moment
	for _, q := range []pairOf{p, p.back()} {
		delete(w.on, q)
		delete(w.asked, q)
		delete(w.notified[q[0]], q[1])
	}
}

func (w *world) mute(p pairOf, moment int) {
	if _, already := w.mutes[p]; !already {
		w.mutes[p] = moment
		delete(w.notified[p[0]], p[1])
	}
}

func (w *world) leave(id int64) {
	w.alive[id] = false
	for _, pairs := range []map[pairOf]int{w.on, w.asked, w.blocks, w.mutes} {
		for p := range pairs {
			if p[0] == id || p[1] == id {
				delete(pairs, p)
			}
		}
	}
}

// list returns who is at the other end of the pairs of id, the latest first. Of the same moment the highest id is first.
func list(pairs map[pairOf]int, id int64, own int) []int64 {
	var all []pairOf
	for p := range pairs {
		if p[own] == id {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b pairOf) int { return cmp.Compare(pairs[b], pairs[a]) })
	ids := make([]int64, len(all))
	for i, p := range all {
		ids[i] = p[1-own]
	}
	return ids
}

func TestRelationsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if testing.Short() {
		_ = flag.Set("rapid.checks", "25") // the other tests of this package do not use rapid
	}
	rapid.Check(t, func(rt *rapid.T) {
		ids := s.Join(t, 4)
		w := newWorld(ids)
		for moment := range rapid.IntRange(1, 30).Draw(rt, "operations") {
			s.Clock.Advance(time.Microsecond)
			s.step(t, rt, w, ids, moment)
		}
		s.compare(t, rt, w, ids)
	})
}

// step does one operation on the service and on the model.
func (s *stage) step(t *testing.T, rt *rapid.T, w *world, ids []int64, moment int) {
	verb := rapid.SampledFrom([]string{
		"follow", "follow", "follow", "follow", "unfollow", "accept", "accept", "decline", "block", "unblock", "mute", "unmute", "hide", "open", "leave",
	}).Draw(rt, "verb")
	p := pairOf{rapid.SampledFrom(ids).Draw(rt, "who"), rapid.SampledFrom(ids).Draw(rt, "whom")}
	err, want := s.act(t, w, verb, p, moment)
	if !errors.Is(err, want) {
		rt.Fatalf("%d %s %d: %v, want %v", p[0], verb, p[1], err, want)
	}
}

// act does an operation on the service, and on the model if it succeeds there, and returns the error and what it must be.
func (s *stage) act(t *testing.T, w *world, verb string, p pairOf, moment int) (err, want error) {
	ctx, who, whom := t.Context(), p[0], p[1]
	switch verb {
	case "leave":
		if moment%4 != 0 || !w.alive[who] { // rarely, or nobody is left
			return nil, nil
		}
		w.leave(who)
		return s.users.Delete(ctx, who), nil
	case "hide", "open":
		if !w.alive[who] {
			return nil, nil
		}
		_, err := s.users.Change(ctx, auth.Viewer{UserID: who}, "", who, user.Patch{IsPrivate: new(verb == "hide")})
		if w.private[who] = verb == "hide"; verb == "open" {
			w.open(who, moment)
		}
		return err, nil
	}
	do, mirror, self, without := s.verb(ctx, w, verb, p, moment)
	switch _, asked := w.asked[p.back()]; {
	case who == whom:
		want = self
	case !w.alive[whom]:
		want = without
	case !w.alive[who]:
		want = auth.ErrInvalidToken
	case without == follow.ErrNoRequest && !asked: //nolint:errorlint // the error that was returned above
		want = follow.ErrNoRequest
	case verb == "follow" && w.apart(p):
		want = follow.ErrBlocked
	}
	if err := do(); err != nil || want != nil {
		return err, want
	}
	mirror()
	return nil, nil
}

// verb returns an operation, what it does to the model, and its errors for oneself and for a member who does not exist.
func (s *stage) verb(ctx context.Context, w *world, verb string, p pairOf, moment int) (do func() error, mirror func(), self, without error) {
	who, whom := p[0], p[1]
	switch verb {
	case "accept":
		return func() error { _, err := s.follows.Accept(ctx, who, whom); return err }, func() { w.accept(p.back(), moment) }, follow.ErrNoRequest, follow.ErrNoRequest
	case "decline":
		return func() error { return s.follows.Decline(ctx, who, whom) }, func() { delete(w.asked, p.back()) }, follow.ErrNoRequest, follow.ErrNoRequest
	case "block":
		return func() error { return s.follows.SetBlock(ctx, who, whom, true) }, func() { w.block(p, moment) }, follow.ErrSelfBlock, user.ErrNotFound
	case "unblock":
		return func() error { return s.follows.SetBlock(ctx, who, whom, false) }, func() { delete(w.blocks, p) }, follow.ErrSelfBlock, user.ErrNotFound
	case "mute":
		return func() error { return s.follows.SetMute(ctx, who, whom, true) }, func() { w.mute(p, moment) }, follow.ErrSelfMute, user.ErrNotFound
	case "unmute":
		return func() error { return s.follows.SetMute(ctx, who, whom, false) }, func() { delete(w.mutes, p) }, follow.ErrSelfMute, user.ErrNotFound
	case "unfollow":
		return func() error { _, err := s.follows.Set(ctx, who, whom, false); return err }, func() {
			delete(w.on, p)
			delete(w.asked, p)
		}, follow.ErrSelf, user.ErrNotFound
	}
	return func() error { _, err := s.follows.Set(ctx, who, whom, true); return err }, func() { w.follow(p, moment) }, follow.ErrSelf, user.ErrNotFound
}

// lister is a list of an account, read by its member.
type lister func(ctx context.Context, id int64, reader auth.Viewer, p page.Page) ([]follow.Person, *page.Key, error)

// read returns the ids of a whole list, in pages of two.
func read(t *testing.T, rt *rapid.T, list lister, userID int64) []int64 {
	ids := []int64{}
	for p := (page.Page{Limit: 2}); ; {
		people, next, err := list(t.Context(), userID, auth.Viewer{UserID: userID}, p)
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
	own := func(list func(context.Context, int64, page.Page) ([]follow.Person, *page.Key, error)) lister {
		return func(ctx context.Context, id int64, _ auth.Viewer, p page.Page) ([]follow.Person, *page.Key, error) {
			return list(ctx, id, p)
		}
	}
	for _, id := range ids {
		if !w.alive[id] {
			continue
		}
		followings, followers, blocks, mutes := list(w.on, id, 0), list(w.on, id, 1), list(w.blocks, id, 0), list(w.mutes, id, 0)
		for _, c := range []struct {
			name string
			want []int64
			list lister
		}{
			{"followings", followings, s.follows.Followings},
			{"followers", followers, s.follows.Followers},
			{"requests", list(w.asked, id, 1), func(ctx context.Context, _ int64, v auth.Viewer, p page.Page) ([]follow.Person, *page.Key, error) {
				return s.follows.Requests(ctx, v, p)
			}},
			{"blocks", blocks, own(s.follows.Blocks)},
			{"mutes", mutes, own(s.follows.Mutes)},
		} {
			got := read(t, rt, c.list, id)
			if c.name == "followers" { // those who were accepted at once are in no order
				slices.Sort(got)
				slices.Sort(c.want)
			}
			if diff := gocmp.Diff(c.want, got); diff != "" {
				rt.Errorf("%s of %d (-want +got):\n%s", c.name, id, diff)
			}
		}
		u, err := s.users.Get(t.Context(), id)
		if err != nil || u.FollowerCount != int64(len(followers)) || u.FollowingCount != int64(len(followings)) || u.HidesCount != int64(len(blocks)+len(mutes)) {
			rt.Errorf("user %d counts %d, %d and %d, want %d, %d and %d (%v)", id,
				u.FollowerCount, u.FollowingCount, u.HidesCount, len(followers), len(followings), len(blocks)+len(mutes), err)
		}
		want := 0
		for _, n := range w.notified[id] {
			want += n
		}
		if all, _ := s.notified(t, id); all != want {
			rt.Errorf("user %d has %d notifications, want %d", id, all, want)
		}
		relations, err := s.follows.Relations(t.Context(), id, ids)
		if err != nil {
			rt.Fatal(err)
		}
		for _, other := range ids {
			p := pairOf{id, other}
			var want user.Relation
			_, want.Following = w.on[p]
			_, want.Requested = w.asked[p]
			_, want.FollowedBy = w.on[p.back()]
			_, want.Blocking = w.blocks[p]
			_, want.Muting = w.mutes[p]
			if relations[other] != want {
				rt.Errorf("%d to %d: %+v, want %+v", id, other, relations[other], want)
			}
		}
	}
}
