package user

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// Draft is an account to be made.
type Draft struct {
	Username string
	Password string
	Age      int64 // MinAge to MaxAge
	Gender   Gender
	Role     auth.Role // "" means member
}

// Create makes an account. It returns [ErrUsernameTaken], apperr.ErrBusy when too many passwords
// are being hashed, or apperr.ErrValidation with all that is wrong with the draft.
func (s *Service) Create(ctx context.Context, d Draft) (User, error) {
	name, err := d.check()
	if err != nil {
		return User{}, err
	}
	if err := s.checkFree(ctx, name, 0); err != nil { // before the hash, which is dear
		return User{}, err
	}
	hash, err := s.hasher.Hash(ctx, d.Password)
	if err != nil {
		return User{}, err
	}
	now := s.now()
	u := User{
		Username: name.String(), UsernameKey: name.Key(), PasswordHash: hash,
		Age: d.Age, Gender: d.Gender, Role: d.Role, CreatedAt: now, UpdatedAt: now,
	}
	if u.Role == "" {
		u.Role = auth.RoleMember
	}
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		u.ID = 0 // a transaction may run again
		if err := nameTaken(tx.Create(&u).Error); err != nil {
			return err
		}
		return s.index.Announce(tx, u.ID)
	})
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

func (d Draft) check() (Username, error) {
	var wrong []apperr.Field
	name, field := ParseUsername(d.Username)
	if field != nil {
		wrong = append(wrong, *field)
	}
	if field := auth.CheckPassword(d.Password); field != nil {
		wrong = append(wrong, *field)
	}
	if field := checkAge(d.Age); field != nil {
		wrong = append(wrong, *field)
	}
	if d.Gender != Male && d.Gender != Female {
		wrong = append(wrong, genderField())
	}
	if len(wrong) > 0 {
		return Username{}, apperr.Validation(wrong...)
	}
	return name, nil
}

// checkFree returns [ErrUsernameTaken] when another account than self has the name. It only saves
// work: the unique index decides.
func (s *Service) checkFree(ctx context.Context, name Username, self int64) error {
	u, err := one(s.db.Reader(ctx), "username_key = ?", name.Key())
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case u.ID == self:
		return nil
	}
	return ErrUsernameTaken
}

// nameTaken translates the one unique index that a write of an account can break.
func nameTaken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrUsernameTaken
	}
	return err
}

// Delete removes the account with all that hangs on to it, its sessions included. It returns
// [ErrNotFound], [ErrLastAdmin], or what a function of [Service.OnDelete] returned.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		u, err := lockOne(tx, id)
		if err != nil {
			return err
		}
		if err := keepAnAdmin(tx, u); err != nil {
			return err
		}
		for _, purge := range s.onDelete {
			if err := purge(tx, id); err != nil {
				return fmt.Errorf("delete user %d: %w", id, err)
			}
		}
		if err := s.media.Discard(tx, u.ProfileImage); err != nil {
			return err
		}
		if err := tx.Delete(&User{ID: id}).Error; err != nil {
			return fmt.Errorf("delete user %d: %w", id, err)
		}
		if err := s.index.Remove(tx, u.text()); err != nil {
			return err
		}
		s.announceEnd(tx, id, nil)
		return nil
	})
}

func checkAge(age int64) *apperr.Field {
	switch {
	case age < MinAge:
		return ageField("min")
	case age > MaxAge:
		return ageField("max")
	}
	return nil
}

func ageField(code string) *apperr.Field {
	return &apperr.Field{Name: "age", Code: code, Text: apperr.Text{
		EN: fmt.Sprintf("The age must be %d to %d years.", MinAge, MaxAge),
		KO: fmt.Sprintf("나이는 %d~%d세여야 합니다.", MinAge, MaxAge),
	}}
}

func genderField() apperr.Field {
	return apperr.Field{Name: "gender", Code: "enum", Text: apperr.Text{
		EN: "The gender must be male or female.", KO: "성별은 male 또는 female이어야 합니다.",
	}}
}
