package user

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// The methods below are for imports.

// FindNamed returns the id of the account with a name that members see, 0 if there is none.
func (*Service) FindNamed(db *gorm.DB, name string) (int64, error) {
	parsed, wrong := ParseUsername(name)
	if wrong != nil {
		return 0, nil
	}
	var ids []int64
	err := db.Model(&User{}).Where("username_key = ? AND status <> ?", parsed.Key(), auth.StatusPending).Pluck("id", &ids).Error
	if err != nil {
		return 0, fmt.Errorf("look for a user by name: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return ids[0], nil
}

// Find returns an account, in a transaction that has locked it.
func (*Service) Find(tx *gorm.DB, id int64) (User, error) { return one(tx, "id = ?", id) }

// SetImageIn gives an account, which is locked, the image of a key, or none for "", and discards the one before.
func (s *Service) SetImageIn(tx *gorm.DB, id int64, key string) error {
	u, err := lockOne(tx, id)
	if err != nil {
		return err
	}
	return s.changeImage(tx, u, key)
}

// CheckRestored returns what [Service.Restore] would refuse as an apperr.ErrValidation.
func CheckRestored(bio string, p PreferencesPatch) error {
	if field := checkBio(bio); field != nil {
		return apperr.Validation(*field)
	}
	return p.check()
}

// Restore sets what members say of themselves and their preferences. It can make an account private, and does not end that.
// It returns apperr.ErrValidation.
func (s *Service) Restore(tx *gorm.DB, id int64, bio string, private bool, p PreferencesPatch) error {
	if err := CheckRestored(bio, p); err != nil {
		return err
	}
	before, err := lockOne(tx, id)
	if err != nil {
		return err
	}
	after := before
	after.Bio, after.IsPrivate, after.UpdatedAt = bio, before.IsPrivate || private, s.now()
	p.apply(&after.Preferences)
	err = tx.Model(&after).Select("bio", "is_private", "language", "spoilers", "silenced", "show_facts", "updated_at").Updates(&after).Error
	if err != nil {
		return fmt.Errorf("restore the profile of user %d: %w", id, err)
	}
	return s.index.Change(tx, before.text(), after.text())
}
