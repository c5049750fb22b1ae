package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// refusing is a server that is not there.
type refusing struct{ driver.Connector }

func (refusing) Connect(ctx context.Context) (driver.Conn, error) {
	return nil, errors.Join(syscall.ECONNREFUSED, ctx.Err())
}

func TestWhoGoesAwayDoesNotMakeTheDatabaseUnavailable(t *testing.T) {
	s := &mysqlServer{Connector: refusing{}, timeout: time.Minute}
	if _, err := s.Connect(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("refused: %v, want unavailable", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Connect(gone); errors.Is(err, apperr.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("gone: %v, want context.Canceled alone", err)
	}
	if s.silent {
		t.Error("a server that refuses passes for a silent one")
	}
}

// mute is a server that says nothing for a time.
type mute struct {
	driver.Connector
	until time.Time
	asked int // guarded by the order of a test
}

func (m *mute) Connect(ctx context.Context) (driver.Conn, error) {
	m.asked++
	if time.Now().After(m.until) {
		return nil, nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestASilentServerIsTriedByOneAndFailsTheOthersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mute{until: time.Now().Add(time.Hour)}
		idle := true
		s := &mysqlServer{Connector: m, timeout: time.Minute, forgetIdle: func() { idle = false }}
		s.fallSilent()
		if idle {
			t.Error("connections from before are kept")
		}
		var all sync.WaitGroup
		for range 10 { // all of them wait for the first try
			all.Go(func() { wantSilence(t, s, probeTimeout) })
		}
		all.Wait()
		wantSilence(t, s, 0) // nobody tries so soon again
		<-time.After(probeRest)
		all.Go(func() { wantSilence(t, s, probeTimeout) })
		synctest.Wait()
		for range 10 {
			wantSilence(t, s, 0)
		}
		all.Wait()
		if m.asked != 2 {
			t.Errorf("it was tried %d times, want 2", m.asked)
		}
		<-time.After(time.Hour)
		for range 2 {
			if _, err := s.Connect(t.Context()); err != nil {
				t.Errorf("it is back: %v", err)
			}
		}
		if s.silent {
			t.Error("it answered, and passes for silent")
		}
	})
}

// wantSilence wants a connection to fail after so long.
func wantSilence(t *testing.T, s *mysqlServer, after time.Duration) {
	t.Helper()
	start := time.Now()
	_, err := s.Connect(t.Context())
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("%v, want unavailable", err)
	}
	if took := time.Since(start); took != after {
		t.Errorf("it took %v, want %v", took, after)
	}
}

func TestWhoWaitsForATryGoesOnOnceTheServerIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := &mysqlServer{Connector: released(release), timeout: time.Minute, forgetIdle: func() {}}
		s.fallSilent() // one statement took too long, and nothing else is wrong
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := s.Connect(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(release)
		all.Wait()
	})
}

// released is a server that answers once it is told to.
type released chan struct{}

func (r released) Connect(ctx context.Context) (driver.Conn, error) {
	select {
	case <-r:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (released) Driver() driver.Driver { return nil }

// It needs the server that CINECIRCLE_TEST_DSN names. In service a statement may take ten seconds; here it
// is one, and what is measured shrinks with it.
func TestADatabaseInABlackHoleFailsFastAndIsBackAtOnce(t *testing.T) {
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
	cfg.Addr, cfg.ReadTimeout = road.Addr, time.Second
	db, err := Open(t.Context(), Config{Driver: MySQL, DSN: cfg.FormatDSN()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ask := func() error {
		var n int
		return db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT 3").Scan(&n).Error })
	}
	crowd := func(n int) (slowest time.Duration, failed int) {
		var all sync.WaitGroup
		var mu sync.Mutex
		for range n {
			all.Go(func() {
				start := time.Now()
				err := ask()
				mu.Lock()
				defer mu.Unlock()
				slowest = max(slowest, time.Since(start))
				if err != nil {
					failed++
				}
				if err != nil && !errors.Is(err, apperr.ErrUnavailable) {
					t.Errorf("%v, want unavailable", err)
				}
			})
		}
		all.Wait()
		return slowest, failed
	}
	if _, failed := crowd(100); failed > 0 { // and the pool is full
		t.Fatalf("%d of 100 failed before", failed)
	}
	goroutines := runtime.NumGoroutine()
	road.Lose()
	slowest, failed := crowd(200)
	t.Logf("in the hole %d of 200 failed, the slowest after %v", failed, slowest)
	if limit := cfg.ReadTimeout + 2*probeTimeout; failed != 200 || slowest > limit {
		t.Errorf("%d of 200 failed, the slowest after %v, want all within %v", failed, slowest, limit)
	}
	if slowest, _ = crowd(50); slowest > probeTimeout+time.Second { // it is known by now
		t.Errorf("then the slowest failed after %v", slowest)
	}
	road.Carry()
	back := time.Now()
	for ask() != nil {
		if time.Since(back) > 5*time.Second {
			t.Fatal("it is back, but not for us")
		}
		<-time.After(5 * time.Millisecond) // polls the condition above
	}
	t.Logf("back after %v", time.Since(back))
	if _, failed := crowd(100); failed > 0 {
		t.Errorf("%d of 100 failed afterwards", failed)
	}
	if n := road.Conns(); n > mysqlConns {
		t.Errorf("%d connections, of %d at most", n, mysqlConns)
	}
	eventually(t, func() string {
		if n := runtime.NumGoroutine(); n > goroutines+4*mysqlConns {
			return fmt.Sprintf("%d goroutines, %d before", n, goroutines)
		}
		return ""
	})
}

// eventually waits until nothing is wrong.
func eventually(t *testing.T, wrong func() string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); wrong() != ""; <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(wrong())
		}
	}
}
