package follow_test

import (
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

func TestDeletingAnAccountDecrementsTheCountersOfOthers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 4)
	a, b, c, d := ids[0], ids[1], ids[2], ids[3]
	for _, f := range [][2]int64{{a, b}, {b, a}, {a, c}, {d, a}, {c, b}, {b, c}} {
		s.follow(t, f[0], f[1])
	}
	s.unfollow(t, a, c) // is not counted, so it is not decremented
	s.unfollow(t, d, a)
	if err := s.users.Delete(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s.wantCounts(t, b, 1, 1)
	s.wantCounts(t, c, 1, 1)
	s.wantCounts(t, d, 0, 0)
	if rows := s.rows(t); len(rows) != 2 {
		t.Errorf("rows %+v, want those of %d and %d", rows, b, c)
	}
	s.GET(t, fmt.Sprintf("/users/%d/followers", a)).WantProblem(404, "not_found")
	for _, list := range []string{"followers", "followings"} {
		if rows := s.GET(t, fmt.Sprintf("/users/%d/%s", b, list)).Want(200).List(); len(rows) != 1 {
			t.Errorf("%s of %d: %v, want one", list, b, rows)
		}
	}
	s.POST(t, fmt.Sprintf("/users/%d/unfollow", a), s.As(t, b)).WantProblem(404, "not_found")
}

func TestARefusedDeletionKeepsTheCounters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	refusal := errors.New("refused")
	s.users.OnDelete(func(*gorm.DB, int64) error { return refusal })
	ids := s.Join(t, 2)
	s.follow(t, ids[0], ids[1])
	if err := s.users.Delete(t.Context(), ids[0]); !errors.Is(err, refusal) {
		t.Fatalf("delete: %v, want the error of the hook", err)
	}
	s.wantCounts(t, ids[1], 1, 0)
	s.wantCounts(t, ids[0], 0, 1)
}

func TestDeletingAnAccountWithManyFollowersDecrementsInBatches(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const fans = 1001
	ids := s.Join(t, fans+1)
	s.Write(t, func(tx *gorm.DB) error {
		rows := make([]follow.Follow, 0, 2*fans)
		for _, id := range ids[1:] {
			at := database.Time(s.Clock.Now())
			rows = append(rows,
				follow.Follow{FollowerID: id, FollowingID: ids[0], IsFollowing: true, FollowedAt: at},
				follow.Follow{FollowerID: ids[0], FollowingID: id, IsFollowing: true, FollowedAt: at})
		}
		all := tx.Session(&gorm.Session{AllowGlobalUpdate: true}).Model(&user.User{})
		return errors.Join(tx.CreateInBatches(&rows, 500).Error,
			all.UpdateColumns(map[string]any{"follower_count": 1, "following_count": 1}).Error)
	})
	if err := s.users.Delete(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	var left int64
	if err := s.DB.Reader(t.Context()).Model(&user.User{}).Where("follower_count <> 0 OR following_count <> 0").Count(&left).Error; err != nil {
		t.Fatal(err)
	}
	if left != 0 || len(s.rows(t)) != 0 {
		t.Errorf("%d accounts have wrong counters, %d rows remain", left, len(s.rows(t)))
	}
}
