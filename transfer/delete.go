package transfer

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
)

// keepRows is how long the rows of a finished import are kept. Then those that have stored something are kept without the
// words of the file, so that the import can still be undone, and the others are deleted.
const keepRows = 90 * 24 * time.Hour

// PurgeUser deletes the imports of an account that is being deleted, a few rows with each statement: the foreign keys would
// delete all of them with one. The caller has locked the account.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	var ids []int64
	if err := tx.Model(&Import{}).Where("user_id = ?", userID).Order("id").Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("list the imports of user %d: %w", userID, err)
	}
	for _, id := range ids {
		if err := deleteAll(tx, &Chunk{}, "import_id = ?", id); err != nil {
			return err
		}
		if err := deleteAll(tx, &Row{}, "import_id = ?", id); err != nil {
			return err
		}
	}
	return deleteAll(tx, &Source{}, "user_id = ?", userID)
}

func deleteAll(tx *gorm.DB, model any, condition string, args ...any) error {
	for {
		more, err := deleteSome(tx, model, condition, args...)
		if err != nil || more == 0 {
			return err
		}
	}
}

// MergeMovies makes rows and sources that are about one film be about another. It is a [movie.MergeHook].
func (*Service) MergeMovies(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	for _, model := range []any{&Row{}, &Source{}} {
		for {
			var ids []int64
			err := tx.Model(model).Where("movie_id = ?", from.ID).Limit(deletedAtOnce).Pluck("id", &ids).Error
			if err == nil && len(ids) > 0 {
				err = tx.Model(model).Where("id IN ?", ids).UpdateColumn("movie_id", into.ID).Error
			}
			if err != nil {
				return fmt.Errorf("move the imports of movie %d to %d: %w", from.ID, into.ID, err)
			}
			if len(ids) < deletedAtOnce {
				break
			}
		}
	}
	return nil
}

// cleanLoop trims old imports every hour until ctx ends.
func (s *Service) cleanLoop(ctx context.Context) {
	ticker := time.NewTicker(cleanEvery)
	defer ticker.Stop()
	for {
		if err := s.Clean(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "rows of old imports not deleted; the next hourly run tries again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Clean deletes rows of imports that were finished long ago, a few in each transaction.
func (s *Service) Clean(ctx context.Context) error {
	for {
		var ids []int64
		err := s.db.Reader(ctx).Model(&Import{}).Where("trimmed = ? AND finished_at <= ?", false, s.now().Add(-keepRows)).
			Order("finished_at").Limit(1).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.trim(ctx, ids[0]); err != nil {
			return err
		}
	}
}

func (s *Service) trim(ctx context.Context, id int64) error {
	for _, outcome := range Outcomes {
		for {
			more := int64(0)
			err := s.db.Tx(ctx, func(tx *gorm.DB) (err error) {
				if outcome == Created {
					more, err = emptySome(tx, id)
				} else {
					more, err = deleteSome(tx, &Row{}, "import_id = ? AND outcome = ?", id, outcome)
				}
				return err
			})
			if err != nil {
				return err
			}
			if more == 0 {
				break
			}
		}
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&Import{}).Where("id = ?", id).UpdateColumn("trimmed", true).Error
	})
}

// emptySome drops the entries of some rows that have stored something, and returns 0 when these were all.
func emptySome(tx *gorm.DB, importID int64) (more int64, err error) {
	var ids []int64
	err = tx.Model(&Row{}).Where("import_id = ? AND outcome = ? AND entry <> ''", importID, Created).Limit(deletedAtOnce).Pluck("id", &ids).Error
	if err == nil && len(ids) > 0 {
		err = tx.Model(&Row{}).Where("id IN ?", ids).UpdateColumn("entry", "").Error
	}
	if err != nil {
		return 0, fmt.Errorf("empty rows of import %d: %w", importID, err)
	}
	if len(ids) < deletedAtOnce {
		return 0, nil
	}
	return int64(len(ids)), nil
}
