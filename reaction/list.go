package reaction

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/review"
)

var _ review.Likes = (*Service)(nil)

// LikedBy implements [review.Likes]: it returns the reviews among reviewIDs that a member likes.
func (s *Service) LikedBy(ctx context.Context, userID int64, reviewIDs []int64) (map[int64]bool, error) {
	return toggle.Which(ctx, s.toggles, ReviewLike{UserID: userID}, reviewIDs)
}

// RatingOfViewer sets the ratings of films by a member, by their ids. It is a [movie.ViewerSource].
func (s *Service) RatingOfViewer(ctx context.Context, userID int64, of map[int64]*movie.Viewer) error {
	in, args := database.InList(slices.Collect(maps.Keys(of)))
	query := "SELECT movie_id, rating FROM movie_ratings WHERE movie_id IN " + in + " AND user_id = ?"
	err := database.Each(s.db.Reader(ctx), query, append(args, userID), func(row database.Scanner) error {
		var id int64
		var given stars.Stars
		if err := row.Scan(&id, &given); err != nil {
			return err
		}
		of[id].Rating = &given
		return nil
	})
	if err != nil {
		return fmt.Errorf("load the ratings of %d films by user %d: %w", len(of), userID, err)
	}
	return nil
}

// OfViewer sets the reactions of a member to films, by their ids. It is a [movie.ViewerSource].
func (s *Service) OfViewer(ctx context.Context, userID int64, of map[int64]*movie.Viewer) error {
	in, args := database.InList(slices.Collect(maps.Keys(of)), userID)
	query := "SELECT movie_id, type FROM movie_reactions WHERE user_id = ? AND movie_id IN " + in
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		var id int64
		var t string
		if err := row.Scan(&id, &t); err != nil {
			return err
		}
		of[id].Reaction = &t
		return nil
	})
	if err != nil {
		return fmt.Errorf("load the reactions of user %d to %d films: %w", userID, len(of), err)
	}
	return nil
}

// Of returns the reaction of a member to a film, [None] without one.
func (s *Service) Of(ctx context.Context, userID, movieID int64) (Type, error) {
	var types []Type
	err := s.db.Reader(ctx).Model(&MovieReaction{}).Where("user_id = ? AND movie_id = ?", userID, movieID).
		Limit(1).Pluck("type", &types).Error
	if err != nil {
		return None, fmt.Errorf("load reaction of user %d to movie %d: %w", userID, movieID, err)
	}
	if len(types) == 0 {
		return None, nil
	}
	return types[0], nil
}
