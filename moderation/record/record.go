// Package record keeps the moderation log: who did what to whom. Nothing ever leaves it. It imports nothing but the
// database, so that every domain can write to it.
package record

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Action is what was done. The words are part of the API.
type Action string

// The actions.
const (
	Hide        Action = "hide"
	Restore     Action = "restore"
	Delete      Action = "delete"
	MarkSpoiler Action = "mark_spoiler"
	Dismiss     Action = "dismiss"
	Warn        Action = "warn"
	Suspend     Action = "suspend"
	Unsuspend   Action = "unsuspend"
	Approve     Action = "approve"
	Reject      Action = "reject"
	Role        Action = "role"
	PasswordSet Action = "password_set"
	ResetLink   Action = "reset_link"
	TOTPOff     Action = "totp_off"
	Merge       Action = "merge"
)

// User is the target type of accounts.
const User = "user"

// MaxNote is how long a note can be, in characters.
const MaxNote = 1000

// Entry is a row of the table moderation_log.
type Entry struct {
	ID         int64     `gorm:"primaryKey;autoIncrement"`
	ActorID    *int64    // nil for the command line
	Action     Action    `gorm:"size:20;not null"`
	TargetType string    `gorm:"size:10;not null"` // user, review, comment, movie or list
	TargetID   int64     `gorm:"not null"`
	Note       string    `gorm:"size:1000;not null"` // at most MaxNote
	CreatedAt  time.Time `gorm:"not null;precision:6"`
}

// TableName implements [schema.Tabler].
func (Entry) TableName() string { return "moderation_log" }

// Add writes an entry, in the transaction of what it is about. An actor of 0 is the command line.
func Add(tx *gorm.DB, now time.Time, actor int64, action Action, targetType string, targetID int64, note string) error {
	e := Entry{Action: action, TargetType: targetType, TargetID: targetID, Note: note, CreatedAt: database.Time(now)}
	if actor != 0 {
		e.ActorID = &actor
	}
	if err := tx.Create(&e).Error; err != nil {
		return fmt.Errorf("log the moderation of %s %d: %w", targetType, targetID, err)
	}
	return nil
}
