package review_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// readers are who reads a list: nobody, a member, and one who follows some members and has blocked and muted others.
func (s *stage) readers(t *testing.T) map[string]auth.Viewer {
	t.Helper()
	now := database.Time(s.Clock.Now())
	var rows []any
	for i := range int64(30) {
		rows = append(rows, &follow.Follow{FollowerID: s.ann.ID, FollowingID: 10 + i, IsFollowing: i%3 > 0, FollowedAt: now})
		if i%10 == 0 {
			rows = append(rows, &follow.Block{UserID: s.ann.ID, BlockedID: 10 + i, BlockedAt: now}, &follow.Mute{UserID: s.ann.ID, MutedID: 11 + i, MutedAt: now})
		}
	}
	s.insert(t, rows...)
	testkit.Analyze(t, s.DB, "follows", "blocks", "mutes")
	return map[string]auth.Viewer{"nobody": {}, "a member": {UserID: s.bob.ID}, "who hides some": {UserID: s.ann.ID, Hides: true}}
}

// TestListsUseTheirIndex checks the plans of the first and of a later page of each list.
func TestListsUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	m, u := s.library(t, 60)
	for who, reader := range s.readers(t) {
		for _, after := range []*page.Key{nil, {Num: 30, ID: 1700}} {
			p := page.Page{Limit: 5, After: after}
			for by, index := range map[review.Sort]string{
				review.SortOldest: "idx_reviews_movie", review.SortNewest: "idx_reviews_movie", review.SortMostLiked: "idx_reviews_movie_likes",
			} {
				testkit.WantIndexed(t, s.DB, index, func() {
					if rows, _, err := s.reviews.OfMovie(t.Context(), m, reader, by, p); err != nil || len(rows) != 5 {
						t.Errorf("by %s for %s: %d rows, %v", by, who, len(rows), err)
					}
				})
			}
			testkit.WantIndexed(t, s.DB, "idx_reviews_user", func() {
				if rows, _, err := s.reviews.OfUser(t.Context(), u, reader, p); err != nil || len(rows) != 5 {
					t.Errorf("of a user for %s: %d rows, %v", who, len(rows), err)
				}
			})
		}
	}
}

func TestViewersAreFoundByTheIndexOfMemberAndFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	m, u := s.library(t, 60)
	of := map[int64]*movie.Viewer{m: {}, m + 1: {}, m + 2: {}, 1 << 40: {}}
	testkit.WantIndexed(t, s.DB, "idx_reviews_user_movie", func() {
		if err := s.reviews.OfViewer(t.Context(), u, of); err != nil || of[m].ReviewID == nil || of[1<<40].ReviewID != nil {
			t.Errorf("got %v, %v", of, err)
		}
	})
}

func TestReviewsOfAYearAreCountedInAnIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, u := s.library(t, 60)
	now := s.Clock.Now()
	testkit.WantIndexed(t, s.DB, "idx_reviews_user_created", func() {
		n, err := s.reviews.CountBetween(t.Context(), u, now.Add(-time.Hour), now.Add(time.Hour))
		if before, _ := s.reviews.CountBetween(t.Context(), u, now.Add(-2*time.Hour), now.Add(-time.Hour)); err != nil || n == 0 || before != 0 {
			t.Errorf("%d reviews, %v, and %d before", n, err, before)
		}
	})
}

// TestLatestReadsReviewsBackwards fails when a plan starts at the members and sorts all reviews, as that of MariaDB did.
func TestLatestReadsReviewsBackwards(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.library(t, 60)
	for who, reader := range s.readers(t) {
		for _, after := range []*page.Key{nil, {ID: 1700}} {
			testkit.WantIndexed(t, s.DB, testkit.PrimaryKey, func() {
				rows, _, err := s.reviews.Latest(t.Context(), reader, page.Page{Limit: 5, After: after})
				if err != nil || len(rows) != 5 || after != nil && rows[0].ID != 1699 {
					t.Errorf("for %s: %d rows, %v", who, len(rows), err)
				}
			})
		}
		plans := testkit.Plans(t, s.DB, func() {
			if active, err := s.reviews.Active(t.Context(), reader); err != nil || len(active) < 5 {
				t.Errorf("for %s: %d active members, %v", who, len(active), err)
			}
		})
		for _, plan := range plans {
			for _, step := range plan.Steps {
				if strings.HasPrefix(step.Detail, "SCAN") || strings.Contains(step.Detail+step.Extra, "TEMP") || step.Type == "ALL" || strings.Contains(step.Extra, "filesort") {
					t.Errorf("%s sorts or scans:\n%s", who, plan)
				}
			}
		}
	}
}

// library creates n reviews by each of n members, and returns a film and a member in the middle of them.
func (s *stage) library(t testing.TB, n int) (movieID, userID int64) {
	t.Helper()
	now := database.Time(s.Clock.Now())
	members, films := make([]user.User, n), make([]movie.Movie, n)
	for i := range n {
		name := fmt.Sprint("reader", i)
		members[i] = user.User{Username: name, UsernameKey: name, Age: 30, Gender: user.Female, Role: auth.RoleMember, CreatedAt: now, UpdatedAt: now, Preferences: user.DefaultPreferences()}
		films[i] = movie.Movie{Title: name, TitleKey: name, CastMembers: "[]", Playtime: 90, Genre: "Drama", CreatedAt: now, UpdatedAt: now}
	}
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Create(&members).Error; err != nil {
			return err
		}
		if err := tx.Create(&films).Error; err != nil {
			return err
		}
		var rows []review.Review
		for _, u := range members {
			for i, m := range films {
				rows = append(rows, review.Review{UserID: u.ID, MovieID: m.ID, Title: spoiler.NewText("t"), Content: spoiler.NewText("c"), LikeCount: int64((i + len(rows)) % 50), CreatedAt: now, UpdatedAt: now})
			}
		}
		return tx.CreateInBatches(&rows, 500).Error
	})
	if err != nil {
		t.Fatalf("fill: %v", err)
	}
	s.announce(t)
	testkit.Analyze(t, s.DB, "users", "movies", "reviews", "activities")
	return films[n/2].ID, members[n/2].ID
}

// announce gives the reviews that tests have put into the table the activities that [review.Service.Create] makes.
func (s *stage) announce(t testing.TB) {
	t.Helper()
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO activities (user_id, type, object_id, movie_id, created_at)"+
			" SELECT user_id, ?, id, movie_id, created_at FROM reviews"+
			" WHERE id NOT IN (SELECT object_id FROM activities WHERE type = ?)", activity.Review, activity.Review).Error
	})
	if err != nil {
		t.Fatalf("announce: %v", err)
	}
}
