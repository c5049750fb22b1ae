package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// accountColumns are the columns of an auth.Account, and accountTargets where to scan them.
const accountColumns = "users.role, users.spoilers, users.hides_count > 0"

func accountTargets(a *auth.Account) []any { return []any{&a.Role, &a.Spoilers, &a.Hides} }

// selectActive runs with every request of a member, so it is one query over two primary keys.
const selectActive = `SELECT ` + accountColumns + `, sessions.expires_at FROM users
	LEFT JOIN sessions ON sessions.id = ? AND sessions.user_id = users.id WHERE users.id = ?`

// Active implements auth.Sessions: it returns the account of the user if the session is active, auth.ErrUserGone
// if the user was deleted, and auth.ErrInvalidToken if the session has ended. It does not update last_used_at;
// refreshes do, at least every half hour while a client is in use.
func (s *Service) Active(ctx context.Context, userID, sessionID int64) (auth.Account, error) {
	var account auth.Account
	var expires sql.NullTime
	err := s.db.Row(ctx, selectActive, sessionID, userID).Scan(append(accountTargets(&account), &expires)...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return auth.Account{}, auth.ErrUserGone
	case err != nil:
		return auth.Account{}, fmt.Errorf("look up session %d: %w", sessionID, err)
	case !expires.Valid || !expires.Time.After(s.now()):
		return auth.Account{}, auth.ErrInvalidToken
	}
	return account, nil
}

// ActiveSessions returns the active sessions among ids, in ascending order. A negative id is that of a personal token; see
// auth.Viewer.Credential.
func (s *Service) ActiveSessions(ctx context.Context, ids []int64) ([]int64, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	first, _ := slices.BinarySearch(ids, 0) // that is of a session
	out, err := s.activeTokens(ctx, ids[:first])
	if err != nil {
		return nil, err
	}
	ids = ids[first:]
	for some := range slices.Chunk(ids, idsPerQuery) {
		active, err := s.findActive(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("look up %d sessions: %w", len(some), err)
		}
		out = append(out, active...)
	}
	return out, nil
}

// findActive returns the active sessions among ids, which are distinct. It runs every second for every session
// with an open socket, so it avoids GORM's reflection, and counts before it lists: nearly always all are active.
func (s *Service) findActive(ctx context.Context, ids []int64) ([]int64, error) {
	list, args := s.idList(ids)
	where, args := " FROM sessions WHERE id IN "+list+" AND expires_at > ?", append(args, s.now())
	var count int
	if err := s.db.Row(ctx, "SELECT COUNT(*)"+where, args...).Scan(&count); err != nil {
		return nil, err
	}
	if count == len(ids) {
		return ids, nil
	}
	var active []int64
	err := database.Each(s.db.Reader(ctx), "SELECT id"+where+" ORDER BY id", args, func(row database.Scanner) error {
		var id int64
		err := row.Scan(&id)
		active = append(active, id)
		return err
	})
	return active, err
}

// idList returns the right side of an IN for ids, and its arguments. On SQLite the ids are one JSON argument,
// which allocates a tenth of what one argument for each id does.
func (s *Service) idList(ids []int64) (list string, args []any) {
	if s.db.Driver() != database.SQLite {
		return database.InList(ids)
	}
	array := make([]byte, 1, 1+8*len(ids))
	array[0] = '['
	for _, id := range ids {
		array = append(strconv.AppendInt(array, id, 10), ',')
	}
	array[len(array)-1] = ']'
	return "(SELECT value FROM json_each(?))", []any{string(array)}
}
