package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/transfer"
)

// many fills the catalogue with n films, and returns a file with a rating of each.
func (s *stage) many(t testing.TB, n int) []byte {
	t.Helper()
	var csv strings.Builder
	csv.WriteString(header + ",Rating\r\n")
	for i := range n {
		s.film(t, fmt.Sprintf("Film %d of many", i), "2001")
		fmt.Fprintf(&csv, "2020-01-05,Film %d of many,2001,https://boxd.it/f%03d,%d\r\n", i, i, 1+i%5)
	}
	return []byte(csv.String())
}

func TestAWorkerThatDiesIsSucceededByAnotherOneWhichRepeatsNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me := s.Join(t, 1)[0]
	const rows = 2*transfer.Batch + 50
	imp := s.start(t, me, "ratings.csv", s.many(t, rows))
	s.work(t)
	want(t, "counts", transfer.Counts{Created: rows}, s.get(t, me, imp.ID).Counts)
	drop(s.transfers.Confirm(t.Context(), me, imp.ID))(t)

	dead, found, err := s.transfers.Claim(t.Context())
	ok(t, err)
	want(t, "claimed", true, found)
	drop(s.transfers.ApplySome(t.Context(), dead))(t)
	want(t, "rows applied", transfer.Batch, s.stored(t)["movie_ratings"])
	if _, found, err = s.transfers.Claim(t.Context()); found || err != nil {
		t.Fatalf("another worker gets the import while its worker is alive: %v", err)
	}
	s.Clock.Advance(transfer.Lease + time.Second)
	s.work(t)
	if _, err := s.transfers.ApplySome(t.Context(), dead); !errors.Is(err, transfer.ErrLost) {
		t.Errorf("the first worker goes on: %v", err)
	}
	done := s.get(t, me, imp.ID)
	want(t, "status", transfer.Done, done.Status)
	want(t, "counts", transfer.Counts{Created: rows}, done.Counts)
	want(t, "stored", map[string]int64{"movie_ratings": rows, "watched_films": rows, "import_sources": 2 * rows}, s.stored(t))
	s.counters(t)

	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	dead, _, err = s.transfers.Claim(t.Context())
	ok(t, err)
	drop(s.transfers.UndoSome(t.Context(), dead))(t)
	s.Clock.Advance(transfer.Lease + time.Second)
	s.work(t)
	undone := s.get(t, me, imp.ID)
	want(t, "status", transfer.Undone, undone.Status)
	want(t, "counts", transfer.Counts{Unchanged: rows}, undone.Counts)
	want(t, "stored", map[string]int64{}, s.stored(t))
	s.counters(t)
}

// TestACommandFinishesWhatAKilledOneHasLeft: nobody runs a service that would, and another import cannot begin before.
func TestACommandFinishesWhatAKilledOneHasLeft(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "ratings.csv", []byte(ratingsCSV))
	s.work(t)
	must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, imp.ID))
	_, found, err := s.transfers.Claim(t.Context()) // by the command that is killed
	if !found || err != nil {
		t.Fatalf("there is no work: %v", err)
	}
	s.Clock.Advance(transfer.Lease + time.Second)
	name := filepath.Join(t.TempDir(), "ratings.csv")
	ok(t, os.WriteFile(name, []byte(ratingsCSV), 0o600))
	opened := must[*transfer.Opened](t)(s.transfers.Open([]string{name}, transfer.Options{}))
	var last transfer.Import
	ok(t, s.transfers.Load(t.Context(), me, opened, transfer.Options{}, false, func(i transfer.Import) error {
		last = i
		return nil
	}))
	ok(t, opened.Close())
	want(t, "status of the first", transfer.Done, s.get(t, me, imp.ID).Status)
	want(t, "counts of the second", transfer.Counts{Unchanged: s.get(t, me, imp.ID).Counts.Created}, last.Counts)
}

func TestACommandLeavesTheImportOfALivingWorker(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "ratings.csv", []byte(ratingsCSV))
	mine, _, err := s.transfers.Claim(t.Context())
	ok(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var renewing sync.WaitGroup
	renewing.Go(func() {
		for ctx.Err() == nil {
			s.Clock.Advance(time.Second)
			_ = s.transfers.Renew(ctx, mine)
		}
	})
	name := filepath.Join(t.TempDir(), "ratings.csv")
	ok(t, os.WriteFile(name, []byte(ratingsCSV), 0o600))
	opened := must[*transfer.Opened](t)(s.transfers.Open([]string{name}, transfer.Options{}))
	err = s.transfers.Load(t.Context(), me, opened, transfer.Options{}, false, func(transfer.Import) error { return nil })
	cancel()
	renewing.Wait()
	ok(t, opened.Close())
	if !errors.Is(err, transfer.ErrRunning) {
		t.Errorf("got %v", err)
	}
	want(t, "status", transfer.Reading, s.get(t, me, imp.ID).Status)
}

