// Package notify stores notifications, lists them in an inbox, and pushes them to open sockets.
//
// The code that lets something happen to a user calls [Send] in the same transaction, usually from a GORM
// hook. The row that Send stores is the notification. It gets the recipient's next seq under a row lock, so
// the seqs of a user have no gap and become visible in order. After the commit a message on the bus wakes
// all instances, and package live of each delivers the rows that its sockets lack. If the message is lost,
// a sweep delivers them a moment later.
//
// A transaction that is rolled back pushes nothing, and no writer waits for the socket of a reader.
package notify

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Type is the kind of event that a notification is about.
type Type string

// The types.
const (
	TypeFollow     Type = "follow"      // the actor follows the recipient
	TypeReviewLike Type = "review_like" // the actor likes a review of the recipient
	TypeListLike   Type = "list_like"   // the actor likes a list of the recipient
)

// Event is something that a user did to another user.
type Event struct {
	UserID   int64 // the recipient
	Type     Type
	ActorID  int64  // the user who did it
	ReviewID *int64 // with TypeReviewLike only
	ListID   *int64 // with TypeListLike only
}

// Send stores an unread notification of e in the transaction tx, and pushes it once that is committed.
// Earlier unread notifications with the same type, actor, review and list become read. It does nothing if the
// actor is the recipient.
//
// tx must be a transaction of [database.DB.Tx], on a database in which the [Service] is installed. Send
// locks the state row of the recipient, so a transaction must lock its other rows before it calls Send.
func Send(tx *gorm.DB, e Event) error {
	s, ok := tx.Plugins[pluginName].(*Service)
	if !ok {
		return errNotInstalled
	}
	if e.ActorID == e.UserID {
		return nil
	}
	return s.store(tx, e)
}

// Actor is the public part of the user who did what a notification is about.
type Actor struct {
	ID              int64   `json:"id" example:"7" description:"The user's id."`
	Username        string  `json:"username" example:"고양이" description:"The user's current name."`
	ProfileImageURL *string `json:"profile_image_url" example:"/media/users/profile_images/5f0c.jpg" description:"The user's profile picture, null if there is none."`
}

// Actors looks up users. The accounts implement it.
type Actors interface {
	// Actors returns the users with these ids, without those whose account was deleted.
	Actors(ctx context.Context, ids []int64) (map[int64]Actor, error)
}

// Notification is a stored notification.
type Notification struct {
	ID        int64  `gorm:"primaryKey;autoIncrement"`
	UserID    int64  `gorm:"not null;uniqueIndex:idx_notifications_user_seq,priority:1;index:idx_notifications_unread,priority:1;index:idx_notifications_same,priority:1"`
	Seq       int64  `gorm:"not null;uniqueIndex:idx_notifications_user_seq,priority:2;index:idx_notifications_unread,priority:3"`
	Type      Type   `gorm:"size:20;not null;index:idx_notifications_same,priority:2"`
	ActorID   *int64 `gorm:"index:idx_notifications_same,priority:3;index:idx_notifications_actor"` // nil once the account is deleted
	ReviewID  *int64 `gorm:"index:idx_notifications_same,priority:4"`
	ListID    *int64
	CreatedAt time.Time  `gorm:"not null;precision:6"`
	ReadAt    *time.Time `gorm:"precision:6;index:idx_notifications_unread,priority:2"` // nil while it is unread
}

// State is the counters of a user. Locking its row serializes the numbering of the user's notifications.
type State struct {
	UserID      int64 `gorm:"primaryKey;autoIncrement:false;not null"`
	LastSeq     int64 `gorm:"not null"`
	UnreadCount int64 `gorm:"not null"`
}

// TableName implements GORM's Tabler.
func (State) TableName() string { return "notification_states" }

// errNotInstalled is a programming error.
var errNotInstalled = errors.New("notify: the service is not installed in the database (DB.Use)")
