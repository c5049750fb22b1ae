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

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
)

// program builds the program with its fail points once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cinecircle-torture-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "cinecircle")
	return path, harness.Build(context.Background(), path, harness.Failpoints)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if testing.Short() { // nothing was built
		os.Exit(code)
	}
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // a temporary folder
	}
	os.Exit(code)
}

// built returns the program with fail points. Building it takes longer than fast tests may.
func built(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("long: builds the program with fail points and kills it; make check runs it")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestShortCampaignLosesNothing injects every fault once, but those that need servers or mounts, which not everybody
// who runs tests may make. make torture injects them all.
func TestShortCampaignLosesNothing(t *testing.T) {
	t.Parallel()
	var report, progress bytes.Buffer
	err := run(t.Context(), []string{"-bin", built(t), "-seed", "2", "-rounds", "13", "-workers", "4", "-without", kindDisk}, &report, &progress)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, progress.String(), report.String())
	}
	t.Log(report.String())
}

// newSettled returns a running instance with the popular members and their films and reviews.
func newSettled(t *testing.T) *instance {
	t.Helper()
	h, err := newInstance(t.Context(), built(t), t.TempDir(), options{seed: 1, workers: 1}, newReport(options{}).tally)
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

func TestChangesBehindTheLedgerAreFound(t *testing.T) {
	t.Parallel()
	h := newSettled(t)
	if f, err := h.verify(t.Context()); err != nil || !f.none() {
		t.Fatalf("before any change: %+v, %v", f, err)
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
		`review 1 1 is ""`, `film star film 1 is ""`, `film another is "there", which the ledger does not know`,
		"wrong rows of users.follower_count", "wrong rows of users.review_count", "wrong rows of movies.review_count", "no row names reviews/images/",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among the findings:\n%s", want, all)
		}
	}
}
