package movie

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// GramBuild is the one row that says how far the films are indexed that are older than the title index.
// Those that are written since then are indexed as they are written.
type GramBuild struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	NextID int64 `gorm:"not null"` // films below it are indexed

	Since time.Time `gorm:"not null;precision:6"` // when the index was made, 1970 where it was there before the films
}

// TableName implements [schema.Tabler].
func (GramBuild) TableName() string { return "movie_gram_builds" }

const (
	builtAll   = math.MaxInt64 // the NextID of an index that is complete
	buildFilms = 512           // are indexed in one transaction, which keeps other writers of SQLite waiting
	buildRetry = 5 * time.Second

	// An upgrade without down time has instances of both versions for a while, and the older one does not
	// index what it writes.
	upgradeTime = 24 * time.Hour
	clockSkew   = 10 * time.Minute
)

// Run indexes the films that are older than the title index, and ends when that is done. Until then a
// search reads all titles. In the first day of an index that is younger than the catalogue it also looks again at
// all films that were written since, which includes what an instance of an older version wrote.
func (s *Service) Run(ctx context.Context) error {
	for {
		err := s.BuildIndex(ctx)
		if err == nil {
			err = s.catchUp(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return nil //nolint:nilerr // it ends because it was told to; the next start goes on
		}
		s.log.Warn("the title index is not complete yet", "error", err)
		wait := time.NewTimer(buildRetry)
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-wait.C:
		}
	}
}

// BuildIndex indexes the films that are older than the title index; it returns at once when there are
// none. Several instances may do it at the same time; what stops it costs one step of 512 films.
func (s *Service) BuildIndex(ctx context.Context) error {
	begin := time.Now()
	for steps := 0; ; steps++ {
		done, err := s.buildStep(ctx)
		if err != nil {
			return fmt.Errorf("build the title index: %w", err)
		}
		if done {
			s.indexed.Store(true)
			if steps > 0 {
				s.log.Info("the title index is complete", "seconds", time.Since(begin).Seconds())
			}
			return nil
		}
	}
}

// IndexAll indexes all films of a database that nobody uses, in which they were not written by this
// package. It may be called again after it was interrupted.
func IndexAll(ctx context.Context, db *database.DB) error {
	err := db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE movie_gram_builds SET next_id = 0").Error
	})
	if err != nil {
		return fmt.Errorf("index all titles: %w", err)
	}
	return New(Deps{DB: db}).BuildIndex(ctx)
}

func (s *Service) buildStep(ctx context.Context) (done bool, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		var b GramBuild
		if err := database.ForUpdate(tx).Take(&b, 1).Error; err != nil {
			return err
		}
		if done = b.NextID == builtAll; done {
			return nil
		}
		if b.NextID, err = buildFrom(tx, b.NextID); err != nil {
			return err
		}
		return tx.Model(&b).UpdateColumn("next_id", b.NextID).Error
	})
	return done, err
}

// buildFrom indexes some films from an id on, and returns the id to go on from.
func buildFrom(tx *gorm.DB, from int64) (next int64, err error) {
	var ids []int64
	if err := tx.Model(&Movie{}).Where("id >= ?", from).Order("id").Limit(buildFilms).Pluck("id", &ids).Error; err != nil {
		return 0, err
	}
	if len(ids) == 0 {
		return builtAll, nil
	}
	return ids[len(ids)-1] + 1, indexAgain(tx, ids)
}

// indexAgain adds films to the index as they are now; ids are in order.
func indexAgain(tx *gorm.DB, ids []int64) error {
	locked := int64(-1)
	for _, id := range ids { // before titles are read, which then stay as the index has them
		if number, _ := blockOf(id); number != locked {
			if err := lockBlock(tx, number); err != nil {
				return err
			}
			locked = number
		}
	}
	var films []Movie
	if err := tx.Select("id", "title_key", "genre").Where("id IN ?", ids).Find(&films).Error; err != nil {
		return err
	}
	return post(tx, entriesOf(films)...)
}

// catchUp indexes again what was written since the index was made, if that is not long ago.
func (s *Service) catchUp(ctx context.Context) error {
	var b GramBuild
	if err := s.db.Reader(ctx).Take(&b, 1).Error; err != nil {
		return fmt.Errorf("ask how old the title index is: %w", err)
	}
	if s.clock().Sub(b.Since) > upgradeTime {
		return nil
	}
	for last := int64(0); ; {
		var ids []int64
		err := s.db.Reader(ctx).Model(&Movie{}).Where("id > ? AND updated_at >= ?", last, database.Time(b.Since.Add(-clockSkew))).
			Order("id").Limit(buildFilms).Pluck("id", &ids).Error
		if err == nil && len(ids) > 0 {
			last = ids[len(ids)-1]
			err = s.db.Tx(ctx, func(tx *gorm.DB) error { return indexAgain(tx, ids) })
		}
		if err != nil || len(ids) < buildFilms {
			return err
		}
	}
}

// complete reports whether every film is in the title index.
func (s *Service) complete(ctx context.Context) (bool, error) {
	if s.indexed.Load() {
		return true, nil
	}
	var next int64
	if err := s.db.Row(ctx, "SELECT next_id FROM movie_gram_builds WHERE id = 1").Scan(&next); err != nil {
		return false, fmt.Errorf("ask how far the title index is: %w", err)
	}
	if next == builtAll {
		s.indexed.Store(true)
	}
	return next == builtAll, nil
}
