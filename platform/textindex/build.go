package textindex

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// build is the one row with the progress of indexing the rows that are older than the index. Newer rows are indexed
// as they are written.
type build struct {
	ID     int64
	NextID int64 // rows below it are indexed
}

const (
	builtAll   = math.MaxInt64 // the NextID of an index that is complete
	buildRows  = 512           // in one transaction, during which other writers of SQLite wait
	buildRetry = 5 * time.Second

	buildReport = 5 * time.Second // between two log records about the progress
)

// Run indexes the rows that are older than the index, then calls then unless it is nil, and returns. It retries
// after an error, and returns nil when ctx ends. Until the index is complete a search has to read all texts.
func (x *Index) Run(ctx context.Context, then func(context.Context) error) error {
	for {
		err := x.Build(ctx)
		if err == nil && then != nil {
			err = then(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return nil //nolint:nilerr // ctx has ended; the next start continues
		}
		x.log.Warn("text index is not complete yet", "table", x.source.Lists, "error", err)
		wait := time.NewTimer(buildRetry)
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-wait.C:
		}
	}
}

// Build indexes the rows that are older than the index, or than its keys, and logs the progress. It also flushes what an
// interrupted [Pending] has left. Several instances may call it at the same time. An interrupted Build loses at most one step.
func (x *Index) Build(ctx context.Context) error {
	begin := time.Now()
	var reported time.Time
	for steps := 0; ; steps++ {
		if steps > 0 && time.Since(reported) >= buildReport {
			x.reportProgress(ctx)
			reported = time.Now()
		}
		done, err := x.Step(ctx)
		if err != nil {
			return err
		}
		if done {
			if steps > 0 {
				x.log.Info("text index is complete", "table", x.source.Lists, "seconds", time.Since(begin).Seconds())
			}
			return x.flushLeft(ctx)
		}
	}
}

// reportProgress logs how far Build is.
func (x *Index) reportProgress(ctx context.Context) {
	var next, last int64
	err := x.db.Row(ctx, "SELECT b.next_id, COALESCE((SELECT MAX(id) FROM "+x.source.Rows+"), 0) FROM "+x.source.Builds+" b WHERE b.id = 1").Scan(&next, &last)
	if err == nil && next != builtAll {
		x.log.Info("text index is being built", "table", x.source.Lists, "rows_up_to_id", next-1, "last_id", last)
	}
}

// BuildAnew indexes all rows of a database that nothing else uses. It is for rows that were written without the
// index, and may be called again after an interruption.
func (x *Index) BuildAnew(ctx context.Context) error {
	err := x.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Table(x.source.Builds).Where("id = 1").UpdateColumn("next_id", 0).Error
	})
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", x.source.Lists, err)
	}
	return x.Build(ctx)
}

// Step is one step of [Index.Build], of 512 rows. It returns true when no row was left.
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

// buildFrom indexes buildRows rows from an id on, and returns the id to continue from.
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

// AddAgain indexes rows as they are now, with new keys. ids must be in order.
func (x *Index) AddAgain(tx *gorm.DB, ids []int64) error {
	if err := x.source.Rekey(tx, ids); err != nil {
		return fmt.Errorf("store the keys of %d rows: %w", len(ids), err)
	}
	locked := int64(-1)
	for _, id := range ids { // before reading the texts, so that they cannot change before they are indexed
		if number, _ := blockOf(id); number != locked {
			if err := x.lockBlock(tx, number); err != nil {
				return err
			}
			locked = number
		}
	}
	return x.flush(tx, ids)
}

// Complete reports whether every row is in the index.
func (x *Index) Complete(ctx context.Context) (bool, error) {
	if x.complete.Load() {
		return true, nil
	}
	var next int64
	if err := x.db.Row(ctx, "SELECT next_id FROM "+x.source.Builds+" WHERE id = 1").Scan(&next); err != nil {
		return false, fmt.Errorf("read the progress of %s: %w", x.source.Lists, err)
	}
	if next == builtAll {
		x.complete.Store(true)
	}
	return next == builtAll, nil
}
