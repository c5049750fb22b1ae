package user

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// resetTTL is how long a link to set a new password works.
const resetTTL = time.Hour

// ErrResetInvalid means that a link to set a new password is unknown, was used, or has expired, whichever it is.
var ErrResetInvalid = apperr.New(apperr.Invalid, "reset_invalid",
	"This link is not valid, or not any more. Please ask for a new one.", "유효하지 않거나 만료된 링크입니다. 새 링크를 요청해 주세요.")

// PasswordReset is a link with which a member who has lost the password sets a new one, once.
type PasswordReset struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	UserID    int64     `gorm:"not null;index:idx_password_resets_user"`
	TokenHash string    `gorm:"size:64;not null;uniqueIndex:idx_password_resets_hash"`
	ExpiresAt time.Time `gorm:"not null;precision:6;index:idx_password_resets_expires"`
}

// ResetLink makes a link with which a member sets a new password, on behalf of by, an admin, or of the command line, which
// has no id. It works once, for an hour, and replaces earlier ones. It is absolute where the public URL is known. It returns
// [ErrNotFound], or apperr.ErrForbidden.
func (s *Service) ResetLink(ctx context.Context, by auth.Viewer, id int64) (string, error) {
	if !by.Admin() {
		return "", apperr.ErrForbidden
	}
	token := rand.Text()
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, id); err != nil {
			return err
		}
		if err := deleteResets(tx, id); err != nil {
			return err
		}
		r := PasswordReset{UserID: id, TokenHash: auth.HashToken(token), ExpiresAt: s.now().Add(resetTTL)}
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		return record.Add(tx, s.now(), by.UserID, record.ResetLink, record.User, id, "")
	})
	if err != nil {
		return "", fmt.Errorf("make a link to reset the password of user %d: %w", id, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelWarn, "password_reset_link", id)
	return s.registration.PublicURL + "/reset?token=" + token, nil
}

// ResetLinkFor is [Service.ResetLink] for the command line and the account with a name.
func (s *Service) ResetLinkFor(ctx context.Context, username string) (string, error) {
	u, err := byName(s.db.Reader(ctx), username)
	if err != nil {
		return "", err
	}
	return s.ResetLink(ctx, auth.Viewer{Role: auth.RoleAdmin}, u.ID)
}

// ResetPassword sets the password of the account that a link is for, and ends all its sessions. Of two requests with the same
// token one succeeds. address is that of the client, for the queue of hashes. It returns [ErrResetInvalid], apperr.ErrBusy,
// or apperr.ErrValidation.
func (s *Service) ResetPassword(ctx context.Context, address, token, password string) error {
	r, u, err := s.resetOf(ctx, token)
	if err != nil {
		return err
	}
	if field := checkPassword(password, u.UsernameKey); field != nil {
		return apperr.Validation(*field)
	}
	hash, err := s.hasher.Hash(ctx, address, password)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if _, err := lockOne(tx, u.ID); errors.Is(err, ErrNotFound) {
			return ErrResetInvalid
		} else if err != nil {
			return err
		}
		used := tx.Where("expires_at > ?", s.now()).Delete(&PasswordReset{ID: r.ID})
		if used.Error != nil {
			return fmt.Errorf("use the link to reset the password of user %d: %w", u.ID, used.Error)
		}
		if used.RowsAffected == 0 {
			return ErrResetInvalid
		}
		if err := deleteResets(tx, u.ID); err != nil {
			return err
		}
		if err := tx.Model(&User{ID: u.ID}).Updates(map[string]any{"password_hash": hash, "updated_at": s.now()}).Error; err != nil {
			return fmt.Errorf("reset the password of user %d: %w", u.ID, err)
		}
		if err := s.endAll(tx, u.ID); err != nil {
			return err
		}
		if err := s.notifyByMail(tx, u, letterPassword); err != nil {
			return err
		}
		return s.tellChange(tx, u.ID, PasswordWasReset)
	})
	if err == nil {
		web.LogEvent(ctx, s.log, slog.LevelWarn, "password_reset", u.ID)
	}
	return err
}

// CheckReset returns [ErrResetInvalid] for a token with which no password can be set any more.
func (s *Service) CheckReset(ctx context.Context, token string) error {
	_, _, err := s.resetOf(ctx, token)
	return err
}

// resetOf returns the link of a token and its account.
func (s *Service) resetOf(ctx context.Context, token string) (PasswordReset, User, error) {
	var r PasswordReset
	err := s.db.Reader(ctx).Where("token_hash = ? AND expires_at > ?", auth.HashToken(token), s.now()).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return r, User{}, ErrResetInvalid
	}
	if err != nil {
		return r, User{}, fmt.Errorf("load a link to reset a password: %w", err)
	}
	u, err := s.Get(ctx, r.UserID)
	if errors.Is(err, ErrNotFound) {
		err = ErrResetInvalid
	}
	return r, u, err
}

func deleteResets(tx *gorm.DB, userID int64) error {
	if err := tx.Where("user_id = ?", userID).Delete(&PasswordReset{}).Error; err != nil {
		return fmt.Errorf("delete the links to reset the password of user %d: %w", userID, err)
	}
	return nil
}
