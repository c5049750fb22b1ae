package user

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Grant makes the account with this username an admin, from its next request on. The name may be in any case
// and Unicode form. Grant is idempotent. It returns [ErrNotFound].
func (s *Service) Grant(ctx context.Context, username string) error {
	return s.SetRole(ctx, username, auth.RoleAdmin)
}

// Revoke makes the account with this username a member again. It is idempotent. It returns [ErrNotFound] or
// [ErrLastAdmin].
func (s *Service) Revoke(ctx context.Context, username string) error {
	return s.SetRole(ctx, username, auth.RoleMember)
}

// SetRole gives the account with this username a role, from its next request on. It is idempotent. It returns
// [ErrNotFound] or [ErrLastAdmin]. Who becomes a moderator or an admin is let in when pending, and no longer suspended:
// nobody may decide about the status of an admin afterwards.
func (s *Service) SetRole(ctx context.Context, username string, role auth.Role) error {
	before, err := byName(s.db.Reader(ctx), username)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lockAdminsBefore(tx, before); err != nil {
			return err
		}
		u, err := byName(database.ForUpdate(tx), username)
		if err != nil {
			return err
		}
		if role != auth.RoleMember {
			if err := s.activate(ctx, tx, u, "role: "+string(role)); err != nil {
				return err
			}
		}
		if u.Role == role {
			return nil
		}
		if err := keepAnAdmin(tx, u); err != nil {
			return err
		}
		err = tx.Model(&u).Updates(map[string]any{"role": role, "updated_at": s.now()}).Error
		if err != nil {
			return fmt.Errorf("set role of user %d to %s: %w", u.ID, role, err)
		}
		if err := record.Add(tx, s.now(), web.ViewerIDOf(ctx), record.Role, record.User, u.ID, string(role)); err != nil {
			return err
		}
		database.AfterCommit(tx, func() {
			web.LogEvent(ctx, s.log, slog.LevelWarn, "role_changed", u.ID, slog.String("role", string(role)))
		})
		if web.ViewerIDOf(ctx) == u.ID {
			return nil
		}
		return s.tellChange(tx, u.ID, RoleChanged)
	})
}

// activate makes a pending or suspended account, whose row is locked, an active one, and logs it.
func (s *Service) activate(ctx context.Context, tx *gorm.DB, u User, note string) error {
	action := record.Approve
	switch u.StatusAt(s.now()) {
	case auth.StatusPending:
	case auth.StatusSuspended:
		action = record.Unsuspend
	default:
		return nil
	}
	if err := tx.Model(&User{ID: u.ID}).UpdateColumns(activeAgain).Error; err != nil {
		return fmt.Errorf("make user %d active: %w", u.ID, err)
	}
	return record.Add(tx, s.now(), web.ViewerIDOf(ctx), action, record.User, u.ID, note)
}

// HasMembers reports whether there is any account, and whether one of them is an admin.
func (s *Service) HasMembers(ctx context.Context) (members, admins bool, err error) {
	var roles []auth.Role
	err = s.db.Reader(ctx).Model(&User{}).Distinct("role").Pluck("role", &roles).Error
	if err != nil {
		return false, false, fmt.Errorf("read the roles of the accounts: %w", err)
	}
	return len(roles) > 0, slices.Contains(roles, auth.RoleAdmin), nil
}

// keepAnAdmin returns [ErrLastAdmin] when u, whose row is locked, is the only admin. It locks the rows of all
// admins, or two of them that are removed at the same time would each count the other as the one that remains.
func keepAnAdmin(tx *gorm.DB, u User) error {
	if u.Role != auth.RoleAdmin {
		return nil
	}
	admins, err := lockAdmins(tx)
	if err == nil && len(admins) < 2 {
		err = ErrLastAdmin
	}
	return err
}

// lockAdminsBefore locks the rows of all admins if u, as it was read before the transaction, is one of them. It comes before
// the lock on the row of u itself: admins who are removed at the same time, and first lock themselves and then the others,
// are a deadlock each time, and every attempt at getting over it meets the next one.
func lockAdminsBefore(tx *gorm.DB, u User) error {
	if u.Role != auth.RoleAdmin {
		return nil
	}
	_, err := lockAdmins(tx)
	return err
}

// lockAdmins locks the rows of all admins in the order of their ids, which it returns.
func lockAdmins(tx *gorm.DB) (ids []int64, err error) {
	err = database.ForUpdate(tx).Model(&User{}).Where("role = ?", auth.RoleAdmin).Order("id").Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("lock admins: %w", err)
	}
	return ids, nil
}
