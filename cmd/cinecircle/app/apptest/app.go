// Package apptest is for tests of the whole program: the program in this process ([New]), the built program as a
// process ([NewInstance]), a client of either, and members, films and reviews to test with.
package apptest

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/ops"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// Secret signs the tokens of every program in a test.
const Secret = "a secret of the tests, 32 bytes or more"

// Config returns the default configuration on a new database, with cheap passwords and without rate limits.
func Config(t testing.TB) config.Config {
	t.Helper()
	return ConfigOn(t, testkit.Migrated(t))
}

// ConfigOn is Config on a given database.
func ConfigOn(t testing.TB, on database.Config) config.Config {
	t.Helper()
	c := config.Default()
	c.Database.Driver, c.Database.DSN = on.Driver, config.Masked(on.DSN)
	c.Media.Dir = filepath.Join(t.TempDir(), "media")
	c.Auth.Secret = Secret
	c.Auth.BcryptCost = 4
	c.Limits.Enabled, c.Limits.NewAccount = false, 0
	return c
}

// New returns the whole program in this process, with a migrated database and not listening.
func New(t testing.TB) *app.App {
	t.Helper()
	return With(t, Config(t))
}

// OnFile is New on a SQLite file, whatever database the tests run on.
func OnFile(t testing.TB) *app.App {
	t.Helper()
	return With(t, ConfigOn(t, testkit.MigratedFile(t)))
}

// SQLiteFile returns an empty database in a new folder.
func SQLiteFile(t testing.TB) database.Config {
	t.Helper()
	return database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "c.db")}
}

// With is New with a configuration.
func With(t testing.TB, c config.Config) *app.App {
	t.Helper()
	return WithLog(t, c, slog.New(slog.DiscardHandler))
}

// WithLog is With with a log.
func WithLog(t testing.TB, c config.Config, log *slog.Logger) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), c, ops.Build{Version: "test"}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}
