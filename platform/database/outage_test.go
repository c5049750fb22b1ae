package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

func TestOutageIsDistinguishedFromAWrongQuery(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for err, want := range map[error]bool{
		dial:                               true,
		mysql.ErrInvalidConn:               true,
		driver.ErrBadConn:                  true,
		&mysql.MySQLError{Number: 1021}:    true,
		&mysql.MySQLError{Number: 1040}:    true,
		&mysql.MySQLError{Number: 1053}:    true,
		&mysql.MySQLError{Number: 1213}:    false, // deadlock
		&mysql.MySQLError{Number: 1064}:    false, // syntax
		&mysql.MySQLError{Number: 1406}:    false, // too long
		gorm.ErrRecordNotFound:             false,
		gorm.ErrDuplicatedKey:              false,
		sql.ErrNoRows:                      false,
		context.Canceled:                   false,
		errors.New("something went amiss"): false,
	} {
		got := unavailable(fmt.Errorf("load it: %w", err))
		down, ok := errors.AsType[*apperr.Error](got)
		if ok != want || ok && (!errors.Is(got, apperr.ErrUnavailable) || down.RetryAfter != retryAfter) {
			t.Errorf("%v became %v, want unavailable: %v", err, got, want)
		}
		if !errors.Is(got, err) {
			t.Errorf("%v is not wrapped in %v", err, got)
		}
	}
	if unavailable(nil) != nil {
		t.Error("nil became an error")
	}
}

// The numbers are those that servers, Galera, group replication, ProxySQL and MaxScale send on an open connection.
func TestRefusalOfTheServerIsUnavailable(t *testing.T) {
	for _, number := range []uint16{
		1021, 1030, 1036, 1037, 1040, 1041, 1045, 1047, 1053, 1114, 1129, 1142, 1152, 1158, 1159, 1160, 1161, 1180, 1203, 1226,
		1290, 1317, 1461, 1792, 1820, 1836, 1874, 1927, 1969, 2003, 2006, 2013, 3024, 3032, 3100, 3168, 3169, 4031, 9001, 9006,
	} {
		sent := &mysql.MySQLError{Number: number, Message: "no"}
		on := refusingPool{err: sent}
		db, err := open(mysqlDialector{&gormmysql.Dialector{Config: &gormmysql.Config{
			Conn: on, ServerVersion: "8.4.0", SkipInitializeWithVersion: true, DisableWithReturning: true,
		}}}, Config{Clock: time.Now, Logger: slog.New(slog.DiscardHandler)}, false)
		if err != nil {
			t.Fatal(err)
		}
		d := &DB{driver: MySQL, writer: db, reader: db}
		var n int
		for what, err := range map[string]error{
			"row":    d.Row(t.Context(), "SELECT 1").Scan(&n),
			"find":   d.Reader(t.Context()).Table("t").Find(&[]map[string]any{}).Error,
			"each":   Each(d.Reader(t.Context()), "SELECT 1", nil, func(Scanner) error { return nil }),
			"write":  d.writer.WithContext(t.Context()).Exec("UPDATE t SET a = 1").Error,
			"insert": d.writer.WithContext(t.Context()).Table("t").Create(map[string]any{"a": 1}).Error,
		} {
			if !errors.Is(err, apperr.ErrUnavailable) || !errors.Is(err, sent) {
				t.Errorf("error %d of %s: got %v, want unavailable", number, what, err)
			}
		}
	}
	for _, number := range []uint16{1020, 1205, 1213, 3101} {
		if !retryable(fmt.Errorf("commit: %w", &mysql.MySQLError{Number: number})) {
			t.Errorf("a transaction that ends with error %d is not run again", number)
		}
	}
}

// refusingPool is a connection of which every statement fails.
type refusingPool struct {
	gorm.ConnPool
	err error
}

func (r refusingPool) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, r.err
}

func (r refusingPool) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, r.err
}

