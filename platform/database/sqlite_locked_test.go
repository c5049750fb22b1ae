package database

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// lockFromOutside takes the write lock of the file as another program does, and returns a function that gives it back.
func lockFromOutside(t *testing.T, path, begin string) (unlock func()) {
	t.Helper()
	pool, err := sql.Open(sqliteDriver, "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), begin); err != nil {
		t.Fatal(err)
	}
	unlock = sync.OnceFunc(func() {
		if err := errors.Join(conn.Close(), pool.Close()); err != nil { // closing rolls back
			t.Error(err)
		}
	})
	t.Cleanup(unlock)
	return unlock
}

// openLocked returns a database whose file another connection has locked, and a function that unlocks it.
func openLocked(t *testing.T, begin string) (d *DB, unlock func()) {
	t.Helper()
	d = openGroup(t)
	return d, lockFromOutside(t, d.path, begin)
}

func TestWritersBehindAForeignLockAreRefusedTogether(t *testing.T) {
	t.Parallel()
	for _, begin := range []string{"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"} {
		d, unlock := openLocked(t, begin)
		d.group.lockTimeout = 300 * time.Millisecond
		tries := 0
		d.group.onBusy = func() { tries++ } // guarded by the lock of the group
		errs := together(t, d, insert("a"), insert("b"), insert("c"), insert("d"))
		for i, err := range errs {
			busy, ok := errors.AsType[*apperr.Error](err)
			if !ok || !errors.Is(err, apperr.ErrBusy) || busy.RetryAfter <= 0 {
				t.Errorf("%s: writer %d: got %v, want busy with a time to wait", begin, i, err)
			}
		}
		if tries == 0 {
			t.Errorf("%s: the lock was never asked for", begin)
		}
		unlock()
		if err := d.Tx(t.Context(), insert("after")); err != nil {
			t.Errorf("%s: write after the lock is gone: %v", begin, err)
		}
		if got := d.names(t); len(got) != 1 {
			t.Errorf("%s: got rows %v, want only the one written afterwards", begin, got)
		}
	}
}

func TestWritersGoOnWhenAForeignLockIsReleasedInTime(t *testing.T) {
	t.Parallel()
	d, unlock := openLocked(t, "BEGIN IMMEDIATE")
	d.group.lockTimeout = time.Hour
	d.group.onBusy = unlock // somebody waits
	if err := errors.Join(together(t, d, insert("a"), insert("b"))...); err != nil || len(d.names(t)) != 2 {
		t.Errorf("got %v and rows %v, want both", err, d.names(t))
	}
}

func TestCancelledWriterStopsWaitingForAForeignLock(t *testing.T) {
	t.Parallel()
	d, unlock := openLocked(t, "BEGIN IMMEDIATE")
	d.group.lockTimeout = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	d.group.onBusy = cancel
	if err := d.Tx(ctx, insert("gone")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	unlock()
	if err := d.Tx(t.Context(), insert("a")); err != nil || len(d.names(t)) != 1 {
		t.Errorf("got %v and rows %v", err, d.names(t))
	}
}

// A writer that leaves must not make the next one wait for a whole timeout again.
func TestTimeoutOfAForeignLockCountsForTheWholeQueue(t *testing.T) {
	t.Parallel()
	d, _ := openLocked(t, "BEGIN IMMEDIATE")
	d.group.lockTimeout = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	d.group.onBusy = func() {
		d.group.blockedSince = time.Now().Add(-2 * time.Hour)
		cancel()
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	<-d.group.enqueue()
	for i, ctx := range []context.Context{ctx, t.Context()} {
		wg.Go(func() { errs[i] = d.Tx(ctx, insert("a")) })
		d.group.awaitWaiting(i + 1)
	}
	d.group.unlock()
	wg.Wait()
	if !errors.Is(errs[1], apperr.ErrBusy) {
		t.Errorf("the second got %v, want busy", errs[1])
	}
}

func TestWriteWhoseDeadlinePassedIsRolledBack(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := d.Tx(ctx, func(tx *gorm.DB) error {
		err := insert("lost")(tx)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) || len(d.names(t)) > 0 {
		t.Errorf("got %v and rows %v, want nothing stored", err, d.names(t))
	}
}
