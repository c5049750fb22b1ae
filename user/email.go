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

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/web"
)

// confirmTTL is how long a link to confirm an address works.
const confirmTTL = 24 * time.Hour

// The errors of e-mail addresses.
var (
	ErrNoMail = apperr.New(apperr.Conflict, "mail_off",
		"This community sends no mail. Please ask whoever runs it.", "이 커뮤니티는 메일을 보내지 않습니다. 운영자에게 문의해 주세요.")
	ErrEmailInvalid = apperr.New(apperr.Invalid, "email_token_invalid",
		"This link is not valid, or not any more. Please enter the address again.", "유효하지 않거나 만료된 링크입니다. 이메일 주소를 다시 입력해 주세요.")
)

// Email is the address of a member, which nobody else sees. Several members may have the same one: refusing it would tell that
// somebody has it.
type Email struct {
	UserID      int64      `gorm:"primaryKey;autoIncrement:false"`
	Address     string     `gorm:"size:254;not null"` // "" before one is confirmed
	AddressKey  string     `gorm:"size:254;not null;index:idx_emails_address"`
	Pending     string     `gorm:"size:254;not null"`                       // waits for confirmation, "" for none
	TokenHash   string     `gorm:"size:64;not null;index:idx_emails_token"` // of the link for it
	ExpiresAt   *time.Time `gorm:"precision:6"`                             // of the link
	ConfirmedAt *time.Time `gorm:"precision:6"`
}

// emailKey is the form in which addresses are compared.
func emailKey(address string) string { return strings.ToLower(address) }

// SendsMail reports whether members may give an address, to which mail is sent.
func (s *Service) SendsMail() bool { return s.mail != nil }

// EmailOf returns the address of an account, the zero value without one. A pending one that expired is left out.
func (s *Service) EmailOf(ctx context.Context, userID int64) (Email, error) {
	e, err := emailOf(s.db.Reader(ctx), userID)
	if e.ExpiresAt == nil || !e.ExpiresAt.After(s.now()) {
		e.Pending = ""
	}
	return e, err
}

func emailOf(db *gorm.DB, userID int64) (Email, error) {
	var rows []Email // not Take, which logs that there is none
	if err := db.Where("user_id = ?", userID).Limit(1).Find(&rows).Error; err != nil {
		return Email{}, fmt.Errorf("load the address of user %d: %w", userID, err)
	}
	if len(rows) == 0 {
		return Email{}, nil
	}
	return rows[0], nil
}

// SetEmail sends a link to an address, which becomes that of by once the link is used. The earlier one stays until then. It takes
// the password; address is that of the client, as in [Service.Change]. It returns [ErrNoMail], apperr.ErrTooMany, or
// apperr.ErrValidation.
func (s *Service) SetEmail(ctx context.Context, by auth.Viewer, address, current, email string) error {
	if s.mail == nil {
		return ErrNoMail
	}
	email, ok := mail.ParseAddress(email)
	if !ok {
		return apperr.Validation(apperr.Field{Name: "email", Code: "format", Text: apperr.Text{
			EN: "This is not an e-mail address.", KO: "이메일 주소 형식이 올바르지 않습니다.",
		}})
	}
	u, err := s.Get(ctx, by.UserID)
	if err != nil {
		return err
	}
	if err := s.confirm(ctx, by, address, u, &current); err != nil {
		return err
	}
	if wait, err := s.throttle.AllowMail(ctx, u.UsernameKey, emailKey(email)); err != nil {
		return err
	} else if wait > 0 {
		return apperr.ErrTooMany.After(wait)
	}
	token := rand.Text()
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if locked, err := lockOne(tx, u.ID); err != nil {
			return err
		} else if locked.PasswordHash != u.PasswordHash {
			return apperr.Validation(wrongPassword())
		}
		e, err := emailOf(database.ForUpdate(tx), u.ID)
		if err != nil {
			return err
		}
		expires := s.now().Add(confirmTTL)
		e.UserID, e.Pending, e.TokenHash, e.ExpiresAt = u.ID, email, auth.HashToken(token), &expires
		if err := tx.Save(&e).Error; err != nil {
			return err
		}
		return s.mail.Send(tx, s.letter(u, email, expires, letterConfirm, s.registration.PublicURL+"/email?token="+token))
	})
	if err != nil {
		return fmt.Errorf("set the address of user %d: %w", u.ID, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelInfo, "email_given", u.ID)
	return nil
}

