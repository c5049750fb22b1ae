package follow_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the API of follows.
type stage struct {
	*testkit.Kit
	*testkit.API
	users   *user.Service
	follows *follow.Service
	inbox   *notify.Service
	limiter *testkit.SwitchedLimiter
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k, limiter: &testkit.SwitchedLimiter{Limiter: limit.NewMemory(k.Clock.Now)}}
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now, Log: k.Log})
	s.follows = follow.New(follow.Deps{DB: k.DB, Users: s.users, Toggles: &toggle.Switch{
		DB: k.DB, Limiter: s.limiter, Rate: limit.Rate{Count: 3, Per: time.Minute}, Clock: k.Clock.Now,
	}})
	s.users.OnDelete(s.follows.PurgeUser)
	s.inbox = notify.New(notify.Deps{DB: k.DB, Actors: actors{}, Bus: bus.NewMemory(), Clock: k.Clock.Now, Log: k.Log, Zone: k.Zone, Hears: follow.Hears})
	if err := k.DB.Use(s.inbox); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	s.API = k.API(k.Accounts())
	s.follows.Routes(s.Router, k.Zone)
	return s
}

// actors knows nobody: these tests do not look at the names in notifications.
type actors struct{}

func (actors) Actors(context.Context, []int64) (map[int64]notify.Actor, error) { return nil, nil }

// follow and unfollow send the request and return the body of the response, which must be a 200.
func (s *stage) follow(t testing.TB, who, whom int64) map[string]any {
	t.Helper()
	return s.POST(t, fmt.Sprintf("/users/%d/follow", whom), s.As(t, who)).Want(200).Map()
}

func (s *stage) unfollow(t testing.TB, who, whom int64) map[string]any {
	t.Helper()
	return s.POST(t, fmt.Sprintf("/users/%d/unfollow", whom), s.As(t, who)).Want(200).Map()
}

// notified returns the number of all notifications of a member, and of the unread ones in the inbox.
func (s *stage) notified(t testing.TB, userID int64) (all, unread int) {
	t.Helper()
	rows := make([]int, 2)
	for i, unreadOnly := range []bool{false, true} {
		in, err := s.inbox.Inbox(t.Context(), userID, unreadOnly, page.Page{Limit: 1000})
		if err != nil {
			t.Fatalf("read the inbox of %d: %v", userID, err)
		}
		rows[i] = len(in.Rows)
	}
	return rows[0], rows[1]
}

func (s *stage) wantNotified(t testing.TB, userID int64, all, unread int) {
	t.Helper()
	if gotAll, gotUnread := s.notified(t, userID); gotAll != all || gotUnread != unread {
		t.Errorf("user %d has %d notifications, %d of them unread, want %d and %d", userID, gotAll, gotUnread, all, unread)
	}
}

func (s *stage) wantCounts(t testing.TB, userID, followers, followings int64) {
	t.Helper()
	u, err := s.users.Get(t.Context(), userID)
	if err != nil {
		t.Fatalf("load user %d: %v", userID, err)
	}
	if u.FollowerCount != followers || u.FollowingCount != followings {
		t.Errorf("user %d has %d followers and follows %d, want %d and %d", userID, u.FollowerCount, u.FollowingCount, followers, followings)
	}
}

func (s *stage) rows(t testing.TB) []follow.Follow {
	t.Helper()
	var rows []follow.Follow
	if err := s.DB.Reader(t.Context()).Order("id").Find(&rows).Error; err != nil {
		t.Fatalf("load follows: %v", err)
	}
	return rows
}
