package follow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

var errBroken = errors.New("the database is broken")

// breaker has one statement fail: the one that comes when left reaches 0.
type breaker struct{ left int }

func (b *breaker) hit(db *gorm.DB) {
	if b.left--; b.left == 0 {
		_ = db.AddError(errBroken)
	}
}

// breakable returns a breaker that counts every statement of the database, and breaks none yet.
func (s *stage) breakable(t testing.TB) *breaker {
	t.Helper()
	b := &breaker{}
	install := func(db *gorm.DB) error {
		c := db.Callback()
		return errors.Join(
			c.Query().Before("gorm:query").Register("test:break", b.hit),
			c.Create().Before("gorm:create").Register("test:break", b.hit),
			c.Update().Before("gorm:update").Register("test:break", b.hit),
			c.Delete().Before("gorm:delete").Register("test:break", b.hit),
			c.Raw().Before("gorm:raw").Register("test:break", b.hit),
			c.Row().Before("gorm:row").Register("test:break", b.hit),
		)
	}
	s.write(t, install)
	if err := install(s.DB.Reader(t.Context())); err != nil { // which reads elsewhere
		t.Fatal(err)
	}
	return b
}

// state is all that a write of this package changes.
func (s *stage) state(t testing.TB) any {
	t.Helper()
	var users []user.User
	var told []map[string]any
	db := s.DB.Reader(t.Context())
	err := errors.Join(db.Order("id").Find(&users).Error, db.Table("notifications").Order("id").Find(&told).Error)
	if err != nil {
		t.Fatalf("load the state: %v", err)
	}
	return []any{users, told, s.rows(t)}
}

func TestAFailureAtAnyStatementLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.join(t, 4)
	s.follow(t, ids[0], ids[1])
	s.follow(t, ids[2], ids[0])
	s.follow(t, ids[3], ids[0])
	s.unfollow(t, ids[3], ids[0])
	b := s.breakable(t)
	for name, write := range map[string]func(context.Context) error{
		"a first follow":  func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[0], ids[2], true); return err },
		"a second follow": func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[3], ids[0], true); return err },
		"an unfollow":     func(ctx context.Context) error { _, err := s.follows.Set(ctx, ids[0], ids[1], false); return err },
		"a deletion":      func(ctx context.Context) error { return s.users.Delete(ctx, ids[0]) },
	} {
		undo := errors.New("undo") // so that each of them finds the same beginning
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
				t.Errorf("%s, statement %d: %v, want the failure", name, n, err)
				break
			}
			b.left = 0
			if diff := gocmp.Diff(before, s.state(t), gocmp.AllowUnexported(follow.Follow{})); diff != "" {
				t.Errorf("%s, statement %d (-before +after):\n%s", name, n, diff)
			}
		}
		if n < 5 {
			t.Errorf("%s took %d statements, which cannot be", name, n)
		}
	}
}

func TestAListThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.join(t, 2)
	s.follow(t, ids[0], ids[1])
	b := s.breakable(t)
	b.left = 1
	if people, next, err := s.follows.Followings(t.Context(), ids[0], page.Page{Limit: 1}); !errors.Is(err, errBroken) || next != nil {
		t.Errorf("%v, %v, %v, want the failure", people, next, err)
	}
	b.left = 1
	s.GET(t, fmt.Sprintf("/users/%d/followings", ids[0])).WantProblem(500, "internal")
}
