package user

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
)

// Refresh trades a refresh token for a new pair. Every token is good once; for a short grace the
// one before the present is answered with the same successor, because two tabs, or an answer that
// was lost, are no theft. Any other token that was good once ends its session: somebody has a copy.
//
// It returns auth.ErrTokenExpired or auth.ErrInvalidToken.
func (s *Service) Refresh(ctx context.Context, token string, from Device) (SignedIn, error) {
	claims, err := s.tokens.ParseRefresh(token)
	if err != nil {
		return SignedIn{}, err
	}
	hash := auth.HashToken(token)
	one, err := s.session(ctx, claims)
	if err != nil {
		return SignedIn{}, err
	}
	if one.TokenHash == hash {
		next, refresh, err := s.rotate(ctx, one, from)
		if err == nil {
			return s.signedIn(next, refresh)
		}
		if !errors.Is(err, errRotated) {
			return SignedIn{}, err
		}
		if one, err = s.session(ctx, claims); err != nil {
			return SignedIn{}, err
		}
	}
	if one.PreviousHash == hash && s.now().Sub(one.RotatedAt) <= s.refreshGrace {
		return s.again(one)
	}
	return SignedIn{}, s.reused(ctx, one, claims.Generation)
}

// session returns the session that a refresh token belongs to if it stands.
func (s *Service) session(ctx context.Context, of auth.Refresh) (Session, error) {
	var one Session
	err := s.db.Reader(ctx).Where("id = ? AND user_id = ?", of.SessionID, of.UserID).Take(&one).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Session{}, auth.ErrInvalidToken
	case err != nil:
		return Session{}, fmt.Errorf("load session %d: %w", of.SessionID, err)
	case !one.ExpiresAt.After(s.now()):
		return Session{}, auth.ErrTokenExpired
	}
	return one, nil
}

// errRotated says that somebody else traded the same token a moment earlier.
var errRotated = errors.New("the session was refreshed meanwhile")

// rotate replaces the token of a session by its successor if it is still the one that was read:
// whatever comes at once, one UPDATE wins.
func (s *Service) rotate(ctx context.Context, read Session, from Device) (Session, string, error) {
	next := read
	next.Generation, next.PreviousHash = read.Generation+1, read.TokenHash
	next.RotatedAt = s.now()
	next.LastUsedAt = next.RotatedAt
	next.UserAgent, next.IP = cut(from.UserAgent), from.IP
	refresh, expires, err := s.tokens.Refresh(read.UserID, read.ID, next.Generation, next.RotatedAt)
	if err != nil {
		return Session{}, "", err
	}
	next.TokenHash, next.ExpiresAt = auth.HashToken(refresh), expires
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&Session{ID: read.ID}).Where("token_hash = ?", read.TokenHash).
			Select("*").Omit("id", "user_id", "created_at").UpdateColumns(&next)
		if done.Error != nil {
			return fmt.Errorf("refresh session %d: %w", read.ID, done.Error)
		}
		if done.RowsAffected == 0 {
			return errRotated
		}
		return nil
	})
	return next, refresh, err
}

// again mints the present refresh token a second time; it is the same to the last byte.
func (s *Service) again(one Session) (SignedIn, error) {
	refresh, _, err := s.tokens.Refresh(one.UserID, one.ID, one.Generation, one.RotatedAt)
	if err != nil {
		return SignedIn{}, err
	}
	return s.signedIn(one, refresh)
}

// reused ends a session of whose tokens somebody has a copy.
func (s *Service) reused(ctx context.Context, one Session, generation int64) error {
	err := s.db.Tx(ctx, func(tx *gorm.DB) error { return s.end(tx, one.UserID, []int64{one.ID}) })
	if err != nil {
		return err
	}
	s.log.WarnContext(ctx, "a refresh token was used twice; its session is ended", "event", "refresh_token_reuse",
		"user_id", one.UserID, "session_id", one.ID, "generation", generation, "present_generation", one.Generation)
	return auth.ErrInvalidToken
}
