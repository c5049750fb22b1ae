package notify

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// store implements [Send] once its conditions are checked.
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
		UserID: e.UserID, Seq: seq, Type: e.Type, ActorID: &e.ActorID, ReviewID: e.ReviewID, ListID: e.ListID, CreatedAt: now,
	}
	if err := tx.Create(&n).Error; err != nil {
		return fmt.Errorf("store a notification of user %d: %w", e.UserID, err)
	}
	database.AfterCommit(tx, func() {
		failpoint.Reach("row-before-push")
		s.stored.Add(1)
		s.publishWake(e.UserID, seq)
	})
	return nil
}

// nextSeq increments the seq of a user and returns it. The state row stays locked to the end of the
// transaction, so no other transaction takes a seq of this user meanwhile. It is one upsert because two
// transactions that both found no row would each wait for the other to insert it.
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

// supersede marks earlier unread notifications of the same event as read, so that the inbox shows one.
func supersede(tx *gorm.DB, e Event, now time.Time) error {
	same := tx.Model(&Notification{}).
		Where("user_id = ? AND type = ? AND actor_id = ? AND read_at IS NULL", e.UserID, e.Type, e.ActorID)
	for _, about := range []struct {
		column string
		id     *int64
	}{{"review_id", e.ReviewID}, {"list_id", e.ListID}} {
		if about.id == nil {
			same = same.Where(about.column + " IS NULL")
		} else {
			same = same.Where(about.column+" = ?", *about.id)
		}
	}
	return markRead(tx, e.UserID, same, now)
}
