package user

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Refresh exchanges a refresh token for a new access token and a new refresh token. Each refresh token is valid
// once (rotation, RFC 9700 §4.14.2). During a short grace period the previous token returns the current one
// again, for two tabs that refresh at the same time and for responses that were lost. Reuse of any older token
// ends the session, because somebody may have stolen it. Of several tokens, which a browser with several cookies
// sends, the one that is valid counts.
//
// It returns auth.ErrTokenExpired or auth.ErrInvalidToken.
func (s *Service) Refresh(ctx context.Context, from Device, tokens ...string) (SignedIn, error) {
	token, err := s.chooseToken(ctx, tokens)
	if err != nil {
		return SignedIn{}, err
	}
	return s.refresh(ctx, from, token)
}

// chooseToken returns the token that can be exchanged: one that is current, else one in its grace period. If there is
// none, it returns the one that tells most, which is a token that was used before. A used token beside the current one
// of its session is a leftover of this browser, and not a theft.
func (s *Service) chooseToken(ctx context.Context, tokens []string) (best string, err error) {
	if len(tokens) == 1 {
		return tokens[0], nil
	}
	highest := -1
	for _, token := range tokens {
		rank, err := s.rankToken(ctx, token)
		if err != nil {
			return "", err
		}
		if rank > highest {
			best, highest = token, rank
		}
	}
	return best, nil
}

// rankToken returns 4 for the current token of a session, 3 for the previous one in its grace period, 2 for an older
// one, 1 for an expired one, and 0 for any other text.
func (s *Service) rankToken(ctx context.Context, token string) (int, error) {
	claims, err := s.tokens.ParseRefresh(token)
	var one Session
	if err == nil {
		one, err = s.session(ctx, claims)
	}
	hash := auth.HashToken(token)
	switch {
	case errors.Is(err, auth.ErrTokenExpired):
		return 1, nil
	case errors.Is(err, auth.ErrInvalidToken):
		return 0, nil
	case err != nil:
		return 0, err
	case one.TokenHash == hash:
		return 4, nil
	case s.inGrace(one, hash):
		return 3, nil
	}
	return 2, nil
}

// inGrace reports whether hash is of the previous token of a session, which is still accepted for a few seconds.
func (s *Service) inGrace(one Session, hash string) bool {
	return one.PreviousHash == hash && s.now().Sub(one.RotatedAt) <= s.refreshGrace
}

func (s *Service) refresh(ctx context.Context, from Device, token string) (SignedIn, error) {
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
	if s.inGrace(one, hash) {
		return s.repeat(one)
	}
	return SignedIn{}, s.reused(ctx, one, claims.Generation)
}

// session returns the session of a refresh token if it is active.
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

// errRotated means that a concurrent request refreshed the same token first.
var errRotated = errors.New("the session was refreshed concurrently")

// rotate replaces the token of a session by its successor, unless another request has replaced it since it was
// read (optimistic locking on the hash of the token); then it returns errRotated.
func (s *Service) rotate(ctx context.Context, read Session, from Device) (Session, string, error) {
	next := read
	next.Generation, next.PreviousHash = read.Generation+1, read.TokenHash
	next.RotatedAt = s.now()
	next.LastUsedAt = next.RotatedAt
	next.UserAgent, next.IP = columnText(from.UserAgent), from.IP
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

// repeat issues the current refresh token once more. Tokens are deterministic, so it is byte for byte the same.
func (s *Service) repeat(one Session) (SignedIn, error) {
	refresh, _, err := s.tokens.Refresh(one.UserID, one.ID, one.Generation, one.RotatedAt)
	if err != nil {
		return SignedIn{}, err
	}
	return s.signedIn(one, refresh)
}

// reused ends a session whose refresh token was used twice.
func (s *Service) reused(ctx context.Context, one Session, generation int64) error {
	err := s.db.Tx(ctx, func(tx *gorm.DB) error { return s.end(tx, one.UserID, []int64{one.ID}) })
	if err != nil {
		return err
	}
	web.LogEvent(ctx, s.log, slog.LevelWarn, "refresh_token_reuse", one.UserID,
		slog.Int64("session_id", one.ID), slog.Int64("generation", generation), slog.Int64("present_generation", one.Generation))
	return auth.ErrInvalidToken
}