// ConfirmEmail makes the address that a link was sent to that of its account. It returns [ErrEmailInvalid].
func (s *Service) ConfirmEmail(ctx context.Context, token string) error {
	link, err := s.emailLink(ctx, token)
	if err != nil {
		return err
	}
	id := link.UserID
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		u, err := lockOne(tx, id)
		if errors.Is(err, ErrNotFound) {
			return ErrEmailInvalid
		}
		if err != nil {
			return err
		}
		e, err := emailOf(database.ForUpdate(tx), id)
		if err != nil {
			return err
		}
		if e.TokenHash != link.TokenHash || !e.confirmable(s.now()) {
			return ErrEmailInvalid
		}
		if e.Address != "" && e.AddressKey != emailKey(e.Pending) {
			if err := s.notifyByMail(tx, u, letterEmailChanged); err != nil { // to the earlier one
				return err
			}
		}
		now := s.now()
		confirmed := Email{UserID: id, Address: e.Pending, AddressKey: emailKey(e.Pending), ConfirmedAt: &now}
		return tx.Save(&confirmed).Error
	})
	if err != nil {
		return fmt.Errorf("confirm the address of user %d: %w", id, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelInfo, "email_confirmed", id)
	return nil
}

// CheckEmail returns [ErrEmailInvalid] for a token with which no address can be confirmed any more.
func (s *Service) CheckEmail(ctx context.Context, token string) error {
	_, err := s.emailLink(ctx, token)
	return err
}

// emailLink returns the address that a token confirms, or [ErrEmailInvalid].
func (s *Service) emailLink(ctx context.Context, token string) (Email, error) {
	var found []Email
	err := s.db.Reader(ctx).Where("token_hash = ?", auth.HashToken(token)).Limit(1).Find(&found).Error
	if err != nil {
		return Email{}, fmt.Errorf("look up a link to confirm an address: %w", err)
	}
	if len(found) == 0 || !found[0].confirmable(s.now()) {
		return Email{}, ErrEmailInvalid
	}
	return found[0], nil
}

// confirmable reports whether the link that was sent to an address still works.
func (e Email) confirmable(now time.Time) bool { return e.ExpiresAt != nil && e.ExpiresAt.After(now) }

// RemoveEmail forgets the address of by, who gives the password. It is idempotent. It returns apperr.ErrTooMany or
// apperr.ErrValidation.
func (s *Service) RemoveEmail(ctx context.Context, by auth.Viewer, address, current string) error {
	u, err := s.Get(ctx, by.UserID)
	if err != nil {
		return err
	}
	if err := s.confirm(ctx, by, address, u, &current); err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if _, err := lockOne(tx, u.ID); err != nil {
			return err
		}
		if err := s.notifyByMail(tx, u, letterEmailChanged); err != nil {
			return err
		}
		return tx.Delete(&Email{UserID: u.ID}).Error
	})
	if err != nil {
		return fmt.Errorf("remove the address of user %d: %w", u.ID, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelInfo, "email_removed", u.ID)
	return nil
}

// notifyByMail tells a member of a change of their account, if they have an address. The account must be locked.
func (s *Service) notifyByMail(tx *gorm.DB, u User, l letter) error {
	if s.mail == nil {
		return nil
	}
	e, err := emailOf(tx, u.ID)
	if err != nil || e.Address == "" {
		return err
	}
	return s.mail.Send(tx, s.letter(u, e.Address, s.now().Add(noticeTTL), l, ""))
}
