package toggle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
)

// Wave is a toggle of the tests: one ship waves at another one.
type Wave struct {
	ID       int64 `gorm:"primaryKey;autoIncrement"`
	FromID   int64 `gorm:"uniqueIndex:idx_waves_pair,priority:1"`
	ToID     int64 `gorm:"uniqueIndex:idx_waves_pair,priority:2"`
	IsWaving bool
	WavedAt  time.Time `gorm:"precision:6"`

	change toggle.Change
	log    *log
}

// log records the steps of a Set in their order.
type log struct {
	steps    []string
	notified int
	lockErr  error
	countErr error
}

func (l *log) add(format string, args ...any) {
	l.steps = append(l.steps, fmt.Sprintf(format, args...))
}

func (w *Wave) Mapping() toggle.Mapping {
	return toggle.Mapping{
		Name: "wave", Table: "waves", Pair: [2]string{"from_id", "to_id"}, IDs: [2]int64{w.FromID, w.ToID},
		State: "is_waving", Changed: []string{"is_waving", "waved_at"}, ID: &w.ID, On: &w.IsWaving,
	}
}

func (w *Wave) Lock(*gorm.DB) error {
	w.log.add("lock")
	return w.log.lockErr
}

func (w *Wave) Toggle(on bool, now time.Time) bool {
	changed := w.change.Set(&w.IsWaving, on)
	if changed {
		w.WavedAt = now
	}
	w.log.add("toggle to %v: %v", on, changed)
	return changed
}

func (w *Wave) Count(_ *gorm.DB, delta int64) error {
	w.log.add("count %+d", delta)
	return w.log.countErr
}

func (w *Wave) AfterSave(tx *gorm.DB) error {
	if w.change.TurnedOn(tx, w.ID) {
		w.log.add("notify")
		w.log.notified++
	}
	return nil
}

// fleet is a database with a table of waves, and the switch that toggles them.
type fleet struct {
	*toggle.Switch
	log     *log
	limiter *limiter
	clock   *testkit.Clock
}

// limiter records what it is asked, and refuses when it is told to.
type limiter struct {
	limit.Limiter
	log  *log
	wait time.Duration
	err  error
}

func (l *limiter) Take(_ context.Context, key string, r limit.Rate, n int) (limit.Quota, error) {
	l.log.add("allow %s at %d", key, n*r.Count)
	return limit.Quota{RetryAfter: l.wait}, l.err
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{log: &log{}, clock: testkit.NewClock()}
	f.limiter = &limiter{log: f.log}
	f.Switch = &toggle.Switch{
		DB: testkit.EmptyDB(t), Limiter: f.limiter, Rate: limit.Rate{Count: 3, Per: time.Minute}, Clock: f.clock.Now,
	}
	f.write(t, func(tx *gorm.DB) error { return tx.Migrator().CreateTable(&Wave{}) })
	return f
}

