package movie

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// deleteBatch is how many ids of films DeleteAddedBy reads at once.
const deleteBatch = 100

// DeleteAddedBy deletes the films that a user added, as [Service.Delete] does, in ascending order of their ids. Each has
// its own transaction, unless ctx carries one, so that nobody waits for all of them. It stops at the first error; the
// films before it are gone.
func (s *Service) DeleteAddedBy(ctx context.Context, userID int64, by auth.Viewer) error {
	for {
		var ids []int64
		err := s.db.Reader(ctx).Model(&Movie{}).Where("created_by = ?", userID).Order("id").Limit(deleteBatch).Pluck("id", &ids).Error
		if err != nil {
			return fmt.Errorf("list the films added by user %d: %w", userID, err)
		}
		for _, id := range ids {
			if err := s.Delete(ctx, id, by); err != nil && !errors.Is(err, ErrNotFound) { // somebody else was faster
				return err
			}
		}
		if len(ids) < deleteBatch {
			return nil
		}
	}
}

// Delete removes a film and its poster after running the hooks of [Service.OnDelete]. It returns [ErrNotFound] or
// the error of a hook.
func (s *Service) Delete(ctx context.Context, id int64, by auth.Viewer) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		m, err := Lock(tx, id)
		if err == nil {
			m, err = s.restored(tx, m)
		}
		if err != nil {
			return err
		}
		for _, hook := range s.onDelete {
			if err := hook(tx, m, by); err != nil {
				return err
			}
		}
		if err := tx.Where("id = ?", id).Delete(&Movie{}).Error; err != nil {
			return fmt.Errorf("delete movie %d: %w", id, err)
		}
		if err := s.forget(tx, m); err != nil {
			return err
		}
		if by.UserID != m.Owner() {
			database.AfterCommit(tx, func() {
				web.LogEvent(ctx, s.log, slog.LevelWarn, "film_deleted_by_other", id, slog.Int64("owner_id", m.Owner()))
			})
		}
		if err := s.media.Discard(tx, m.PosterImage); err != nil {
			return err
		}
		return record.ByOther(tx, s.clock(), web.ViewerIDOf(ctx), record.Delete, record.Movie, id, m.Owner())
	})
}

// forget removes what is derived from a film that is gone.
func (s *Service) forget(tx *gorm.DB, m Movie) error {
	if err := dropHashes(tx, m); err != nil {
		return err
	}
	text, err := m.text()
	if err != nil {
		return err
	}
	return s.index.Remove(tx, text)
}
