package review_test

import (
	"slices"
	"testing"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
)

// TestLatestShowsOldReviewsAfterAllOthers pages through four reviews with an activity, and three with higher ids without one.
func TestLatestShowsOldReviewsAfterAllOthers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	film, _ := s.library(t, 2)
	for _, id := range []int64{film, film - 1, s.film.ID} {
		old := review.Review{UserID: s.bob.ID, MovieID: id, CreatedAt: s.Clock.Now(), UpdatedAt: s.Clock.Now()}
		s.insert(t, &old)
	}
	for limit := 1; limit <= 8; limit++ {
		var got []int64
		for p := (page.Page{Limit: limit}); ; {
			rows, next, err := s.reviews.Latest(t.Context(), auth.Viewer{}, p)
			if err != nil || len(rows) == 0 || len(rows) > limit {
				t.Fatalf("with a limit of %d: %d rows, %v", limit, len(rows), err)
			}
			for _, r := range rows {
				got = append(got, r.ID)
			}
			if next == nil {
				break
			}
			p.After = next
		}
		first := slices.Min(got) - 1
		for i := range got {
			got[i] -= first
		}
		if want := []int64{4, 3, 2, 1, 7, 6, 5}; !slices.Equal(got, want) {
			t.Errorf("with a limit of %d the order is %v, want %v", limit, got, want)
		}
	}
	active, err := s.reviews.Active(t.Context(), auth.Viewer{})
	if err != nil || slices.ContainsFunc(active, func(a review.Active) bool { return a.UserID == s.bob.ID }) {
		t.Errorf("active are %v, %v", active, err)
	}
}
