package comment_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
)

// state returns everything that a write of this package can change.
func (s *stage) state(t testing.TB) map[string][]map[string]any {
	t.Helper()
	out := map[string][]map[string]any{}
	for _, table := range []string{"users", "movies", "reviews", "comments", "activities", "notifications", "notification_states"} {
		var found []map[string]any
		if err := s.DB.Reader(t.Context()).Table(table).Order("1").Find(&found).Error; err != nil {
			t.Fatalf("load %s: %v", table, err)
		}
		out[table] = found
	}
	return out
}

var errBroken = errors.New("the database is broken")

func TestAFailureAtAnyStatementLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := s.newFilm(t, "다른 영화")
	s.write(t, s.ann, other, nil)
	top := s.say(t, s.bob, 0)
	reply := s.say(t, s.cleo, top)
	s.drop(t, s.bob, top)
	s.say(t, s.bob, reply)
	left, counting := 0, false
	t.Cleanup(s.DB.Break(func(context.Context, string) error {
		if counting {
			if left--; left == 0 {
				return errBroken
			}
		}
		return nil
	}))
	for name, write := range map[string]func(context.Context) error{
		"a reply": func(ctx context.Context) error {
			_, err := s.comments.Create(ctx, auth.Viewer{UserID: s.bob}, comment.Draft{ReviewID: s.review, Content: "a", ReplyTo: &reply})
			return err
		},
		"an edit": func(ctx context.Context) error {
			_, err := s.comments.Update(ctx, reply, comment.Patch{Content: new("b")})
			return err
		},
		"a deletion":                func(ctx context.Context) error { return s.comments.Delete(ctx, reply) },
		"the deletion of a review":  func(ctx context.Context) error { return s.reviews.Delete(ctx, s.review) },
		"the deletion of an author": func(ctx context.Context) error { return s.users.Delete(ctx, s.cleo) },
		"a merge": func(ctx context.Context) error {
			_, err := s.movies.Merge(ctx, s.film, other, true)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := s.state(t)
			undo := errors.New("undo")
			for n := 1; ; n++ {
				left, counting = n, true
				err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
					if err := write(tx.Statement.Context); err != nil {
						return err
					}
					return undo
				})
				counting = false
				if diff := cmp.Diff(before, s.state(t)); diff != "" {
					t.Fatalf("after a failure at statement %d: %s", n, diff)
				}
				if left > 0 {
					if n < 4 || !errors.Is(err, undo) {
						t.Errorf("%d statements, %v", n-1, err)
					}
					return
				}
				if !errors.Is(err, errBroken) {
					t.Fatalf("a failure at statement %d is %v", n, err)
				}
			}
		})
	}
}

// TestTheHookTellsOnlyOfANewComment saves comments in ways in which the service does not.
func TestTheHookTellsOnlyOfANewComment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.say(t, s.bob, 0)
	stored := s.rows(t)[0]
	for name, save := range map[string]func(tx *gorm.DB) error{
		"an edit":                  func(tx *gorm.DB) error { return tx.Model(&comment.Comment{ID: id}).Update("spoiler", true).Error },
		"a save of what is loaded": func(tx *gorm.DB) error { c := stored; return tx.Save(&c).Error },
		"an upsert": func(tx *gorm.DB) error {
			c := stored
			return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&c).Error
		},
		"a row that an import makes": func(tx *gorm.DB) error {
			return tx.Create(&comment.Comment{ReviewID: s.review, UserID: &s.cleo, Content: spoiler.NewText("a"), CreatedAt: s.Clock.Now(), UpdatedAt: s.Clock.Now()}).Error
		},
	} {
		s.Write(t, save)
		if told := s.told(t, s.ann); len(told) != 1 {
			t.Errorf("%s: ann was told %d times", name, len(told))
		}
	}
}