func (f *fleet) write(t *testing.T, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := f.DB.Tx(t.Context(), fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// set turns the wave of ship 1 at ship 2 on or off.
func (f *fleet) set(t *testing.T, on bool) (Wave, error) {
	t.Helper()
	f.log.steps = nil
	return toggle.Set(t.Context(), f.Switch, Wave{FromID: 1, ToID: 2, log: f.log}, on)
}

func (f *fleet) mustSet(t *testing.T, on bool) Wave {
	t.Helper()
	w, err := f.set(t, on)
	if err != nil {
		t.Fatalf("set %v: %v", on, err)
	}
	return w
}

func (f *fleet) wantSteps(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, f.log.steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func (f *fleet) rows(t *testing.T) []Wave {
	t.Helper()
	var rows []Wave
	if err := f.DB.Reader(t.Context()).Order("id").Find(&rows).Error; err != nil {
		t.Fatalf("load the waves: %v", err)
	}
	return rows
}

func TestTheFirstChangeToOnCreatesTheRow(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	w := f.mustSet(t, true)
	f.wantSteps(t, "lock", "toggle to true: true", "allow toggle:wave:1:2 at 3", "count +1", "notify")
	rows := f.rows(t)
	if len(rows) != 1 || rows[0].ID != w.ID || !rows[0].IsWaving || !rows[0].WavedAt.Equal(database.Time(f.clock.Now())) {
		t.Errorf("rows %+v, want the returned %+v", rows, w)
	}
}

func TestRepeatingAStateWritesNothing(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	first := f.mustSet(t, true)
	f.clock.Advance(time.Minute)
	if again := f.mustSet(t, true); again.ID != first.ID || !again.IsWaving {
		t.Errorf("the second call returned %+v, want %+v", again, first)
	}
	if rows := f.rows(t); len(rows) != 1 || !rows[0].WavedAt.Equal(first.WavedAt) {
		t.Errorf("rows %+v, want %+v", rows, first)
	}
	f.wantSteps(t, "lock", "toggle to true: false")
}

func TestTurningOffWhatWasNeverOnStoresNothing(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	if w := f.mustSet(t, false); w.ID != 0 || w.IsWaving || w.FromID != 1 || w.ToID != 2 {
		t.Errorf("returned %+v, want the pair without an id, off", w)
	}
	f.wantSteps(t, "lock", "toggle to false: false")
	if rows := f.rows(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
}

func TestTheRowKeepsItsIDWhenItIsTurnedOffAndOn(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	id := f.mustSet(t, true).ID
	if w := f.mustSet(t, false); w.ID != id || w.IsWaving {
		t.Errorf("turned off: %+v, want row %d, off", w, id)
	}
	f.wantSteps(t, "lock", "toggle to false: true", "count -1")
	f.clock.Advance(time.Minute)
	f.mustSet(t, true)
	f.wantSteps(t, "lock", "toggle to true: true", "allow toggle:wave:1:2 at 3", "count +1", "notify")
	rows := f.rows(t)
	if len(rows) != 1 || rows[0].ID != id || !rows[0].IsWaving || !rows[0].WavedAt.Equal(database.Time(f.clock.Now())) {
		t.Errorf("rows %+v, want row %d, on since now", rows, id)
	}
}

func TestASetThatFailsWritesNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		breakIt func(f *fleet)
		want    error
		last    string // step
	}{
		"lock":    {func(f *fleet) { f.log.lockErr = broken }, broken, "lock"},
		"limiter": {func(f *fleet) { f.limiter.err = broken }, broken, "allow toggle:wave:1:2 at 3"},
		"refusal": {func(f *fleet) { f.limiter.wait = time.Second }, apperr.ErrTooMany, "allow toggle:wave:1:2 at 3"},
		"count":   {func(f *fleet) { f.log.countErr = broken }, broken, "count +1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t)
			c.breakIt(f)
			w, err := f.set(t, true)
			if !errors.Is(err, c.want) || w != (Wave{}) {
				t.Errorf("returned %+v and %v, want nothing and %v", w, err, c.want)
			}
			if got := f.log.steps[len(f.log.steps)-1]; got != c.last {
				t.Errorf("the last step is %q, want %q", got, c.last)
			}
			if rows := f.rows(t); len(rows) != 0 {
				t.Errorf("rows %+v, want none", rows)
			}
		})
	}
}

func TestARefusalSaysWhenToRetry(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.limiter.wait = 20 * time.Second
	_, err := f.set(t, true)
	if e, ok := errors.AsType[*apperr.Error](err); !ok || e.RetryAfter != 20*time.Second {
		t.Errorf("%v, want to retry after 20 s", err)
	}
}

func TestTurningOffIsNeverRefused(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.mustSet(t, true)
	f.limiter.wait = time.Second
	f.mustSet(t, false)
}

// deadlocks makes the next creations fail as a deadlock on MySQL does, after the row was inserted.
func (f *fleet) deadlocks(t *testing.T, times int) {
	t.Helper()
	f.write(t, func(tx *gorm.DB) error {
		return tx.Callback().Create().After("gorm:after_create").Register("test:deadlock", func(db *gorm.DB) {
			if times--; times >= 0 {
				_ = db.AddError(&mysql.MySQLError{Number: 1213, Message: "Deadlock found"})
			}
		})
	})
}

func TestARetriedTransactionCountsOnceAgainstTheRate(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.deadlocks(t, 3)
	f.mustSet(t, true)
	once := []string{"lock", "toggle to true: true", "allow toggle:wave:1:2 at 3", "count +1", "notify"}
	retry := []string{"lock", "toggle to true: true", "count +1", "notify"}
	f.wantSteps(t, slices.Concat(once, retry, retry, retry)...)
	if rows := f.rows(t); len(rows) != 1 {
		t.Errorf("rows %+v, want one", rows)
	}
}

func TestARowThatVanishesBeforeItsUpdateIsAnError(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.mustSet(t, true)
	f.mustSet(t, false)
	f.write(t, func(tx *gorm.DB) error {
		return tx.Callback().Update().Before("gorm:update").Register("test:delete", func(db *gorm.DB) {
			_ = db.AddError(db.Session(&gorm.Session{NewDB: true}).Exec("DELETE FROM waves").Error)
		})
	})
	if _, err := f.set(t, true); err == nil || !strings.Contains(err.Error(), "update wave of from_id 1 and to_id 2: 0 rows affected") {
		t.Errorf("error %v, want one that says that no row was updated", err)
	}
	if rows := f.rows(t); len(rows) != 1 || rows[0].IsWaving {
		t.Errorf("rows %+v, want the rolled back one, off", rows)
	}
}

func TestOnlyTheFirstSaveAfterAChangeToOnNotifies(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		save func(tx *gorm.DB, w *Wave) error
		want int
	}{
		"create": {func(tx *gorm.DB, w *Wave) error {
			w.Toggle(true, now)
			return tx.Create(w).Error
		}, 1},
		"create without a toggle": {func(tx *gorm.DB, w *Wave) error {
			w.IsWaving = true
			return tx.Create(w).Error
		}, 0},
		"save twice": {func(tx *gorm.DB, w *Wave) error {
			w.Toggle(true, now)
			return errors.Join(tx.Save(w).Error, tx.Save(w).Error)
		}, 1},
		"on and off": {func(tx *gorm.DB, w *Wave) error {
			w.Toggle(true, now)
			w.Toggle(false, now)
			return tx.Create(w).Error
		}, 0},
		"upsert": {func(tx *gorm.DB, w *Wave) error {
			w.Toggle(true, now)
			return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(w).Error
		}, 0},
		"update without an id": {func(tx *gorm.DB, w *Wave) error {
			w.Toggle(true, now)
			return tx.Model(w).Where("from_id = 7").Select("is_waving").Updates(w).Error
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t)
			f.write(t, func(tx *gorm.DB) error { return c.save(tx, &Wave{FromID: 1, ToID: 2, WavedAt: now, log: f.log}) })
			if f.log.notified != c.want {
				t.Errorf("notified %d times, want %d", f.log.notified, c.want)
			}
		})
	}
}
