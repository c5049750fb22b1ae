package user

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Delete removes an account, its sessions and its profile image, after running the hooks of
// [Service.OnDelete]. It returns [ErrNotFound], [ErrLastAdmin], or the error of a hook.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.delete(ctx, id, s.holdAndLog)
}

// DeleteWithMovies is [Service.Delete] for an account and the films that it added, which by, an admin, deletes. The
// films go first, outside of the transaction of the account: when it returns an error, some of them may be gone. Call
// it again to go on. The account is not told of each of the films.
func (s *Service) DeleteWithMovies(ctx context.Context, id int64, by auth.Viewer) error {
	ctx = record.Quietly(ctx)
	films := func(ctx context.Context) error {
		for _, hook := range s.onDeleteMovies {
			if err := hook(ctx, id, by); err != nil {
				return fmt.Errorf("delete the films of user %d: %w", id, err)
			}
		}
		return nil
	}
	if err := s.checkDeletable(ctx, id); err != nil { // an account that stays keeps its films
		return err
	}
	if err := films(ctx); err != nil {
		return err
	}
	return s.delete(ctx, id, func(tx *gorm.DB, u User) error {
		if err := s.holdAndLog(tx, u); err != nil {
			return err
		}
		return films(tx.Statement.Context) // those that were added meanwhile: the lock on the account lets no more in
	})
}

// holdAndLog holds back the name of an account that is being deleted, and logs who deletes it if that is somebody else.
func (s *Service) holdAndLog(tx *gorm.DB, u User) error {
	if err := s.hold(tx, u.UsernameKey, u.ID); err != nil {
		return err
	}
	by := web.ViewerIDOf(tx.Statement.Context)
	if by == 0 || by == u.ID {
		return nil
	}
	return record.Add(tx, s.now(), by, record.Delete, record.User, u.ID, u.Username)
}

// checkDeletable returns the errors of lockDeletable.
func (s *Service) checkDeletable(ctx context.Context, id int64) error {
	before, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		_, err := lockDeletable(tx, before)
		return err
	})
}

// lockDeletable locks an account, given as it was before the transaction, and returns it as it is, or [ErrNotFound] or
// [ErrLastAdmin]. It locks others as well.
func lockDeletable(tx *gorm.DB, before User, others ...int64) (User, error) {
	if err := lockAdminsBefore(tx, before); err != nil {
		return User{}, err
	}
	if err := Lock(tx, append(others, before.ID)...); err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	u, err := lockOne(tx, before.ID)
	if err != nil {
		return User{}, err
	}
	return u, keepAnAdmin(tx, u)
}

// changedWith returns the accounts that the hooks of a deletion change.
func (s *Service) changedWith(ctx context.Context, id int64) (others []int64, err error) {
	for _, hook := range s.onDeleteLock {
		more, err := hook(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("before deleting user %d: %w", id, err)
		}
		others = append(others, more...)
	}
	return others, nil
}

// delete deletes an account. It calls first in the transaction, before the hooks.
func (s *Service) delete(ctx context.Context, id int64, first func(tx *gorm.DB, u User) error) error {
	before, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	others, err := s.changedWith(ctx, id)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		u, err := lockDeletable(tx, before, others...)
		if err != nil {
			return err
		}
		if err := first(tx, u); err != nil {
			return err
		}
		for _, hook := range s.onDelete {
			if err := hook(tx, id); err != nil {
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
		s.notifyEnded(tx, id, nil)
		database.AfterCommit(tx, func() { web.LogEvent(ctx, s.log, web.EventLevel(ctx, id), "account_deleted", id) })
		return nil
	})
}
