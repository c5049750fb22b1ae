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

// maxAttempts is the number of attempts at a transaction that the database aborts.
const maxAttempts = 5

// scope is a running transaction with the functions to call after its commit. The context of its *gorm.DB
// carries it.
type scope struct {
	db    *DB
	tx    *gorm.DB
	again bool // Tx runs it again if the database aborts it
	after []func()
}

type scopeKey struct{}

// Reader returns a session for queries. When ctx is the tx.Statement.Context of a running transaction, it
// queries in that transaction.
func (d *DB) Reader(ctx context.Context) *gorm.DB {
	if s := d.scope(ctx); s != nil {
		return s.tx.WithContext(ctx)
	}
	return d.reader.WithContext(ctx)
}

// Tx runs fn in a transaction and commits it when fn returns nil. It is the only way to write.
//
// When ctx comes from a running transaction, fn joins it: the outermost Tx commits, and the caller must return
// an error of fn to it.
//
// After a deadlock or a lock wait timeout Tx runs fn again, so fn must have no effects but those on tx. After
// [maxAttempts] attempts, or when another program has locked the SQLite file for seconds, the error matches
// apperr.ErrBusy. What fn wrote is rolled back when ctx ends before the commit.
//
// When the connection to MySQL is lost during the commit, Tx finds out on another one whether it took effect: it
// returns nil, or runs fn again. The error matches apperr.ErrOutcomeUnknown when the server stays away.
func (d *DB) Tx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if s := d.scope(ctx); s != nil {
		return fn(s.tx.WithContext(ctx))
	}
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, fn, attempt < maxAttempts)
		if !retryable(err) {
			return err
		}
		if attempt == maxAttempts {
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

func (d *DB) once(ctx context.Context, fn func(tx *gorm.DB) error, again bool) error {
	s := &scope{db: d, again: again}
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
		return unavailable(d.transactMySQL(ctx, fn)) // GORM translates no errors of Raw().Scan
	}
	err := d.group.do(ctx, func(conn gorm.ConnPool) error {
		tx := d.writer.Session(&gorm.Session{Context: ctx, NewDB: true})
		tx.Statement.ConnPool = d.breakable(conn)
		return fn(tx)
	})
	if isDiskFault(err) { // GORM has translated the error of fn, but not that of the commit
		d.unwritable.Store(true)
	}
	return unavailable(err)
}

// Alone calls fn with the connection that writes to SQLite, outside of transactions. Other writers wait until fn
// returns. It is for pragmas of the connection, and for reads that profit from its page cache. On MySQL it
// returns an error.
func (d *DB) Alone(ctx context.Context, fn func(*sql.Conn) error) error {
	if d.group == nil {
		return fmt.Errorf("only SQLite has a single writing connection, not %s", d.driver)
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

// AfterCommit schedules fn to run after the commit of the transaction of tx, in the order of the calls and on
// the goroutine that called [DB.Tx]. fn does not run when the transaction rolls back. AfterCommit panics outside
// of [DB.Tx].
func AfterCommit(tx *gorm.DB, fn func()) {
	s, _ := tx.Statement.Context.Value(scopeKey{}).(*scope)
	if s == nil {
		panic("database: AfterCommit outside of Tx")
	}
	s.after = append(s.after, fn)
}

// ForUpdate makes the next query of tx lock its rows until the end of the transaction. SQLite ignores it, because
// a transaction holds the write lock of the whole database.
func ForUpdate(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// The error numbers after which a transaction may be run again.
const (
	mysqlRowChanged      = 1020 // MariaDB with innodb_snapshot_isolation
	mysqlLockWaitTimeout = 1205
	mysqlDeadlock        = 1213
	mysqlRolledBack      = 3101 // group replication: a conflict with another member
)

func retryable(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, errLost) || errors.Is(err, errNotCommitted) {
		return true
	}
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		switch my.Number {
		case mysqlRowChanged, mysqlLockWaitTimeout, mysqlDeadlock, mysqlRolledBack:
			return true
		}
		return false
	}
	return isLocked(err)
}
