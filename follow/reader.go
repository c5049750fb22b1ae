package follow

import (
	"context"
	"fmt"
)

// FollowedBy returns which of the members a follower follows. Others are absent.
func (s *Service) FollowedBy(ctx context.Context, followerID int64, ids []int64) (map[int64]bool, error) {
	followed := make(map[int64]bool, len(ids))
	if len(ids) == 0 {
		return followed, nil
	}
	var found []int64
	err := s.db.Reader(ctx).Model(&Follow{}).
		Where("follower_id = ? AND following_id IN ? AND is_following = ?", followerID, ids, true).
		Pluck("following_id", &found).Error
	if err != nil {
		return nil, fmt.Errorf("load which of %d members user %d follows: %w", len(ids), followerID, err)
	}
	for _, id := range found {
		followed[id] = true
	}
	return followed, nil
}

// FollowedIDs returns the ids of those whom an account follows, at most limit of them, the latest follow first.
func (s *Service) FollowedIDs(ctx context.Context, userID int64, limit int) ([]int64, error) {
	var ids []int64
	err := s.db.Reader(ctx).Model(&Follow{}).Where("follower_id = ? AND is_following = ?", userID, true).
		Order("followed_at DESC, id DESC").Limit(limit).Pluck("following_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("list whom user %d follows: %w", userID, err)
	}
	return ids, nil
}
