package user

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// maxUserAgent is the size of the column, in characters.
const maxUserAgent = 255

// Login is [Service.LoginWith] for an account without a second factor.
func (s *Service) Login(ctx context.Context, username, password string, from Device) (SignedIn, error) {
	return s.LoginWith(ctx, username, password, SecondFactor{}, from)
}

// LoginWith checks a password, and the second factor where the account has one, and opens a session. It returns
// auth.ErrInvalidCredentials, after the same time, for an unknown username and for a wrong password; [ErrTOTPRequired] or
// [ErrTOTPInvalid] after a right password only; apperr.ErrTooMany after too many attempts; and apperr.ErrBusy when too many
// passwords are being checked.
func (s *Service) LoginWith(ctx context.Context, username, password string, second SecondFactor, from Device) (SignedIn, error) {
	_, in, err := s.attempt(ctx, username, password, second, from)
	return in, err
}

// attempt is LoginWith that also returns the account whose password was checked.
func (s *Service) attempt(ctx context.Context, username, password string, second SecondFactor, from Device) (User, SignedIn, error) {
	name := strings.TrimSpace(username)
	key := usernameKey(name)
	if err := s.countAttempt(ctx, 0, key, from.IP); err != nil {
		return User{}, SignedIn{}, err
	}
	u, err := byName(s.db.Reader(ctx), name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, SignedIn{}, err
	}
	in, err := s.login(ctx, u, password, second, from)
	if errors.Is(err, auth.ErrInvalidCredentials) {
		s.warnOfAttempt(ctx, "sign_in_failed", u.ID, key)
	}
	return u, in, err
}

// login checks the password of u, which is the zero value for an account that does not exist, and opens a session.
func (s *Service) login(ctx context.Context, u User, password string, second SecondFactor, from Device) (SignedIn, error) {
	good, err := s.hasher.Verify(ctx, from.IP, u.PasswordHash, password)
	if err != nil {
		return SignedIn{}, err
	}
	if !good {
		return SignedIn{}, auth.ErrInvalidCredentials
	}
	return s.enter(ctx, u, s.rehash(ctx, from.IP, u, password), second, from, nil)
}

// warnOfAttempt logs an event at a password. The account is that of the key, whose name is logged as a hash only, because
// people type passwords into the field of the name.
func (s *Service) warnOfAttempt(ctx context.Context, event string, id int64, key string) {
	web.LogEvent(ctx, s.log, slog.LevelWarn, event, id, slog.String("account", s.tokens.HashName(key)))
}

// Join adds an account and opens its first session. Unlike [Service.Create] and [Service.Login] in a row, which it
// returns the errors of, it hashes the password once.
func (s *Service) Join(ctx context.Context, d Draft, from Device) (SignedIn, error) {
	u, err := s.Create(ctx, d)
	if err != nil {
		return SignedIn{}, err
	}
	in, err := s.openSession(ctx, u, "", from, nil)
	in.Pending = u.Status == auth.StatusPending
	return in, err
}

// openSession opens the session of a login whose password was right. check, which may be nil, can refuse it under the lock of
// the account.
func (s *Service) openSession(
	ctx context.Context, u User, rehashed string, from Device, check func(tx *gorm.DB, locked User) error,
) (SignedIn, error) {
	var session Session
	var refresh string
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		err := s.recordLogin(tx, u, rehashed, check)
		if err == nil {
			session, refresh, err = s.insertSession(tx, u.ID, from)
		}
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.signedIn(session, refresh)
}

// countAttempt counts an attempt at the password of an account, whose id is 0 before it is looked up. It returns
// apperr.ErrTooMany after too many.
func (s *Service) countAttempt(ctx context.Context, id int64, key, address string) error {
	wait, err := s.throttle.Allow(ctx, key, address)
	if err == nil && wait > 0 {
		s.warnOfAttempt(ctx, "sign_in_throttled", id, key)
		return apperr.ErrTooMany.After(wait)
	}
	return err
}

