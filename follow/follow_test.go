package follow_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

func state(who, whom int64, on bool) map[string]any {
	return map[string]any{"follower_id": float64(who), "following_id": float64(whom), "is_following": on, "requested": false}
}

func TestFollowCountsAndNotifiesTheFollowedMember(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	if diff := cmp.Diff(state(a, b, true), s.follow(t, a, b)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	s.wantCounts(t, a, 0, 1)
	s.wantCounts(t, b, 1, 0)
	s.wantNotified(t, a, 0, 0)
	in, err := s.inbox.Inbox(t.Context(), b, true, page.Page{Limit: 10})
	if err != nil || len(in.Rows) != 1 {
		t.Fatalf("inbox: %d rows, %v, want 1", len(in.Rows), err)
	}
	n := in.Rows[0]
	if n.Type != notify.TypeFollow || *n.ActorID != a || n.ReviewID != nil || n.Seq != 1 {
		t.Errorf("notification %+v, want a follow by %d with seq 1 and no review", n, a)
	}
}

func TestFollowIsIdempotent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true // repeating must not use up the rate either
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b)
	before := s.rows(t)
	s.Clock.Advance(time.Second)
	for range 10 {
		if diff := cmp.Diff(state(a, b, true), s.follow(t, a, b)); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(before, s.rows(t), cmp.AllowUnexported(follow.Follow{}, toggle.Change{})); diff != "" {
		t.Errorf("rows (-before +after):\n%s", diff)
	}
	s.wantCounts(t, a, 0, 1)
	s.wantCounts(t, b, 1, 0)
	s.wantNotified(t, b, 1, 1)
}

func TestUnfollowNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b)
	followed := s.rows(t)[0].FollowedAt
	s.Clock.Advance(time.Minute)
	for range 2 {
		if diff := cmp.Diff(state(a, b, false), s.unfollow(t, a, b)); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	if got := s.rows(t)[0].FollowedAt; !got.Equal(followed) {
		t.Errorf("followed_at %v, want %v, when it was followed", got, followed)
	}
	s.wantCounts(t, a, 0, 0)
	s.wantCounts(t, b, 0, 0)
	s.wantNotified(t, a, 0, 0)
	s.wantNotified(t, b, 1, 1)
}

func TestUnfollowWithoutAFollowStoresNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, b, a) // the other direction is a row of its own
	if diff := cmp.Diff(state(a, b, false), s.unfollow(t, a, b)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	if rows := s.rows(t); len(rows) != 1 || rows[0].FollowerID != b || !rows[0].IsFollowing {
		t.Errorf("rows %+v, want only the follow by %d of %d", rows, b, a)
	}
	s.wantCounts(t, a, 1, 0)
	s.wantNotified(t, b, 0, 0)
}

func TestFollowingAgainNotifiesAgainAndTheInboxShowsOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b)
	first := s.rows(t)[0]
	s.unfollow(t, a, b)
	s.Clock.Advance(time.Minute)
	s.follow(t, a, b)
	rows := s.rows(t)
	if len(rows) != 1 || rows[0].ID != first.ID || !rows[0].FollowedAt.Equal(first.FollowedAt.Add(time.Minute)) {
		t.Errorf("rows %+v, want row %d, followed again a minute later", rows, first.ID)
	}
	s.wantCounts(t, b, 1, 0)
	s.wantNotified(t, b, 2, 1)
}

func TestFollowingYourselfIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.Join(t, 1)[0]
	for _, verb := range []string{"follow", "unfollow"} {
		target := fmt.Sprintf("/users/%d/%s", a, verb)
		english := s.POST(t, target, s.As(t, a)).WantProblem(422, "self_follow").Problem()
		if english.Detail != follow.ErrSelf.Text.EN {
			t.Errorf("%s: detail %q", verb, english.Detail)
		}
		korean := s.POST(t, target, s.As(t, a), testkit.Header("Accept-Language", "ko-KR")).WantProblem(422, "self_follow").Problem()
		if korean.Detail != follow.ErrSelf.Text.KO {
			t.Errorf("%s: detail %q", verb, korean.Detail)
		}
	}
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
	s.wantCounts(t, a, 0, 0)
	s.wantNotified(t, a, 0, 0)
}

func TestFollowRefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.Join(t, 1)[0]
	me, nobody := s.As(t, a), func(*http.Request) {}
	for _, c := range []struct {
		target string
		as     testkit.Option
		status int
		code   string
	}{
		{"/users/999/follow", me, 404, "not_found"},
		{"/users/999/unfollow", me, 404, "not_found"},
		{"/users/99999999999999999999999999/follow", me, 404, "not_found"},
		{"/users/0/follow", me, 422, "validation_failed"},
		{"/users/abc/follow", me, 422, "validation_failed"},
		{"/users/me/follow", me, 422, "validation_failed"},
		{"/users/999/follow?x=1", me, 422, "validation_failed"},
		{"/users/1/follow", nobody, 401, "unauthorized"},
		{"/users/1/unfollow", nobody, 401, "unauthorized"},
		{"/users/0/follow?x=1", nobody, 401, "unauthorized"},
		{"/users/1/follow", testkit.As("nonsense"), 401, "invalid_token"},
		{"/users/1/follow", s.As(t, 999), 401, "invalid_token"},
	} {
		s.POST(t, c.target, c.as).WantProblem(c.status, c.code)
	}
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
}

func TestACrossOriginFollowIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	token, _, err := s.Tokens.Access(ids[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	cookie, foreign := testkit.Cookie(auth.AccessCookie, token), testkit.Header("Origin", "https://evil.example")
	s.POST(t, fmt.Sprintf("/users/%d/follow", ids[1]), cookie, foreign).WantProblem(403, "cross_origin")
	s.POST(t, "/users/0/follow", cookie, foreign).WantProblem(403, "cross_origin")
	s.wantNotified(t, ids[1], 0, 0)
	s.wantCounts(t, ids[1], 0, 0)
}

func TestADeletedMemberCannotFollow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 1)
	for _, on := range []bool{true, false} {
		if _, err := s.follows.Set(t.Context(), 999, ids[0], on); !errors.Is(err, auth.ErrInvalidToken) {
			t.Errorf("set %v: %v, want auth.ErrUserGone", on, err)
		}
		if _, err := s.follows.Set(t.Context(), 999, 998, on); !errors.Is(err, user.ErrNotFound) {
			t.Errorf("set %v: %v, want user.ErrNotFound", on, err)
		}
	}
	s.wantCounts(t, ids[0], 0, 0)
}
