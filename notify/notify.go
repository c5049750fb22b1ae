// Package notify tells members what happened to them: it stores notifications, shows them in an
// inbox, and pushes them to open sockets.
//
// Whoever lets something happen calls [Send] with the transaction in which it happens, usually from
// a GORM hook. The stored row is the notification; it gets the recipient's next seq under a row lock,
// so that the seqs of a member have no gap and become visible in order. After the commit a hint that
// it is there goes to all instances, and each hands its sockets what they lack, from the database.
// A hint that is lost costs a moment: a sweep finds what it should have said.
//
// Nothing is pushed for a transaction that rolled back, and no writer waits for a reader's socket.
package notify

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Type is what a notification is about.
type Type string

// The types.
const (
	TypeFollow     Type = "follow"      // the actor follows the recipient
	TypeReviewLike Type = "review_like" // the actor likes a review of the recipient
)

// Event is something that happened to a member.
type Event struct {
	UserID   int64 // the recipient
	Type     Type
	ActorID  int64  // who did it; nobody is told of their own deeds
	ReviewID *int64 // for TypeReviewLike
}

// Send stores a notification of e in the transaction of tx, numbered and unread, and has it pushed
// once that has committed. An earlier unread one of the same type, actor and review becomes read.
//
// It must be called within [database.DB.Tx] of a database that the [Service] was installed in. It may
// be repeated with the transaction. The parent rows that tx locks come first: Send locks the
// recipient's state last.
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

// Actor is who did it, as the recipient sees them.
type Actor struct {
	ID              int64   `json:"id" example:"7" description:"Who did it."`
	Username        string  `json:"username" example:"고양이" description:"Their name now."`
	ProfileImageURL *string `json:"profile_image_url" example:"/media/users/profile_images/5f0c.jpg" description:"Their picture, null without one."`
}

// Actors knows the members. The accounts implement it.
type Actors interface {
	// Actors returns the members with these ids; one who is gone is missing.
	Actors(ctx context.Context, ids []int64) (map[int64]Actor, error)
}

// Notification is one stored notification.
type Notification struct {
	ID        int64      `gorm:"primaryKey;autoIncrement"`
	UserID    int64      `gorm:"not null;uniqueIndex:idx_notifications_user_seq,priority:1;index:idx_notifications_unread,priority:1;index:idx_notifications_same,priority:1"`
	Seq       int64      `gorm:"not null;uniqueIndex:idx_notifications_user_seq,priority:2;index:idx_notifications_unread,priority:3"`
	Type      Type       `gorm:"size:20;not null;index:idx_notifications_same,priority:2"`
	ActorID   *int64     `gorm:"index:idx_notifications_same,priority:3;index:idx_notifications_actor"` // nil once they are gone
	ReviewID  *int64     `gorm:"index:idx_notifications_same,priority:4"`
	CreatedAt time.Time  `gorm:"not null;precision:6"`
	ReadAt    *time.Time `gorm:"precision:6;index:idx_notifications_unread,priority:2"`
}

// State is what is counted per member. Its row is the lock under which notifications are numbered.
type State struct {
	UserID      int64 `gorm:"primaryKey;autoIncrement:false;not null"`
	LastSeq     int64 `gorm:"not null"`
	UnreadCount int64 `gorm:"not null"`
}

// TableName tells GORM.
func (State) TableName() string { return "notification_states" }

// errNotInstalled is a mistake of the program, never of a request.
var errNotInstalled = errors.New("notify: the service is not installed in the database (DB.Use)")
