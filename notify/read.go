package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// MarkRead marks notifications of a user as read: those with the given ids, of which unknown ones and those
// of other users are ignored, or all up to a seq if ids is nil. Notifications that are read already keep
// their time.
func (s *Service) MarkRead(ctx context.Context, userID int64, ids []int64, upTo int64) error {
	err := s.DB.Tx(ctx, func(tx *gorm.DB) error {
		err := database.ForUpdate(tx).Take(&State{}, "user_id = ?", userID).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil // the user has no notifications
		}
		if err != nil {
			return err
		}
		unread := tx.Model(&Notification{}).Where("user_id = ? AND read_at IS NULL", userID)
		if ids == nil {
			unread = unread.Where("seq <= ?", upTo)
		} else {
			unread = unread.Where("id IN ?", ids)
		}
		return markRead(tx, userID, unread, database.Time(s.Clock()))
	})
	if err != nil {
		return fmt.Errorf("mark notifications of user %d as read: %w", userID, err)
	}
	return nil
}

// Open marks a notification of a user as read and returns it as it was. With a like it also marks the earlier likes of
// the same review, which the inbox of the pages shows as one entry. It returns apperr.ErrNotFound when the notification
// does not exist or is another user's.
func (s *Service) Open(ctx context.Context, userID, id int64) (Notification, error) {
	var opened Notification
	err := s.DB.Tx(ctx, func(tx *gorm.DB) error {
		if err := database.ForUpdate(tx).Take(&State{}, "user_id = ?", userID).Error; err != nil {
			return err // without a row the user has no notifications
		}
		if err := tx.Take(&opened, "id = ? AND user_id = ?", id, userID).Error; err != nil {
			return err
		}
		unread := tx.Model(&Notification{}).Where("user_id = ? AND read_at IS NULL", userID)
		if opened.ReviewID == nil {
			unread = unread.Where("id = ?", id)
		} else {
			unread = unread.Where("seq <= ? AND type = ? AND review_id = ?", opened.Seq, opened.Type, *opened.ReviewID)
		}
		return markRead(tx, userID, unread, database.Time(s.Clock()))
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Notification{}, apperr.ErrNotFound
	}
	if err != nil {
		return Notification{}, fmt.Errorf("open notification %d of user %d: %w", id, userID, err)
	}
	return opened, nil
}

// markRead marks the rows of the query unread as read. They must be unread and of one user, whose state row
// is locked.
func markRead(tx *gorm.DB, userID int64, unread *gorm.DB, now time.Time) error {
	marked := unread.UpdateColumn("read_at", now)
	if marked.Error != nil || marked.RowsAffected == 0 {
		return marked.Error
	}
	return tx.Model(&State{}).Where("user_id = ?", userID).
		UpdateColumn("unread_count", gorm.Expr("unread_count - ?", marked.RowsAffected)).Error
}
