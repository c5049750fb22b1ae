package media

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

const (
	sweepInterval = time.Minute
	sweepBatch    = 100
	maxRemovals   = 1024 // queued for immediate removal
	// removeBackoff is the time until a removal that failed, or whose process died, is tried again.
	removeBackoff = 5 * time.Minute
	removeTimeout = time.Minute     // below removeBackoff, so that no other instance starts meanwhile
	finishTimeout = 2 * time.Second // for what is queued when the program stops
	insertBatch   = 100             // rows of one INSERT
)

// Trash is a row of an image that no other row names, or none yet. It covers all files of the image.
type Trash struct {
	Key   string    `gorm:"column:storage_key;primaryKey;size:255"`
	DueAt time.Time `gorm:"column:due_at;not null;precision:6;index:idx_media_trash_due"` // when it may be removed
}

// TableName returns the name of the table.
func (Trash) TableName() string { return "media_trash" }

// errAbandoned means that a sweeper took a new file before the row that names it was written.
var errAbandoned = errors.New("the image was removed before a row named it")

// claim takes a new file out of the trash in the transaction that names it. It fails when a sweeper was first: that one
// changed due_at, so only one of the two can match the row.
func claim(tx *gorm.DB, file Trash) error {
	deleted, err := deleteTrash(tx, file)
	if err != nil {
		return fmt.Errorf("claim image: %w", err)
	}
	if !deleted {
		return fmt.Errorf("claim image %s: %w: %w", file.Key, apperr.ErrUnavailable.After(retryAfter), errAbandoned)
	}
	return nil
}

// deleteTrash deletes the row, and reports false when it changed since file was read or written.
func deleteTrash(tx *gorm.DB, file Trash) (bool, error) {
	deleted := tx.Where("due_at = ?", file.DueAt).Delete(&Trash{Key: file.Key})
	return deleted.RowsAffected == 1, deleted.Error
}

// abandon removes a file whose Attach failed with err. When a sweeper took the row, the file may have arrived after the
// sweeper deleted it, so it needs a new row. After any other failure the row must not be written again: if only the reply
// to the commit was lost, the image is named.
func (l *Library) abandon(ctx context.Context, file Trash, err error) {
	if errors.Is(err, errAbandoned) {
		file.DueAt = database.Time(l.clock())
		l.announceAgain(ctx, file)
	}
	l.removeSoon(file)
}

// announceAgain enters a file in the trash whether or not it is still there.
func (l *Library) announceAgain(ctx context.Context, file Trash) {
	upsert := clause.OnConflict{UpdateAll: true}
	l.logFailure(ctx, l.db.Tx(context.WithoutCancel(ctx), func(tx *gorm.DB) error {
		return tx.Clauses(upsert).Create(&file).Error
	}))
}

func (l *Library) trash(keys []string) []Trash {
	due := database.Time(l.clock())
	var files []Trash
	for _, key := range keys {
		if key != "" {
			files = append(files, Trash{Key: key, DueAt: due})
		}
	}
	return files
}

// insertTrash inserts in the order of the keys, so that two transactions cannot deadlock here.
func insertTrash(tx *gorm.DB, files []Trash) error {
	slices.SortFunc(files, func(a, b Trash) int { return cmp.Compare(a.Key, b.Key) })
	return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(files, insertBatch).Error
}

// removeSoon hands files to Run. When its queue is full, the sweeper finds them in the trash.
func (l *Library) removeSoon(files ...Trash) {
	for _, file := range files {
		select {
		case l.removals <- file:
		default:
			return
		}
	}
}

// Run removes images that no row names, and hides images: at once those of this instance, every minute all others that are due.
// When ctx ends it still does what this instance has queued, for at most finishTimeout, and returns nil; what is left then is
// removed after the next start.
func (l *Library) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(finishTimeout, cancel) })()
	ticker := time.NewTicker(l.sweepEvery)
	defer ticker.Stop()
	l.logFailure(ctx, l.sweepDue(ctx))
	for {
		select {
		case <-ctx.Done():
			l.finish(work)
			return nil
		case file := <-l.removals:
			l.logFailure(work, l.remove(work, file))
		case key := <-l.moves:
			l.logFailure(work, l.settle(work, key))
		case <-ticker.C:
			l.logFailure(ctx, l.sweepDue(ctx))
		}
	}
}

