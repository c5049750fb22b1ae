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
	sweepEvery      = time.Minute
	sweepBatch      = 100
	pendingRemovals = 1024
	// removeAgain is when a removal that failed, or whose process died, is tried once more.
	removeAgain   = 5 * time.Minute
	removeTimeout = time.Minute // below removeAgain, so that nobody else begins meanwhile
	discardBatch  = 100         // rows of one INSERT
)

// Trash is a stored image that no row names, or that is not yet named by one. It stands for all
// files of the image.
type Trash struct {
	Key   string    `gorm:"column:storage_key;primaryKey;size:255"`
	DueAt time.Time `gorm:"column:due_at;not null;precision:6;index:idx_media_trash_due"` // when it may be removed
}

// TableName is the name of the table.
func (Trash) TableName() string { return "media_trash" }

// errGivenUp says that a sweeper took a new file before its row was written.
var errGivenUp = errors.New("the image was given up before a row named it")

// claim takes a new file out of the trash in the transaction that names it. It fails when a
// sweeper was there first, which changed due_at: two who want the row cannot both have it.
func claim(tx *gorm.DB, file Trash) error {
	gone, err := forget(tx, file)
	if err != nil {
		return fmt.Errorf("claim image: %w", err)
	}
	if !gone {
		return fmt.Errorf("claim image %s: %w: %w", file.Key, apperr.ErrUnavailable.After(retryAfter), errGivenUp)
	}
	return nil
}

// forget deletes the row, unless somebody changed it since file was read or written.
func forget(tx *gorm.DB, file Trash) (bool, error) {
	gone := tx.Where("due_at = ?", file.DueAt).Delete(&Trash{Key: file.Key})
	return gone.RowsAffected == 1, gone.Error
}

// disown gets rid of a file whose Attach failed with err. A file that was given up while it was
// being written came into being after its sweeper, so that one's row does not stand for it. After
// any other failure nothing is entered: if only the answer to the commit was lost, a row names it.
func (l *Library) disown(ctx context.Context, file Trash, err error) {
	if errors.Is(err, errGivenUp) {
		file.DueAt = database.Time(l.clock())
		l.announceAgain(ctx, file)
	}
	l.removeSoon(file)
}

// announceAgain enters a file in the trash whether or not it is there still.
func (l *Library) announceAgain(ctx context.Context, file Trash) {
	again := clause.OnConflict{UpdateAll: true}
	l.logFailure(ctx, l.db.Tx(context.WithoutCancel(ctx), func(tx *gorm.DB) error {
		return tx.Clauses(again).Create(&file).Error
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

// discard enters files in the order of their keys, so that two transactions cannot deadlock here.
func discard(tx *gorm.DB, files []Trash) error {
	slices.SortFunc(files, func(a, b Trash) int { return cmp.Compare(a.Key, b.Key) })
	return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(files, discardBatch).Error
}

// removeSoon hands files to Run. Those for which there is no room are in the trash anyway.
func (l *Library) removeSoon(files ...Trash) {
	for _, file := range files {
		select {
		case l.pending <- file:
		default:
			return
		}
	}
}

// Run removes what nobody names: at once what was discarded here, every minute what is due for any
// other reason. It returns nil when ctx ends; what is not done then is done after the next start.
func (l *Library) Run(ctx context.Context) error {
	ticker := time.NewTicker(l.every)
	defer ticker.Stop()
	l.logFailure(ctx, l.sweepDue(ctx))
	for {
		select {
		case <-ctx.Done():
			return nil
		case file := <-l.pending:
			l.logFailure(ctx, l.remove(ctx, file))
		case <-ticker.C:
			l.logFailure(ctx, l.sweepDue(ctx))
		}
	}
}

// SweepAll removes everything in the trash, whether it is due or not. It is for a start that knows
// that it is alone: elsewhere it would take the files of uploads that are being written.
func (l *Library) SweepAll(ctx context.Context) error {
	return l.sweep(ctx, func(q *gorm.DB) *gorm.DB { return q })
}

func (l *Library) sweepDue(ctx context.Context) error {
	now := database.Time(l.clock())
	return l.sweep(ctx, func(q *gorm.DB) *gorm.DB { return q.Where("due_at <= ?", now) })
}

// sweep goes through the trash in the order of the keys. It stops at the first failure, because a
// store that is down would make each file wait; that one then comes up again after the others.
func (l *Library) sweep(ctx context.Context, which func(*gorm.DB) *gorm.DB) error {
	for last := ""; ; {
		var files []Trash
		q := which(l.db.Reader(ctx).Where("storage_key > ?", last))
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

// remove deletes the files of an image, then its row: in this order a crash repeats a deletion and
// forgets none.
func (l *Library) remove(ctx context.Context, file Trash) error {
	file, mine, err := l.take(ctx, file)
	if err != nil || !mine {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	for _, key := range Files(file.Key) {
		if err := l.store.Delete(ctx, key); err != nil {
			l.counters.removeFailed.Add(1)
			return fmt.Errorf("remove image: %w", err)
		}
	}
	failpoint.Reach("file-removed")
	err = l.db.Tx(ctx, func(tx *gorm.DB) error {
		_, err := forget(tx, file) // a row that was changed stands for a file that came later
		return err
	})
	if err != nil {
		return fmt.Errorf("forget image %s: %w", file.Key, err)
	}
	l.counters.removed.Add(1)
	return nil
}

// take returns the row pushed into the future, and whether it was still as it was read: a claim of
// it fails from then on, and other instances leave it alone until removeAgain. The update waits for
// a transaction that is still claiming the row, even one whose client gave up.
func (l *Library) take(ctx context.Context, file Trash) (Trash, bool, error) {
	taken, mine := Trash{Key: file.Key, DueAt: database.Time(l.clock().Add(removeAgain))}, false
	err := l.db.Tx(ctx, func(tx *gorm.DB) error {
		changed := tx.Model(&Trash{Key: file.Key}).Where("due_at = ?", file.DueAt).Update("due_at", taken.DueAt)
		mine = changed.RowsAffected == 1
		return changed.Error
	})
	if err != nil {
		return file, false, fmt.Errorf("take image %s: %w", file.Key, err)
	}
	return taken, mine, nil
}

func (l *Library) logFailure(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	l.log.WarnContext(ctx, "stored images could not be removed; trying again later", "error", err)
}
