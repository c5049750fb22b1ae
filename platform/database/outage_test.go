package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

func TestAServerThatIsDownIsToldFromAQueryThatIsWrong(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for err, want := range map[error]bool{
		dial:                               true,
		mysql.ErrInvalidConn:               true,
		driver.ErrBadConn:                  true,
		&mysql.MySQLError{Number: 1021}:    true,
		&mysql.MySQLError{Number: 1040}:    true,
		&mysql.MySQLError{Number: 1053}:    true,
		&mysql.MySQLError{Number: 1213}:    false, // a deadlock
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
			t.Errorf("%v is not to be found in %v", err, got)
		}
	}
	if unavailable(nil) != nil {
		t.Error("no error became one")
	}
}

func TestATransactionThatMayHaveCommittedIsNotTriedAgain(t *testing.T) {
	for _, err := range []error{mysql.ErrInvalidConn, driver.ErrBadConn} {
		if retryable(unavailable(err)) {
			t.Errorf("%v is tried again", err)
		}
	}
}

// lost is a connection on which every question fails.
type lost struct{ gorm.ConnPool }

func (lost) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, mysql.ErrInvalidConn
}

func TestAConnectionThatIsLostBeforeAQuestionIsAnOutage(t *testing.T) {
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

// It needs the server that CINECIRCLE_TEST_DSN names, which it reaches through a port of its own and loses.
func TestADatabaseThatIsLostIsUnavailableUntilItIsBack(t *testing.T) {
	dsn := os.Getenv("CINECIRCLE_TEST_DSN")
	if dsn == "" {
		t.Log("needs a MySQL in CINECIRCLE_TEST_DSN")
		return
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	road := fault.NewRoad(t, cfg.Addr)
	cfg.Addr = road.Addr
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
			t.Errorf("before, %s: %v", what, err)
		}
	}
	road.Close()
	for what, err := range ask() {
		if !errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("%s: %v, want unavailable", what, err)
		}
	}
	road.Open(t)
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
