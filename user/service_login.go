package user

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// maxUserAgent is in characters: what the column holds.
const maxUserAgent = 255

// Login opens a session. An unknown name and a wrong password are the same auth.ErrInvalidCredentials
// after the same time. It returns apperr.ErrTooMany when the throttle says so, and apperr.ErrBusy
// when too many passwords are being checked.
func (s *Service) Login(ctx context.Context, username, password string, from Device) (SignedIn, error) {
	key := usernameKey(strings.TrimSpace(username))
	if err := s.slowDown(ctx, key, from.IP); err != nil {
		return SignedIn{}, err
	}
	u, err := one(s.db.Reader(ctx), "username_key = ?", key)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return SignedIn{}, err
	}
	good, err := s.verify(ctx, key, u.PasswordHash, password)
	if err != nil {
		return SignedIn{}, err
	}
	if !good {
		return SignedIn{}, auth.ErrInvalidCredentials
	}
	return s.welcome(ctx, u, s.rehash(ctx, u, password), from)
}

// welcome opens the session of a login whose password was right.
func (s *Service) welcome(ctx context.Context, u User, rehashed string, from Device) (SignedIn, error) {
	var session Session
	var refresh string
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		err := s.noteLogin(tx, u, rehashed)
		if err == nil {
			session, refresh, err = s.open(tx, u.ID, from)
		}
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.signedIn(session, refresh)
}

// slowDown takes one try at the password of an account: apperr.ErrTooMany when there were too many.
func (s *Service) slowDown(ctx context.Context, key, address string) error {
	wait, err := s.throttle.Allow(ctx, key, address)
	if err == nil && wait > 0 {
		return apperr.ErrTooMany.After(wait)
	}
	return err
}

// verify checks a password. The hash is "" for an account that does not exist.
func (s *Service) verify(ctx context.Context, key, hash, password string) (bool, error) {
	good, err := s.hasher.Verify(ctx, hash, password)
	if good {
		s.throttle.Succeeded(ctx, key)
	}
	return good, err
}

// rehash returns a hash of the configured cost, "" when the present one has it. The login goes on
// without when the hasher is busy: there will be another one.
func (s *Service) rehash(ctx context.Context, u User, password string) string {
	if !s.hasher.NeedsRehash(u.PasswordHash) {
		return ""
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		s.log.WarnContext(ctx, "a password keeps its hash of another cost until the next login", "user_id", u.ID, "error", err)
		return ""
	}
	return hash
}

// noteLogin writes what a login changes of the account. It returns auth.ErrInvalidCredentials when
// the password is no longer the one that was checked: who changes it ends all other sessions, and
// none may slip in behind that.
func (s *Service) noteLogin(tx *gorm.DB, checked User, rehashed string) error {
	u, err := lockOne(tx, checked.ID)
	if errors.Is(err, ErrNotFound) || err == nil && u.PasswordHash != checked.PasswordHash {
		return auth.ErrInvalidCredentials
	}
	if err != nil {
		return err
	}
	changes := map[string]any{"last_login": s.now()}
	if rehashed != "" {
		changes["password_hash"] = rehashed
	}
	if err := tx.Model(&u).UpdateColumns(changes).Error; err != nil {
		return fmt.Errorf("note login of user %d: %w", u.ID, err)
	}
	return nil
}

// open makes a session and ends the oldest when there are too many.
func (s *Service) open(tx *gorm.DB, userID int64, from Device) (Session, string, error) {
	var surplus []int64
	err := tx.Model(&Session{}).Where("user_id = ?", userID).Order("id DESC").
		Offset(maxSessions-1).Limit(askAtOnce).Pluck("id", &surplus).Error
	if err != nil {
		return Session{}, "", fmt.Errorf("list sessions of user %d: %w", userID, err)
	}
	if err := s.end(tx, userID, surplus); err != nil {
		return Session{}, "", err
	}
	now := s.now()
	one := Session{
		UserID: userID, RotatedAt: now, CreatedAt: now, LastUsedAt: now, ExpiresAt: now,
		UserAgent: cut(from.UserAgent), IP: from.IP,
	}
	if err := tx.Create(&one).Error; err != nil {
		return Session{}, "", fmt.Errorf("open session: %w", err)
	}
	refresh, expires, err := s.tokens.Refresh(userID, one.ID, 0, now) // it names the row, so the row comes first
	if err != nil {
		return Session{}, "", err
	}
	one.TokenHash, one.ExpiresAt = auth.HashToken(refresh), expires
	if err := tx.Model(&one).Select("token_hash", "expires_at").UpdateColumns(&one).Error; err != nil {
		return Session{}, "", fmt.Errorf("open session %d: %w", one.ID, err)
	}
	return one, refresh, nil
}

// signedIn mints the access token that goes with a refresh token.
func (s *Service) signedIn(one Session, refresh string) (SignedIn, error) {
	access, expires, err := s.tokens.Access(one.UserID, one.ID)
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{
		UserID: one.UserID, Access: access, Refresh: refresh, ExpiresIn: expires.Sub(s.clock().Truncate(time.Second)),
	}, nil
}

// cut makes a header that a client is free to choose fit for a column.
func cut(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if runes := []rune(text); len(runes) > maxUserAgent {
		return string(runes[:maxUserAgent])
	}
	return text
}
