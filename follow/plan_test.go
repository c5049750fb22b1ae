package follow_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestAListTakesAConstantNumberOfQueries(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 12)
	for _, fan := range ids[2:] {
		s.follow(t, fan, ids[0])
	}
	s.follow(t, ids[2], ids[1])
	for _, c := range []struct{ userID, rows int64 }{{ids[0], 10}, {ids[1], 1}} {
		queries := 0
		end := s.DB.Watch(func(string, []any) { queries++ })
		got := len(s.GET(t, fmt.Sprintf("/users/%d/followers", c.userID)).Want(200).List())
		if end(); got != int(c.rows) {
			t.Errorf("%d rows, want %d", got, c.rows)
		}
		if queries != 2 { // with that of the account
			t.Errorf("%d queries for %d rows, want 2", queries, c.rows)
		}
	}
}

func TestListsUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 300)
	s.Write(t, func(tx *gorm.DB) error { // enough rows for a planner to use indexes
		var rows []follow.Follow
		for i, id := range ids[1:] {
			at := database.Time(s.Clock.Now().Add(time.Duration(i) * time.Second))
			rows = append(rows,
				follow.Follow{FollowerID: ids[0], FollowingID: id, IsFollowing: i%10 != 0, FollowedAt: at},
				follow.Follow{FollowerID: id, FollowingID: ids[0], IsFollowing: i%10 != 0, FollowedAt: at})
		}
		return tx.CreateInBatches(&rows, 100).Error
	})
	testkit.Analyze(t, s.DB, "follows", "users")
	for _, after := range []*page.Key{nil, {Num: s.Clock.Now().Add(time.Minute).UnixMicro(), ID: 70}} {
		p := page.Page{Limit: 5, After: after}
		testkit.WantIndexed(t, s.DB, "idx_follows_followings", func() {
			if rows, _, err := s.follows.Followings(t.Context(), ids[0], auth.Viewer{}, p); err != nil || len(rows) != 5 {
				t.Errorf("followings: %d rows, %v", len(rows), err)
			}
		})
		testkit.WantIndexed(t, s.DB, "idx_follows_followers", func() {
			if rows, _, err := s.follows.Followers(t.Context(), ids[0], auth.Viewer{}, p); err != nil || len(rows) != 5 {
				t.Errorf("followers: %d rows, %v", len(rows), err)
			}
		})
	}
}

func TestListsOfRequestsBlocksAndMutesUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 300)
	me := ids[0]
	s.Write(t, func(tx *gorm.DB) error {
		var follows []follow.Follow
		var requests []follow.Request
		var blocks []follow.Block
		var mutes []follow.Mute
		for i, id := range ids[1:] {
			at := database.Time(s.Clock.Now().Add(time.Duration(i) * time.Second))
			follows = append(follows, follow.Follow{FollowerID: me, FollowingID: id, IsFollowing: true, FollowedAt: at},
				follow.Follow{FollowerID: id, FollowingID: me, IsFollowing: true, FollowedAt: at})
			requests = append(requests, follow.Request{FollowerID: id, FollowingID: me, RequestedAt: at}, follow.Request{FollowerID: me, FollowingID: id, RequestedAt: at})
			blocks = append(blocks, follow.Block{UserID: me, BlockedID: id, BlockedAt: at}, follow.Block{UserID: id, BlockedID: me, BlockedAt: at})
			mutes = append(mutes, follow.Mute{UserID: me, MutedID: id, MutedAt: at}, follow.Mute{UserID: id, MutedID: me, MutedAt: at})
		}
		return errors.Join(tx.CreateInBatches(&follows, 100).Error, tx.CreateInBatches(&requests, 100).Error, tx.CreateInBatches(&blocks, 100).Error, tx.CreateInBatches(&mutes, 100).Error)
	})
	testkit.Analyze(t, s.DB, "follow_requests", "blocks", "mutes", "follows", "users")
	for _, after := range []*page.Key{nil, {Num: s.Clock.Now().Add(time.Minute).UnixMicro(), ID: 70}} {
		p := page.Page{Limit: 5, After: after}
		for index, list := range map[string]func() ([]follow.Person, *page.Key, error){
			"idx_follow_requests_list": func() ([]follow.Person, *page.Key, error) {
				return s.follows.Requests(t.Context(), auth.Viewer{UserID: me}, p)
			},
			"idx_blocks_list": func() ([]follow.Person, *page.Key, error) { return s.follows.Blocks(t.Context(), me, p) },
			"idx_mutes_list":  func() ([]follow.Person, *page.Key, error) { return s.follows.Mutes(t.Context(), me, p) },
		} {
			testkit.WantIndexed(t, s.DB, index, func() {
				if rows, _, err := list(); err != nil || len(rows) != 5 {
					t.Errorf("%s: %d rows, %v", index, len(rows), err)
				}
			})
		}
	}
	testkit.WantIndexed(t, s.DB, "idx_follows_set", func() { // and not those of all follows of a member
		if _, err := s.follows.Relations(t.Context(), me, ids[1:20]); err != nil {
			t.Error(err)
		}
	})
	testkit.WantIndexed(t, s.DB, "idx_follows_set", func() {
		if on, err := s.follows.FollowedBy(t.Context(), me, ids[1:20]); err != nil || len(on) != 19 {
			t.Errorf("follows %d of 19, %v", len(on), err)
		}
	})
}
