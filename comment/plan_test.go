package comment_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// fill writes n comments on the review by as many members, every second a spoiler and every third a reply to the first.
func (s *stage) fill(t testing.TB, n int) {
	t.Helper()
	members, now := s.Join(t, n), s.Clock.Now()
	top := s.say(t, s.bob, 0)
	rows := make([]comment.Comment, n)
	for i, id := range members {
		rows[i] = comment.Comment{
			ReviewID: s.review, UserID: &id, Content: spoiler.NewText("a"), Spoiler: i%2 == 0, CreatedAt: now, UpdatedAt: now,
		}
		if i%3 == 0 {
			rows[i].ReplyTo = &top
		}
	}
	s.Write(t, func(tx *gorm.DB) error {
		if err := tx.CreateInBatches(&rows, 200).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE reviews SET comment_count = comment_count + ? WHERE id = ?", n, s.review).Error
	})
	testkit.Analyze(t, s.DB, "comments", "reviews", "users", "follows", "blocks", "mutes")
}

func TestTheListOfCommentsReadsAlongAnIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.fill(t, 2000)
	all, _, err := s.comments.OfReview(t.Context(), s.review, auth.Viewer{}, comment.SortOldest, page.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	after := &page.Key{ID: all[999].ID}
	for name, reader := range map[string]auth.Viewer{
		"anonymous": {}, "member": {UserID: s.cleo, Role: auth.RoleMember}, "who hides": {UserID: s.cleo, Role: auth.RoleMember, Hides: true},
		"moderator": {UserID: s.dan, Role: auth.RoleModerator},
	} {
		for _, by := range []comment.Sort{comment.SortOldest, comment.SortNewest} {
			for _, p := range []page.Page{{Limit: 20}, {Limit: 20, After: after}} {
				t.Run(fmt.Sprintf("%s, %s, %v", name, by, p.After != nil), func(t *testing.T) {
					testkit.WantIndexed(t, s.DB, "idx_comments_review", func() {
						if rows, _, err := s.comments.OfReview(t.Context(), s.review, reader, by, p); err != nil || len(rows) != 20 {
							t.Errorf("%d rows, %v", len(rows), err)
						}
					})
				})
			}
		}
	}
}

// TestAPageOfCommentsTakesTheSameQueriesForAnySize counts the statements of a page.
func TestAPageOfCommentsTakesTheSameQueriesForAnySize(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.fill(t, 100)
	queries := func(limit int) (n int) {
		end := s.DB.Watch(func(string, []any) { n++ })
		defer end()
		reader := auth.Viewer{UserID: s.cleo, Role: auth.RoleMember, Hides: true}
		if _, _, err := s.comments.OfReview(t.Context(), s.review, reader, comment.SortOldest, page.Page{Limit: limit}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if few, many := queries(5), queries(100); few != many || many > 3 {
		t.Errorf("%d statements for 5 comments and %d for 100", few, many)
	}
}
