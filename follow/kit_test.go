package follow_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// stage is a community with the API of following.
type stage struct {
	*testkit.Kit
	*testkit.API
	users   *user.Service
	follows *follow.Service
	inbox   *notify.Service
	limiter *limiter
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k, limiter: &limiter{Limiter: limit.NewMemory(k.Clock.Now)}}
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now, Log: k.Log})
	s.follows = follow.New(follow.Deps{
		DB: k.DB, Users: s.users, Limiter: s.limiter, Clock: k.Clock.Now,
		Toggle: limit.Rate{Count: 3, Per: time.Minute},
	})
	s.inbox = notify.New(notify.Deps{DB: k.DB, Actors: actors{}, Bus: bus.NewMemory(), Clock: k.Clock.Now, Log: k.Log, Zone: k.Zone})
	if err := k.DB.Use(s.inbox); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	s.API = k.API(accounts{s.users})
	s.follows.Routes(s.Router, k.Zone)
	return s
}

// accounts takes whoever has an account for signed in.
type accounts struct{ users *user.Service }

func (a accounts) Standing(ctx context.Context, userID, _ int64) (auth.Role, error) {
	u, err := a.users.Get(ctx, userID)
	if err != nil {
		return "", auth.ErrUserGone
	}
	return u.Role, nil
}

// actors knows nobody: the names in notifications are not followed here.
type actors struct{}

func (actors) Actors(context.Context, []int64) (map[int64]notify.Actor, error) { return nil, nil }

// limiter is switched on by a test, and fails when it is told to.
type limiter struct {
	limit.Limiter
	on   bool
	fail error
}

func (l *limiter) Allow(ctx context.Context, key string, r limit.Rate) (time.Duration, error) {
	if l.fail != nil {
		return 0, l.fail
	}
	if !l.on {
		return 0, nil
	}
	return l.Limiter.Allow(ctx, key, r)
}

// join adds members and returns their ids.
func (s *stage) join(t testing.TB, n int) []int64 {
	t.Helper()
	rows := make([]user.User, n)
	s.write(t, func(tx *gorm.DB) error {
		var last int64
		if err := tx.Raw("SELECT COALESCE(MAX(id), 0) FROM users").Scan(&last).Error; err != nil {
			return err
		}
		for i := range rows {
			name := fmt.Sprintf("회원%d", last+int64(i)+1)
			rows[i] = user.User{
				ID: last + int64(i) + 1, Username: name, UsernameKey: name, Age: 20, Gender: user.Female, Role: auth.RoleMember,
				CreatedAt: database.Time(s.Clock.Now()), UpdatedAt: database.Time(s.Clock.Now()),
			}
		}
		return tx.CreateInBatches(&rows, 500).Error
	})
	ids := make([]int64, n)
	for i, u := range rows {
		ids[i] = u.ID
	}
	return ids
}

func (s *stage) write(t testing.TB, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := s.DB.Tx(t.Context(), fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// as signs a request of a member.
func (s *stage) as(t testing.TB, userID int64) testkit.Option {
	t.Helper()
	token, _, err := s.Tokens.Access(userID, 1)
	if err != nil {
		t.Fatalf("make a token: %v", err)
	}
	return testkit.As(token)
}

// follow and unfollow send the request and return the answer, which must be a 200.
func (s *stage) follow(t testing.TB, who, whom int64) map[string]any {
	t.Helper()
	return s.POST(t, fmt.Sprintf("/users/%d/follow", whom), s.as(t, who)).Want(200).Map()
}

func (s *stage) unfollow(t testing.TB, who, whom int64) map[string]any {
	t.Helper()
	return s.POST(t, fmt.Sprintf("/users/%d/unfollow", whom), s.as(t, who)).Want(200).Map()
}

// told returns how many notifications somebody has ever got, and how many the inbox shows as unread.
func (s *stage) told(t testing.TB, userID int64) (all, unread int) {
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

func (s *stage) wantTold(t testing.TB, userID int64, all, unread int) {
	t.Helper()
	if gotAll, gotUnread := s.told(t, userID); gotAll != all || gotUnread != unread {
		t.Errorf("user %d was told %d times, %d of them unread, want %d and %d", userID, gotAll, gotUnread, all, unread)
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
