package review_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// TestListsUseTheirIndex checks the plans of the first and of a later page of each list.
func TestListsUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	m, u := s.library(t, 60)
	for _, after := range []*page.Key{nil, {Num: 30, ID: 1700}} {
		p := page.Page{Limit: 5, After: after}
		for by, index := range map[review.Sort]string{
			review.SortOldest: "idx_reviews_movie", review.SortNewest: "idx_reviews_movie", review.SortMostLiked: "idx_reviews_movie_likes",
		} {
			testkit.WantIndexed(t, s.DB, index, func() {
				if rows, _, err := s.reviews.OfMovie(t.Context(), m, auth.Viewer{}, by, p); err != nil || len(rows) != 5 {
					t.Errorf("by %s: %d rows, %v", by, len(rows), err)
				}
			})
		}
		testkit.WantIndexed(t, s.DB, "idx_reviews_user", func() {
			if rows, _, err := s.reviews.OfUser(t.Context(), u, auth.Viewer{}, p); err != nil || len(rows) != 5 {
				t.Errorf("of a user: %d rows, %v", len(rows), err)
			}
		})
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

// TestLatestFindsReviewsBeforeItJoinsAuthorsAndFilms fails when a plan starts at the members and sorts all
// reviews, as that of MariaDB did.
func TestLatestFindsReviewsBeforeItJoinsAuthorsAndFilms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.library(t, 60)
	testkit.Analyze(t, s.DB, "users", "movies", "reviews")
	wanted := []string{"SEARCH reviews USING INTEGER PRIMARY KEY (rowid<?)", "SEARCH users USING INTEGER PRIMARY KEY", "SEARCH movies USING INTEGER PRIMARY KEY"}
	if s.DB.Driver() == database.MySQL {
		wanted = []string{"reviews range PRIMARY", "users eq_ref PRIMARY", "movies eq_ref PRIMARY"}
	}
	for _, after := range []*page.Key{nil, {ID: 1700}} {
		plans := testkit.Plans(t, s.DB, func() {
			rows, _, err := s.reviews.Latest(t.Context(), auth.Viewer{}, page.Page{Limit: 5, After: after})
			if err != nil || len(rows) != 5 || after != nil && rows[0].ID != 1699 {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
		for _, plan := range plans {
			for _, step := range wanted {
				if !strings.Contains(plan.String(), step) {
					t.Errorf("no %q in\n%s", step, plan)
				}
			}
		}
		if len(plans) != 1 {
			t.Errorf("%d queries", len(plans))
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
	testkit.Analyze(t, s.DB, "users", "movies", "reviews")
	return films[n/2].ID, members[n/2].ID
}