// The account may make no more updates this hour, may not write to one table, and has its connection killed. The test
// needs the server in CINECIRCLE_TEST_DSN, with the right to make accounts.
func TestServerThatRefusesAnOpenConnectionIsUnavailable(t *testing.T) {
	dsn := os.Getenv("CINECIRCLE_TEST_DSN")
	if dsn == "" {
		t.Log("needs a MySQL server in CINECIRCLE_TEST_DSN")
		return
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("mysql", cfg.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	name := fmt.Sprintf("refused_%d", time.Now().UnixNano())
	run := func(statements ...string) {
		t.Helper()
		for _, s := range statements {
			if _, err := admin.Exec(s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	run("CREATE DATABASE "+name, "CREATE TABLE "+name+".t (a INT)",
		"CREATE USER "+name+"@'%' IDENTIFIED BY 'secret' WITH MAX_UPDATES_PER_HOUR 2",
		"GRANT SELECT, INSERT ON "+name+".* TO "+name+"@'%'")
	t.Cleanup(func() { run("DROP USER "+name+"@'%'", "DROP DATABASE "+name) })
	cfg.User, cfg.Passwd, cfg.DBName = name, "secret", name
	d, err := Open(t.Context(), Config{Driver: MySQL, DSN: cfg.FormatDSN()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	d.pools["mysql"].SetMaxOpenConns(1)
	write := func(statement string) error { return d.Tx(t.Context(), exec(statement)) }
	if err := write("INSERT INTO t VALUES (1)"); err != nil {
		t.Fatalf("before the refusals: %v", err)
	}
	if err := write("DELETE FROM t"); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("without the right to delete: got %v, want unavailable", err)
	}
	for range 3 {
		err = write("INSERT INTO t VALUES (1)")
	}
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("over the limit of updates: got %v, want unavailable", err)
	}
	err = d.Tx(t.Context(), func(tx *gorm.DB) error {
		var id int64
		if err := tx.Raw("SELECT CONNECTION_ID()").Scan(&id).Error; err != nil {
			return err
		}
		run(fmt.Sprintf("KILL %d", id))
		return tx.Raw("SELECT 1").Scan(&id).Error
	})
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("on a killed connection: got %v, want unavailable", err)
	}
	var n int
	if err := d.Row(t.Context(), "SELECT 1").Scan(&n); err != nil {
		t.Errorf("on a new connection: %v", err)
	}
}

func TestTransactionWhoseOutcomeIsUnknownIsNotRetried(t *testing.T) {
	for _, err := range []error{mysql.ErrInvalidConn, driver.ErrBadConn, fmt.Errorf("%w: %w", apperr.ErrOutcomeUnknown, mysql.ErrInvalidConn)} {
		if retryable(unavailable(err)) {
			t.Errorf("%v is retried", err)
		}
	}
	unknown := fmt.Errorf("%w: %w", apperr.ErrOutcomeUnknown, mysql.ErrInvalidConn)
	if errors.Is(unavailable(unknown), apperr.ErrUnavailable) {
		t.Error("an unknown outcome becomes one that may be retried")
	}
}

// lost is a connection on which every query fails.
type lost struct{ gorm.ConnPool }

func (lost) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, mysql.ErrInvalidConn
}

func TestLostConnectionIsAnOutage(t *testing.T) {
	db, err := Open(t.Context(), Config{Driver: SQLite, DSN: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	on := db.Reader(t.Context()).Session(&gorm.Session{})
	on.Statement.ConnPool = lost{on.Statement.ConnPool}
	_, scanned := Scan(on.Table("t"), func(n *int) []any { return []any{n} })
	for what, err := range map[string]error{
		"scan": scanned,
		"each": Each(on, "SELECT 1", nil, func(Scanner) error { return nil }),
	} {
		if !errors.Is(err, apperr.ErrUnavailable) || !errors.Is(err, mysql.ErrInvalidConn) {
			t.Errorf("%s: %v, want unavailable", what, err)
		}
	}
}

// The test needs the server in CINECIRCLE_TEST_DSN. It connects through a proxy that it cuts.
func TestLostDatabaseIsUnavailableUntilItIsBack(t *testing.T) {
	dsn := os.Getenv("CINECIRCLE_TEST_DSN")
	if dsn == "" {
		t.Log("needs a MySQL server in CINECIRCLE_TEST_DSN")
		return
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	proxy := fault.NewProxy(t, cfg.Addr)
	cfg.Addr = proxy.Addr
	db, err := Open(t.Context(), Config{Driver: MySQL, DSN: cfg.FormatDSN()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ask := func() map[string]error {
		var n int
		return map[string]error{
			"row":         db.Row(t.Context(), "SELECT 1").Scan(&n),
			"query":       db.Reader(t.Context()).Raw("SELECT 2").Scan(&n).Error,
			"transaction": db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT 3").Scan(&n).Error }),
		}
	}
	for what, err := range ask() {
		if err != nil {
			t.Errorf("before the outage, %s: %v", what, err)
		}
	}
	proxy.Close()
	for what, err := range ask() {
		if !errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("%s: %v, want unavailable", what, err)
		}
	}
	proxy.Open(t)
	working := func() bool {
		for _, err := range ask() {
			if err != nil {
				return false
			}
		}
		return true
	}
	eventually(t, func() string {
		if working() {
			return ""
		}
		return "it is back, but not for us"
	})
}
