package reaction_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
)

// TestRatingsAreListedAlongAnIndex fails when a list of ratings sorts, or reads the ratings of others.
func TestRatingsAreListedAlongAnIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members, now := s.Join(t, 30), database.Time(s.Clock.Now())
	s.Write(t, func(tx *gorm.DB) error { // enough rows for a planner to use indexes
		films := make([]movie.Movie, 100)
		for i := range films {
			films[i] = movie.Movie{Title: "영화", TitleKey: "영화", CastMembers: "[]", Playtime: 1, Genre: "SF", CreatedAt: now, UpdatedAt: now}
		}
		if err := tx.CreateInBatches(&films, 100).Error; err != nil {
			return err
		}
		var all []reaction.MovieRating
		for i := range films {
			for j, u := range members {
				at := now.Add(time.Duration(i*30+j) * time.Second)
				all = append(all, reaction.MovieRating{UserID: u, MovieID: int64(i + 1), Rating: stars.Stars(1 + (i+j)%10), RatedAt: at})
			}
		}
		return tx.CreateInBatches(&all, 500).Error
	})
	testkit.Analyze(t, s.DB, "movie_ratings", "movies")
	later := page.TimeKey(now.Add(1500*time.Second), 1500)
	later.Text = "5"
	for _, after := range []*page.Key{nil, &later} {
		for _, by := range []reaction.RatingSort{reaction.SortLastRated, reaction.SortBestRated, reaction.SortWorstRated} {
			for _, only := range []stars.Stars{0, 5} {
				index := "idx_movie_ratings_user_rating"
				if by == reaction.SortLastRated && only == 0 {
					index = "idx_movie_ratings_user"
				}
				plans := testkit.Plans(t, s.DB, func() {
					rows, _, err := s.reactions.RatingsOf(t.Context(), members[3], auth.Viewer{}, only, by, page.Page{Limit: 4, After: after})
					if err != nil || len(rows) != 4 {
						t.Errorf("%s, %d: %d rows, %v", by, only, len(rows), err)
					}
				})
				if len(plans) > 3 {
					t.Errorf("%s, %d: %d queries, want at most 3", by, only, len(plans))
				}
				testkit.WantIndexed(t, s.DB, index, func() {
					_, _, _ = s.reactions.RatingsOf(t.Context(), members[3], auth.Viewer{}, only, by, page.Page{Limit: 4, After: after})
				})
			}
		}
	}
	if plans := testkit.Plans(t, s.DB, func() { _, _ = s.reactions.Histogram(t.Context(), 1, auth.Viewer{}) }); len(plans) != 1 {
		t.Errorf("a histogram takes %d queries, want 1", len(plans))
	}
}
