package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

const (
	cleanEvery = time.Hour // how often sessions that ran out are removed
	askAtOnce  = 500       // ids in one query
)

// ErrNoSession says that a session does not exist or is somebody else's.
var ErrNoSession = apperr.New(apperr.NotFound, "not_found",
	"There is no such session.", "해당 로그인 기기를 찾을 수 없습니다.")

// standing is asked with every request of a member, so it is one query over two primary keys.
const standing = `SELECT users.role, sessions.expires_at FROM users
	LEFT JOIN sessions ON sessions.id = ? AND sessions.user_id = users.id WHERE users.id = ?`

// Standing implements auth.Sessions. It returns auth.ErrUserGone when the user is no more, and
// auth.ErrInvalidToken when the session ended. It does not touch last_used_at: a login and a
// refresh do, and an access token that is in use is refreshed every half hour.
func (s *Service) Standing(ctx context.Context, userID, sessionID int64) (auth.Role, error) {
	var role auth.Role
	var expires sql.NullTime
	err := s.db.Row(ctx, standing, sessionID, userID).Scan(&role, &expires)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", auth.ErrUserGone
	case err != nil:
		return "", fmt.Errorf("look up session %d: %w", sessionID, err)
	case !expires.Valid || !expires.Time.After(s.now()):
		return "", auth.ErrInvalidToken
	}
	return role, nil
}

// StandingSessions returns those of the sessions that have not ended, in the order of their ids.
func (s *Service) StandingSessions(ctx context.Context, ids []int64) ([]int64, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := make([]int64, 0, len(ids))
	for some := range slices.Chunk(ids, askAtOnce) {
		err := s.findStanding(ctx, some, func(id int64) { out = append(out, id) })
		if err != nil {
			return nil, fmt.Errorf("look up %d sessions: %w", len(some), err)
		}
	}
	return out, nil
}

// findStanding is asked every second for every session with an open socket, so it goes past GORM's
// reflection, and counts before it lists: nearly always all of them stand. The ids are distinct.
func (s *Service) findStanding(ctx context.Context, ids []int64, found func(id int64)) (err error) {
	among, args := s.among(ids)
	where, args := " FROM sessions WHERE id IN ("+among+") AND expires_at > ?", append(args, s.now())
	var standing int
	if err := s.db.Row(ctx, "SELECT COUNT(*)"+where, args...).Scan(&standing); err != nil {
		return err
	}
	if standing == len(ids) {
		for _, id := range ids {
			found(id)
		}
		return nil
	}
	rows, err := s.db.Reader(ctx).Statement.ConnPool.QueryContext(ctx, "SELECT id"+where+" ORDER BY id", args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		found(id)
	}
	return rows.Err()
}

// among returns what a list of ids is compared with. SQLite takes it in one piece, which leaves a tenth of
// the garbage; elsewhere it is filled up to a power of two, so that few different statements are prepared.
func (s *Service) among(ids []int64) (condition string, args []any) {
	if s.db.Driver() == database.SQLite {
		list := make([]byte, 1, 1+8*len(ids))
		list[0] = '['
		for _, id := range ids {
			list = append(strconv.AppendInt(list, id, 10), ',')
		}
		list[len(list)-1] = ']'
		return "SELECT value FROM json_each(?)", []any{string(list)}
	}
	for i := 0; i < len(ids) || i&(i-1) != 0; i++ {
		args = append(args, ids[min(i, len(ids)-1)])
	}
	return "?" + strings.Repeat(",?", len(args)-1), args
}

// Sessions returns a page of the devices that the account is signed in on, the latest login first.
func (s *Service) Sessions(ctx context.Context, userID int64, p page.Page) ([]Session, *page.Key, error) {
	q := s.db.Reader(ctx).Where("user_id = ? AND expires_at > ?", userID, s.now()).Order("id DESC").Limit(p.Fetch())
	if p.After != nil {
		q = q.Where("id < ?", p.After.ID)
	}
	var rows []Session
	if err := q.Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list sessions of user %d: %w", userID, err)
	}
	rows, next := page.Cut(rows, p, func(one Session) page.Key { return page.Key{ID: one.ID} })
	return rows, next, nil
}

// EndSession signs one device out. It returns [ErrNoSession] when the account has no such session.
func (s *Service) EndSession(ctx context.Context, userID, sessionID int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("user_id = ? AND expires_at > ?", userID, s.now()).Delete(&Session{ID: sessionID})
		if gone.Error != nil {
			return fmt.Errorf("end session %d: %w", sessionID, gone.Error)
		}
		if gone.RowsAffected == 0 {
			return ErrNoSession
		}
		s.announceEnd(tx, userID, []int64{sessionID})
		return nil
	})
}

// EndSessions signs all devices out.
func (s *Service) EndSessions(ctx context.Context, userID int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("user_id = ?", userID).Delete(&Session{}).Error; err != nil {
			return fmt.Errorf("end sessions of user %d: %w", userID, err)
		}
		s.announceEnd(tx, userID, nil)
		return nil
	})
}

// Logout ends the sessions that the tokens belong to and reports whether any token was ours. An access
// token may have run out: who comes back after an hour to sign out means it. Tokens that are not good
// belong to no session, which is no error: who wants out is out.
func (s *Service) Logout(ctx context.Context, access, refresh string) (ours bool, err error) {
	if a, err := s.tokens.ParseAccess(access); err == nil || errors.Is(err, auth.ErrTokenExpired) {
		ours = true
		if err := s.EndSession(ctx, a.UserID, a.SessionID); err != nil && !errors.Is(err, ErrNoSession) {
			return ours, err
		}
	}
	if r, err := s.tokens.ParseRefresh(refresh); err == nil {
		ours = true
		if err := s.EndSession(ctx, r.UserID, r.SessionID); err != nil && !errors.Is(err, ErrNoSession) {
			return ours, err
		}
	}
	return ours, nil
}

// end deletes the sessions and has it announced after the commit.
func (s *Service) end(tx *gorm.DB, userID int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if err := tx.Where("user_id = ? AND id IN ?", userID, ids).Delete(&Session{}).Error; err != nil {
		return fmt.Errorf("end sessions of user %d: %w", userID, err)
	}
	s.announceEnd(tx, userID, ids)
	return nil
}

func (s *Service) announceEnd(tx *gorm.DB, userID int64, ids []int64) {
	database.AfterCommit(tx, func() {
		for _, tell := range s.onSessionsEnded {
			tell(userID, ids)
		}
	})
}

// Run removes the sessions that ran out, now and every hour. It returns nil when ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(cleanEvery)
	defer ticker.Stop()
	for {
		if err := s.clean(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "expired sessions could not be removed; trying again later", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Service) clean(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Where("expires_at <= ?", s.now()).Delete(&Session{}).Error
	})
}
