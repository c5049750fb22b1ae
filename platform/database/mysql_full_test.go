package database

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// full is a server without a free connection until a time.
type full struct {
	driver.Connector
	until time.Time
}

func (f *full) Connect(context.Context) (driver.Conn, error) {
	if time.Now().Before(f.until) {
		return nil, &mysql.MySQLError{Number: 1040, Message: "Too many connections"}
	}
	return idleConn{}, nil
}

func (*full) Driver() driver.Driver { return nil }

// idleConn is a connection that can only be closed.
type idleConn struct{ driver.Conn }

func (idleConn) Close() error { return nil }

func TestCallersWaitForAFirstConnection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fullFor time.Duration
		refused bool
	}{{fullPatience / 2, false}, {time.Hour, true}} {
		synctest.Test(t, func(t *testing.T) {
			const conns, callers = 4, 100
			dialer := &mysqlDialer{Connector: &full{until: time.Now().Add(c.fullFor)}, timeout: time.Minute}
			pool := sql.OpenDB(dialer)
			defer pool.Close()
			pool.SetMaxOpenConns(conns)
			dialer.limit = &connLimit{configured: conns, current: conns, pool: pool, log: slog.New(slog.DiscardHandler)}
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					start := time.Now()
					conn, err := pool.Conn(t.Context())
					if errors.Is(err, apperr.ErrUnavailable) != c.refused || (err == nil) == c.refused {
						t.Errorf("full for %v: %v", c.fullFor, err)
					}
					if took := time.Since(start); took > fullPatience || took < min(c.fullFor, fullPatience) {
						t.Errorf("full for %v: a caller waited %v", c.fullFor, took)
					}
					if err == nil {
						_ = conn.Close()
					}
				})
			}
			all.Wait()
		})
	}
}

// An account may have three connections, of which another program has one for a time. The test needs the server in
// CINECIRCLE_TEST_DSN, with the right to make accounts.
func TestPoolAdaptsToWhatTheServerAllows(t *testing.T) {
	t.Parallel()
	dsn := os.Getenv("CINECIRCLE_TEST_DSN")
	if dsn == "" {
		t.Log("needs a MySQL server in CINECIRCLE_TEST_DSN")
		return
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	plain := cfg.Clone()
	delete(plain.Params, ServerVersionParam)
	admin, err := sql.Open("mysql", plain.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	name := fmt.Sprintf("full_%d", time.Now().UnixNano())
	run := func(statements ...string) {
		t.Helper()
		for _, s := range statements {
			if _, err := admin.Exec(s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	const allowed = 3
	limitTo := func(n int) { t.Helper(); run(fmt.Sprintf("ALTER USER %s@'%%' WITH MAX_USER_CONNECTIONS %d", name, n)) }
	run("CREATE DATABASE "+name, "CREATE USER "+name+"@'%' IDENTIFIED BY 'secret'", "GRANT ALL ON "+name+".* TO "+name+"@'%'")
	t.Cleanup(func() { run("DROP USER "+name+"@'%'", "DROP DATABASE "+name) })
	limitTo(allowed)
	cfg.User, cfg.Passwd, cfg.DBName = name, "secret", name
	var out bytes.Buffer
	d, err := Open(t.Context(), Config{
		Driver: MySQL, DSN: cfg.FormatDSN(), MaxOpenConns: 16, Logger: slog.New(slog.NewTextHandler(&out, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.MigrateUp(t.Context()); err != nil {
		t.Fatalf("migrate with %d connections: %v", allowed, err)
	}
	work := func() {
		t.Helper()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				err := d.Tx(t.Context(), func(tx *gorm.DB) error {
					var n int
					return tx.Raw("SELECT SLEEP(0.01)").Scan(&n).Error
				})
				if err != nil {
					t.Errorf("while the server allows %d connections: %v", allowed, err)
				}
			})
		}
		all.Wait()
	}
	limit := func() int { return d.pools["mysql"].Stats().MaxOpenConnections }
	work()
	if n := limit(); n > allowed {
		t.Errorf("the pool has up to %d connections, want %d", n, allowed)
	}
	if text := out.String(); !strings.Contains(text, "max_open_conns=16") || !strings.Contains(text, "1226") {
		t.Errorf("the log does not say why the pool is smaller: %s", text)
	}
	limitTo(0)
	for limit() < 16 {
		d.limit.raise() // instead of waiting for the timer
	}
	work()
	if n := limit(); n != 16 {
		t.Errorf("the pool has up to %d connections, want 16 again", n)
	}
}
