// Package toggle turns relations between two rows on and off: a member follows another one, a member likes a
// review. Every toggle makes the same promises, so their steps are written once, in [Set]:
//
//   - It is idempotent. A call that changes nothing writes nothing, notifies nobody, and does not count against
//     the rate limit.
//   - The first change to on creates the row. The row stays when it is turned off and keeps its id.
//   - The counters, the row and the notification change in one transaction, which is retried after a deadlock.
//   - Only changes to on are rate-limited, per pair and once per call, however often the transaction runs.
//
// A domain implements [Row] for its model, calls Set, and sends the notification from the model's AfterSave
// hook when [Change.TurnedOn] says so. This package knows no domain.
package toggle

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
)

// Switch is what [Set] works with; all fields are required. All domains share one.
type Switch struct {
	DB      *database.DB
	Limiter limit.Limiter
	Rate    limit.Rate // how often one pair may be turned on
	Clock   func() time.Time
}

// Row is a pointer to T, a GORM model each of whose rows is a toggle.
type Row[T any] interface {
	*T

	// Mapping describes the row to this package.
	Mapping() Mapping

	// Lock locks the rows that the pair refers to until the end of the transaction, so that no other
	// transaction reads or writes the row of this pair meanwhile. It locks in the order of all domains (members
	// by id, then films, then reviews) and returns the domain's error when one of them does not exist.
	Lock(tx *gorm.DB) error

	// Toggle turns the row on or off and reports whether that is a change; see [Change.Set].
	Toggle(on bool, now time.Time) bool

	// Count adds delta, 1 or -1, to the counters of the rows that the pair refers to.
	Count(tx *gorm.DB, delta int64) error
}

// Mapping describes a row.
type Mapping struct {
	Name    string    // names the toggle in errors and in the keys of the rate limiter: "follow"
	Table   string    // with the key id
	Pair    [2]string // the columns of the two ids, which have a unique index
	IDs     [2]int64  // the values of these columns
	State   string    // the column that says whether the row is on
	Changed []string  // the columns that the last Toggle has changed, State among them
	ID      *int64    // the field for the column id
	On      *bool     // the field for the column State
	Known   bool      // Lock has read both; an ID of 0 means that the row is not stored
}

// Set turns the row of a pair on or off and returns it with its id and its state as they are afterwards. start has the ids of
// the pair, and what else the methods of [Row] need. A pair that was never on and is turned off is not stored and has no id.
// Set returns the errors of Lock, and apperr.ErrTooMany when the pair was turned on too often lately.
func Set[T any, R Row[T]](ctx context.Context, s *Switch, start T, on bool) (T, error) {
	allow := s.Once(ctx, R(&start).Mapping())
	var row T
	err := s.DB.Tx(ctx, func(tx *gorm.DB) (err error) {
		row = start
		if err := R(&row).Lock(tx); err != nil {
			return err
		}
		row, err = Turn[T, R](tx, s, row, on, allow)
		return err
	})
	if err != nil {
		return *new(T), err
	}
	return row, nil
}

// Turn is the part of [Set] after Lock, for transactions that change more than the row: the caller has locked the rows
// that the pair refers to. allow is called before a change to on; see [Switch.Once].
func Turn[T any, R Row[T]](tx *gorm.DB, s *Switch, row T, on bool, allow func() error) (T, error) {
	r := R(&row)
	m := r.Mapping()
	stored, err := load(tx, m)
	if err != nil || !r.Toggle(on, database.Time(s.Clock())) {
		return row, err
	}
	delta := int64(-1)
	if on {
		delta = 1
		if err := allow(); err != nil {
			return row, err
		}
	}
	if err := r.Count(tx, delta); err != nil { // before the row, whose foreign keys share the locks of the counters
		return row, err
	}
	return row, save(tx, r, r.Mapping(), stored)
}

