package main

import (
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

// databaseSettings points a program at a schema of its own: a SQLite file, or one on the server that
// CINECIRCLE_TEST_DSN names.
func databaseSettings(t *testing.T) []string {
	t.Helper()
	dsn := os.Getenv(testkit.DSNVariable)
	if dsn == "" {
		return nil
	}
	return []string{
		"CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN=" + testkit.FreshSchema(t, dsn).DSN,
		"CINECIRCLE_AUTH_SECRET=a secret of the tests, 32 bytes or more",
	}
}

func TestInstancesThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t, databaseSettings(t)...)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if status, output := h.run("migrate", "up"); status != 0 {
				t.Errorf("status %d: %s", status, output)
			}
		})
	}
	wg.Wait()
	if status, output := h.run("migrate", "status"); status != 0 || strings.Contains(output, "to be applied") {
		t.Errorf("status %d: %s", status, output)
	}
}

// TestAKilledMigrationGoesOn kills migrate up at random moments until it has come through.
func TestAKilledMigrationGoesOn(t *testing.T) {
	t.Parallel()
	h := newHome(t, databaseSettings(t)...)
	for range 6 {
		cmd := h.command("migrate", "up")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-time.After(rand.N(200 * time.Millisecond)) // the moment of the kill
		_ = cmd.Process.Kill()                       // it may be through already
		_ = cmd.Wait()                               // and then ended by itself
	}
	if status, output := h.run("migrate", "up"); status != 0 {
		t.Errorf("status %d: %s", status, output)
	}
	if status, output := h.run("migrate", "status"); status != 0 || strings.Contains(output, "to be applied") {
		t.Errorf("status %d: %s", status, output)
	}
}
