package notify

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Silence hides what a user has been told of an actor, for good: it counts as read, and no inbox, group or socket shows it
// any more. It is called in the transaction in which the user mutes the actor, with the accounts of both locked. It locks
// the state row of the user, as [Send] does.
func Silence(tx *gorm.DB, userID, actorID int64) error {
	s, ok := tx.Plugins[pluginName].(*Service)
	if !ok {
		return errNotInstalled
	}
	if err := s.hide(tx, userID, actorID); err != nil {
		return fmt.Errorf("hide notifications of user %d by user %d: %w", userID, actorID, err)
	}
	return nil
}

// SilenceBoth is [Silence] in both directions, for a block. It locks the state rows in the order of the users' ids.
func SilenceBoth(tx *gorm.DB, a, b int64) error {
	if err := Silence(tx, min(a, b), max(a, b)); err != nil {
		return err
	}
	return Silence(tx, max(a, b), min(a, b))
}

// hide implements [Silence].
func (s *Service) hide(tx *gorm.DB, userID, actorID int64) error {
	if found, err := lockState(tx, userID); err != nil || !found {
		return err
	}
	const shown = "actor_id = ? AND user_id = ? AND hidden = ?"
	var parts []Group
	err := database.ForUpdate(tx.Model(&Notification{})).
		Select("type, target_id, COUNT(*) AS total, SUM(CASE WHEN read_at IS NULL THEN 1 ELSE 0 END) AS unread, SUM(is_newest) AS people").
		Where(shown, actorID, userID, false).Group("type, target_id").Scan(&parts).Error
	if err != nil || len(parts) == 0 {
		return err
	}
	err = tx.Exec("UPDATE notifications SET hidden = ?, is_newest = ?, read_at = COALESCE(read_at, ?) WHERE "+shown,
		true, false, database.Time(s.Clock()), actorID, userID, false).Error
	if err != nil {
		return err
	}
	var unread int64
	for _, part := range parts {
		unread += part.Unread
		if err := takeFromGroup(tx, userID, part); err != nil {
			return err
		}
	}
	err = tx.Model(&State{}).Where("user_id = ?", userID).UpdateColumn("unread_count", gorm.Expr("unread_count - ?", unread)).Error
	if err != nil {
		return err
	}
	s.hub.Forget(userID) // frames made ahead, also by this transaction
	database.AfterCommit(tx, func() { s.publishHide(userID) })
	return nil
}

// takeFromGroup subtracts the counters of hidden notifications from their group, and deletes it if it is empty then.
func takeFromGroup(tx *gorm.DB, userID int64, part Group) error {
	const group = "user_id = ? AND type = ? AND target_id = ?"
	// is_unread first: MySQL computes each value from those that it has set already.
	err := tx.Exec("UPDATE notification_groups SET is_unread = (unread > ?), unread = unread - ?, total = total - ?, people = people - ?, "+
		"last_seq = COALESCE("+newestInGroup+", 0) WHERE "+group,
		part.Unread, part.Unread, part.Total, part.People, userID, part.Type, part.TargetID).Error
	if err != nil {
		return err
	}
	return tx.Where(group+" AND total = 0", userID, part.Type, part.TargetID).Delete(&Group{}).Error
}

// lockState locks the state row of a user, and reports whether there is one: without it the user has no notifications.
func lockState(tx *gorm.DB, userID int64) (found bool, err error) {
	err = database.ForUpdate(tx).Take(&State{}, "user_id = ?", userID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	return err == nil, err
}
