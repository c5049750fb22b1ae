package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// maxAttempts is how often a transaction is tried when the database picked it as a victim.
const maxAttempts = 5

// scope is a running transaction and what is to happen after it. It is carried by the context of
// its *gorm.DB, so that whoever is handed the transaction finds it.
type scope struct {
	db    *DB
	tx    *gorm.DB
	after []func()
}

type scopeKey struct{}

// Reader returns where to query. Inside a transaction, that is when ctx comes from its
// tx.Statement.Context, it is that transaction.
func (d *DB) Reader(ctx context.Context) *gorm.DB {
	if s := d.scope(ctx); s != nil {
		return s.tx.WithContext(ctx)
	}
	return d.reader.WithContext(ctx)
}

// Tx runs fn in a transaction and commits it when fn returns nil. It is the only way to write.
// When ctx comes from a running transaction fn joins that one: nothing is committed before the
// outermost returns, and an error of fn must be returned by it.
// A transaction that the database gave up for a deadlock or a lock wait is tried again a few
// times, so fn must have no effect but on tx; if that is in vain the error matches apperr.ErrBusy.
func (d *DB) Tx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if s := d.scope(ctx); s != nil {
		return fn(s.tx.WithContext(ctx))
	}
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, fn)
		if !retryable(err) {
			return err
		}
		if attempt == maxAttempts { // nothing is wrong with the request but its moment
			return fmt.Errorf("%w: %w", apperr.ErrBusy.After(time.Second), err)
		}
		wait := time.NewTimer(rand.N(time.Duration(attempt) * 10 * time.Millisecond))
		select {
		case <-ctx.Done():
			wait.Stop()
			return err
		case <-wait.C:
		}
	}
}

func (d *DB) once(ctx context.Context, fn func(tx *gorm.DB) error) error {
	s := &scope{db: d}
	if err := d.transaction(context.WithValue(ctx, scopeKey{}, s), func(tx *gorm.DB) error {
		s.tx = tx
		err := fn(tx)
		if err == nil {
			failpoint.Reach("before-commit")
		}
		return err
	}); err != nil {
		return err
	}
	failpoint.Reach("after-commit")
	for _, do := range s.after {
		do()
	}
	return nil
}

func (d *DB) transaction(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if d.group == nil {
		return d.writer.WithContext(ctx).Transaction(fn, d.options)
	}
	err := d.group.do(ctx, func(conn gorm.ConnPool) error {
		tx := d.writer.Session(&gorm.Session{Context: ctx, NewDB: true})
		tx.Statement.ConnPool = conn
		return fn(tx)
	})
	if isDiskFault(err) { // GORM has translated what fn returns, but not what became of the transaction
		d.unwritable.Store(true)
	}
	return unavailable(err)
}

// Alone lends the connection that writes to SQLite, outside of transactions; nobody writes meanwhile. It is for
// what counts for a connection, such as its pragmas, and for what finds in its memory what was just written.
func (d *DB) Alone(ctx context.Context, fn func(*sql.Conn) error) error {
	if d.group == nil {
		return fmt.Errorf("only SQLite has one connection that writes, not %s", d.driver)
	}
	return d.group.alone(ctx, fn)
}

func (d *DB) scope(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	if s == nil || s.db != d {
		return nil
	}
	return s
}

// AfterCommit has fn run once the transaction of tx has committed, in the order of the calls, on
// the goroutine that opened it. It does not run when the transaction is rolled back.
// Calling it outside of [DB.Tx] is a programming error and panics.
func AfterCommit(tx *gorm.DB, fn func()) {
	s, _ := tx.Statement.Context.Value(scopeKey{}).(*scope)
	if s == nil {
		panic("database: AfterCommit outside of Tx")
	}
	s.after = append(s.after, fn)
}

// ForUpdate returns tx such that the rows of its next query stay locked until the end of the
// transaction. On SQLite the whole transaction holds the write lock already.
func ForUpdate(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// The error numbers of a transaction that may simply be run again.
const (
	mysqlLockWaitTimeout = 1205
	mysqlDeadlock        = 1213
	sqliteBusy           = 5
	sqliteLocked         = 6
)

func retryable(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, errLost) {
		return true
	}
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return my.Number == mysqlDeadlock || my.Number == mysqlLockWaitTimeout
	}
	switch sqliteCode(err) & 0xff { // the low byte of an extended result code is the primary one
	case sqliteBusy, sqliteLocked:
		return true
	}
	return false
}