// verify compares a password with a hash, which is "" for an account that does not exist.
func (s *Service) verify(ctx context.Context, address, key, hash, password string) (bool, error) {
	good, err := s.hasher.Verify(ctx, address, hash, password)
	if err == nil && good {
		err = s.throttle.Succeeded(ctx, key)
	}
	return good, err
}

// rehash returns a hash of the configured cost, or "" when the stored hash has that cost. It also returns ""
// when hashing fails, because a later login can do it.
func (s *Service) rehash(ctx context.Context, address string, u User, password string) string {
	if !s.hasher.NeedsRehash(u.PasswordHash) {
		return ""
	}
	hash, err := s.hasher.Hash(ctx, address, password)
	if err != nil {
		s.log.WarnContext(ctx, "password not rehashed to the configured cost; the next login tries again", "user_id", u.ID, "error", err)
		return ""
	}
	return hash
}

// recordLogin updates the account after a login. It returns auth.ErrInvalidCredentials when the password is no
// longer the one that was checked: a password change ends all other sessions, so a login with the old password
// must not open one afterwards.
func (s *Service) recordLogin(tx *gorm.DB, checked User, rehashed string, check func(tx *gorm.DB, locked User) error) error {
	u, err := lockOne(tx, checked.ID)
	if errors.Is(err, ErrNotFound) || err == nil && u.PasswordHash != checked.PasswordHash {
		return auth.ErrInvalidCredentials
	}
	if err != nil {
		return err
	}
	if check != nil {
		if err := check(tx, u); err != nil {
			return err
		}
	}
	changes := map[string]any{"last_login": s.now()}
	if rehashed != "" {
		changes["password_hash"] = rehashed
	}
	if err := tx.Model(&u).UpdateColumns(changes).Error; err != nil {
		return fmt.Errorf("record login of user %d: %w", u.ID, err)
	}
	return nil
}

// insertSession adds a session and ends the oldest sessions beyond [maxSessions].
func (s *Service) insertSession(tx *gorm.DB, userID int64, from Device) (Session, string, error) {
	var surplus []int64
	err := tx.Model(&Session{}).Where("user_id = ?", userID).Order("id DESC").
		Offset(maxSessions-1).Limit(idsPerQuery).Pluck("id", &surplus).Error
	if err != nil {
		return Session{}, "", fmt.Errorf("list sessions of user %d: %w", userID, err)
	}
	if err := s.end(tx, userID, surplus); err != nil {
		return Session{}, "", err
	}
	now := s.now()
	one := Session{
		UserID: userID, RotatedAt: now, CreatedAt: now, LastUsedAt: now, ExpiresAt: now,
		UserAgent: columnText(from.UserAgent), IP: from.IP,
	}
	if err := tx.Create(&one).Error; err != nil {
		return Session{}, "", fmt.Errorf("open session: %w", err)
	}
	refresh, expires, err := s.tokens.Refresh(userID, one.ID, 0, now) // the token contains the id of the row, so the row comes first
	if err != nil {
		return Session{}, "", err
	}
	one.TokenHash, one.ExpiresAt = auth.HashToken(refresh), expires
	if err := tx.Model(&one).Select("token_hash", "expires_at").UpdateColumns(&one).Error; err != nil {
		return Session{}, "", fmt.Errorf("open session %d: %w", one.ID, err)
	}
	return one, refresh, nil
}

// signedIn issues an access token and returns it with the refresh token.
func (s *Service) signedIn(one Session, refresh string) (SignedIn, error) {
	access, expires, err := s.tokens.Access(one.UserID, one.ID)
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{
		UserID: one.UserID, Access: access, Refresh: refresh, ExpiresIn: expires.Sub(s.clock().Truncate(time.Second)),
	}, nil
}

// columnText makes a header, in which a client can send anything, valid for a column: UTF-8 without NUL, of at
// most maxUserAgent characters.
func columnText(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if runes := []rune(text); len(runes) > maxUserAgent {
		return string(runes[:maxUserAgent])
	}
	return text
}
