package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
	"github.com/cinecircle/cinecircle/platform/database"
)

// program builds the program with its fail points once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cinecircle-torture-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "cinecircle")
	return path, rig.Build(context.Background(), path, "failpoint")
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // a temporary folder
	}
	os.Exit(code)
}

func built(t *testing.T) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAShortCampaignLosesNothing brings every fault once that needs no mounts, which not everybody who runs tests may
// make, and no servers; make torture brings the others.
func TestAShortCampaignLosesNothing(t *testing.T) {
	t.Parallel()
	var report, progress bytes.Buffer
	err := run(t.Context(), []string{"-bin", built(t), "-seed", "2", "-rounds", "13", "-workers", "4", "-without", kindDisk}, &report, &progress)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, progress.String(), report.String())
	}
	t.Log(report.String())
}

// inhabited is a home in which the stars have settled.
func inhabited(t *testing.T) *home {
	t.Helper()
	h, err := newHome(t.Context(), built(t), t.TempDir(), options{seed: 1, workers: 1}, newReport(options{}).tally)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWhatSomebodyTookAwayOrAddedIsMissed(t *testing.T) {
	t.Parallel()
	h := inhabited(t)
	if f, err := h.verify(t.Context()); err != nil || !f.none() {
		t.Fatalf("before anything happened: %+v, %v", f, err)
	}
	if err := h.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), h.database())
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), func(tx *gorm.DB) error {
		for _, statement := range []string{
			"DELETE FROM reviews WHERE id = 1",
			"UPDATE movies SET title = 'another' WHERE id = 2",
			"UPDATE users SET follower_count = 7 WHERE id = 1",
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close(), h.start(t.Context())); err != nil {
		t.Fatal(err)
	}
	f, err := h.verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(slices.Concat(f.lost, f.phantom, f.misplaced), "\n")
	for _, want := range []string{
		`review 1 1 is ""`, `film star film 1 is ""`, `film another is "there", of which nobody knows`,
		"members whose followers are miscounted", "members whose reviews are miscounted", "films whose reviews are miscounted", "no row names reviews/images/",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing was said of %q:\n%s", want, all)
		}
	}
}
