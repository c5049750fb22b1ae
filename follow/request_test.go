package follow_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func TestFollowingAPrivateAccountIsARequest(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.setPrivate(t, b, true)
	for range 2 {
		if diff := cmp.Diff(asks(a, b), s.follow(t, a, b)); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	s.wantStored(t, "follow_requests", 1)
	s.wantStored(t, "follows", 0)
	s.wantCounts(t, a, 0, 0)
	s.wantCounts(t, b, 0, 0)
	if diff := cmp.Diff([]string{fmt.Sprintf("follow_request by %d", a)}, s.notices(t, b)); diff != "" {
		t.Errorf("notifications (-want +got):\n%s", diff)
	}
}

func TestAcceptingARequestMakesAFollowAndTellsTheFollowerOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.setPrivate(t, b, true)
	s.follow(t, a, b)
	if diff := cmp.Diff(state(a, b, true), s.post(t, b, "/users/me/follow_requests/%d/accept", a)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	s.wantStored(t, "follow_requests", 0)
	s.wantCounts(t, a, 0, 1)
	s.wantCounts(t, b, 1, 0)
	if diff := cmp.Diff([]string{fmt.Sprintf("follow_accepted by %d", b)}, s.notices(t, a)); diff != "" {
		t.Errorf("notifications of the follower (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{fmt.Sprintf("follow_request by %d", a)}, s.notices(t, b)); diff != "" {
		t.Errorf("notifications of the account (-want +got):\n%s", diff)
	}
	s.POST(t, fmt.Sprintf("/users/me/follow_requests/%d/accept", a), s.As(t, b)).WantProblem(404, "no_follow_request")
	if diff := cmp.Diff(state(a, b, true), s.follow(t, a, b)); diff != "" { // a follower stays one
		t.Errorf("following again (-want +got):\n%s", diff)
	}
	s.wantStored(t, "follow_requests", 0)
}

func TestDecliningARequestTellsNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.setPrivate(t, b, true)
	s.follow(t, a, b)
	s.POST(t, fmt.Sprintf("/users/me/follow_requests/%d/decline", a), s.As(t, b)).Want(http.StatusNoContent)
	s.POST(t, fmt.Sprintf("/users/me/follow_requests/%d/decline", a), s.As(t, b)).WantProblem(404, "no_follow_request")
	s.wantStored(t, "follow_requests", 0)
	s.wantStored(t, "follows", 0)
	s.wantNotified(t, a, 0, 0)
	if diff := cmp.Diff(asks(a, b), s.follow(t, a, b)); diff != "" { // they may ask again
		t.Errorf("asking again (-want +got):\n%s", diff)
	}
}

func TestUnfollowingTakesARequestBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.setPrivate(t, b, true)
	s.follow(t, a, b)
	if diff := cmp.Diff(state(a, b, false), s.unfollow(t, a, b)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	s.wantStored(t, "follow_requests", 0)
	s.POST(t, fmt.Sprintf("/users/me/follow_requests/%d/accept", a), s.As(t, b)).WantProblem(404, "no_follow_request")
}

func TestOnlyTheAccountThatIsAskedAnswersARequest(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	a, b, c := ids[0], ids[1], ids[2]
	s.setPrivate(t, b, true)
	s.follow(t, a, b)
	for _, verb := range []string{"accept", "decline"} {
		for _, who := range []int64{a, c} {
			for _, by := range []int64{a, b, 999} {
				s.POST(t, fmt.Sprintf("/users/me/follow_requests/%d/%s", by, verb), s.As(t, who)).WantProblem(404, "no_follow_request")
			}
		}
		s.POST(t, fmt.Sprintf("/users/me/follow_requests/0/%s", verb), s.As(t, b)).WantProblem(422, "validation_failed")
		s.POST(t, fmt.Sprintf("/users/me/follow_requests/%d/%s", a, verb)).WantProblem(401, "unauthorized")
	}
	s.wantStored(t, "follow_requests", 1)
}

func TestAskingTooOftenIsLimited(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.setPrivate(t, b, true)
	for range 3 {
		s.follow(t, a, b)
		s.follow(t, a, b) // a repetition does not count
		s.unfollow(t, a, b)
	}
	s.POST(t, fmt.Sprintf("/users/%d/follow", b), s.As(t, a)).WantProblem(429, "too_many_requests")
	s.wantStored(t, "follow_requests", 0)
}

func TestFollowersOfAnAccountThatBecomesPrivateStay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b)
	s.setPrivate(t, b, true)
	if diff := cmp.Diff(state(a, b, true), s.follow(t, a, b)); diff != "" {
		t.Errorf("following again (-want +got):\n%s", diff)
	}
	s.wantCounts(t, b, 1, 0)
	s.unfollow(t, a, b)
	if diff := cmp.Diff(asks(a, b), s.follow(t, a, b)); diff != "" {
		t.Errorf("after unfollowing (-want +got):\n%s", diff)
	}
}

func TestTurningPrivateOffAcceptsAllRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 251) // more than two transactions accept
	b, fans := ids[0], ids[1:]
	s.setPrivate(t, b, true)
	for _, fan := range fans {
		s.follow(t, fan, b)
	}
	s.setPrivate(t, b, true) // it is already
	s.wantStored(t, "follow_requests", 250)
	s.setPrivate(t, b, false)
	s.wantStored(t, "follow_requests", 0)
	s.wantCounts(t, b, 250, 0)
	for _, fan := range fans {
		s.wantCounts(t, fan, 0, 1)
		if diff := cmp.Diff([]string{fmt.Sprintf("follow_accepted by %d", b)}, s.notices(t, fan)); diff != "" {
			t.Errorf("notifications of %d (-want +got):\n%s", fan, diff)
		}
	}
	if u, err := s.users.Get(t.Context(), b); err != nil || u.IsPrivate {
		t.Errorf("private %v, %v", u.IsPrivate, err)
	}
	s.wantNotified(t, b, 250, 250) // the requests, and no follow
}

func TestAConflictOfTheSamePatchAcceptsNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 103)
	b, fans := ids[0], ids[1:]
	s.setPrivate(t, b, true)
	for _, fan := range fans {
		s.follow(t, fan, b)
	}
	taken := fmt.Sprintf("회원%d", fans[0])
	_, err := s.users.Change(t.Context(), auth.Viewer{UserID: b}, "", b, user.Patch{IsPrivate: new(false), Username: &taken})
	wantError(t, err, user.ErrUsernameTaken)
	s.wantStored(t, "follow_requests", int64(len(fans)))
	s.wantCounts(t, b, 0, 0)
}

func TestRequestsAreListedLatestFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 4)
	b := ids[0]
	s.setPrivate(t, b, true)
	want := []map[string]any{}
	for _, fan := range ids[1:] {
		s.Clock.Advance(time.Second)
		s.follow(t, fan, b)
		want = append([]map[string]any{{
			"user_id": float64(fan), "username": fmt.Sprintf("회원%d", fan), "profile_image_url": nil,
			"requested_at": s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano),
		}}, want...)
	}
	if diff := cmp.Diff(want, s.GET(t, "/users/me/follow_requests", s.As(t, b)).Want(200).List()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if rows := s.GET(t, "/users/me/follow_requests", s.As(t, ids[1])).Want(200).List(); len(rows) != 0 {
		t.Errorf("the requests to another account: %v", rows)
	}
	first := s.GET(t, "/users/me/follow_requests?limit=2", s.As(t, b)).Want(200)
	rest := s.GET(t, "/users/me/follow_requests?limit=2&cursor="+first.Header.Get("X-Next-Cursor"), s.As(t, b)).Want(200)
	if diff := cmp.Diff(want, append(first.List(), rest.List()...)); diff != "" || rest.Header.Get("Link") != "" {
		t.Errorf("in pages, the last with Link %q (-want +got):\n%s", rest.Header.Get("Link"), diff)
	}
	s.GET(t, "/users/me/follow_requests", testkit.As("nonsense")).WantProblem(401, "invalid_token")
}

func TestOnlyMakingARequestNotifies(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	a, b := ids[0], ids[1]
	s.setPrivate(t, b, true)
	s.follow(t, a, b)
	s.Write(t, func(tx *gorm.DB) error {
		var r follow.Request
		stored := follow.Request{FollowerID: ids[2], FollowingID: b, RequestedAt: s.Clock.Now()}
		return errors.Join(tx.Take(&r).Error, tx.Save(&r).Error, tx.Model(&r).Update("requested_at", s.Clock.Now()).Error, tx.Create(&stored).Error)
	})
	s.wantNotified(t, b, 1, 1)
}

func TestTheRequestOfAMutedMemberIsNotListedAndCanBeAccepted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	b, muted, other := ids[0], ids[1], ids[2]
	s.setPrivate(t, b, true)
	s.follow(t, muted, b)
	s.follow(t, other, b)
	s.post(t, b, "/users/%d/mute", muted)
	rows := s.GET(t, "/users/me/follow_requests", s.As(t, b)).Want(200).List()
	if len(rows) != 1 || rows[0]["user_id"] != float64(other) {
		t.Errorf("requests %v, want that of %d alone", rows, other)
	}
	if diff := cmp.Diff(state(muted, b, true), s.post(t, b, "/users/me/follow_requests/%d/accept", muted)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
}
