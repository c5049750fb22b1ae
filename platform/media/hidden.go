package media

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// Hidden is a row of an image whose files are kept from everybody. While DueAt is nil they are where Hidden says.
type Hidden struct {
	Key    string     `gorm:"column:storage_key;primaryKey;size:255"`
	Place  string     `gorm:"column:hidden_key;size:255;not null"` // the key below which its files are meanwhile
	Hidden bool       `gorm:"not null"`                            // false: they are to be brought back
	DueAt  *time.Time `gorm:"column:due_at;precision:6;index:idx_media_hidden_due"`
}

// TableName returns the name of the table.
func (Hidden) TableName() string { return "media_hidden" }

// Hide makes the URLs of images that rows name stop working, for everybody and in every store, soon after the commit of
// tx: their files move to a random key that nobody is told. It does not wait for the store, and does nothing when tx is
// rolled back. Empty keys, and images that are hidden, are ignored. [Library.Discard] also removes hidden images.
//
// What browsers and caches have kept by then is out of reach.
func (l *Library) Hide(tx *gorm.DB, keys ...string) error {
	now := database.Time(l.clock())
	var rows []Hidden
	for _, key := range given(keys) {
		n, ok := readName(key)
		if !ok {
			return fmt.Errorf("hide image: %w", checkKey(key))
		}
		place := randomName(n.kind, n.ext, n.size, n.opaque)
		rows = append(rows, Hidden{Key: key, Place: place.key(), Hidden: true, DueAt: &now})
	}
	if len(rows) == 0 {
		return nil
	}
	again := clause.OnConflict{
		Columns: []clause.Column{{Name: "storage_key"}},
		// A time that is set is that of an instance that moves the files just now.
		DoUpdates: clause.Assignments(map[string]any{"hidden": true, "due_at": gorm.Expr("COALESCE(due_at, ?)", now)}),
	}
	if err := tx.Clauses(again).CreateInBatches(rows, insertBatch).Error; err != nil {
		return fmt.Errorf("hide %d images: %w", len(rows), err)
	}
	database.AfterCommit(tx, func() { l.moveSoon(keys) })
	return nil
}

// Restore undoes [Library.Hide]: the URLs of before work again soon after the commit of tx. Images that are not hidden are
// ignored.
func (l *Library) Restore(tx *gorm.DB, keys ...string) error {
	keys = given(keys)
	back := map[string]any{"hidden": false, "due_at": gorm.Expr("COALESCE(due_at, ?)", database.Time(l.clock()))}
	for some := range slices.Chunk(keys, insertBatch) {
		if err := tx.Model(&Hidden{}).Where("storage_key IN ?", some).Updates(back).Error; err != nil {
			return fmt.Errorf("restore %d images: %w", len(some), err)
		}
	}
	database.AfterCommit(tx, func() { l.moveSoon(keys) })
	return nil
}

// given returns the keys that are not empty, each once and in order, so that two transactions cannot deadlock here.
func given(keys []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == "" }))))
}

// moveSoon hands images to Run. When its queue is full, the sweeper finds them.
func (l *Library) moveSoon(keys []string) {
	for _, key := range keys {
		select {
		case l.moves <- key:
		default:
			return
		}
	}
}

// sweepHidden moves all images that are due. It stops at the first failure, as sweep does.
func (l *Library) sweepHidden(ctx context.Context) error {
	for last := ""; ; {
		var keys []string
		q := l.db.Reader(ctx).Model(&Hidden{}).Where("due_at <= ? AND storage_key > ?", database.Time(l.clock()), last)
		if err := q.Order("storage_key").Limit(sweepBatch).Pluck("storage_key", &keys).Error; err != nil {
			return fmt.Errorf("list hidden images: %w", err)
		}
		for _, key := range keys {
			if err := l.settle(ctx, key); err != nil {
				return err
			}
			last = key
		}
		if len(keys) < sweepBatch {
			return nil
		}
	}
}

