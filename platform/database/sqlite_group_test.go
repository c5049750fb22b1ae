package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
)

func openGroup(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), Config{Driver: SQLite, DSN: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	db.group.batchTime = time.Hour // so that a busy machine splits no batch
	for _, table := range []string{
		"CREATE TABLE rows (name TEXT NOT NULL)",
		"CREATE TABLE parents (id INTEGER PRIMARY KEY)",
		"CREATE TABLE children (parent INTEGER NOT NULL REFERENCES parents (id))",
	} {
		if err := db.Tx(t.Context(), exec(table)); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func exec(statement string, args ...any) func(tx *gorm.DB) error {
	return func(tx *gorm.DB) error { return tx.Exec(statement, args...).Error }
}

func insert(name string) func(tx *gorm.DB) error {
	return exec("INSERT INTO rows (name) VALUES (?)", name)
}

func (d *DB) names(t *testing.T) (names []string) {
	t.Helper()
	if err := d.Reader(t.Context()).Table("rows").Order("name").Pluck("name", &names).Error; err != nil {
		t.Fatal(err)
	}
	return names
}

// together runs bodies as members of one batch, in their order, and returns their errors.
func together(t *testing.T, d *DB, bodies ...func(tx *gorm.DB) error) []error {
	t.Helper()
	errs := make([]error, len(bodies))
	<-d.group.enqueue() // nobody begins before all are in the queue
	var wg sync.WaitGroup
	for i, body := range bodies {
		wg.Go(func() { errs[i] = d.Tx(t.Context(), body) })
		d.group.awaitWaiting(i + 1)
	}
	d.group.unlock()
	wg.Wait()
	return errs
}

func (g *group) awaitWaiting(n int) {
	for {
		g.mu.Lock()
		there := len(g.queue)
		g.mu.Unlock()
		if there >= n {
			return
		}
		runtime.Gosched()
	}
}

func TestWaitingWritersShareACommit(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	seen := map[*batch]bool{} // guarded by the lock of the group
	see := func(name string) func(tx *gorm.DB) error {
		return func(tx *gorm.DB) error {
			seen[d.group.open] = true
			if got := d.names(t); len(got) > 0 {
				t.Errorf("rows %v are visible before the commit", got)
			}
			return insert(name)(tx)
		}
	}
	errs := together(t, d, see("a"), see("b"), see("c"))
	if err := errors.Join(errs...); err != nil || len(seen) != 1 || len(d.names(t)) != 3 {
		t.Errorf("error %v, %d transactions, rows %v", err, len(seen), d.names(t))
	}
}

func TestBatchIsLimited(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	sizes := map[*batch]int{}
	bodies := make([]func(tx *gorm.DB) error, 3*maxMembers)
	for i := range bodies {
		bodies[i] = func(tx *gorm.DB) error {
			sizes[d.group.open]++
			return insert(strconv.Itoa(i))(tx)
		}
	}
	if err := errors.Join(together(t, d, bodies...)...); err != nil || len(d.names(t)) != len(bodies) {
		t.Errorf("%v; %d rows", err, len(d.names(t)))
	}
	for _, n := range sizes {
		if n > maxMembers {
			t.Errorf("a transaction has %d members", n)
		}
	}
}

func TestFailureRollsBackOnlyItsOwnMember(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	no := errors.New("no")
	fail := func(tx *gorm.DB) error { return errors.Join(insert("lost")(tx), no) }
	for name, errs := range map[string][]error{
		"first":  together(t, d, fail, insert("a"), insert("b")),
		"middle": together(t, d, insert("c"), fail, insert("d")),
		"last":   together(t, d, insert("e"), insert("f"), fail),
	} {
		failed := 0
		for _, err := range errs {
			if errors.Is(err, no) {
				failed++
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if failed != 1 {
			t.Errorf("%s: %d failed", name, failed)
		}
	}
	if got := d.names(t); len(got) != 6 {
		t.Errorf("rows %v", got)
	}
}

func TestPanicAndGoexitRollBackOnlyTheirOwnMember(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	panics := func(tx *gorm.DB) error {
		_ = insert("lost")(tx) // rolled back
		panic("no")
	}
	var wg sync.WaitGroup
	<-d.group.enqueue()
	for i, body := range []func(tx *gorm.DB) error{insert("a"), panics, insert("b"), func(tx *gorm.DB) error {
		_ = insert("lost")(tx) // rolled back
		runtime.Goexit()
		return nil
	}, insert("c")} {
		wg.Go(func() {
			defer func() { _ = recover() }()
			if err := d.Tx(t.Context(), body); err != nil {
				t.Error(err)
			}
		})
		d.group.awaitWaiting(i + 1)
	}
	d.group.unlock()
	wg.Wait()
	if got := d.names(t); len(got) != 3 {
		t.Errorf("rows %v", got)
	}
}

func TestLostTransactionIsRetriedForTheOtherMembers(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	// As SQLite does by itself when the disk is full or a statement is interrupted.
	broken := errors.New("broken")
	breaks := func(tx *gorm.DB) error { return errors.Join(insert("lost")(tx), exec("ROLLBACK")(tx), broken) }
	ran := 0
	first := func(tx *gorm.DB) error { ran++; return insert("a")(tx) }
	errs := together(t, d, first, breaks, insert("b"))
	if errs[0] != nil || !errors.Is(errs[1], broken) || errs[2] != nil || ran != 2 {
		t.Errorf("%v; the first ran %d times", errs, ran)
	}
	if got := d.names(t); len(got) != 2 {
		t.Errorf("rows %v", got)
	}
}

// openUnique is openGroup with a unique index on the names.
func openUnique(t *testing.T) *DB {
	t.Helper()
	d := openGroup(t)
	if err := d.Tx(t.Context(), exec("CREATE UNIQUE INDEX idx_rows_name ON rows (name)")); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFailedMemberReturnsAfterTheCommit(t *testing.T) {
	t.Parallel()
	d := openUnique(t)
	back, read := make(chan struct{}), []string{}
	var wg sync.WaitGroup
	<-d.group.enqueue()
	for i, do := range []func() error{
		func() error { return d.Tx(t.Context(), insert("a")) },
		func() error {
			if err := d.Tx(t.Context(), insert("a")); !errors.Is(err, gorm.ErrDuplicatedKey) {
				return fmt.Errorf("the second: %w", err)
			}
			read = d.names(t)
			close(back)
			return nil
		},
		func() error {
			return d.Tx(t.Context(), func(tx *gorm.DB) error {
				select {
				case <-back:
					t.Error("the second member returned before the commit")
				case <-time.After(50 * time.Millisecond): // long enough for a caller that does not wait
				}
				return insert("b")(tx)
			})
		},
	} {
		wg.Go(func() {
			if err := do(); err != nil {
				t.Error(err)
			}
		})
		d.group.awaitWaiting(i + 1)
	}
	d.group.unlock()
	wg.Wait()
	if len(read) != 2 {
		t.Errorf("the second member reads %v", read)
	}
}

func TestMemberThatFailedInALostTransactionIsRetried(t *testing.T) {
	t.Parallel()
	d := openUnique(t)
	broken := errors.New("broken")
	ran := 0
	second := func(tx *gorm.DB) error { ran++; return insert("a")(tx) }
	errs := together(t, d, insert("a"), second, func(tx *gorm.DB) error { return errors.Join(exec("ROLLBACK")(tx), broken) })
	late := 0
	for _, err := range errs[:2] {
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			late++
		} else if err != nil {
			t.Error(err)
		}
	}
	if ran != 2 || late != 1 || !errors.Is(errs[2], broken) || len(d.names(t)) != 1 {
		t.Errorf("%v; the second ran %d times, rows %v", errs, ran, d.names(t))
	}
}

func TestFailedCommitFailsForAllMembers(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	happened := func(tx *gorm.DB) error {
		AfterCommit(tx, func() { t.Error("a function ran although the commit failed") })
		return insert("lost")(tx)
	}
	late := func(tx *gorm.DB) error { // a violation that SQLite finds at the commit
		return errors.Join(exec("PRAGMA defer_foreign_keys = ON")(tx), exec("INSERT INTO children (parent) VALUES (?)", 7)(tx))
	}
	for i, err := range together(t, d, happened, late, happened) {
		if sqliteCode(err) != sqliteConstraintForeignKey {
			t.Errorf("%d: %v", i, err)
		}
	}
	if got := d.names(t); len(got) > 0 {
		t.Errorf("rows %v", got)
	}
	if err := d.Tx(t.Context(), insert("after")); err != nil {
		t.Errorf("write after the failed commit: %v", err)
	}
}

func TestCancelledCallerLeavesTheQueue(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	<-d.group.enqueue()
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- d.Tx(ctx, insert("gone")) }()
	d.group.awaitWaiting(1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	d.group.unlock()
	if err := d.Tx(t.Context(), insert("a")); err != nil || len(d.names(t)) != 1 {
		t.Errorf("%v, rows %v", err, d.names(t))
	}
}

func TestCancelledHolderPassesTheLockOn(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancels := func(tx *gorm.DB) error { // of the second member, which gets the lock after it
		cancel()
		return insert("a")(tx)
	}
	<-d.group.enqueue()
	errs := make([]error, 3)
	var wg sync.WaitGroup
	for i, one := range []struct {
		ctx  context.Context
		body func(tx *gorm.DB) error
	}{{t.Context(), cancels}, {ctx, insert("gone")}, {t.Context(), insert("b")}} {
		wg.Go(func() { errs[i] = d.Tx(one.ctx, one.body) })
		d.group.awaitWaiting(i + 1)
	}
	d.group.unlock()
	wg.Wait()
	if errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil || len(d.names(t)) != 2 {
		t.Errorf("%v, rows %v", errs, d.names(t))
	}
}

func TestAloneRunsOutsideOfTransactions(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	errs := make([]error, 3)
	var wg sync.WaitGroup
	<-d.group.enqueue()
	for i, do := range []func() error{
		func() error { return d.Tx(t.Context(), insert("a")) },
		func() error {
			return d.Alone(t.Context(), func(c *sql.Conn) error {
				if got := d.names(t); len(got) != 1 {
					t.Errorf("rows %v", got)
				}
				_, err := c.ExecContext(t.Context(), "PRAGMA synchronous = OFF") // SQLite refuses it in a transaction
				return err
			})
		},
		func() error { return d.Tx(t.Context(), insert("b")) },
	} {
		wg.Go(func() { errs[i] = do() })
		d.group.awaitWaiting(i + 1)
	}
	d.group.unlock()
	wg.Wait()
	var level int
	err := d.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Raw("PRAGMA synchronous").Scan(&level).Error })
	if err := errors.Join(errors.Join(errs...), err); err != nil || level != 0 || len(d.names(t)) != 2 {
		t.Errorf("%v; synchronous = %d, rows %v", err, level, d.names(t))
	}
}

func TestWriterHasItsSettingsAgainAfterALostConnectionAndAfterBulk(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	for range 2 {
		for pragma, want := range map[string]int{"cache_size": -plainCache, "wal_autocheckpoint": plainCheckpoint, "busy_timeout": lockPoll} {
			err := d.Alone(t.Context(), func(c *sql.Conn) error {
				var got int
				err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got)
				if got != want {
					t.Errorf("%s is %d, want %d", pragma, got, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		d.group.conn.discard()
		restore, err := d.Bulk(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := restore(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriteAfterCloseFails(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), Config{Driver: SQLite, DSN: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Tx(t.Context(), exec("CREATE TABLE rows (name TEXT)")), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(t.Context(), insert("a")); err == nil {
		t.Error("a closed group wrote")
	}
}

func TestPreparedStatementsAreLimited(t *testing.T) {
	t.Parallel()
	d := openGroup(t)
	for i := range 2 * maxStatements {
		if err := d.Tx(t.Context(), exec("INSERT INTO rows (name) VALUES (?) -- "+strconv.Itoa(i), "a")); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(d.group.conn.statements); n > maxStatements+3 { // besides BEGIN, SAVEPOINT and COMMIT
		t.Errorf("%d prepared statements are kept", n)
	}
}