func TestTheImportOfALivingWorkerStaysWithIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "ratings.csv", []byte(ratingsCSV))
	mine, _, err := s.transfers.Claim(t.Context())
	ok(t, err)
	stop := s.transfers.KeepLease(t.Context(), mine, time.Millisecond)
	s.Clock.Advance(10 * transfer.Lease)
	for deadline := time.Now().Add(10 * time.Second); !s.get(t, me, imp.ID).LeaseUntil.After(s.Clock.Now()); {
		if time.Now().After(deadline) {
			t.Fatal("the lease is not renewed")
		}
		runtime.Gosched()
	}
	if _, found, err := s.transfers.Claim(t.Context()); found || err != nil {
		t.Errorf("another worker gets it: %v", err)
	}
	stop()
	s.Clock.Advance(2 * transfer.Lease)
	other, found, err := s.transfers.Claim(t.Context())
	if !found || err != nil {
		t.Fatalf("no other worker gets it after the first one has gone: %v", err)
	}
	s.Clock.Advance(transfer.Lease)
	ok(t, s.transfers.Renew(t.Context(), mine)) // the first one was only slow
	if until := s.get(t, me, imp.ID).LeaseUntil; !until.Equal(other.LeaseUntil) {
		t.Errorf("it renews the lease of the other one to %v", until)
	}
}

func TestALeaseFromBeforeTheClockWasSetBackIsOver(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "ratings.csv", []byte(ratingsCSV))
	if _, found, err := s.transfers.Claim(t.Context()); !found || err != nil {
		t.Fatalf("nobody gets it: %v", err)
	}
	s.Clock.Advance(-time.Minute)
	if _, found, err := s.transfers.Claim(t.Context()); found || err != nil {
		t.Errorf("a worker whose clock is behind gets it, too: %v", err)
	}
	s.Clock.Advance(-time.Hour)
	s.work(t)
	want(t, "status", transfer.Ready, s.get(t, me, imp.ID).Status)
	s.Clock.Advance(-24 * time.Hour)
	s.work(t)
	want(t, "status of one that waits for its confirmation", transfer.Ready, s.get(t, me, imp.ID).Status)
}

func TestAnImportThatWasReadInPartIsReadAnew(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "ratings.csv", s.many(t, 300))
	ctx, cancel := contextThatEnds(t)
	cancel()
	drop(s.transfers.Step(ctx)) // is interrupted, or not even begun
	s.Clock.Advance(transfer.Lease + time.Second)
	s.work(t)
	ready := s.get(t, me, imp.ID)
	want(t, "status", transfer.Ready, ready.Status)
	want(t, "rows", 300, ready.Rows)
	want(t, "counts", transfer.Counts{Created: 300}, ready.Counts)
}

// TestAnImportThatFailsWhileItIsReadLeavesNoRows reads documents that end in the middle, or are too long.
func TestAnImportThatFailsWhileItIsReadLeavesNoRows(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	seen := `{"rated_at":"2020-01-02T03:04:05.000Z","rating":7,"type":"movie","movie":{"title":"Salt","year":1997,"ids":{"trakt":1}}}`
	for file, reason := range map[string]string{
		"[\n" + strings.Repeat(seen+",\n", 600):                           "The file cannot be read as JSON from line 601 on: it is damaged or was cut off.",
		"[\n" + strings.Repeat(seen+",\n", 600) + "x]":                    "The file cannot be read as JSON from line 601 on: it is damaged or was cut off.",
		"[\n" + strings.Repeat(seen+",\n", transfer.MaxRows) + seen + "]": "The file has more than 100,000 rows. Please divide it.",
	} {
		if testing.Short() && len(file) > 1<<20 {
			continue // takes ten seconds
		}
		imp := s.start(t, me, "ratings-movies.json", []byte(file))
		s.work(t)
		failed := s.get(t, me, imp.ID)
		want(t, "status", transfer.Failed, failed.Status)
		want(t, "reason", reason, failed.Why().EN)
		want(t, "rows", 0, failed.Rows)
		want(t, "counts", transfer.Counts{}, failed.Counts)
		want(t, "rows that are stored", 0, s.count(t, "import_rows"))
		ok(t, s.transfers.Remove(t.Context(), me, imp.ID)) // discards it: nothing was stored
		s.work(t)
		want(t, "imports", 0, s.count(t, "imports"))
	}
}

