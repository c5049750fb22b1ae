package reaction

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// Counters are the stored counters of likes, reactions and ratings. Those of members leave out films that are hidden, and those
// of these films do not change.
func Counters() []recount.Counter {
	all := recount.Of("users", [2]string{"rating_count", "movie_ratings WHERE movie_ratings.user_id = users.id AND movie_ratings.movie_id NOT IN " + movie.HiddenIDs})
	all = append(all, recount.Of("reviews", [2]string{"like_count", "review_likes WHERE review_likes.review_id = reviews.id AND review_likes.is_liked"})...)
	all = append(all, recount.Of("lists", [2]string{"like_count", "list_likes WHERE list_likes.list_id = lists.id AND list_likes.is_liked"})...)
	all = append(all, recount.Of("movies",
		[2]string{"like_count", "movie_reactions r WHERE r.movie_id = movies.id AND r.type = 'like'"},
		[2]string{"dislike_count", "movie_reactions r WHERE r.movie_id = movies.id AND r.type = 'dislike'"},
		[2]string{"rating_count", "movie_ratings WHERE movie_ratings.movie_id = movies.id"})...)
	all = append(all, recount.Counter{
		Table: "movies", Column: "rating_sum", Count: "(SELECT SUM(rating) FROM movie_ratings WHERE movie_ratings.movie_id = movies.id)",
	})
	for i := stars.Min; i <= stars.Max; i++ {
		all = append(all, recount.Counter{
			Table: "movies", Column: fmt.Sprintf("half%d", i), Mend: mendHistogram,
			Stored: fmt.Sprintf("COALESCE((SELECT half%d FROM rating_histograms WHERE rating_histograms.movie_id = movies.id), 0)", i),
			Count:  fmt.Sprintf("(SELECT COUNT(*) FROM movie_ratings WHERE movie_ratings.movie_id = movies.id AND movie_ratings.rating = %d)", i),
		})
	}
	return all
}

// mendHistogram counts the ratings of a film anew.
func mendHistogram(tx *gorm.DB, movieID int64) error {
	h, err := countRatings(tx, movieID)
	if err != nil {
		return err
	}
	return storeHistogram(tx, movieID, h)
}
