package reaction_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
)

func TestViewersAreFoundByTheIndexOfMemberAndFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members, now := s.Join(t, 60), database.Time(s.Clock.Now())
	var all []reaction.MovieReaction
	for range 60 {
		film := s.film(t)
		for _, u := range members {
			all = append(all, reaction.MovieReaction{UserID: u, MovieID: film, Type: reaction.Like, CreatedAt: now, UpdatedAt: now})
		}
	}
	s.Write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(&all, 500).Error })
	testkit.Analyze(t, s.DB, "movie_reactions")
	of := map[int64]*movie.Viewer{30: {}, 31: {}, 1 << 40: {}}
	testkit.WantIndexed(t, s.DB, "idx_movie_reactions_user_movie", func() {
		err := s.reactions.OfViewer(t.Context(), members[30], of)
		if err != nil || of[30].Reaction == nil || *of[30].Reaction != "like" || of[1<<40].Reaction != nil {
			t.Errorf("got %v, %v", of, err)
		}
	})
	var ratings []reaction.MovieRating
	for i, film := range all {
		ratings = append(ratings, reaction.MovieRating{UserID: film.UserID, MovieID: film.MovieID, Rating: stars.Stars(1 + i%10), RatedAt: now})
	}
	s.Write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(&ratings, 500).Error })
	testkit.Analyze(t, s.DB, "movie_ratings")
	testkit.WantIndexed(t, s.DB, "idx_movie_ratings_pair", func() {
		err := s.reactions.RatingOfViewer(t.Context(), members[30], of)
		if err != nil || of[30].Rating == nil || of[1<<40].Rating != nil {
			t.Errorf("got %v, %v", of, err)
		}
	})
}
