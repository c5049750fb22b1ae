// Package notify stores notifications, lists them in an inbox, and pushes them to open sockets.
//
// The code that lets something happen to a user calls [Send] in the same transaction, usually from a GORM
// hook. The row that Send stores is the notification. It gets the recipient's next seq under a row lock, so
// the seqs of a user have no gap and become visible in order. After the commit the sockets of this instance get
// a frame that was made in the transaction, and a message on the bus wakes all instances: package live of each
// delivers the rows that its sockets lack. If the message is lost, a sweep delivers them a moment later.
//
// A transaction that is rolled back pushes nothing, and no writer waits for the socket of a reader.
package notify

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// Type is the kind of event that a notification is about.
type Type string

// The types.
const (
	TypeFollow         Type = "follow"          // the actor follows the recipient
	TypeFollowRequest  Type = "follow_request"  // the actor asks to follow the recipient
	TypeFollowAccepted Type = "follow_accepted" // the actor lets the recipient follow them
	TypeReviewLike     Type = "review_like"     // the actor likes a review of the recipient
	TypeReviewComment  Type = "review_comment"  // the actor comments on a review of the recipient
	TypeCommentReply   Type = "comment_reply"   // the actor replies to a comment of the recipient
	TypeListLike       Type = "list_like"       // the actor likes a list of the recipient
)

// The types without an actor. Members cannot switch them off.
const (
	TypeReport       Type = "report"        // a report waits for the recipient, who is a moderator
	TypeReportClosed Type = "report_closed" // a report of the recipient was closed
	TypeModeration   Type = "moderation"    // a moderator did something to the recipient or to something of theirs
	TypeAccount      Type = "account"       // an operator changed the recipient's account
	TypeImportReady  Type = "import_ready"  // an import of the recipient waits for their confirmation
	TypeImportDone   Type = "import_done"   // an import of the recipient has finished
)

// MaxNote is how long a note can be, in characters.
const MaxNote = 500

// Event is something that a user did to another user, or that the recipient is told without naming anybody.
type Event struct {
	UserID    int64 // the recipient
	Type      Type
	ActorID   int64  // the user who did it, 0 for the types without an actor
	ReviewID  *int64 // the review that was liked or commented on, also with TypeCommentReply
	ListID    *int64 // with TypeListLike only
	CommentID *int64 // the new comment, with TypeReviewComment and TypeCommentReply
	ReplyTo   *int64 // the recipient's comment, with TypeCommentReply only
	MovieID   *int64 // the film of the review; with TypeModeration alone if it is about the film

	// Action is what was done, with TypeModeration, TypeAccount and TypeReportClosed: a word of package record. With
	// TypeModeration it was done to the comment, else the review, list or film that is set, else the account.
	Action   string
	Note     string // shown after the message, such as the reason; at most MaxNote
	ReportID *int64 // with TypeReport and TypeReportClosed
	ImportID *int64 // with TypeImportReady and TypeImportDone
}

// target returns the id of what the event is about, 0 if that is the recipient. Events of one type and target are one
// group. An event without an actor is a group of its own, because its message has its own reason: its target is its seq.
// Reports are the exception: each says the same, and what waits for the recipient is the queue of all.
func (e Event) target(seq int64) int64 {
	if e.Type == TypeReport {
		return 0
	}
	if e.ActorID == 0 {
		return seq
	}
	for _, id := range []*int64{e.ReplyTo, e.ReviewID, e.ListID} {
		if id != nil {
			return *id
		}
	}
	return 0
}

// repeats reports whether the event can only come again once it was taken back, as a like can. Of these the inbox shows
// one as unread. A comment does not repeat an earlier one.
func (e Event) repeats() bool { return e.CommentID == nil && e.ActorID != 0 }

// Send stores an unread notification of e in the transaction tx, and pushes it once that is committed.
// An earlier unread notification with the same type, actor and target becomes read, unless it is about a comment. Send
// does nothing if the actor is the recipient, or if the recipient does not hear of the event: they have switched the type
// off or muted the actor, or one of the two has blocked the other. Everybody hears of an event without an actor.
//
// tx must be a transaction of [database.DB.Tx], on a database in which the [Service] is installed. Send
// locks the state row of the recipient, so a transaction must lock its other rows before it calls Send. The accounts of
// recipient and actor must be among them.
func Send(tx *gorm.DB, e Event) error {
	s, ok := tx.Plugins[pluginName].(*Service)
	if !ok {
		return errNotInstalled
	}
	if e.ActorID == e.UserID {
		return nil
	}
	if utf8.RuneCountInString(e.Note) > MaxNote {
		return errLongNote
	}
	return s.store(tx, e)
}

