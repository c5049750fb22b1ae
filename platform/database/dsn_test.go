package database_test

import (
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/database"
)

func TestParseDSNGuessesTheDriver(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"data/a.db":                    "sqlite data/a.db",
		`C:\data\a.db`:                 `sqlite C:\data\a.db`,
		":memory:":                     "sqlite :memory:",
		"file:a@b.db?cache=shared":     "sqlite file:a@b.db?cache=shared",
		"sqlite:a@b.db":                "sqlite a@b.db",
		"sqlite:///srv/a.db":           "sqlite /srv/a.db",
		"u:p@tcp(db:3306)/c":           "mysql u:p@tcp(db:3306)/c",
		"tcp(db:3306)/c":               "mysql tcp(db:3306)/c",
		"root@/c":                      "mysql root@/c",
		"mysql:u:p@unix(/run/m.sock)/": "mysql u:p@unix(/run/m.sock)/",
		"mysql://u:p@tcp(db)/c":        "mysql u:p@tcp(db)/c",
	} {
		if got := database.ParseDSN(text); got.Driver+" "+got.DSN != want {
			t.Errorf("%s is %s %s, want %s", text, got.Driver, got.DSN, want)
		}
	}
}

func TestErrorsNeverContainThePassword(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"root:hush", "root:hush/x", "root:hush@127.0.0.1/x", "root:hush@tcp(127.0.0.1:3306", "root:a@hush(b)/x",
		"root:hush@tcp(127.0.0.1:1)/x", "root:a/hush%zz", "root@tcp(127.0.0.1:1)/x?tls=hush", "root@tcp(127.0.0.1:1)/x?parseTime=hush",
	} {
		_, err := database.Open(t.Context(), database.Config{Driver: database.MySQL, DSN: dsn})
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
