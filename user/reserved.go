package user

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/lookalike"
)

// holdNames is how long a name that was given up is held back from everybody but its former owner.
const holdNames = 30 * 24 * time.Hour

// HeldName is a name that was given up by a member who was renamed, or whose account was deleted.
type HeldName struct {
	UsernameKey string    `gorm:"primaryKey;size:255"`
	UserID      int64     `gorm:"not null"` // of the former owner, who may not exist any more
	Until       time.Time `gorm:"not null;precision:6;index:idx_held_names_until"`
}

// hold keeps a name back, for others than its owner.
func (s *Service) hold(tx *gorm.DB, key string, userID int64) error {
	if err := tx.Where("username_key = ?", key).Delete(&HeldName{}).Error; err != nil {
		return fmt.Errorf("hold a name of user %d: %w", userID, err)
	}
	if err := tx.Create(&HeldName{UsernameKey: key, UserID: userID, Until: s.now().Add(holdNames)}).Error; err != nil {
		return fmt.Errorf("hold a name of user %d: %w", userID, err)
	}
	return nil
}

// claim takes a name that may be held, for its former owner, or returns [ErrUsernameTaken]. It is called after the name was
// written: whoever gives it up has committed by then.
func (s *Service) claim(tx *gorm.DB, key string, userID int64) error {
	var held HeldName
	err := database.ForUpdate(tx).Where("username_key = ?", key).Take(&held).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("look for a held name: %w", err)
	case held.UserID != userID && held.Until.After(s.now()):
		return ErrUsernameTaken
	}
	return tx.Where("username_key = ?", key).Delete(&HeldName{}).Error
}

// checkReserved returns the validation error of a name that looks like that of a moderator or an admin other than self, or like a
// reserved one, nil if it does not.
func (s *Service) checkReserved(ctx context.Context, name Username, self int64) error {
	var staff []string
	err := s.db.Reader(ctx).Model(&User{}).Where("role IN ?", []auth.Role{auth.RoleModerator, auth.RoleAdmin}).Where("id <> ?", self).
		Pluck("username", &staff).Error
	if err != nil {
		return fmt.Errorf("load the names of moderators: %w", err)
	}
	own := skeletons(name.String())
	for _, reserved := range slices.Concat(s.registration.ReservedNames, staff) {
		if slices.ContainsFunc(skeletons(reserved), func(one string) bool { return slices.Contains(own, one) }) {
			return apperr.Validation(*usernameField("username_reserved", "This username is reserved, or looks like the name of somebody who runs the community.",
				"사용할 수 없는 닉네임이거나 운영진의 닉네임과 비슷합니다."))
		}
	}
	return nil
}

// skeletons returns those of a name as it is shown, of its key and of its key in capitals: each may look like another name,
// since capital letters look like other ones than small letters, such as I like l, and O like 0.
func skeletons(name string) []string {
	key := usernameKey(name)
	return []string{lookalike.Skeleton(name), lookalike.Skeleton(key), lookalike.Skeleton(strings.ToUpper(key))}
}
