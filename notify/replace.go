package notify

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// ReplaceReview makes the notifications about a review of a user lead to another review of theirs. Where that leaves two
// unread ones of the same event, the earlier becomes read. It locks the state row of the user, as [Send] does.
func (s *Service) ReplaceReview(tx *gorm.DB, userID, reviewID, by int64) error {
	err := database.ForUpdate(tx).Take(&State{}, "user_id = ?", userID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil // the user has no notifications
	}
	if err == nil {
		err = tx.Model(&Notification{}).Where("user_id = ? AND review_id = ?", userID, reviewID).UpdateColumn("review_id", by).Error
	}
	if err == nil {
		err = s.supersedeAll(tx, userID, by)
	}
	if err != nil {
		return fmt.Errorf("replace review %d by %d in the notifications of user %d: %w", reviewID, by, userID, err)
	}
	return nil
}

// supersedeAll marks those unread notifications about a review as read of which there is a later one.
func (s *Service) supersedeAll(tx *gorm.DB, userID, reviewID int64) error {
	var unread []Notification
	err := tx.Where("user_id = ? AND read_at IS NULL AND review_id = ?", userID, reviewID).Order("seq DESC").Find(&unread).Error
	if err != nil {
		return err
	}
	type event struct {
		kind  Type
		actor int64
	}
	seen := map[event]bool{}
	var earlier []int64
	for _, n := range unread {
		if n.ActorID == nil { // the events of deleted accounts are not the same
			continue
		}
		e := event{n.Type, *n.ActorID}
		if seen[e] {
			earlier = append(earlier, n.ID)
		}
		seen[e] = true
	}
	if len(earlier) == 0 {
		return nil
	}
	return markRead(tx, userID, tx.Model(&Notification{}).Where("id IN ?", earlier), database.Time(s.Clock()))
}
