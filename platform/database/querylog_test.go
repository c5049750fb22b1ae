package database_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// lines is a log, safe for concurrent use.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

// of returns how many lines have a level.
func (l *lines) of(level string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.all.String(), "level="+level)
}

func newLogged(t *testing.T) (*database.DB, *lines) {
	t.Helper()
	log, config := &lines{}, testkit.Fresh(t)
	config.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	db, err := database.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return withNotes(t, db), log
}

// A deadlock that a second attempt gets over is no error of the program.
func TestOnlyTheLastAttemptAtATransactionIsLoggedAsAnError(t *testing.T) {
	t.Parallel()
	db, log := newLogged(t)
	deadlocks := 0
	end := db.Break(func(_ context.Context, statement string) error {
		if deadlocks == 0 || !strings.HasPrefix(statement, "INSERT") {
			return nil
		}
		deadlocks--
		return &mysql.MySQLError{Number: 1213, Message: "Deadlock found when trying to get lock"}
	})
	defer end()
	errorsBefore, debugsBefore := log.of("ERROR"), log.of("DEBUG")
	deadlocks = 4
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return add(tx, "a") }); err != nil {
		t.Fatal(err)
	}
	if e, d := log.of("ERROR")-errorsBefore, log.of("DEBUG")-debugsBefore; e != 0 || d != 4 {
		t.Errorf("four deadlocks that were got over are %d errors and %d details in the log, want 0 and 4:\n%s", e, d, &log.all)
	}
	deadlocks = 5
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return add(tx, "b") }); !errors.Is(err, apperr.ErrBusy) {
		t.Fatalf("got %v, want busy", err)
	}
	if e := log.of("ERROR") - errorsBefore; e != 1 {
		t.Errorf("a transaction that was given up is %d errors in the log, want 1:\n%s", e, &log.all)
	}
}

// Two transactions that lock the same rows in different orders are a deadlock, which the server breaks.
func TestADeadlockOfTheServerIsNotLoggedAsAnError(t *testing.T) {
	t.Parallel()
	db, log := newLogged(t)
	if db.Driver() != database.MySQL {
		t.Log("SQLite has no deadlocks")
		return
	}
	ids := map[string]int64{}
	for _, name := range []string{"a", "b"} {
		n := note{Name: name}
		if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&n).Error }); err != nil {
			t.Fatal(err)
		}
		ids[name] = n.ID
	}
	before := log.of("DEBUG")
	var both, all sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		all.Go(func() {
			first := true
			err := db.Tx(t.Context(), func(tx *gorm.DB) error {
				count := func(name string) error {
					return tx.Model(&note{}).Where("id = ?", ids[name]).UpdateColumn("n", gorm.Expr("n + 1")).Error
				}
				if err := count(order[0]); err != nil {
					return err
				}
				if first {
					first = false
					both.Done()
					both.Wait() // both have a lock that the other one wants
				}
				return count(order[1])
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if e, d := log.of("ERROR"), log.of("DEBUG")-before; e != 0 || d == 0 {
		t.Errorf("a deadlock is %d errors and %d details in the log, want none and some:\n%s", e, d, &log.all)
	}
	var n int64
	if err := db.Reader(t.Context()).Model(&note{}).Where("n = 2").Count(&n).Error; err != nil || n != 2 {
		t.Errorf("%d rows were changed by both (%v), want 2", n, err)
	}
}
