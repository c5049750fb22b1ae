package follow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// ErrPrivateAccount is returned for lists of a private account to whoever does not follow it.
var ErrPrivateAccount = apperr.New(apperr.Forbidden, "private_account",
	"This account is private. Only its followers see what it writes.", "비공개 계정입니다. 팔로워만 볼 수 있습니다.")

// Audience returns the SQL condition that a reader sees in lists what an account wrote, and its arguments. account is the
// column with the id of the account. Private accounts are seen by themselves, their followers and moderators, and nobody
// sees whom they have blocked or muted.
//
// Where a query joins the account anyway, [AudienceOf] is faster.
func Audience(reader auth.Viewer, account string) (condition string, args []any) {
	condition, args = Unhidden(reader, account)
	if reader.Moderates() {
		return condition, args
	}
	public, values := sees(reader, "owners")
	owner := fmt.Sprintf("(SELECT COUNT(*) FROM users owners WHERE owners.id = %s AND %s) = 1", account, public)
	return owner + " AND " + condition, append(values, args...)
}

// AudienceOf is [Audience] of the account that a query joins as users, its name in the query.
func AudienceOf(reader auth.Viewer, users string) (condition string, args []any) {
	condition, args = Unhidden(reader, users+".id")
	if reader.Moderates() {
		return condition, args
	}
	public, values := sees(reader, users)
	return public + " AND " + condition, append(values, args...)
}

// Unhidden returns the SQL condition that a reader has neither blocked nor muted an account, and its arguments. account is
// the column with the id of the account. It is for lists of accounts, which are visible also when they are private.
func Unhidden(reader auth.Viewer, account string) (condition string, args []any) {
	if !reader.Hides {
		return "TRUE", nil
	}
	return fmt.Sprintf("(SELECT COUNT(*) FROM blocks WHERE blocks.user_id = ? AND blocks.blocked_id = %[1]s) = 0"+
		" AND (SELECT COUNT(*) FROM mutes WHERE mutes.user_id = ? AND mutes.muted_id = %[1]s) = 0", account), []any{reader.UserID, reader.UserID}
}

// Unhidden implements user.Relations.
func (*Service) Unhidden(reader auth.Viewer, account string) (condition string, args []any) {
	return Unhidden(reader, account)
}

// sees returns the condition that a reader who does not moderate sees what the account in users wrote, unless they have
// hidden it. The subqueries here and in [Unhidden] are not EXISTS, which MariaDB would turn into a join with all follows of
// the reader.
func sees(reader auth.Viewer, users string) (string, []any) {
	if reader.UserID == 0 {
		return "NOT " + users + ".is_private", nil
	}
	follows := "SELECT COUNT(*) FROM follows audience WHERE audience.follower_id = ? AND audience.following_id = %[1]s.id AND audience.is_following"
	return fmt.Sprintf("(NOT %[1]s.is_private OR %[1]s.id = ? OR ("+follows+") = 1)", users), []any{reader.UserID, reader.UserID}
}

// CheckAccount returns [ErrPrivateAccount] unless a reader may see the lists of an account, and user.ErrNotFound when it
// does not exist. Whom the reader has blocked or muted does not matter, because they ask for this account.
func CheckAccount(ctx context.Context, db *database.DB, reader auth.Viewer, ownerID int64) error {
	if reader.UserID == ownerID {
		return nil
	}
	query, args := lookUp(reader, ownerID)
	var may bool
	err := db.Row(ctx, query, args...).Scan(&may)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return user.ErrNotFound
	case err != nil:
		return fmt.Errorf("look whether user %d is private: %w", ownerID, err)
	case !may:
		return ErrPrivateAccount
	}
	return nil
}

// MaySee reports whether a reader may see a single thing that an account wrote, as [CheckAccount] does. What was written
// by an account that does not exist is not seen.
func MaySee(ctx context.Context, db *database.DB, reader auth.Viewer, ownerID int64) (bool, error) {
	err := CheckAccount(ctx, db, reader, ownerID)
	if errors.Is(err, ErrPrivateAccount) || errors.Is(err, user.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// SeesOne returns the SQL condition that a reader sees a single thing that an account wrote, as [MaySee], and its arguments.
// users is the name under which the query joins the account.
func SeesOne(reader auth.Viewer, users string) (condition string, args []any) {
	if reader.Moderates() {
		return "TRUE", nil
	}
	public, args := sees(reader, users)
	return "(" + users + ".id = ? OR " + users + ".status <> 'pending' AND " + public + ")", append([]any{reader.UserID}, args...)
}

// lookUp returns the query whether a reader sees what an account wrote. It finds no row for an account that does not exist
// or, as only moderators know, is pending.
func lookUp(reader auth.Viewer, ownerID int64) (string, []any) {
	if reader.Moderates() {
		return "SELECT TRUE FROM users WHERE users.id = ?", []any{ownerID}
	}
	public, args := sees(reader, "users")
	return "SELECT " + public + " FROM users WHERE users.id = ? AND users.status <> 'pending'", append(args, ownerID)
}
