package list

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/user"
)

// notHidden is the condition of lists that are in lists of lists.
const notHidden = "NOT lists.hidden"

// SetHidden hides a list from everybody but its author and moderators, or undoes that, and returns its author. Its version stays
// as it is, because its content does. It is idempotent, and returns [ErrNotFound].
func (*Service) SetHidden(tx *gorm.DB, id int64, hidden bool) (ownerID int64, changed bool, err error) {
	if err := lockAuthor(tx, id); err != nil {
		return 0, false, err
	}
	l, err := Lock(tx, id)
	if err != nil || l.Hidden == hidden {
		return l.UserID, false, err
	}
	before := l.counted()
	l.Hidden = hidden
	if err := user.AddCounts(tx, l.UserID, user.Counts{Lists: l.counted() - before}); err != nil {
		return 0, false, err
	}
	if err := tx.Exec("UPDATE lists SET hidden = ? WHERE id = ?", hidden, id).Error; err != nil {
		return 0, false, fmt.Errorf("hide list %d: %w", id, err)
	}
	return l.UserID, true, nil
}
