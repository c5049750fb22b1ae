package crash_test

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

func TestInstancesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if status, output := h.Run("migrate", "up"); status != 0 {
				t.Errorf("status %d: %s", status, output)
			}
		})
	}
	wg.Wait()
	if status, output := h.Run("migrate", "status"); status != 0 || strings.Contains(output, "pending") {
		t.Errorf("status %d: %s", status, output)
	}
}

// TestAKilledMigrationIsContinued kills migrate up at random moments and then lets it finish.
func TestAKilledMigrationIsContinued(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	for range killCount() {
		cmd := h.Command("migrate", "up")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-time.After(rand.N(200 * time.Millisecond)) // the moment of the kill
		_ = cmd.Process.Kill()                       // fails if it has finished
		_ = cmd.Wait()                               // an error unless it has finished
	}
	if status, output := h.Run("migrate", "up"); status != 0 {
		t.Errorf("status %d: %s", status, output)
	}
	if status, output := h.Run("migrate", "status"); status != 0 || strings.Contains(output, "pending") {
		t.Errorf("status %d: %s", status, output)
	}
}
