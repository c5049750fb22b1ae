package user

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

const (
	cleanEvery  = time.Hour // between two deletions of expired sessions
	idsPerQuery = 500
)

// maxSessions limits the sessions of an account. One login more ends the oldest session.
const maxSessions = 50

// ErrNoSession means that a session does not exist or belongs to another account.
var ErrNoSession = apperr.New(apperr.NotFound, "not_found",
	"There is no such session.", "해당 기기의 로그인 정보를 찾을 수 없습니다.")

// Session is a signed-in device and its family of refresh tokens, of which only the newest is valid.
type Session struct {
	ID           int64     `gorm:"primaryKey;autoIncrement;index:idx_sessions_user,priority:2"`
	UserID       int64     `gorm:"not null;index:idx_sessions_user,priority:1"`
	Generation   int64     `gorm:"not null"`             // the number of refreshes
	TokenHash    string    `gorm:"size:64;not null"`     // of the current refresh token
	PreviousHash string    `gorm:"size:64;not null"`     // of the previous refresh token, "" before the first refresh
	RotatedAt    time.Time `gorm:"not null;precision:6"` // when the current token was issued
	CreatedAt    time.Time `gorm:"not null;precision:6"` // the login
	LastUsedAt   time.Time `gorm:"not null;precision:6"` // the last login or refresh
	ExpiresAt    time.Time `gorm:"not null;precision:6;index:idx_sessions_expires"`
	UserAgent    string    `gorm:"size:255;not null"`
	IP           string    `gorm:"size:45;not null"`
}

// Device describes where a login or a refresh came from.
type Device struct{ UserAgent, IP string }

// SignedIn holds the tokens that a login or a refresh returns.
type SignedIn struct {
	UserID          int64
	Access, Refresh string
	ExpiresIn       time.Duration // of the access token
	Pending         bool          // the account is new, and waits for an approval; see [Service.Join]
}

// Sessions returns a page of the active sessions of an account, latest login first, and the key of the next
// page, or nil on the last page.
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

// EndSession ends one session. It returns [ErrNoSession] when the account has no such active session.
func (s *Service) EndSession(ctx context.Context, userID, sessionID int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("user_id = ? AND expires_at > ?", userID, s.now()).Delete(&Session{ID: sessionID})
		if gone.Error != nil {
			return fmt.Errorf("end session %d: %w", sessionID, gone.Error)
		}
		if gone.RowsAffected == 0 {
			return ErrNoSession
		}
		s.notifyEnded(tx, userID, []int64{sessionID})
		return nil
	})
}

// EndSessions ends all sessions of an account.
func (s *Service) EndSessions(ctx context.Context, userID int64) error {
	err := s.db.Tx(ctx, func(tx *gorm.DB) error { return s.endAll(tx, userID) })
	if err == nil {
		web.LogEvent(ctx, s.log, web.EventLevel(ctx, userID), "sessions_ended", userID)
	}
	return err
}

// endAll ends all sessions of an account. The hooks get their ids, because nil also means the sockets of personal tokens,
// which go on.
func (s *Service) endAll(tx *gorm.DB, userID int64) error {
	var ids []int64
	if err := tx.Model(&Session{}).Where("user_id = ?", userID).Order("id").Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("list sessions of user %d: %w", userID, err)
	}
	if err := tx.Where("user_id = ?", userID).Delete(&Session{}).Error; err != nil {
		return fmt.Errorf("end sessions of user %d: %w", userID, err)
	}
	if len(ids) > 0 {
		s.notifyEnded(tx, userID, ids)
	}
	return nil
}

// Logout ends the sessions of the tokens and reports whether at least one of them was issued here. An expired access
// token still ends its session. Invalid tokens and ended sessions are not errors.
func (s *Service) Logout(ctx context.Context, access, refresh []string) (issued bool, err error) {
	for _, token := range access {
		if a, err := s.tokens.ParseAccess(token); err == nil || errors.Is(err, auth.ErrTokenExpired) {
			issued = true
			if err := s.endIfActive(ctx, a.UserID, a.SessionID); err != nil {
				return issued, err
			}
		}
	}
	for _, token := range refresh {
		if r, err := s.tokens.ParseRefresh(token); err == nil {
			issued = true
			if err := s.endIfActive(ctx, r.UserID, r.SessionID); err != nil {
				return issued, err
			}
		}
	}
	return issued, nil
}

func (s *Service) endIfActive(ctx context.Context, userID, sessionID int64) error {
	if err := s.EndSession(ctx, userID, sessionID); !errors.Is(err, ErrNoSession) {
		return err
	}
	return nil
}

// end deletes sessions and calls the hooks after the commit.
func (s *Service) end(tx *gorm.DB, userID int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if err := tx.Where("user_id = ? AND id IN ?", userID, ids).Delete(&Session{}).Error; err != nil {
		return fmt.Errorf("end sessions of user %d: %w", userID, err)
	}
	s.notifyEnded(tx, userID, ids)
	return nil
}

func (s *Service) notifyEnded(tx *gorm.DB, userID int64, ids []int64) {
	database.AfterCommit(tx, func() {
		for _, hook := range s.onSessionsEnded {
			hook(userID, ids)
		}
	})
}

// Run deletes expired sessions, personal tokens, links to reset a password, unconfirmed second factors and addresses, and held names, at once and then every hour, and
// writes when personal tokens were used, every minute and at the end. It returns nil when ctx ends.
func (s *Service) Run(ctx context.Context) error {
	hourly, often := time.NewTicker(cleanEvery), time.NewTicker(noteUsesEvery)
	defer hourly.Stop()
	defer often.Stop()
	s.try(ctx, "clean", s.clean)
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			s.try(last, "write_uses", s.writeUses)
			return nil
		case <-hourly.C:
			s.try(ctx, "clean", s.clean)
		case <-often.C:
			s.try(ctx, "write_uses", s.writeUses)
		}
	}
}

// try logs the error of do as a warning.
func (s *Service) try(ctx context.Context, task string, do func(context.Context) error) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "a regular task of the accounts failed; the next run tries again", "task", task, "error", err)
	}
}

func (s *Service) clean(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("expires_at <= ?", s.now()).Delete(&Session{}).Error; err != nil {
			return err
		}
		if err := tx.Where("expires_at <= ?", s.now()).Delete(&Token{}).Error; err != nil {
			return err
		}
		if err := tx.Where("expires_at <= ?", s.now()).Delete(&PasswordReset{}).Error; err != nil {
			return err
		}
		if err := tx.Where("confirmed_at IS NULL AND created_at <= ?", s.now().Add(-setupTTL)).Delete(&TOTP{}).Error; err != nil {
			return err
		}
		if err := tx.Where("address = '' AND expires_at <= ?", s.now()).Delete(&Email{}).Error; err != nil {
			return err
		}
		return tx.Where("until <= ?", s.now()).Delete(&HeldName{}).Error
	})
}
