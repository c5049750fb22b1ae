// Package testkit is what tests of all domains share: a migrated database of their own, a clock that
// they set, stored images in a temporary folder, and HTTP cases that are also contract tests.
package testkit

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Kit is the platform of one test.
type Kit struct {
	DB       *database.DB
	Clock    *Clock
	Zone     *time.Location
	Media    *media.Library
	MediaDir string
	Tokens   *auth.Tokens
	Hasher   *auth.Hasher
	Limiter  limit.Limiter // allows everything, until a test puts another here
	Edge     *web.Edge
	Log      *slog.Logger

	Rates map[auth.Class]limit.Rate // of the guard; empty means none
}

// New returns a kit whose parts end with the test.
func New(t testing.TB) *Kit {
	t.Helper()
	k := &Kit{
		DB:       DB(t),
		Clock:    NewClock(),
		Zone:     time.FixedZone("KST", 9*60*60),
		MediaDir: t.TempDir(),
		Hasher:   auth.NewHasher(4),
		Limiter:  limit.Off{},
		Log:      slog.New(slog.DiscardHandler),
	}
	store, err := media.NewLocal(k.MediaDir, "")
	if err != nil {
		t.Fatalf("open media store: %v", err)
	}
	k.Media = media.NewLibrary(k.DB, store, k.Clock.Now, k.Log)
	k.Tokens = auth.NewTokens([]byte("a secret of the tests, 32 bytes or more"), "cinecircle", 30*time.Minute, 7*24*time.Hour, k.Clock.Now)
	if k.Edge, err = web.NewEdge("", nil, nil); err != nil {
		t.Fatalf("make edge: %v", err)
	}
	return k
}

// DSNVariable names the environment variable that moves the tests to a MySQL server.
const DSNVariable = "CINECIRCLE_TEST_DSN"

// FileVariable names the environment variable that, when it is set, moves the tests that would live in memory to files. In
// memory all share one connection; in a file, as in service, there are those that read, and writers who share a commit.
const FileVariable = "CINECIRCLE_TEST_SQLITE_FILE"

// DB returns a migrated database of the test's own: SQLite in memory (or in a file, see [FileVariable]), or a fresh schema
// on the MySQL server that CINECIRCLE_TEST_DSN names.
func DB(t testing.TB) *database.DB {
	t.Helper()
	db := EmptyDB(t)
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return db
}

// Fresh is where an empty database of the test's own is; for which kind of database see [DB].
func Fresh(t testing.TB) database.Config {
	t.Helper()
	if dsn := os.Getenv(DSNVariable); dsn != "" {
		return FreshSchema(t, dsn)
	}
	if os.Getenv(FileVariable) != "" {
		return database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "test.db")}
	}
	return database.Config{Driver: database.SQLite, DSN: ":memory:"}
}

// EmptyDB is DB without a table.
func EmptyDB(t testing.TB) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), Fresh(t))
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// Clock is a clock that stands until it is set. It starts at the present second.
type Clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// NewClock returns a clock that shows the present second.
func NewClock() *Clock { return &Clock{now: time.Now().UTC().Truncate(time.Second)} }

// Now returns what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
