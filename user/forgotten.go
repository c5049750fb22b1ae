package user

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/web"
)

const (
	answerEvery      = 3 * time.Second
	requestsPerBatch = 50

	// accountsPerAddress limits the links that one request makes, for an address that several accounts share.
	accountsPerAddress = 5
)

// PasswordRequest is a request for a link to set a new password. It is answered later, because who asks must not learn from the
// time whether there is such an account.
type PasswordRequest struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	Name      string    `gorm:"size:254;not null"` // a username or an address, as it was typed
	IsEmail   bool      `gorm:"not null"`
	CreatedAt time.Time `gorm:"not null;precision:6"`
}

// ForgotPassword asks for a link to set a new password by mail, for the account with a username or the accounts with an address.
// It does the same whether there are any. It returns [ErrNoMail].
func (s *Service) ForgotPassword(ctx context.Context, name string, isEmail bool) error {
	if s.mail == nil {
		return ErrNoMail
	}
	r := PasswordRequest{Name: cut(name, mail.MaxAddress), IsEmail: isEmail, CreatedAt: s.now()}
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		r.ID = 0 // Tx may run the function again
		return tx.Create(&r).Error
	})
	if err != nil {
		return fmt.Errorf("store a request for a new password: %w", err)
	}
	return nil
}

// cut returns the first characters of a text.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// AnswerRequests sends the links that [Service.ForgotPassword] was asked for, every few seconds and not at once: the work for an
// account that exists would slow the response down. It returns nil when ctx ends.
func (s *Service) AnswerRequests(ctx context.Context) error {
	if s.mail == nil {
		return nil
	}
	ticker := time.NewTicker(answerEvery)
	defer ticker.Stop()
	for {
		s.try(ctx, "password_requests", s.answerAll)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Service) answerAll(ctx context.Context) error {
	for {
		var requests []PasswordRequest
		if err := s.db.Reader(ctx).Order("id").Limit(requestsPerBatch).Find(&requests).Error; err != nil {
			return err
		}
		for _, r := range requests {
			if err := s.answer(ctx, r); err != nil {
				return err
			}
		}
		if len(requests) < requestsPerBatch {
			return nil
		}
	}
}

// answer sends the links of a request, unless another instance does.
func (s *Service) answer(ctx context.Context, r PasswordRequest) error {
	found, err := s.reachable(ctx, r)
	if err != nil {
		return err
	}
	var allowed []int64
	for _, u := range found {
		wait, err := s.throttle.AllowMail(ctx, u.UsernameKey, "")
		if err != nil {
			return err
		}
		if wait == 0 {
			allowed = append(allowed, u.ID)
		}
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		gone := tx.Delete(&PasswordRequest{ID: r.ID})
		if gone.Error != nil || gone.RowsAffected == 0 {
			return gone.Error
		}
		for _, id := range allowed {
			if err := s.mailReset(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// reachable returns the accounts that a request is for and that have an address.
func (s *Service) reachable(ctx context.Context, r PasswordRequest) ([]User, error) {
	db := s.db.Reader(ctx)
	if !r.IsEmail {
		u, err := byName(db, strings.TrimSpace(r.Name))
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		return []User{u}, err
	}
	var ids []int64
	err := db.Model(&Email{}).Where("address_key = ?", emailKey(strings.TrimSpace(r.Name))).Order("user_id").Limit(accountsPerAddress).Pluck("user_id", &ids).Error
	if err != nil || r.Name == "" {
		return nil, err
	}
	var found []User
	err = db.Where("id IN ?", ids).Order("id").Find(&found).Error
	return found, err
}

// mailReset sends a link to set a new password to the address of an account, if it still has one. Earlier links stay: else
// everybody could make those of an admin useless.
func (s *Service) mailReset(tx *gorm.DB, userID int64) error {
	u, err := lockOne(tx, userID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	e, err := emailOf(tx, userID)
	if err != nil || e.Address == "" {
		return err
	}
	token := rand.Text()
	r := PasswordReset{UserID: userID, TokenHash: auth.HashToken(token), ExpiresAt: s.now().Add(resetTTL)}
	if err := tx.Create(&r).Error; err != nil {
		return fmt.Errorf("make a link to reset the password of user %d: %w", userID, err)
	}
	database.AfterCommit(tx, func() { web.LogEvent(tx.Statement.Context, s.log, slog.LevelInfo, "password_reset_mail", userID) })
	return s.mail.Send(tx, s.letter(u, e.Address, r.ExpiresAt, letterReset, s.registration.PublicURL+"/reset?token="+token))
}
