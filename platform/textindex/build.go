package textindex

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// build is the one row that says how far the rows are indexed that are older than the index. Those that
// are written since then are indexed as they are written.
type build struct {
	ID     int64
	NextID int64 // rows below it are indexed
}

const (
	builtAll   = math.MaxInt64 // the NextID of an index that is complete
	buildRows  = 512           // are indexed in one transaction, which keeps other writers of SQLite waiting
	buildRetry = 5 * time.Second
)

// Run indexes the rows that are older than the index, calls then, which may be nil, and ends when that is
// done. It tries again after an error. Until then a search has to read all texts.
func (x *Index) Run(ctx context.Context, then func(context.Context) error) error {
	for {
		err := x.Build(ctx)
		if err == nil && then != nil {
			err = then(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return nil //nolint:nilerr // it ends because it was told to; the next start goes on
		}
		x.log.Warn("an index is not complete yet", "table", x.source.Lists, "error", err)
		wait := time.NewTimer(buildRetry)
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-wait.C:
		}
	}
}

// Build indexes the rows that are older than the index; it returns at once when there are none. Several
// instances may do it at the same time; what stops it costs one step.
func (x *Index) Build(ctx context.Context) error {
	begin := time.Now()
	for steps := 0; ; steps++ {
		done, err := x.Step(ctx)
		if err != nil {
			return err
		}
		if done {
			if steps > 0 {
				x.log.Info("an index is complete", "table", x.source.Lists, "seconds", time.Since(begin).Seconds())
			}
			return nil
		}
	}
}

// BuildAnew indexes all rows of a database that nobody uses, in which they were not written with the
// index. It may be called again after it was interrupted.
func (x *Index) BuildAnew(ctx context.Context) error {
	err := x.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Table(x.source.Builds).Where("id = 1").UpdateColumn("next_id", 0).Error
	})
	if err != nil {
		return fmt.Errorf("build %s anew: %w", x.source.Lists, err)
	}
	return x.Build(ctx)
}

// Step is one step of [Index.Build], of 512 rows; it returns true when there was nothing left to do.
func (x *Index) Step(ctx context.Context) (done bool, err error) {
	err = x.db.Tx(ctx, func(tx *gorm.DB) error {
		var b build
		if err := database.ForUpdate(tx).Table(x.source.Builds).Take(&b, 1).Error; err != nil {
			return err
		}
		if done = b.NextID == builtAll; done {
			return nil
		}
		if b.NextID, err = x.buildFrom(tx, b.NextID); err != nil {
			return err
		}
		return tx.Table(x.source.Builds).Where("id = 1").UpdateColumn("next_id", b.NextID).Error
	})
	if err != nil {
		return false, fmt.Errorf("build %s: %w", x.source.Lists, err)
	}
	if done {
		x.complete.Store(true)
	}
	return done, nil
}

// buildFrom indexes some rows from an id on, and returns the id to go on from.
func (x *Index) buildFrom(tx *gorm.DB, from int64) (next int64, err error) {
	var ids []int64
	err = tx.Table(x.source.Rows).Where("id >= ?", from).Order("id").Limit(buildRows).Pluck("id", &ids).Error
	if err != nil {
		return 0, err
	}
	if len(ids) == 0 {
		return builtAll, nil
	}
	return ids[len(ids)-1] + 1, x.AddAgain(tx, ids)
}

// AddAgain adds rows to the index as they are now; ids are in order.
func (x *Index) AddAgain(tx *gorm.DB, ids []int64) error {
	locked := int64(-1)
	for _, id := range ids { // before texts are read, which then stay as the index has them
		if number, _ := blockOf(id); number != locked {
			if err := x.lockBlock(tx, number); err != nil {
				return err
			}
			locked = number
		}
	}
	return x.settle(tx, ids)
}

// Complete reports whether every row is in the index.
func (x *Index) Complete(ctx context.Context) (bool, error) {
	if x.complete.Load() {
		return true, nil
	}
	var next int64
	if err := x.db.Row(ctx, "SELECT next_id FROM "+x.source.Builds+" WHERE id = 1").Scan(&next); err != nil {
		return false, fmt.Errorf("ask how far %s is: %w", x.source.Lists, err)
	}
	if next == builtAll {
		x.complete.Store(true)
	}
	return next == builtAll, nil
}