// TurnAt is [Turn] for a change of a time, in an import: its hooks do not run, so that nobody is notified, and it uses up no
// rate.
func TurnAt[T any, R Row[T]](tx *gorm.DB, s *Switch, row T, on bool, at time.Time) (T, error) {
	then := *s
	then.Clock = func() time.Time { return at }
	return Turn[T, R](tx.Session(&gorm.Session{SkipHooks: true}), &then, row, on, func() error { return nil })
}

// Once returns a function that counts one change to on against the rate of the pair, however often it is called: a
// transaction that runs again must not use up the rate. It returns apperr.ErrTooMany when there were too many.
func (s *Switch) Once(ctx context.Context, m Mapping) func() error {
	return sync.OnceValue(func() error { return s.allow(ctx, m) })
}

// Which returns the ids among others whose pairs with the first id of start are on. Absent ids are off.
func Which[T any, R Row[T]](ctx context.Context, s *Switch, start T, others []int64) (map[int64]bool, error) {
	on := make(map[int64]bool, len(others))
	if len(others) == 0 {
		return on, nil
	}
	m := R(&start).Mapping()
	in, args := database.InList(others, m.IDs[0], true)
	query := "SELECT " + m.Pair[1] + " FROM " + m.Table + " WHERE " + m.Pair[0] + " = ? AND " + m.State + " = ? AND " + m.Pair[1] + " IN " + in
	ids, err := database.Collect(s.DB.Reader(ctx), func(id *int64) []any { return []any{id} }, len(others), query, args...)
	if err != nil {
		return nil, fmt.Errorf("load which of %d pairs of %s %d are on: %w", len(others), m.Name, m.IDs[0], err)
	}
	for _, id := range ids {
		on[id] = true
	}
	return on, nil
}

// allow counts a change to on against the rate of its pair.
func (s *Switch) allow(ctx context.Context, m Mapping) error {
	wait, err := limit.Allow(ctx, s.Limiter, fmt.Sprintf("toggle:%s:%d:%d", m.Name, m.IDs[0], m.IDs[1]), s.Rate)
	if err != nil {
		return fmt.Errorf("limit the rate of %s: %w", m, err)
	}
	if wait > 0 {
		return apperr.ErrTooMany.After(wait)
	}
	return nil
}

// load reads the id and the state of the row of the pair and reports whether there is one. It does not lock the row, because
// Lock holds the pair, and on MySQL the lock of a missing row is one of a gap, which deadlocks with that of another pair.
func load(tx *gorm.DB, m Mapping) (stored bool, err error) {
	if m.Known {
		return *m.ID != 0, nil
	}
	query := "SELECT id, " + m.State + " FROM " + m.Table + " WHERE " + m.Pair[0] + " = ? AND " + m.Pair[1] + " = ?"
	err = database.Each(tx, query, []any{m.IDs[0], m.IDs[1]}, func(row database.Scanner) error {
		stored = true
		return row.Scan(m.ID, m.On)
	})
	if err != nil {
		return false, fmt.Errorf("load %s: %w", m, err)
	}
	return stored, nil
}

// save stores a row that has changed. Its AfterSave hook runs here.
func save(tx *gorm.DB, row any, m Mapping, stored bool) error {
	if !stored {
		if err := tx.Create(row).Error; err != nil {
			return fmt.Errorf("create %s: %w", m, err)
		}
		return nil
	}
	done := tx.Model(row).Select(m.Changed).Updates(row)
	if done.Error != nil {
		return fmt.Errorf("update %s: %w", m, done.Error)
	}
	if done.RowsAffected != 1 { // the hook has notified already, which only a rollback takes back
		return fmt.Errorf("update %s: %d rows affected, want 1", m, done.RowsAffected)
	}
	return nil
}

// String names the row in errors.
func (m Mapping) String() string {
	return fmt.Sprintf("%s of %s %d and %s %d", m.Name, m.Pair[0], m.IDs[0], m.Pair[1], m.IDs[1])
}
