package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// accountColumns are the columns of an auth.Account. What nearly all accounts have is NULL, which costs nothing to read.
// Their argument is the time since which accounts are new.
const accountColumns = "users.role, users.spoilers, users.hides_count > 0, " +
	"NULLIF(users.status, 'active'), NULLIF(users.status_reason, ''), users.suspended_until, users.created_at > ?"

// scannedAccount is where they are scanned.
type scannedAccount struct {
	auth.Account

	status, reason sql.NullString
	until          sql.NullTime
}

func (a *scannedAccount) targets(more ...any) []any {
	return append([]any{&a.Role, &a.Spoilers, &a.Hides, &a.status, &a.reason, &a.until, &a.New}, more...)
}

// account returns the account as it is now.
func (s *Service) account(a *scannedAccount, now time.Time) auth.Account {
	if a.until.Valid {
		a.Restriction.Until = new(a.until.Time.In(s.zone))
	}
	a.Restriction.Reason = a.reason.String
	a.Status = statusAt(auth.Status(a.status.String), a.Restriction.Until, now)
	if a.Status == auth.StatusActive {
		a.Restriction = auth.Restriction{}
	}
	return a.Account
}

// selectActive runs with every request of a member, so it is one query over two primary keys.
const selectActive = `SELECT ` + accountColumns + `, sessions.expires_at FROM users
	LEFT JOIN sessions ON sessions.id = ? AND sessions.user_id = users.id WHERE users.id = ?`

// Active implements auth.Sessions: it returns the account of the user if the session is active, auth.ErrUserGone
// if the user was deleted, and auth.ErrInvalidToken if the session has ended. It does not update last_used_at;
// refreshes do, at least every half hour while a client is in use.
func (s *Service) Active(ctx context.Context, userID, sessionID int64) (auth.Account, error) {
	key := sessionKey{userID, sessionID}
	known, found, asked := s.active.Get(ctx, key)
	if found {
		if now := s.now(); known.holds(now) && known.expires.After(now) {
			return s.account(&known.scannedAccount, now), nil
		}
	}
	var account scannedAccount
	var expires sql.NullTime
	since := s.now()
	err := s.db.Row(ctx, selectActive, since.Add(-s.newFor), sessionID, userID).Scan(account.targets(&expires)...)
	now := s.now()
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return auth.Account{}, auth.ErrUserGone
	case err != nil:
		return auth.Account{}, fmt.Errorf("look up session %d: %w", sessionID, err)
	case !expires.Valid || !expires.Time.After(now):
		return auth.Account{}, auth.ErrInvalidToken
	}
	if !account.New {
		s.active.Put(asked, key, activeSession{remembered{account, since}, expires.Time})
	}
	return s.account(&account, now), nil
}

// mostRemembered limits the sessions that are kept in memory, and the personal tokens. They take some 300 bytes each.
const mostRemembered = 10_000

// readsOfActive are what the results of selectActive depend on, readsOfPersonal those of selectPersonal.
var (
	readsOfActive   = database.Reads{"users": accountReads, "sessions": {"id", "user_id", "expires_at"}}
	readsOfPersonal = database.Reads{"users": accountReads, "personal_tokens": {"id", "user_id", "scope", "token_hash", "expires_at"}}
	accountReads    = []string{"id", "role", "spoilers", "hides_count", "status", "status_reason", "suspended_until", "created_at"}
)

type sessionKey struct{ userID, sessionID int64 }

// remembered is an account that is kept in memory. What depends on the time is decided at each use: whether a suspension has
// ended, and the session or token expired. An account that is new is not kept, because one day it is not.
type remembered struct {
	scannedAccount

	since time.Time // when it was looked up
}

// holds reports whether the account, which was not new, is not new now: the clock may have been set back.
func (r *remembered) holds(now time.Time) bool { return !now.Before(r.since) }

// activeSession is a session that was active, with its account.
type activeSession struct {
	remembered

	expires time.Time
}

// notSuspended is the condition that the owner of a row with a user_id is not suspended, and may have sockets. Its argument
// is the current time.
const notSuspended = ` AND NOT EXISTS (SELECT 1 FROM users WHERE users.id = user_id AND users.status = 'suspended'
	AND (users.suspended_until IS NULL OR users.suspended_until > ?))`

// ActiveSessions returns the sessions among ids that are active and may have sockets, in ascending order. A negative id is that of a personal token; see
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
	now := s.now()
	where, args := " FROM sessions WHERE id IN "+list+" AND expires_at > ?"+notSuspended, append(args, now, now)
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