// Actor is the public part of the user who did what a notification is about.
type Actor struct {
	ID              int64   `json:"id" example:"7" description:"The user's id."`
	Username        string  `json:"username" example:"고양이" description:"The user's current name."`
	ProfileImageURL *string `json:"profile_image_url" example:"/media/users/profile_images/5f0c.jpg" description:"The user's profile picture, null if there is none."`

	Language string `json:"-"` // of the messages to this user: "en", or Korean by default
}

// Actors looks up users: actors, and readers for their language. The accounts implement it.
type Actors interface {
	// Actors returns the users with these ids, without those whose account was deleted.
	Actors(ctx context.Context, ids []int64) (map[int64]Actor, error)
}

// Notification is a stored notification.
type Notification struct {
	ID        int64  `gorm:"primaryKey;autoIncrement"`
	UserID    int64  `gorm:"not null;uniqueIndex:idx_notifications_user_seq,priority:1;index:idx_notifications_unread,priority:1;index:idx_notifications_actor,priority:2;index:idx_notifications_group,priority:1"`
	Seq       int64  `gorm:"not null;uniqueIndex:idx_notifications_user_seq,priority:2;index:idx_notifications_unread,priority:3;index:idx_notifications_group,priority:5"`
	Type      Type   `gorm:"size:20;not null;index:idx_notifications_actor,priority:3;index:idx_notifications_group,priority:2"`
	ActorID   *int64 `gorm:"index:idx_notifications_actor,priority:1"` // nil without an actor, and once the account is deleted
	ReviewID  *int64
	ListID    *int64
	CommentID *int64
	MovieID   *int64 `gorm:"index:idx_notifications_movie"`
	ReportID  *int64
	ImportID  *int64
	Action    string     `gorm:"size:20;not null"`
	Note      string     `gorm:"size:500;not null"`
	CreatedAt time.Time  `gorm:"not null;precision:6"`
	ReadAt    *time.Time `gorm:"precision:6;index:idx_notifications_unread,priority:2"` // nil while it is unread

	TargetID int64 `gorm:"not null;index:idx_notifications_actor,priority:4;index:idx_notifications_group,priority:3"` // with Type and UserID, the key of its group
	IsNewest bool  `gorm:"not null;index:idx_notifications_group,priority:4"`                                          // in its group there is no later one by the same actor
	Hidden   bool  `gorm:"not null"`                                                                                   // see [Silence]; it is read, and not the newest
}

// State is the counters of a user. Locking its row serializes the numbering of the user's notifications.
type State struct {
	UserID      int64 `gorm:"primaryKey;autoIncrement:false;not null"`
	LastSeq     int64 `gorm:"not null"`
	UnreadCount int64 `gorm:"not null"`
}

// TableName implements GORM's Tabler.
func (State) TableName() string { return "notification_states" }

// Group is the counters of all notifications of a user that have the same type and target, without the hidden ones. They
// change under the lock of the user's [State].
type Group struct {
	ID       int64 `gorm:"primaryKey;autoIncrement"`
	UserID   int64 `gorm:"not null;uniqueIndex:idx_notification_groups_target,priority:1;index:idx_notification_groups_last,priority:1;index:idx_notification_groups_unread,priority:1"`
	Type     Type  `gorm:"size:20;not null;uniqueIndex:idx_notification_groups_target,priority:2"`
	TargetID int64 `gorm:"not null;uniqueIndex:idx_notification_groups_target,priority:3"` // a review, list or comment, 0 for none and for reports; without an actor the seq
	Total    int64 `gorm:"not null"`
	Unread   int64 `gorm:"not null"`
	People   int64 `gorm:"not null"`                                                                                               // how many actors there are
	IsUnread bool  `gorm:"not null;index:idx_notification_groups_unread,priority:2"`                                               // Unread is not 0
	LastSeq  int64 `gorm:"not null;index:idx_notification_groups_last,priority:2;index:idx_notification_groups_unread,priority:3"` // of the newest
}

// TableName implements GORM's Tabler.
func (Group) TableName() string { return "notification_groups" }

// These are programming errors.
var (
	errNotInstalled = errors.New("notify: the service is not installed in the database (DB.Use)")
	errLongNote     = errors.New("notify: the note is longer than MaxNote")
)