// atOnce calls a function several times at the same time, and returns the errors.
func atOnce(n int, fn func() error) []error {
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		all.Go(func() { errs[i] = fn() })
	}
	all.Wait()
	return errs
}

func TestOfTwoUploadsOfAMemberOneIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	refused := 0
	for _, err := range atOnce(4, func() error {
		_, err := s.transfers.Start(t.Context(), ids[0], transfer.Upload{Filename: "watched.csv", Data: []byte(watchedCSV)})
		return err
	}) {
		if errors.Is(err, transfer.ErrRunning) {
			refused++
		} else {
			ok(t, err)
		}
	}
	want(t, "refused", 3, refused)
	s.start(t, ids[1], "watched.csv", []byte(watchedCSV)) // another member may
}

func TestConfirmingTwiceAndDeletingAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	for range 5 {
		imp := s.start(t, me, "a.zip", letterboxd(t))
		s.work(t)
		calls := []func() error{
			func() error { _, err := s.transfers.Confirm(t.Context(), me, imp.ID); return err },
			func() error { _, err := s.transfers.Confirm(t.Context(), me, imp.ID); return err },
			func() error { return s.transfers.Remove(t.Context(), me, imp.ID) },
			func() error { _, err := s.transfers.Step(t.Context()); return err },
			func() error { _, err := s.transfers.Step(t.Context()); return err },
		}
		var next sync.Mutex
		for _, err := range atOnce(len(calls), func() error {
			next.Lock()
			call := calls[0]
			calls = calls[1:]
			next.Unlock()
			return call()
		}) {
			if err != nil && !errors.Is(err, transfer.ErrRunning) && !errors.Is(err, transfer.ErrNotFound) && !errors.Is(err, transfer.ErrNotReady) {
				t.Error(err)
			}
		}
		s.work(t)
		if i, err := s.transfers.Get(t.Context(), me, imp.ID); err == nil && i.Status == transfer.Done {
			ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
			s.work(t)
		}
		want(t, "stored in the end", map[string]int64{}, s.stored(t))
		s.counters(t)
	}
}

func TestADiscardedImportLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	for _, read := range []bool{false, true} {
		imp := s.start(t, me, "a.zip", letterboxd(t))
		if read {
			s.work(t)
		}
		ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
		if _, err := s.transfers.Get(t.Context(), me, imp.ID); !errors.Is(err, transfer.ErrNotFound) {
			t.Errorf("it is still there: %v", err)
		}
		other := s.start(t, me, "a.zip", letterboxd(t)) // at once
		ok(t, s.transfers.Remove(t.Context(), me, other.ID))
		s.work(t)
		for _, table := range []string{"imports", "import_rows", "import_chunks", "import_sources"} {
			want(t, table, 0, s.count(t, table))
		}
	}
}

func TestAnImportThatNobodyConfirmsIsForgotten(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "watched.csv", []byte(watchedCSV))
	s.work(t)
	s.Clock.Advance(29 * 24 * time.Hour)
	s.work(t)
	want(t, "status", transfer.Ready, s.get(t, me, imp.ID).Status)
	s.Clock.Advance(2 * 24 * time.Hour)
	s.work(t)
	if _, err := s.transfers.Get(t.Context(), me, imp.ID); !errors.Is(err, transfer.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestRowsOfOldImportsGoAndUndoingStillWorks(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.bring(t, me, "a.zip", letterboxd(t))
	s.Clock.Advance(91 * 24 * time.Hour)
	ok(t, s.transfers.Clean(t.Context()))
	want(t, "rows left", 12, s.count(t, "import_rows"))
	again := s.bring(t, me, "a.zip", letterboxd(t))
	want(t, "counts", transfer.Counts{Unchanged: 12, NeedsReview: 1}, again.Counts)
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "stored", map[string]int64{}, s.stored(t))
}

func TestImportsGoWithTheAccountAndMoveWithTheFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, salt, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.bring(t, me, "ratings.csv", []byte(ratingsCSV))
	drop(s.movies.Merge(t.Context(), salt, s.film(t, "Salt again", "1997"), false))(t)
	_ = ferry
	again := s.bring(t, me, "ratings.csv", []byte(ratingsCSV))
	want(t, "counts after a merge", transfer.Counts{Unchanged: 1, NeedsReview: 1}, again.Counts)
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "stored", map[string]int64{}, s.stored(t))
	ok(t, s.users.Delete(t.Context(), me))
	for _, table := range []string{"imports", "import_rows", "import_chunks", "import_sources"} {
		want(t, table, 0, s.count(t, table))
	}
}
