package follow_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

func TestABlockEndsFollowsAndRequestsInBothDirections(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	a, b, c := ids[0], ids[1], ids[2]
	s.follow(t, a, b)
	s.follow(t, b, a)
	s.follow(t, c, a)
	for range 2 {
		if diff := cmp.Diff(map[string]any{"user_id": float64(b), "blocked": true}, s.post(t, a, "/users/%d/block", b)); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	if s.isFollowing(t, a, b) || s.isFollowing(t, b, a) || !s.isFollowing(t, c, a) {
		t.Error("the follows of the two did not end, or another one did")
	}
	s.wantCounts(t, a, 1, 0)
	s.wantCounts(t, b, 0, 0)
	s.wantHides(t, a, 1)
	s.wantHides(t, b, 0)
	s.setPrivate(t, a, true)
	s.setPrivate(t, c, true)
	s.follow(t, a, c)
	s.post(t, c, "/users/%d/block", a)
	s.wantStored(t, "follow_requests", 0)
	s.wantStored(t, "blocks", 2)
}

func TestNeitherSideOfABlockMayFollow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.post(t, a, "/users/%d/block", b)
	there := s.POST(t, fmt.Sprintf("/users/%d/follow", b), s.As(t, a)).WantProblem(403, "blocked").Problem()
	back := s.POST(t, fmt.Sprintf("/users/%d/follow", a), s.As(t, b)).WantProblem(403, "blocked").Problem()
	if there.Detail != back.Detail || there.Title != back.Title {
		t.Errorf("the two read different texts: %q and %q", there.Detail, back.Detail)
	}
	s.setPrivate(t, a, true) // a request is a follow too
	s.POST(t, fmt.Sprintf("/users/%d/follow", a), s.As(t, b)).WantProblem(403, "blocked")
	s.wantStored(t, "follow_requests", 0)
	if diff := cmp.Diff(state(b, a, false), s.unfollow(t, b, a)); diff != "" {
		t.Errorf("unfollow (-want +got):\n%s", diff)
	}
	s.wantCounts(t, a, 0, 0)
	s.wantNotified(t, a, 0, 0)
	s.wantNotified(t, b, 0, 0)
}

func TestUnblockingRestoresNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b)
	s.post(t, a, "/users/%d/block", b)
	for range 2 {
		if diff := cmp.Diff(map[string]any{"user_id": float64(b), "blocked": false}, s.post(t, a, "/users/%d/unblock", b)); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	s.wantHides(t, a, 0)
	s.wantStored(t, "blocks", 0)
	if s.isFollowing(t, a, b) {
		t.Error("the follow is back")
	}
	s.wantCounts(t, b, 0, 0)
	if diff := cmp.Diff(state(a, b, true), s.follow(t, a, b)); diff != "" {
		t.Errorf("following again (-want +got):\n%s", diff)
	}
}

func TestMutingChangesNothingButTheMute(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b)
	s.follow(t, b, a)
	for range 2 {
		if diff := cmp.Diff(map[string]any{"user_id": float64(b), "muted": true}, s.post(t, a, "/users/%d/mute", b)); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	if !s.isFollowing(t, a, b) || !s.isFollowing(t, b, a) {
		t.Error("a follow ended")
	}
	s.wantHides(t, a, 1)
	s.post(t, a, "/users/%d/block", b)
	s.wantHides(t, a, 2)
	for range 2 {
		if diff := cmp.Diff(map[string]any{"user_id": float64(b), "muted": false}, s.post(t, a, "/users/%d/unmute", b)); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	s.wantHides(t, a, 1)
	s.wantStored(t, "mutes", 0)
}

func TestHidingRefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.Join(t, 1)[0]
	for _, verb := range []string{"block", "unblock", "mute", "unmute"} {
		code := map[byte]string{'k': "self_block", 'e': "self_mute"}[verb[len(verb)-1]]
		s.POST(t, fmt.Sprintf("/users/%d/%s", a, verb), s.As(t, a)).WantProblem(422, code)
		s.POST(t, "/users/999/"+verb, s.As(t, a)).WantProblem(404, "not_found")
		s.POST(t, "/users/99999999999999999999/"+verb, s.As(t, a)).WantProblem(404, "not_found")
		s.POST(t, "/users/0/"+verb, s.As(t, a)).WantProblem(422, "validation_failed")
		s.POST(t, "/users/1/"+verb).WantProblem(401, "unauthorized")
		s.POST(t, "/users/1/"+verb, s.As(t, 999)).WantProblem(401, "invalid_token")
	}
	wantError(t, s.follows.SetBlock(t.Context(), 999, a, true), auth.ErrInvalidToken)
	wantError(t, s.follows.SetMute(t.Context(), 999, 998, true), user.ErrNotFound)
	s.wantHides(t, a, 0)
}

func TestBlocksAndMutesAreListedLatestFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 4)
	a := ids[0]
	for _, kind := range []string{"block", "mute"} {
		want := []map[string]any{}
		for _, other := range ids[1:] {
			s.Clock.Advance(time.Second)
			s.post(t, a, "/users/%d/%s", other, kind)
			want = append([]map[string]any{{
				"user_id": float64(other), "username": fmt.Sprintf("회원%d", other), "profile_image_url": nil,
				"since": s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano),
			}}, want...)
		}
		path := "/users/me/" + kind + "s"
		if diff := cmp.Diff(want, s.GET(t, path, s.As(t, a)).Want(200).List()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
		first := s.GET(t, path+"?limit=1", s.As(t, a)).Want(200)
		rest := s.GET(t, path+"?cursor="+first.Header.Get("X-Next-Cursor"), s.As(t, a)).Want(200)
		if diff := cmp.Diff(want, append(first.List(), rest.List()...)); diff != "" {
			t.Errorf("%s in pages (-want +got):\n%s", path, diff)
		}
		if rows := s.GET(t, path, s.As(t, ids[1])).Want(200).List(); len(rows) != 0 {
			t.Errorf("%s of another member: %v", path, rows)
		}
		s.GET(t, path).WantProblem(401, "unauthorized")
		s.GET(t, path+"?x=1", s.As(t, a)).WantProblem(422, "validation_failed")
	}
}

func TestADeletedAccountLeavesNoBlockMuteOrRequest(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	gone, a, b := ids[0], ids[1], ids[2]
	s.setPrivate(t, gone, true)
	s.setPrivate(t, b, true)
	s.follow(t, a, gone)
	s.follow(t, gone, b)
	s.post(t, a, "/users/%d/mute", gone)
	s.post(t, a, "/users/%d/mute", b)
	s.post(t, gone, "/users/%d/mute", a)
	other := s.Join(t, 1)[0]
	s.post(t, other, "/users/%d/block", gone)
	s.post(t, gone, "/users/%d/block", other)
	if err := s.users.Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	s.wantStored(t, "follow_requests", 0)
	s.wantStored(t, "blocks", 0)
	s.wantStored(t, "mutes", 1)
	s.wantHides(t, a, 1)
	s.wantHides(t, other, 0)
}

func TestReadersSeeHowTheyRelateToMembers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 6)
	me, followed, fan, private, blocked, muted := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]
	s.setPrivate(t, private, true)
	s.follow(t, me, followed)
	s.follow(t, fan, me)
	s.follow(t, me, private)
	s.post(t, me, "/users/%d/block", blocked)
	s.post(t, me, "/users/%d/mute", muted)
	got, err := s.follows.Relations(t.Context(), me, append(ids[1:], 999))
	want := map[int64]user.Relation{
		followed: {Following: true}, fan: {FollowedBy: true}, private: {Requested: true}, blocked: {Blocking: true}, muted: {Muting: true},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, relations (-want +got):\n%s", err, diff)
	}
	s.unfollow(t, me, followed)
	if got, err := s.follows.Relations(t.Context(), me, []int64{followed}); err != nil || len(got) != 0 {
		t.Errorf("after unfollowing: %v, %v", got, err)
	}
}

func TestCheckBlockedSeesBothDirections(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	s.post(t, ids[0], "/users/%d/block", ids[1])
	s.post(t, ids[0], "/users/%d/mute", ids[2])
	s.Write(t, func(tx *gorm.DB) error {
		wantError(t, follow.CheckBlocked(tx, ids[0], ids[1]), follow.ErrBlocked)
		wantError(t, follow.CheckBlocked(tx, ids[1], ids[0]), follow.ErrBlocked)
		wantError(t, follow.CheckBlocked(tx, ids[0], ids[2]), nil)
		wantError(t, follow.CheckBlocked(tx, ids[0], ids[0]), nil)
		return nil
	})
}

func TestPendingAccountsAreNotFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&user.User{ID: b}).UpdateColumn("status", auth.StatusPending).Error
	})
	for _, action := range []string{"follow", "unfollow", "block", "unblock", "mute", "unmute"} {
		s.POST(t, fmt.Sprintf("/users/%d/%s", b, action), s.As(t, a)).WantProblem(404, "not_found")
	}
	for _, table := range []string{"follows", "follow_requests", "blocks", "mutes"} {
		s.wantStored(t, table, 0)
	}
}
