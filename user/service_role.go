package user

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Grant makes the account of that name an admin, in whatever case and Unicode form the name is
// given. It takes effect on the next request, and is safe to repeat. It returns [ErrNotFound].
func (s *Service) Grant(ctx context.Context, username string) error {
	return s.setRole(ctx, username, auth.RoleAdmin)
}

// Revoke makes the account a member again. It returns [ErrNotFound] or [ErrLastAdmin].
func (s *Service) Revoke(ctx context.Context, username string) error {
	return s.setRole(ctx, username, auth.RoleMember)
}

func (s *Service) setRole(ctx context.Context, username string, role auth.Role) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		u, err := one(database.ForUpdate(tx), "username_key = ?", usernameKey(username))
		if err != nil || u.Role == role {
			return err
		}
		if err := keepAnAdmin(tx, u); err != nil {
			return err
		}
		err = tx.Model(&u).Updates(map[string]any{"role": role, "updated_at": s.now()}).Error
		if err != nil {
			return fmt.Errorf("make user %d %s: %w", u.ID, role, err)
		}
		return nil
	})
}

// keepAnAdmin returns [ErrLastAdmin] when there is no other admin than u, whose row is locked. It
// locks the others as well: two admins who go at the same time may not both see that the other stays.
func keepAnAdmin(tx *gorm.DB, u User) error {
	if u.Role != auth.RoleAdmin {
		return nil
	}
	var admins []int64
	err := database.ForUpdate(tx).Model(&User{}).Where("role = ?", auth.RoleAdmin).Order("id").Pluck("id", &admins).Error
	if err != nil {
		return fmt.Errorf("count admins: %w", err)
	}
	if len(admins) < 2 {
		return ErrLastAdmin
	}
	return nil
}
