package main

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestInstancesThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	h := newHomeOnServers(t)
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
	h := newHomeOnServers(t)
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