// finish does what is queued, up to the first failure: with a store that is down each file would wait for a timeout.
func (l *Library) finish(ctx context.Context) {
	for {
		var err error
		select {
		case file := <-l.removals:
			err = l.remove(ctx, file)
		case key := <-l.moves:
			err = l.settle(ctx, key)
		default:
			return
		}
		if err != nil {
			l.logFailure(ctx, err)
			return
		}
	}
}

// SweepAll removes everything in the trash, due or not, and moves all images that are to be hidden. It is only for the start
// of a single instance: elsewhere it would remove files of uploads in progress.
func (l *Library) SweepAll(ctx context.Context) error {
	if err := l.freeHidden(ctx); err != nil {
		return err
	}
	if err := l.sweep(ctx, func(q *gorm.DB) *gorm.DB { return q }); err != nil {
		return err
	}
	return l.sweepHidden(ctx)
}

func (l *Library) sweepDue(ctx context.Context) error {
	now := database.Time(l.clock())
	if err := l.sweep(ctx, func(q *gorm.DB) *gorm.DB { return q.Where("due_at <= ?", now) }); err != nil {
		return err
	}
	return l.sweepHidden(ctx)
}

// sweep removes the selected trash in the order of the keys. It stops at the first failure, because with a store that is
// down each file would wait for a timeout.
func (l *Library) sweep(ctx context.Context, scope func(*gorm.DB) *gorm.DB) error {
	for last := ""; ; {
		var files []Trash
		q := scope(l.db.Reader(ctx).Where("storage_key > ?", last))
		if err := q.Order("storage_key").Limit(sweepBatch).Find(&files).Error; err != nil {
			return fmt.Errorf("list image trash: %w", err)
		}
		for _, file := range files {
			if err := l.remove(ctx, file); err != nil {
				return err
			}
			last = file.Key
		}
		if len(files) < sweepBatch {
			return nil
		}
	}
}

// remove deletes the files of an image, then its row: in this order a crash repeats a deletion and misses none.
func (l *Library) remove(ctx context.Context, file Trash) error {
	file, taken, err := l.take(ctx, file)
	if err != nil || !taken {
		return err
	}
	place, free, err := l.placeOf(ctx, file.Key)
	if err != nil || !free {
		return err // a sweeper removes it later
	}
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	for _, key := range append(Files(file.Key), Files(place)...) {
		if err := l.store.Delete(ctx, key); err != nil {
			l.counters.removeFailed.Add(1)
			return fmt.Errorf("remove image: %w", err)
		}
	}
	failpoint.Reach("file-removed")
	err = l.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Delete(&Hidden{Key: file.Key}).Error; err != nil {
			return err
		}
		_, err := deleteTrash(tx, file) // a row that changed belongs to a file that was written later
		return err
	})
	if err != nil {
		return fmt.Errorf("delete trash of image %s: %w", file.Key, err)
	}
	l.counters.removed.Add(1)
	return nil
}

// take moves the due time of the row into the future and returns the new row; taken is false when the row changed since it
// was read. From then on a claim fails, and other instances leave the row alone for removeBackoff. The update waits for a
// transaction that is still claiming the row, even one whose client went away.
func (l *Library) take(ctx context.Context, file Trash) (row Trash, taken bool, err error) {
	row = Trash{Key: file.Key, DueAt: database.Time(l.clock().Add(removeBackoff))}
	err = l.db.Tx(ctx, func(tx *gorm.DB) error {
		changed := tx.Model(&Trash{Key: file.Key}).Where("due_at = ?", file.DueAt).Update("due_at", row.DueAt)
		taken = changed.RowsAffected == 1
		return changed.Error
	})
	if err != nil {
		return file, false, fmt.Errorf("take image %s: %w", file.Key, err)
	}
	return row, taken, nil
}

func (l *Library) logFailure(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	l.log.WarnContext(ctx, "cannot remove stored images; trying again later", "error", err)
}
