package reaction

import (
	"context"
	"fmt"
)

// Of returns what a member thinks of a film, [None] where they have not said.
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
