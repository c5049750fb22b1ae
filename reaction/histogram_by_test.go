package reaction_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
)

func TestTheHistogramOfAMemberIsReadFromAnIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members, now := s.Join(t, 2), database.Time(s.Clock.Now())
	var all []reaction.MovieRating
	for i := range 60 {
		film := s.film(t)
		for _, u := range members {
			all = append(all, reaction.MovieRating{UserID: u, MovieID: film, Rating: stars.Stars(i%10 + 1), RatedAt: now.Add(time.Duration(i) * time.Hour)})
		}
	}
	s.Write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(&all, 500).Error })
	testkit.Analyze(t, s.DB, "movie_ratings")
	six, one := stars.Histogram{6, 6, 6, 6, 6, 6, 6, 6, 6, 6}, stars.Histogram{2: 1, 3: 1, 4: 1}
	for _, c := range []struct {
		from, to *time.Time
		want     stars.Histogram
	}{{nil, nil, six}, {new(now.Add(12 * time.Hour)), new(now.Add(15 * time.Hour)), one}} {
		testkit.WantIndexed(t, s.DB, "idx_movie_ratings_user_rating", func() {
			if got, err := s.reactions.HistogramBy(t.Context(), members[0], c.from, c.to); err != nil || got != c.want {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}
