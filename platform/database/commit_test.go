package database

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// committing is a migrated schema behind a proxy, with a table t of one column n.
type committing struct {
	*DB
	t     *testing.T
	cfg   *mysql.Config // through the proxy
	proxy *fault.Proxy
	admin *sql.DB // not through the proxy
}

// newCommitting needs the server in CINECIRCLE_TEST_DSN, and returns nil without one.
func newCommitting(t *testing.T) *committing {
	t.Helper()
	dsn := os.Getenv("CINECIRCLE_TEST_DSN")
	if dsn == "" {
		t.Log("needs a MySQL server in CINECIRCLE_TEST_DSN")
		return nil
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg.ReadTimeout = time.Second
	plain := cfg.Clone()
	delete(plain.Params, ServerVersionParam)
	plain.DBName, plain.ReadTimeout = "", 0
	admin, err := sql.Open("mysql", plain.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	c := &committing{t: t, admin: admin}
	name := fmt.Sprintf("cinecircle_commit_%d", time.Now().UnixNano())
	c.run("CREATE DATABASE " + name)
	t.Cleanup(func() { c.run("DROP DATABASE " + name) })
	c.proxy = fault.NewProxy(t, cfg.Addr)
	cfg.Addr, cfg.DBName = c.proxy.Addr, name
	c.cfg = cfg
	c.DB, err = Open(t.Context(), Config{Driver: MySQL, DSN: cfg.FormatDSN()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.run("CREATE TABLE " + name + ".t (n INT PRIMARY KEY)")
	return c
}

func (c *committing) run(statement string) {
	c.t.Helper()
	if _, err := c.admin.Exec(statement); err != nil {
		c.t.Fatalf("%s: %v", statement, err)
	}
}

// onCommit does what act returns with the first COMMIT from now on.
func (c *committing) onCommit(act func() fault.Action) {
	var once sync.Once
	c.proxy.Intercept(func(sent []byte) (action fault.Action) {
		if bytes.Contains(sent, []byte("\x03COMMIT")) { // a command of the protocol, COM_QUERY
			once.Do(func() { action = act() })
		}
		return action
	})
}

// insert inserts n, and returns how often that was attempted and how often it was announced.
func (c *committing) insert(n int) (attempts, announced int, err error) {
	err = c.Tx(c.t.Context(), func(tx *gorm.DB) error {
		attempts++
		AfterCommit(tx, func() { announced++ })
		return tx.Exec("INSERT INTO t VALUES (?)", n).Error
	})
	return attempts, announced, err
}

// count returns the number of rows that a query finds.
func (c *committing) count(query string, args ...any) (n int) {
	c.t.Helper()
	if err := c.Row(c.t.Context(), query, args...).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

const countRow, countMarkers = "SELECT COUNT(*) FROM t WHERE n = ?", "SELECT COUNT(*) FROM commit_markers"

func TestLostCommitIsLookedUp(t *testing.T) {
	t.Parallel()
	c := newCommitting(t)
	if c == nil {
		return
	}
	for i, want := range []struct {
		action   fault.Action
		attempts int
	}{
		{fault.Forward, 1},
		{fault.CutResponse, 1}, // it was committed
		{fault.CutRequest, 2},  // it was not, and is run again
		{fault.CutResponse, 1},
	} {
		c.onCommit(func() fault.Action { return want.action })
		attempts, announced, err := c.insert(i)
		if err != nil || attempts != want.attempts || announced != 1 {
			t.Errorf("action %d: error %v, %d attempts, announced %d times; want %d attempts, announced once",
				want.action, err, attempts, announced, want.attempts)
		}
		if n := c.count(countRow, i); n != 1 {
			t.Errorf("action %d: %d rows, want 1", want.action, n)
		}
	}
}

func TestTransactionThatWroteNothingIsRunAgain(t *testing.T) {
	t.Parallel()
	c := newCommitting(t)
	if c == nil {
		return
	}
	for _, action := range []fault.Action{fault.CutRequest, fault.CutResponse} {
		c.onCommit(func() fault.Action { return action })
		attempts := 0
		err := c.Tx(t.Context(), func(tx *gorm.DB) error {
			attempts++
			return ForUpdate(tx).Table("t").Find(&[]map[string]any{}).Error
		})
		if err != nil || attempts != 2 {
			t.Errorf("action %d: error %v, %d attempts, want 2", action, err, attempts)
		}
	}
}

func TestOutcomeIsUnknownWhileTheServerStaysAway(t *testing.T) {
	t.Parallel()
	c := newCommitting(t)
	if c == nil {
		return
	}
	c.markers.timeout = 500 * time.Millisecond
	c.onCommit(func() fault.Action {
		go c.proxy.Close() // which waits for this connection
		return fault.CutResponse
	})
	_, announced, err := c.insert(1)
	e, _ := errors.AsType[*apperr.Error](err)
	if !errors.Is(e, apperr.ErrOutcomeUnknown) || e.RetryAfter != 0 || announced != 0 {
		t.Errorf("got %v, announced %d times; want outcome_unknown without a time to retry", err, announced)
	}
	c.proxy.Open(t)
	eventually(t, func() string {
		if _, _, err := c.insert(2); err != nil {
			return err.Error()
		}
		return ""
	})
}

// The server keeps a transaction whose client has vanished, and with it the locks, for hours.
func TestTransactionOfALostConnectionIsEnded(t *testing.T) {
	t.Parallel()
	c := newCommitting(t)
	if c == nil {
		return
	}
	cfg := c.cfg.Clone()
	delete(cfg.Params, ServerVersionParam)
	cfg.ReadTimeout, cfg.Params = 5*time.Second, map[string]string{"innodb_lock_wait_timeout": "1"} // of five seconds
	pool, err := sql.Open("mysql", cfg.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	c.markers.pool = pool
	c.onCommit(func() fault.Action { return fault.DropRequest })
	attempts, announced, err := c.insert(1)
	if err != nil || attempts != 2 || announced != 1 {
		t.Errorf("error %v, %d attempts, announced %d times; want 2 attempts, announced once", err, attempts, announced)
	}
	if n := c.count(countRow, 1); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestMarkersAreAsManyAsConcurrentWrites(t *testing.T) {
	t.Parallel()
	c := newCommitting(t)
	if c == nil {
		return
	}
	var next atomic.Int64
	const writers = 4
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range 20 {
				if _, _, err := c.insert(int(next.Add(1))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := c.count(countMarkers); n < 1 || n > writers {
		t.Errorf("%d markers after the writes of %d at once", n, writers)
	}
	before := c.count("SELECT COALESCE(SUM(mark), 0) FROM commit_markers")
	for name, fn := range map[string]func(tx *gorm.DB) error{
		"only reads":     func(tx *gorm.DB) error { return ForUpdate(tx).Table("t").Find(&[]map[string]any{}).Error },
		"changes no row": func(tx *gorm.DB) error { return tx.Exec("UPDATE t SET n = n WHERE n > 0").Error },
		"fails":          func(tx *gorm.DB) error { return errors.Join(tx.Exec("INSERT INTO t VALUES (0)").Error, sql.ErrNoRows) },
	} {
		_ = c.Tx(t.Context(), fn)
		if after := c.count("SELECT COALESCE(SUM(mark), 0) FROM commit_markers"); after != before {
			t.Errorf("a transaction that %s left a mark", name)
		}
	}
	if err := c.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("UPDATE commit_markers SET marked_at = UTC_TIMESTAMP() - INTERVAL 25 HOUR").Error
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := c.count(countMarkers); n > 1 { // that of the update is new
		t.Errorf("%d markers are left of processes that ended", n)
	}
	for range 2 { // this process goes on without its rows
		if _, _, err := c.insert(int(next.Add(1))); err != nil {
			t.Errorf("after the sweep: %v", err)
		}
	}
}