// freeHidden makes the images due that an instance moved when it ended.
func (l *Library) freeHidden(ctx context.Context) error {
	now := database.Time(l.clock())
	err := l.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&Hidden{}).Where("due_at > ?", now).Update("due_at", now).Error
	})
	if err != nil {
		return fmt.Errorf("free hidden images: %w", err)
	}
	return nil
}

// settle moves the files of an image to where its row says. A crash repeats it and misses no file.
func (l *Library) settle(ctx context.Context, key string) error {
	row, taken, err := l.takeHidden(ctx, key, "due_at <= ?")
	if err != nil || !taken {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	from, to := Files(row.Key), Files(row.Place)
	if !row.Hidden {
		from, to = to, from
	}
	for i := range from {
		if err := l.store.Move(ctx, from[i], to[i]); err != nil {
			l.counters.removeFailed.Add(1)
			return fmt.Errorf("move image: %w", err)
		}
	}
	failpoint.Reach("file-moved")
	again := false
	err = l.db.Tx(ctx, func(tx *gorm.DB) (err error) { again, err = l.settled(tx, row); return err })
	if err != nil {
		return fmt.Errorf("record the move of image %s: %w", key, err)
	}
	if again {
		l.moveSoon([]string{key})
	}
	return nil
}

// settled records that the files of an image are where its row said when it was taken. It reports whether the row says
// something else by now.
func (l *Library) settled(tx *gorm.DB, row Hidden) (again bool, err error) {
	mine := tx.Model(&Hidden{}).Where("storage_key = ? AND due_at = ?", row.Key, row.DueAt).Session(&gorm.Session{})
	done := mine.Where("hidden = ?", row.Hidden).Session(&gorm.Session{})
	if row.Hidden {
		done = done.Update("due_at", nil)
	} else {
		done = done.Delete(&Hidden{})
	}
	if done.Error != nil || done.RowsAffected > 0 {
		return false, done.Error
	}
	changed := mine.Update("due_at", database.Time(l.clock()))
	return changed.RowsAffected > 0, changed.Error
}

// takeHidden moves the due time of a row into the future, if it meets a condition with the time of now, and returns it.
// From then on other instances leave its files alone for removeBackoff.
func (l *Library) takeHidden(ctx context.Context, key, condition string) (row Hidden, taken bool, err error) {
	now := l.clock()
	until := database.Time(now.Add(removeBackoff))
	err = l.db.Tx(ctx, func(tx *gorm.DB) error {
		changed := tx.Model(&Hidden{}).Where("storage_key = ?", key).Where(condition, database.Time(now)).Update("due_at", until)
		if taken = changed.RowsAffected == 1; changed.Error != nil || !taken {
			return changed.Error
		}
		return tx.Take(&row, "storage_key = ?", key).Error
	})
	if err != nil {
		return Hidden{}, false, fmt.Errorf("take hidden image %s: %w", key, err)
	}
	return row, taken, nil
}

// placeOf returns the key below which files of an image may be that is being removed, "" when it is not hidden. It reports
// false when an instance moves them just now.
func (l *Library) placeOf(ctx context.Context, key string) (place string, free bool, err error) {
	_, ok, err := l.findHidden(ctx, key)
	if err != nil || !ok {
		return "", err == nil, err
	}
	found, free, err := l.takeHidden(ctx, key, "(due_at IS NULL OR due_at <= ?)")
	return found.Place, free, err
}

// findHidden returns the row of an image, false when it is not hidden.
func (l *Library) findHidden(ctx context.Context, key string) (found Hidden, ok bool, err error) {
	err = l.db.Reader(ctx).Take(&found, "storage_key = ?", key).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Hidden{}, false, nil
	}
	if err != nil {
		return Hidden{}, false, fmt.Errorf("look for hidden image %s: %w", key, err)
	}
	return found, true, nil
}
