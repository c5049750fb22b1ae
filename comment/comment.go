// Package comment owns what members write below reviews: comments, and replies to them.
//
// A comment is deleted with its review. One that its author, or who has a right to, deletes stays as a stub without
// content and author while there are replies to it, also when the author's account goes. The comment counter of a review
// equals the comments of it that are not deleted. [Service] locks the row of a review before it changes its comments, so
// that those of one review change one after the other.
package comment

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/spoiler"
)

// MaxContent is the maximum number of characters of a comment.
const MaxContent = 2000

// The errors of this package.
var (
	// ErrNotFound is also the error for changing a deleted comment.
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such comment.", "해당 댓글을 찾을 수 없습니다.")
	ErrClosed = apperr.New(apperr.Forbidden, "comments_closed",
		"The author of this review does not take comments from you.", "작성자가 댓글을 허용하지 않은 리뷰입니다.")
)

// Comment is a row of the table comments. Only [Service.Create] makes one, because its hook notifies.
type Comment struct {
	ID        int64        `gorm:"primaryKey;autoIncrement;index:idx_comments_review,priority:2;index:idx_comments_user,priority:3"`
	ReviewID  int64        `gorm:"not null;index:idx_comments_review,priority:1;index:idx_comments_user,priority:2"`
	UserID    *int64       `gorm:"index:idx_comments_user,priority:1"` // the author; nil: deleted
	ReplyTo   *int64       `gorm:"index:idx_comments_reply"`           // the comment that this one answers, of the same review
	Content   spoiler.Text `gorm:"type:text;not null"`                 // "" once it is deleted
	Spoiler   bool         `gorm:"not null"`
	Hidden    bool         `gorm:"not null"` // by a moderator
	CreatedAt time.Time    `gorm:"not null;precision:6;autoCreateTime:false"`
	UpdatedAt time.Time    `gorm:"not null;precision:6;autoUpdateTime:false"` // the last edit

	made *target // of a comment that is being made: whom its hook notifies
}

// target is where a comment goes.
type target struct {
	author   int64 // of the review
	answered int64 // the author of the comment that it answers, 0 for none
	film     int64
}

// AfterSave notifies the member who is answered and the author of the review. A member who is both is notified of the reply.
func (c *Comment) AfterSave(tx *gorm.DB) error {
	_, upsert := tx.Statement.Clauses[clause.OnConflict{}.Name()]
	if c.made == nil || c.UserID == nil || c.ID == 0 || upsert {
		return nil
	}
	to := *c.made
	c.made = nil
	if to.answered != 0 {
		if err := c.notify(tx, notify.TypeCommentReply, to.answered, to.film); err != nil {
			return err
		}
	}
	if to.author == to.answered {
		return nil
	}
	return c.notify(tx, notify.TypeReviewComment, to.author, to.film)
}

func (c *Comment) notify(tx *gorm.DB, about notify.Type, recipient, film int64) error {
	e := notify.Event{
		UserID: recipient, Type: about, ActorID: *c.UserID, ReviewID: &c.ReviewID, CommentID: &c.ID, MovieID: &film,
	}
	if about == notify.TypeCommentReply {
		e.ReplyTo = c.ReplyTo
	}
	if err := notify.Send(tx, e); err != nil {
		return fmt.Errorf("notify user %d of a comment: %w", recipient, err)
	}
	return nil
}

// Deleted reports whether the comment is a stub, which stays for the replies to it.
func (c *Comment) Deleted() bool { return c.UserID == nil }
