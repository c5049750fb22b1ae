// Package testkit is what the tests of all domains share: a migrated database for each test, a clock that
// the test sets, stored images in a temporary folder, and HTTP requests that are also contract tests.
package testkit

import (
	"log/slog"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Kit is the platform of one test.
type Kit struct {
	DB       *database.DB
	Clock    *Clock
	Zone     *time.Location
	Pictures *picture.Decoder
	Media    *media.Library
	MediaDir string
	Tokens   *auth.Tokens
	Hasher   *auth.Hasher
	Limiter  limit.Limiter // allows everything unless the test replaces it
	Origin   *web.Origin
	Log      *slog.Logger

	Rates map[auth.Class]limit.Rate // of the guard; empty means unlimited
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
	k.Pictures = picture.NewDecoder(k.Log)
	k.Media = media.NewLibrary(k.DB, store, k.Clock.Now, k.Log)
	k.Tokens = auth.NewTokens([]byte("a secret of the tests, 32 bytes or more"), "cinecircle", 30*time.Minute, 7*24*time.Hour, k.Clock.Now)
	if k.Origin, err = web.NewOrigin("", nil, nil); err != nil {
		t.Fatalf("make edge: %v", err)
	}
	return k
}
