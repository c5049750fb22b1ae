package reaction

import (
	"context"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/review"
)

var _ review.Likes = (*Service)(nil)

// LikedBy implements [review.Likes]: it returns the reviews among reviewIDs that a member likes.
func (s *Service) LikedBy(ctx context.Context, userID int64, reviewIDs []int64) (map[int64]bool, error) {
	return toggle.Which(ctx, s.toggles, ReviewLike{UserID: userID}, reviewIDs)
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
