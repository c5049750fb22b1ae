package follow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

var errBroken = errors.New("the database is broken")

// breaker makes one statement fail: the one at which left reaches 0.
type breaker struct{ left int }

// breakable returns a breaker that counts all statements and breaks none yet.
func (s *stage) breakable(t testing.TB) *breaker {
	t.Helper()
	b := &breaker{}
	t.Cleanup(s.DB.Break(func(context.Context, string) error {
		if b.left--; b.left == 0 {
			return errBroken
		}
		return nil
	}))
	return b
}

// state returns everything that a write of this package can change.
func (s *stage) state(t testing.TB) any {
	t.Helper()
	var users []user.User
	db := s.DB.Reader(t.Context())
	if err := db.Order("id").Find(&users).Error; err != nil {
		t.Fatalf("load the state: %v", err)
	}
	all := []any{users, s.rows(t)}
	for _, table := range []string{"notifications", "follow_requests", "blocks", "mutes"} {
		var rows []map[string]any
		if err := db.Table(table).Order("id").Find(&rows).Error; err != nil {
			t.Fatalf("load the state: %v", err)
		}
		all = append(all, rows)
	}
	return all
}

func TestAFailureAtAnyStatementLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 7)
	s.follow(t, ids[0], ids[1])
	s.follow(t, ids[2], ids[0])
	s.follow(t, ids[3], ids[0])
	s.unfollow(t, ids[3], ids[0])
	private := ids[4]
	s.setPrivate(t, private, true)
	s.follow(t, ids[0], private)
	s.follow(t, ids[5], private)
	s.post(t, ids[6], "/users/%d/block", ids[0])
	s.post(t, ids[6], "/users/%d/mute", ids[0])
	b := s.breakable(t)
	for name, write := range map[string]func(context.Context) error{
		"a first follow":  func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[0], ids[2], true); return err },
		"a second follow": func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[3], ids[0], true); return err },
		"an unfollow":     func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[0], ids[1], false); return err },
		"a deletion":      func(ctx context.Context) error { return s.users.Delete(ctx, ids[0]) },
		"a request":       func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[1], private, true); return err },
		"taking it back":  func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[0], private, false); return err },
		"accepting":       func(ctx context.Context) error { _, err := s.follows.Accept(ctx, private, ids[0]); return err },
		"declining":       func(ctx context.Context) error { return s.follows.Decline(ctx, private, ids[0]) },
		"accepting all": func(ctx context.Context) error {
			_, err := s.users.Change(ctx, auth.Viewer{UserID: private}, "", private, user.Patch{IsPrivate: new(false)})
			return err
		},
		"a block":        func(ctx context.Context) error { return s.follows.SetBlock(ctx, ids[1], ids[0], true) },
		"of a requester": func(ctx context.Context) error { return s.follows.SetBlock(ctx, private, ids[0], true) },
		"an unblock":     func(ctx context.Context) error { return s.follows.SetBlock(ctx, ids[6], ids[0], false) },
		"a mute":         func(ctx context.Context) error { return s.follows.SetMute(ctx, ids[1], ids[0], true) },
		"an unmute":      func(ctx context.Context) error { return s.follows.SetMute(ctx, ids[6], ids[0], false) },
	} {
		undo := errors.New("undo") // so that each attempt starts from the same state
		try := func() error {
			return s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
				if err := write(tx.Statement.Context); err != nil {
					return err
				}
				return undo
			})
		}
		before, n := s.state(t), 0
		for err := error(nil); !errors.Is(err, undo); {
			n++
			b.left = n
			if err = try(); !errors.Is(err, undo) && !errors.Is(err, errBroken) {
				t.Errorf("%s, statement %d: error %v, want the injected one", name, n, err)
				break
			}
			b.left = 0
			if diff := gocmp.Diff(before, s.state(t), gocmp.AllowUnexported(follow.Follow{}, toggle.Change{})); diff != "" {
				t.Errorf("%s, statement %d (-before +after):\n%s", name, n, diff)
			}
		}
		if n < 3 {
			t.Errorf("%s took %d statements, want at least 2", name, n-1)
		}
	}
}

func TestAListReturnsDatabaseErrors(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	s.follow(t, ids[0], ids[1])
	b := s.breakable(t)
	b.left = 1
	if people, next, err := s.follows.Followings(t.Context(), ids[0], auth.Viewer{}, page.Page{Limit: 1}); !errors.Is(err, errBroken) || next != nil {
		t.Errorf("%v, %v, %v, want the injected error", people, next, err)
	}
	b.left = 1
	s.GET(t, fmt.Sprintf("/users/%d/followings", ids[0])).WantProblem(500, "internal")
}
