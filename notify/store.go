package notify

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// store is [Send] behind its checks.
func (s *Service) store(tx *gorm.DB, e Event) error {
	seq, err := nextSeq(tx, e.UserID)
	if err != nil {
		return fmt.Errorf("number a notification of user %d: %w", e.UserID, err)
	}
	now := database.Time(s.Clock())
	if err := supersede(tx, e, now); err != nil {
		return fmt.Errorf("mark earlier notifications of user %d: %w", e.UserID, err)
	}
	n := Notification{
		UserID: e.UserID, Seq: seq, Type: e.Type, ActorID: &e.ActorID, ReviewID: e.ReviewID, CreatedAt: now,
	}
	if err := tx.Create(&n).Error; err != nil {
		return fmt.Errorf("store a notification of user %d: %w", e.UserID, err)
	}
	database.AfterCommit(tx, func() {
		failpoint.Reach("row-before-push")
		s.stats.stored.Add(1)
		s.announce(e.UserID, seq)
	})
	return nil
}

// nextSeq counts a member's notifications up by one and returns the new seq. From here to the end of
// the transaction no other one numbers for this member. It is one statement whether or not the row is
// there: two transactions that both found it missing would each wait for the other to insert it.
func nextSeq(tx *gorm.DB, userID int64) (int64, error) {
	err := tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "user_id"}},
		DoUpdates: clause.Assignments(map[string]any{
			"last_seq": gorm.Expr("last_seq + 1"), "unread_count": gorm.Expr("unread_count + 1"),
		}),
	}).Create(&State{UserID: userID, LastSeq: 1, UnreadCount: 1}).Error
	if err != nil {
		return 0, err
	}
	var state State
	if err := tx.Take(&state, "user_id = ?", userID).Error; err != nil {
		return 0, err
	}
	return state.LastSeq, nil
}

// supersede marks the unread notifications that say the same as read, so that the inbox shows one.
func supersede(tx *gorm.DB, e Event, now time.Time) error {
	same := tx.Model(&Notification{}).Where("user_id = ? AND type = ? AND actor_id = ? AND read_at IS NULL", e.UserID, e.Type, e.ActorID)
	if e.ReviewID == nil {
		same = same.Where("review_id IS NULL")
	} else {
		same = same.Where("review_id = ?", *e.ReviewID)
	}
	return markRead(tx, e.UserID, same, now)
}

// markRead marks what unread selects, which is unread and of one member whose state row is locked.
func markRead(tx *gorm.DB, userID int64, unread *gorm.DB, now time.Time) error {
	marked := unread.UpdateColumn("read_at", now)
	if marked.Error != nil || marked.RowsAffected == 0 {
		return marked.Error
	}
	return tx.Model(&State{}).Where("user_id = ?", userID).
		UpdateColumn("unread_count", gorm.Expr("unread_count - ?", marked.RowsAffected)).Error
}
