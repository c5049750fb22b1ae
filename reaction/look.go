package reaction

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/toggle"
)

// target describes what a like is of.
type target struct {
	from     string // the table, with the columns id and user_id
	columns  string // what is read of it, into
	into     []any
	shown    string // the condition that it may be liked
	args     []any  // of shown
	notFound *apperr.Error
}

// look reads in one query what a like is of and the row of the like, which m describes. It returns the error notFound also
// when the member may not see it, auth.ErrUserGone when only the member's account does not exist, and follow.ErrBlocked for a
// like by either side of a block.
func look(tx *gorm.DB, by auth.Viewer, on bool, m toggle.Mapping, of target) error {
	sees, seesArgs := follow.SeesOne(by, "users")
	blocked, args := follow.Blocked(by.UserID, "users.id")
	query := "SELECT " + of.columns + ", " + blocked + ", EXISTS (SELECT 1 FROM users WHERE id = ?), COALESCE(l.id, 0), COALESCE(l." + m.State + ", FALSE)" +
		" FROM " + of.from + " JOIN users ON users.id = " + of.from + ".user_id" +
		" LEFT JOIN " + m.Table + " l ON l." + m.Pair[0] + " = ? AND l." + m.Pair[1] + " = " + of.from + ".id" +
		" WHERE " + of.from + ".id = ? AND " + of.shown + " AND " + sees
	args = append(args, by.UserID, m.IDs[0], m.IDs[1])
	args = append(append(args, of.args...), seesArgs...)
	found, isBlocked, exists := false, false, false
	err := database.Each(tx, query, args, func(row database.Scanner) error {
		found = true
		return row.Scan(append(of.into, &isBlocked, &exists, m.ID, m.On)...)
	})
	switch {
	case err != nil:
		return fmt.Errorf("look for %s: %w", m, err)
	case !found:
		return of.notFound
	case !exists:
		return auth.ErrUserGone
	case isBlocked && on:
		return follow.ErrBlocked
	}
	return nil
}
