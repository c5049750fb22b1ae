package user

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Patch is what is to change of an account; what is nil stays.
type Patch struct {
	Username        *string
	Password        *string
	CurrentPassword *string // needed for a new password, unless an admin sets that of somebody else
	Age             *int64
	Gender          *Gender
}

// Change changes the account of id. by may do so, and asks from that address. A new password ends the
// other sessions of the account. It returns [ErrNotFound], [ErrUsernameTaken], apperr.ErrTooMany when
// current passwords are being guessed, or apperr.ErrValidation.
func (s *Service) Change(ctx context.Context, by auth.Viewer, address string, id int64, p Patch) (User, error) {
	before, err := s.Get(ctx, id)
	if err != nil {
		return User{}, err
	}
	columns, err := p.columns()
	if err != nil {
		return User{}, err
	}
	if p.Password != nil || p.CurrentPassword != nil { // who gives it for nothing may not get it wrong either
		if err := s.confirm(ctx, by, address, before, p.CurrentPassword); err != nil {
			return User{}, err
		}
	}
	if len(columns) == 0 {
		return before, nil
	}
	if p.Password != nil {
		if columns["password_hash"], err = s.hasher.Hash(ctx, *p.Password); err != nil {
			return User{}, err
		}
	}
	columns["updated_at"] = s.now()
	var after User
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		after, err = s.change(tx, by, before, columns)
		return err
	})
	return after, err
}

// columns returns what a patch writes, the password aside, or apperr.ErrValidation with all that is wrong with it.
func (p Patch) columns() (map[string]any, error) {
	columns := map[string]any{}
	var wrong []apperr.Field
	if p.Username != nil {
		name, field := ParseUsername(*p.Username)
		if field != nil {
			wrong = append(wrong, *field)
		}
		columns["username"], columns["username_key"] = name.String(), name.Key()
	}
	if p.Password != nil {
		if field := auth.CheckPassword(*p.Password); field != nil {
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
	if len(wrong) > 0 {
		return nil, apperr.Validation(wrong...)
	}
	return columns, nil
}

// confirm checks the current password of u. Whoever found an open browser may guess no faster here
// than at the login.
func (s *Service) confirm(ctx context.Context, by auth.Viewer, address string, u User, current *string) error {
	if by.Admin() && by.UserID != u.ID {
		return nil
	}
	if current == nil || *current == "" {
		return apperr.Validation(web.Required("current_password"))
	}
	if err := s.slowDown(ctx, u.UsernameKey, address); err != nil {
		return err
	}
	good, err := s.verify(ctx, u.UsernameKey, u.PasswordHash, *current)
	if err != nil {
		return err
	}
	if !good {
		return apperr.Validation(wrongPassword())
	}
	return nil
}

// change writes the columns. The password must still be the one that was confirmed, or of two
// changes at once the loser would overrule the winner.
func (s *Service) change(tx *gorm.DB, by auth.Viewer, before User, columns map[string]any) (User, error) {
	u, err := lockOne(tx, before.ID)
	if err != nil {
		return User{}, err
	}
	_, newPassword := columns["password_hash"]
	if newPassword && u.PasswordHash != before.PasswordHash {
		return User{}, apperr.Validation(wrongPassword())
	}
	old := u.text()
	if err := nameTaken(tx.Model(&u).Updates(columns).Error); err != nil {
		return User{}, fmt.Errorf("change user %d: %w", u.ID, err)
	}
	if newPassword {
		if err := s.endOthers(tx, by, u.ID); err != nil {
			return User{}, err
		}
	}
	after, err := one(tx, "id = ?", u.ID)
	if err != nil {
		return User{}, err
	}
	return after, s.index.Change(tx, old, after.text())
}

// endOthers ends all sessions of the account but the one that by is using.
func (s *Service) endOthers(tx *gorm.DB, by auth.Viewer, userID int64) error {
	var ended []int64
	err := tx.Model(&Session{}).Where("user_id = ? AND id <> ?", userID, by.SessionID).Pluck("id", &ended).Error
	if err != nil {
		return fmt.Errorf("list sessions of user %d: %w", userID, err)
	}
	return s.end(tx, userID, ended)
}

// SetImage makes pic the profile image, none when it is nil, and gives up the one before. It
// returns [ErrNotFound], or matches apperr.ErrUnavailable while the store is down.
func (s *Service) SetImage(ctx context.Context, id int64, pic *media.Picture) (User, error) {
	var u User
	err := s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		var err error
		if u, err = lockOne(tx, id); err != nil || u.ProfileImage == key {
			return err
		}
		if err := s.media.Discard(tx, u.ProfileImage); err != nil {
			return err
		}
		err = tx.Model(&u).Updates(map[string]any{"profile_image": key, "updated_at": s.now()}).Error
		if err != nil {
			return fmt.Errorf("name image of user %d: %w", id, err)
		}
		u.ProfileImage = key
		return nil
	})
	return u, err
}

// Decode turns an upload into a picture for [Service.SetImage]; for its errors see [media.Library.Decode].
func (s *Service) Decode(ctx context.Context, u media.Upload) (*media.Picture, error) {
	return s.media.Decode(ctx, media.ProfileImages, u)
}

func wrongPassword() apperr.Field {
	return apperr.Field{Name: "current_password", Code: "invalid", Text: apperr.Text{
		EN: "This is not the current password.", KO: "현재 비밀번호가 올바르지 않습니다.",
	}}
}
