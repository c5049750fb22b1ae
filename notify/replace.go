package notify

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// MergeMovies makes the notifications about reviews of one film name another. It is called in the transaction that merges
// the films.
func (s *Service) MergeMovies(tx *gorm.DB, from, into int64) error {
	for {
		var ids []int64
		err := tx.Model(&Notification{}).Where("movie_id = ?", from).Order("id").Limit(purgeChunk).Pluck("id", &ids).Error
		if err == nil && len(ids) > 0 {
			err = tx.Model(&Notification{}).Where("id IN ?", ids).UpdateColumn("movie_id", into).Error
		}
		if err != nil {
			return fmt.Errorf("replace movie %d by %d in notifications: %w", from, into, err)
		}
		if len(ids) == 0 {
			return nil
		}
		s.hub.ForgetAll() // frames made ahead, also by this transaction
	}
}

// ReplaceReview makes the notifications about a review of a user lead to another review of theirs. Where that leaves two
// unread ones of the same event, the earlier becomes read. It locks the state row of the user, as [Send] does.
func (s *Service) ReplaceReview(tx *gorm.DB, userID, reviewID, by int64) error {
	found, err := lockState(tx, userID)
	if err == nil && found {
		err = s.replaceReview(tx, userID, reviewID, by)
	}
	if err != nil {
		return fmt.Errorf("replace review %d by %d in the notifications of user %d: %w", reviewID, by, userID, err)
	}
	return nil
}

func (s *Service) replaceReview(tx *gorm.DB, userID, reviewID, by int64) error {
	for _, kind := range []Type{TypeReviewLike, TypeReviewComment} {
		err := tx.Exec("UPDATE notifications SET target_id = ? WHERE user_id = ? AND type = ? AND target_id = ?", by, userID, kind, reviewID).Error
		if err != nil {
			return err
		}
		if err := s.joinGroups(tx, userID, kind, reviewID, by); err != nil {
			return err
		}
	}
	s.hub.Forget(userID) // frames made ahead, also by this transaction
	return tx.Model(&Notification{}).Where("user_id = ? AND review_id = ?", userID, reviewID).UpdateColumn("review_id", by).Error
}

// joinGroups makes one group of two whose notifications have the same target already.
func (s *Service) joinGroups(tx *gorm.DB, userID int64, kind Type, from, into int64) error {
	moved := tx.Where("user_id = ? AND type = ? AND target_id = ?", userID, kind, from).Delete(&Group{})
	if moved.Error != nil || moved.RowsAffected == 0 {
		return moved.Error
	}
	if err := s.keepNewest(tx, userID, kind, into); err != nil {
		return err
	}
	group := tx.Model(&Group{}).Where("user_id = ? AND type = ? AND target_id = ?", userID, kind, into).Session(&gorm.Session{})
	err := tx.Exec("INSERT INTO notification_groups (user_id, type, target_id, total, unread, people, is_unread, last_seq) VALUES (?, ?, ?, 0, 0, 0, ?, 0)"+
		onConflict(tx.Name(), "user_id, type, target_id")+"last_seq = 0", userID, kind, into, false).Error
	if err != nil {
		return err
	}
	err = group.UpdateColumns(map[string]any{
		"total": gorm.Expr(totalInGroup), "unread": gorm.Expr(unreadInGroup), "people": gorm.Expr(peopleInGroup), "last_seq": gorm.Expr(newestInGroup),
	}).Error
	if err != nil {
		return err
	}
	return group.UpdateColumn("is_unread", gorm.Expr("unread > 0")).Error
}

// keepNewest leaves one newest notification by each actor in a group. The others become read if they are of the same event.
func (s *Service) keepNewest(tx *gorm.DB, userID int64, kind Type, target int64) error {
	var all []Notification
	err := tx.Where("user_id = ? AND type = ? AND target_id = ? AND is_newest = ?", userID, kind, target, true).Order("seq DESC").Find(&all).Error
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	var earlier []int64
	for _, n := range all {
		if n.ActorID == nil { // the events of deleted accounts are not the same
			continue
		}
		if seen[*n.ActorID] {
			earlier = append(earlier, n.ID)
		}
		seen[*n.ActorID] = true
	}
	for ids := range slices.Chunk(earlier, purgeChunk) {
		if err := tx.Model(&Notification{}).Where("id IN ?", ids).UpdateColumn("is_newest", false).Error; err != nil {
			return err
		}
		if kind == TypeReviewComment {
			continue
		}
		if err := markRead(tx, userID, database.Time(s.Clock()), "id IN ?", ids); err != nil {
			return err
		}
	}
	return nil
}
