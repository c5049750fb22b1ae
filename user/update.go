package user

import (
	"context"
	"fmt"
	"log/slog"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/textindex"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Patch holds the fields of an account to change. Nil fields stay as they are.
type Patch struct {
	Username        *string
	Password        *string
	CurrentPassword *string // required with Password, unless an admin sets the password of another user
	Age             *int64
	Gender          *Gender
	Bio             *string // "" removes it
	IsPrivate       *bool   // false accepts all requests to follow the account
}

// Change updates the account id on behalf of by, who must be authorised, and whose address counts for the
// throttle of password attempts and for the queue of hashes. A new password ends the other sessions of the account. Change returns
// [ErrNotFound], [ErrUsernameTaken], auth.ErrInsufficientScope for a password by a personal token, apperr.ErrTooMany after too many wrong current passwords, or
// apperr.ErrValidation.
func (s *Service) Change(ctx context.Context, by auth.Viewer, address string, id int64, p Patch) (User, error) {
	if by.Scope != "" && (p.Password != nil || p.CurrentPassword != nil) {
		return User{}, auth.ErrInsufficientScope
	}
	before, err := s.Get(ctx, id)
	if err != nil {
		return User{}, err
	}
	columns, err := p.columns(before)
	if err != nil {
		return User{}, err
	}
	if p.Password != nil || p.CurrentPassword != nil { // a needless current password must be right as well
		if err := s.confirm(ctx, by, address, before, p.CurrentPassword); err != nil {
			return User{}, err
		}
	}
	if len(columns) == 0 {
		return before, nil
	}
	if err := s.checkRenaming(ctx, before, columns); err != nil {
		return User{}, err
	}
	if p.Password != nil {
		if columns["password_hash"], err = s.hasher.Hash(ctx, address, *p.Password); err != nil {
			return User{}, err
		}
	}
	columns["updated_at"] = s.now()
	var after User
	err = s.write(ctx, id, p, func(tx *gorm.DB) error {
		after, err = s.change(tx, by, before, columns)
		return err
	})
	if err == nil && p.Password != nil {
		s.logPassword(ctx, by, id)
	}
	return after, err
}

// write runs fn in a transaction. Where the account stops being private, it is the one in which the last requests to follow
// it are accepted: those that it does not accept would wait for ever.
func (s *Service) write(ctx context.Context, id int64, p Patch, fn func(tx *gorm.DB) error) error {
	if s.relations == nil || p.IsPrivate == nil || *p.IsPrivate {
		return s.db.Tx(ctx, fn)
	}
	if p.Username != nil { // before requests are accepted that a conflict does not take back
		name, _ := ParseUsername(*p.Username)
		if err := s.checkFree(ctx, name, id); err != nil {
			return err
		}
	}
	return s.relations.AcceptAll(ctx, id, fn)
}

func (s *Service) logPassword(ctx context.Context, by auth.Viewer, id int64) {
	if by.UserID == id {
		web.LogEvent(ctx, s.log, slog.LevelInfo, "password_changed", id)
		return
	}
	web.LogEvent(ctx, s.log, slog.LevelWarn, "password_set_by_other", id)
}

// columns returns the columns that a patch writes, with an empty password hash for a new password. It returns
// apperr.ErrValidation with every invalid field.
func (p Patch) columns(before User) (map[string]any, error) {
	columns := map[string]any{}
	var wrong []apperr.Field
	key := before.UsernameKey
	if p.Username != nil {
		name, field := ParseUsername(*p.Username)
		if field != nil {
			wrong = append(wrong, *field)
		}
		key = name.Key()
		columns["username"], columns["username_key"], columns["search_key"] = name.String(), name.Key(), textindex.Key(name.String())
	}
	if p.Password != nil {
		if field := checkPassword(*p.Password, key); field != nil {
			wrong = append(wrong, *field)
		}
		columns["password_hash"] = ""
	}
	if p.Age != nil {
		if field := checkAge(*p.Age); field != nil {
			wrong = append(wrong, *field)
		}
		columns["age"] = *p.Age
	}
	if p.Gender != nil {
		if *p.Gender != Male && *p.Gender != Female {
			wrong = append(wrong, genderField())
		}
		columns["gender"] = *p.Gender
	}
	if p.Bio != nil {
		if field := checkBio(*p.Bio); field != nil {
			wrong = append(wrong, *field)
		}
		columns["bio"] = *p.Bio
	}
	if p.IsPrivate != nil {
		columns["is_private"] = *p.IsPrivate
	}
	if len(wrong) > 0 {
		return nil, apperr.Validation(wrong...)
	}
	return columns, nil
}

// checkRenaming returns the error of a new name that is reserved.
func (s *Service) checkRenaming(ctx context.Context, before User, columns map[string]any) error {
	shown, ok := columns["username"].(string)
	if !ok || shown == before.Username {
		return nil
	}
	name, wrong := ParseUsername(shown)
	if wrong != nil {
		return apperr.Validation(*wrong)
	}
	return s.checkReserved(ctx, name, before.ID)
}

// confirm checks the current password of u. It is throttled as the login is, because an attacker in front of
// an open browser could guess here as well.
func (s *Service) confirm(ctx context.Context, by auth.Viewer, address string, u User, current *string) error {
	if by.Admin() && by.UserID != u.ID {
		return nil
	}
	if current == nil || *current == "" {
		return apperr.Validation(web.Required("current_password"))
	}
	if err := s.countAttempt(ctx, u.ID, u.UsernameKey, address); err != nil {
		return err
	}
	good, err := s.verify(ctx, address, u.UsernameKey, u.PasswordHash, *current)
	if err != nil {
		return err
	}
	if !good {
		s.warnOfAttempt(ctx, "password_check_failed", u.ID, u.UsernameKey)
		return apperr.Validation(wrongPassword())
	}
	return nil
}

// change writes the columns. It fails if the password is no longer the one that was confirmed: of two
// concurrent password changes only the first takes effect.
func (s *Service) change(tx *gorm.DB, by auth.Viewer, before User, columns map[string]any) (User, error) {
	u, err := lockOne(tx, before.ID)
	if err != nil {
		return User{}, err
	}
	_, newPassword := columns["password_hash"]
	if newPassword && u.PasswordHash != before.PasswordHash {
		return User{}, apperr.Validation(wrongPassword())
	}
	old, oldKey := u.text(), u.UsernameKey
	if err := nameTaken(tx.Model(&u).Updates(columns).Error); err != nil {
		return User{}, fmt.Errorf("update user %d: %w", u.ID, err)
	}
	if key, ok := columns["username_key"].(string); ok && key != oldKey {
		if err := s.claim(tx, key, u.ID); err != nil {
			return User{}, err
		}
		if err := s.hold(tx, oldKey, u.ID); err != nil {
			return User{}, err
		}
	}
	if newPassword {
		if err := s.passwordChanged(tx, by, u.ID); err != nil {
			return User{}, err
		}
	}
	after, err := one(tx, "id = ?", u.ID)
	if err != nil {
		return User{}, err
	}
	if !newPassword || len(columns) > 2 { // besides the password and updated_at
		if err := record.ByOther(tx, s.now(), by.UserID, record.Edit, record.User, u.ID, u.ID); err != nil {
			return User{}, err
		}
	}
	return after, s.index.Change(tx, old, after.text())
}

// passwordChanged ends the other sessions of the account and its links for a new password, and records when by is another member.
func (s *Service) passwordChanged(tx *gorm.DB, by auth.Viewer, userID int64) error {
	if err := s.endOthers(tx, by, userID); err != nil {
		return err
	}
	if err := deleteResets(tx, userID); err != nil {
		return err
	}
	u, err := one(tx, "id = ?", userID)
	if err != nil {
		return err
	}
	if err := s.notifyByMail(tx, u, letterPassword); err != nil || by.UserID == userID {
		return err
	}
	if err := record.Add(tx, s.now(), by.UserID, record.PasswordSet, record.User, userID, ""); err != nil {
		return err
	}
	return s.tellChange(tx, userID, PasswordSetByOther)
}

// endOthers ends all sessions of the account except that of by.
func (s *Service) endOthers(tx *gorm.DB, by auth.Viewer, userID int64) error {
	var ended []int64
	err := tx.Model(&Session{}).Where("user_id = ? AND id <> ?", userID, by.SessionID).Pluck("id", &ended).Error
	if err != nil {
		return fmt.Errorf("list sessions of user %d: %w", userID, err)
	}
	return s.end(tx, userID, ended)
}

func wrongPassword() apperr.Field {
	return apperr.Field{Name: "current_password", Code: "invalid", Text: apperr.Text{
		EN: "The current password is incorrect.", KO: "현재 비밀번호가 올바르지 않습니다.",
	}}
}
