package comment

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/review"
)

// counted returns what the comment adds to the counter of its review.
func (c *Comment) counted() int64 {
	if c.Deleted() || c.Hidden {
		return 0
	}
	return 1
}

// SetHidden hides a comment from everybody but its author and moderators, or undoes that, and returns its author. While there
// are replies the others see a stub, as of a deleted comment. It is idempotent, and returns [ErrNotFound] also for a comment
// that is deleted.
func (*Service) SetHidden(tx *gorm.DB, id int64, hidden bool) (ownerID int64, changed bool, err error) {
	c, err := lock(tx, id)
	if err != nil || c.Hidden == hidden {
		return ownerOf(c), false, err
	}
	before := c.counted()
	c.Hidden = hidden
	if err := review.AddComments(tx, c.ReviewID, c.counted()-before); err != nil {
		return 0, false, err
	}
	if err := tx.Exec("UPDATE comments SET hidden = ? WHERE id = ?", hidden, id).Error; err != nil {
		return 0, false, fmt.Errorf("hide comment %d: %w", id, err)
	}
	return *c.UserID, true, nil
}

// ownerOf returns the author of a comment, 0 for none.
func ownerOf(c Comment) int64 {
	if c.UserID == nil {
		return 0
	}
	return *c.UserID
}

// VisibleTo reports whether a reader who asks for the comment by its id may see it, as far as it is hidden.
func (c *Shown) VisibleTo(reader auth.Viewer) bool {
	return !c.Hidden || c.EditableBy(reader) || reader.Moderates()
}

// listed returns the condition of the comments of a list that a reader sees, as far as they are hidden, and its arguments: their
// own, and those with replies, of which they see [Shown.blank]. The subquery is not EXISTS, for which MariaDB would read all
// replies there are.
func listed(reader auth.Viewer) (condition string, args []any) {
	return "(NOT comments.hidden OR comments.user_id = ? OR (SELECT COUNT(*) FROM comments replies WHERE replies.reply_to = comments.id) > 0)",
		[]any{reader.UserID}
}

// blank makes a comment that is hidden from a reader the stub of a deleted one.
func (c *Shown) blank(reader auth.Viewer) {
	if !c.Hidden || c.EditableBy(reader) {
		return
	}
	c.UserID, c.Username, c.image, c.ProfileImageURL = nil, nil, nil, nil
	c.Content, c.Spoiler, c.Hidden = spoiler.NewText(""), false, false
}
