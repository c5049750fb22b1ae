// Package record keeps the moderation log: who did what to whom. Nothing ever leaves it. It imports nothing but the
// database, so that every domain can write to it.
package record

import (
	"cmp"
	"context"
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
	Edit        Action = "edit" // by an admin; the owner is not told
	DeleteImage Action = "delete_image"
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

	RemoveContent Action = "remove_content"
)

// Actions are all actions, those about content first: the choices of whoever filters the log.
var Actions = []Action{
	Hide, Restore, Delete, Edit, DeleteImage, MarkSpoiler, Dismiss, Warn, Suspend, Unsuspend, Approve, Reject, RemoveContent, Role,
	PasswordSet, ResetLink, TOTPOff, Merge,
}

// Targets are all types of targets.
var Targets = []string{Review, Comment, User, Movie, List}

// The types of targets.
const (
	User    = "user"
	Review  = "review"
	Comment = "comment"
	Movie   = "movie"
	List    = "list"
)

// MaxNote is how long a note can be, in characters.
const MaxNote = 1000

// Entry is a row of the table moderation_log.
type Entry struct {
	ID         int64     `gorm:"primaryKey;autoIncrement;index:idx_moderation_log_action,priority:2;index:idx_moderation_log_actor,priority:2;index:idx_moderation_log_target,priority:3"`
	ActorID    *int64    `gorm:"index:idx_moderation_log_actor,priority:1"` // nil for the command line
	Action     Action    `gorm:"size:20;not null;index:idx_moderation_log_action,priority:1"`
	TargetType string    `gorm:"size:10;not null;index:idx_moderation_log_target,priority:1"` // user, review, comment, movie or list
	TargetID   int64     `gorm:"not null;index:idx_moderation_log_target,priority:2"`
	Note       string    `gorm:"size:1000;not null"` // at most MaxNote
	CreatedAt  time.Time `gorm:"not null;precision:6"`

	OwnerID int64 `gorm:"-"` // whose the target is, 0 for nobody; not stored
}

// TableName implements [schema.Tabler].
func (Entry) TableName() string { return "moderation_log" }

// Listener hears of every entry in its transaction, after it is written. Package moderation implements it, and tells those
// whom an entry is about.
type Listener interface {
	Recorded(tx *gorm.DB, e Entry) error
}

// PluginName is the name of the GORM plugin that is the [Listener], if there is one.
const PluginName = "cinecircle:moderation"

// Add writes an entry, in the transaction of what it is about. An actor of 0 is the command line. An empty note is the reason
// in the context, see [WithReason].
func Add(tx *gorm.DB, now time.Time, actor int64, action Action, targetType string, targetID int64, note string) error {
	var owner int64
	if targetType == User {
		owner = targetID
	}
	return AddTo(tx, now, actor, action, targetType, targetID, owner, note)
}

// AddTo is [Add] for something that a member owns, 0 for nobody.
func AddTo(tx *gorm.DB, now time.Time, actor int64, action Action, targetType string, targetID, owner int64, note string) error {
	note = cmp.Or(note, reasonIn(tx.Statement.Context))
	e := Entry{Action: action, TargetType: targetType, TargetID: targetID, Note: note, CreatedAt: database.Time(now), OwnerID: owner}
	if actor != 0 {
		e.ActorID = &actor
	}
	if tx.Statement.Context.Value(quietKey{}) != nil {
		e.OwnerID = 0
	}
	if err := tx.Create(&e).Error; err != nil {
		return fmt.Errorf("log the moderation of %s %d: %w", targetType, targetID, err)
	}
	if l, ok := tx.Plugins[PluginName].(Listener); ok {
		return l.Recorded(tx, e)
	}
	return nil
}

// ByOther is [AddTo] unless the owner did it, or nobody: a command, or a worker.
func ByOther(tx *gorm.DB, now time.Time, actor int64, action Action, targetType string, targetID, owner int64) error {
	if actor == 0 || actor == owner {
		return nil
	}
	return AddTo(tx, now, actor, action, targetType, targetID, owner, "")
}

type (
	reasonKey struct{}
	quietKey  struct{}
)

// WithReason returns a context in which entries without a note have this one. It carries the reason of a moderator through
// the domain that does what they decided.
func WithReason(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, reasonKey{}, reason)
}

// Quietly returns a context in which entries are about nobody's things, so that no owner is told of each of many.
func Quietly(ctx context.Context) context.Context { return context.WithValue(ctx, quietKey{}, true) }

func reasonIn(ctx context.Context) string {
	reason, _ := ctx.Value(reasonKey{}).(string)
	return reason
}
