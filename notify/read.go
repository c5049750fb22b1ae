package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
		if found, err := lockState(tx, userID); err != nil || !found {
			return err
		}
		if ids == nil {
			return markRead(tx, userID, database.Time(s.Clock()), "seq <= ?", upTo)
		}
		return markRead(tx, userID, database.Time(s.Clock()), "id IN ?", ids)
	})
	if err != nil {
		return fmt.Errorf("mark notifications of user %d as read: %w", userID, err)
	}
	return nil
}

// Open marks a notification of a user and the earlier ones of its group as read, and returns it as it was. It returns
// apperr.ErrNotFound when the notification does not exist, is hidden, or is another user's.
func (s *Service) Open(ctx context.Context, userID, id int64) (Notification, error) {
	var opened Notification
	err := s.DB.Tx(ctx, func(tx *gorm.DB) error {
		if err := database.ForUpdate(tx).Take(&State{}, "user_id = ?", userID).Error; err != nil {
			return err // without a row the user has no notifications
		}
		if err := tx.Take(&opened, "id = ? AND user_id = ? AND hidden = ?", id, userID, false).Error; err != nil {
			return err
		}
		return markRead(tx, userID, database.Time(s.Clock()),
			"seq <= ? AND type = ? AND target_id = ?", opened.Seq, opened.Type, opened.TargetID)
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Notification{}, apperr.ErrNotFound
	}
	if err != nil {
		return Notification{}, fmt.Errorf("open notification %d of user %d: %w", id, userID, err)
	}
	return opened, nil
}

// markRead marks those unread notifications of a user as read that meet a condition. The state row of the user is locked.
func markRead(tx *gorm.DB, userID int64, now time.Time, condition string, args ...any) error {
	unread := tx.Model(&Notification{}).Where("user_id = ? AND read_at IS NULL", userID).Where(condition, args...).Session(&gorm.Session{})
	var parts []Group
	err := database.ForUpdate(unread).Select("type, target_id, COUNT(*) AS unread").Group("type, target_id").Order("type, target_id").Scan(&parts).Error
	if err != nil || len(parts) == 0 {
		return err
	}
	var marked int64
	for _, part := range parts {
		marked += part.Unread
	}
	if err := unread.UpdateColumn("read_at", now).Error; err != nil {
		return err
	}
	for some := range slices.Chunk(parts, groupsAtOnce) {
		if err := readInGroups(tx, userID, some); err != nil {
			return err
		}
	}
	return tx.Model(&State{}).Where("user_id = ?", userID).UpdateColumn("unread_count", gorm.Expr("unread_count - ?", marked)).Error
}

// groupsAtOnce limits the groups in one statement of markRead.
const groupsAtOnce = 200

// readInGroups subtracts from the unread counters of groups.
func readInGroups(tx *gorm.DB, userID int64, parts []Group) error {
	const when = " WHEN type = ? AND target_id = ? THEN ?"
	read := "CASE" + strings.Repeat(when, len(parts)) + " END"
	args := make([]any, 0, 8*len(parts)+1)
	for range 2 {
		for _, part := range parts {
			args = append(args, part.Type, part.TargetID, part.Unread)
		}
	}
	args = append(args, userID)
	for _, part := range parts {
		args = append(args, part.Type, part.TargetID)
	}
	// is_unread first: MySQL computes each value from those that it has set already.
	return tx.Exec("UPDATE notification_groups SET is_unread = (unread > "+read+"), unread = unread - "+read+
		" WHERE user_id = ? AND ("+strings.Repeat(" OR type = ? AND target_id = ?", len(parts))[4:]+")", args...).Error
}
