package reaction

import (
	"context"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
)

// RatingResponse is a rating on the wire, for lists of other domains.
type RatingResponse = ratingResponse

// Respond returns a rating as it is sent, with its time in zone.
func (r MovieRating) Respond(zone *time.Location) RatingResponse {
	return ratingResponse{UserID: r.UserID, MovieID: r.MovieID, Rating: r.Rating, RatedAt: r.RatedAt.In(zone)}
}

// ratings maps a [MovieRating] to its columns.
var ratings = database.TableOf[MovieRating]()

// ForFeed returns ratings by their ids, whoever may see them. Ratings that do not exist are missing.
func (s *Service) ForFeed(ctx context.Context, ids []int64) (map[int64]MovieRating, error) {
	found := make(map[int64]MovieRating, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	rows, err := database.Collect(s.db.Reader(ctx), ratings.Targets, len(ids), "SELECT "+ratings.Columns()+" FROM movie_ratings WHERE id IN "+in, args...)
	if err != nil {
		return nil, fmt.Errorf("load %d ratings: %w", len(ids), err)
	}
	for _, r := range rows {
		found[r.ID] = r
	}
	return found, nil
}
