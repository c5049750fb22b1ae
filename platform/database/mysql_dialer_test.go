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

// refusing is a server that refuses connections.
type refusing struct{ driver.Connector }

func (refusing) Connect(ctx context.Context) (driver.Conn, error) {
	return nil, errors.Join(syscall.ECONNREFUSED, ctx.Err())
}

func TestCancelledConnectDoesNotMakeTheDatabaseUnavailable(t *testing.T) {
	s := &mysqlDialer{Connector: refusing{}, timeout: time.Minute, limit: &connLimit{}}
	if _, err := s.Connect(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("refused: %v, want unavailable", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Connect(gone); errors.Is(err, apperr.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, want only context.Canceled", err)
	}
	if s.silent {
		t.Error("a server that refuses connections counts as unresponsive")
	}
}

// mute is a server that does not respond for a time.
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

func TestUnresponsiveServerIsProbedByOneCallerAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mute{until: time.Now().Add(time.Hour)}
		idle := true
		s := &mysqlDialer{Connector: m, timeout: time.Minute, closeIdle: func() { idle = false }, limit: &connLimit{}}
		s.markSilent()
		if idle {
			t.Error("idle connections are kept")
		}
		var all sync.WaitGroup
		for range 10 { // all of them wait for the first probe
			all.Go(func() { wantSilence(t, s, probeTimeout) })
		}
		all.Wait()
		wantSilence(t, s, 0) // no caller probes within the pause
		<-time.After(probePause)
		all.Go(func() { wantSilence(t, s, probeTimeout) })
		synctest.Wait()
		for range 10 {
			wantSilence(t, s, 0)
		}
		all.Wait()
		if m.asked != 2 {
			t.Errorf("%d probes, want 2", m.asked)
		}
		<-time.After(time.Hour)
		for range 2 {
			if _, err := s.Connect(t.Context()); err != nil {
				t.Errorf("after the server is back: %v", err)
			}
		}
		if s.silent {
			t.Error("a server that responded counts as unresponsive")
		}
	})
}

// wantSilence fails the test unless connecting fails after exactly this time.
func wantSilence(t *testing.T, s *mysqlDialer, after time.Duration) {
	t.Helper()
	start := time.Now()
	_, err := s.Connect(t.Context())
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("%v, want unavailable", err)
	}
	if took := time.Since(start); took != after {
		t.Errorf("connecting failed after %v, want %v", took, after)
	}
}

func TestCallersConnectOnceAProbeSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := &mysqlDialer{Connector: released(release), timeout: time.Minute, closeIdle: func() {}, limit: &connLimit{}}
		s.markSilent() // one statement timed out although the server is fine
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

// released is a server that responds once its channel is closed.
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

// The test needs the server in CINECIRCLE_TEST_DSN. It reduces the read timeout from ten seconds to one, and the
// limits below with it.
func TestUnresponsiveDatabaseFailsFastAndRecoversAtOnce(t *testing.T) {
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
	cfg.Addr, cfg.ReadTimeout = proxy.Addr, time.Second
	db, err := Open(t.Context(), Config{Driver: MySQL, DSN: cfg.FormatDSN()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ask := func() error {
		var n int
		return db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT 3").Scan(&n).Error })
	}
	writers := func(n int) (slowest time.Duration, failed int) {
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
	if _, failed := writers(100); failed > 0 { // and fills the pool
		t.Fatalf("%d of 100 failed before", failed)
	}
	goroutines := runtime.NumGoroutine()
	proxy.Drop()
	slowest, failed := writers(200)
	t.Logf("during the outage %d of 200 failed, the slowest after %v", failed, slowest)
	if limit := cfg.ReadTimeout + 2*probeTimeout; failed != 200 || slowest > limit {
		t.Errorf("%d of 200 failed, the slowest after %v, want all within %v", failed, slowest, limit)
	}
	if slowest, _ = writers(50); slowest > probeTimeout+time.Second { // the dialer knows the outage by now
		t.Errorf("once the outage is known the slowest failed after %v", slowest)
	}
	proxy.Resume()
	back := time.Now()
	for ask() != nil {
		if time.Since(back) > 5*time.Second {
			t.Fatal("the server is back, but connecting still fails")
		}
		<-time.After(5 * time.Millisecond) // polls the condition above
	}
	t.Logf("back after %v", time.Since(back))
	if _, failed := writers(100); failed > 0 {
		t.Errorf("%d of 100 failed after the outage", failed)
	}
	if n := proxy.Conns(); n > DefaultConns {
		t.Errorf("%d connections, want at most %d", n, DefaultConns)
	}
	eventually(t, func() string {
		if n := runtime.NumGoroutine(); n > goroutines+4*DefaultConns {
			return fmt.Sprintf("%d goroutines, %d before", n, goroutines)
		}
		return ""
	})
}

// eventually waits until wrong returns "".
func eventually(t *testing.T, wrong func() string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); wrong() != ""; <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(wrong())
		}
	}
}

// The test needs the server in CINECIRCLE_TEST_DSN.
func TestConnectionsAreLimitedAsConfigured(t *testing.T) {
	dsn := os.Getenv("CINECIRCLE_TEST_DSN")
	if dsn == "" {
		t.Log("needs a MySQL server in CINECIRCLE_TEST_DSN")
		return
	}
	for configured, want := range map[int]int{0: DefaultConns, 3: 3} {
		d, err := Open(t.Context(), Config{Driver: MySQL, DSN: dsn, MaxOpenConns: configured})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.pools["mysql"].Stats().MaxOpenConnections; got != want {
			t.Errorf("max_open_conns %d: got %d connections, want %d", configured, got, want)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
