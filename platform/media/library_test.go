package media_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/media"
)

var errWrite = errors.New("the write failed")

func TestAttachStoresTheImageAndTheRow(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	s.want(t, key)
	s.clock.Advance(time.Hour)
	if err := s.lib.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	s.want(t, key)
	if got := s.lib.Stats(); got.Stored != 1 || got.Removed != 0 {
		t.Errorf("stats %+v, want 1 stored and 0 removed", got)
	}
}

func TestCopiesAreStoredAndRemovedWithTheirImage(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key, other := s.attach(t), s.attach(t)
	files := media.Files(key)
	if got := s.state(t).Files; len(files) != 3 || len(got) != 6 {
		t.Fatalf("files %v for %v", got, files)
	}
	s.discard(t, key)
	if got := s.trash(t); len(got) != 1 || got[0].Key != key {
		t.Errorf("trash %v, want one row for the image", got)
	}
	s.store.failDelete(apperr.ErrUnavailable)
	if err := s.lib.SweepDue(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("sweep: got %v, want unavailable", err)
	}
	s.store.failDelete(nil)
	s.clock.Advance(media.RemoveBackoff)
	s.sweep(t)
	s.want(t, other)
}

// The store accepts the copies and then fails.
func TestCopiesAreRemovedWhenTheImageCannotBeStored(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.store.afterPut(func() {
		if len(s.state(t).Files) == 2 {
			s.store.failPut(apperr.ErrUnavailable)
		}
	})
	if err := s.lib.Attach(t.Context(), newPicture(t), s.name); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.clock.Advance(media.ClaimTimeout)
	s.sweep(t)
	s.want(t)
}

func TestAttachWithoutAPictureStoresNoFile(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	called := false
	err := s.lib.Attach(t.Context(), nil, func(_ *gorm.DB, key string) error {
		called = key == ""
		return nil
	})
	if err != nil || !called {
		t.Errorf("got %v, write called with the empty key: %t", err, called)
	}
	if err := s.lib.Attach(t.Context(), nil, func(*gorm.DB, string) error { return errWrite }); !errors.Is(err, errWrite) {
		t.Errorf("got %v, want the error of the write", err)
	}
	s.want(t)
}

// Without its row in the trash a file could be forgotten.
func TestNothingHappensWithoutTheTrashTable(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	s.discard(t, s.attach(t))
	file := s.trash(t)[0]
	before, pic := s.state(t), newPicture(t)
	s.rename(t, "media_trash", "away")
	err := s.lib.Attach(t.Context(), pic, func(*gorm.DB, string) error {
		t.Error("the row is written without its file")
		return nil
	})
	if err == nil {
		t.Error("an image is attached")
	}
	if err := s.drop(t.Context(), key); err == nil {
		t.Error("an image is discarded")
	}
	if err := s.lib.Remove(t.Context(), file); err == nil {
		t.Error("an image is removed")
	}
	if s.lib.SweepDue(t.Context()) == nil || s.lib.SweepAll(t.Context()) == nil {
		t.Error("a sweep succeeds")
	}
	s.rename(t, "away", "media_trash")
	if diff := cmp.Diff(before, s.state(t)); diff != "" {
		t.Errorf("files and rows (-before +after):\n%s", diff)
	}
}

func (s *shelf) rename(t *testing.T, from, to string) {
	t.Helper()
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec("ALTER TABLE " + from + " RENAME TO " + to).Error })
	if err != nil {
		t.Fatal(err)
	}
}

func TestAttachFailsWhenTheImageCannotBeClaimed(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.store.afterPut(func() { s.rename(t, "media_trash", "away") })
	err := s.lib.Attach(t.Context(), pictureOf(t, 4), func(*gorm.DB, string) error {
		t.Error("a row names a file that is still in the trash")
		return nil
	})
	if err == nil {
		t.Error("an image is attached")
	}
	s.rename(t, "away", "media_trash")
	s.clock.Advance(media.ClaimTimeout)
	s.sweep(t)
	s.want(t)
}

func TestFailedWriteLeavesNoFile(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.run(t)
	err := s.lib.Attach(t.Context(), newPicture(t), func(*gorm.DB, string) error { return errWrite })
	if !errors.Is(err, errWrite) {
		t.Errorf("got %v, want the error of the write", err)
	}
	s.eventually(t)
}

func TestAttachFailsBeforeTheWriteWhenTheStoreIsDown(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.store.failPut(apperr.ErrUnavailable)
	err := s.lib.Attach(t.Context(), newPicture(t), func(*gorm.DB, string) error {
		t.Error("the row is written without its file")
		return nil
	})
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	if n, failed := len(s.trash(t)), s.lib.Stats().StoreFailed; n != 1 || failed != 1 {
		t.Errorf("%d rows of trash and %d failures, want 1 and 1: the file may still arrive", n, failed)
	}
	s.clock.Advance(time.Hour)
	s.sweep(t)
	s.want(t)
}

// A panic stands for the end of the process; the next one has a new library.
func TestCrashDuringAttachLeavesNoFile(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"before put 1", "after put 1", "after put 2", "before put 3", "after put 3", "in write"} {
		t.Run(at, func(t *testing.T) {
			s := newShelf(t)
			s.store.crashAt(at)
			s.crash(t, func() error {
				return s.lib.Attach(t.Context(), newPicture(t), func(tx *gorm.DB, key string) error {
					if err := s.name(tx, key); err != nil {
						return err
					}
					panic("in write")
				})
			})
			s.restart(t)
			s.sweep(t)
			if n := len(s.trash(t)); n != 1 {
				t.Errorf("%d rows of trash, want 1 that is not due", n)
			}
			s.clock.Advance(media.ClaimTimeout)
			s.sweep(t)
			s.want(t)
		})
	}
}

// Another instance sweeps 15 minutes after the file was written, before the row is.
func TestAttachFailsWhenTheImageWasSwept(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.store.afterPut(func() {
		s.clock.Advance(media.ClaimTimeout)
		s.sweep(t)
	})
	err := s.lib.Attach(t.Context(), newPicture(t), func(*gorm.DB, string) error {
		t.Error("a row names a removed file")
		return nil
	})
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.sweep(t)
	s.want(t)
}

// The sweeper has finished before the slow upload arrives.
func TestImageThatArrivesAfterTheSweeperIsRemoved(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.run(t)
	s.store.beforePut(func() {
		s.clock.Advance(media.ClaimTimeout)
		s.sweep(t)
	})
	err := s.lib.Attach(t.Context(), newPicture(t), s.name)
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.eventually(t)
}

// The sweeper has not finished: its row is due too late for a file that arrives meanwhile, and it would delete the row
// after a deletion that found no file.
func TestImageThatArrivesDuringTheSweepGetsANewTrashRow(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.run(t)
	s.store.beforePut(func() {
		s.clock.Advance(media.ClaimTimeout)
		s.store.failDelete(apperr.ErrUnavailable)
		if err := s.lib.SweepDue(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("sweep: got %v, want unavailable", err)
		}
		s.store.failDelete(nil)
	})
	err := s.lib.Attach(t.Context(), pictureOf(t, 4), s.name)
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.eventually(t) // although the row of the sweeper is not due
}

func TestOnlyOneOfTwoSweepersRemovesAnImage(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.discard(t, s.attach(t))
	file := s.trash(t)[0] // both have read it
	s.store.failDelete(apperr.ErrUnavailable)
	if err := s.lib.Remove(t.Context(), file); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("first: got %v, want unavailable", err)
	}
	if err := s.lib.Remove(t.Context(), file); err != nil {
		t.Errorf("second: got %v, want nil", err)
	}
	if got := s.lib.Stats().RemoveFailed; got != 1 {
		t.Errorf("%d failures, want 1", got)
	}
}

// The reply to a commit can be lost: then Attach fails although the row is there.
func TestNamedImageIsNotRemoved(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var file media.Trash
	s.store.afterPut(func() { file = s.trash(t)[0] })
	key := s.attach(t)
	if err := s.lib.Remove(t.Context(), file); err != nil || file.Key != key {
		t.Errorf("remove %q: %v", file.Key, err)
	}
	s.want(t, key)
}

func TestDiscardRemovesOnlyAfterTheCommit(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.run(t)
	key, other := s.attach(t), s.attach(t)
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		return errors.Join(s.unname(tx, key), s.lib.Discard(tx, key), errWrite)
	})
	if !errors.Is(err, errWrite) {
		t.Fatalf("rolled back with %v", err)
	}
	s.sweep(t)
	s.want(t, key, other)
	s.discard(t, key)
	s.eventually(t, other)
}

func TestReplacedImageIsRemoved(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.run(t)
	before, after := s.attach(t), ""
	err := s.lib.Attach(t.Context(), newPicture(t), func(tx *gorm.DB, key string) error {
		after = key
		return errors.Join(s.unname(tx, before), s.name(tx, key), s.lib.Discard(tx, before))
	})
	if err != nil {
		t.Fatalf("replace: %v", err)
	}
	s.eventually(t, after)
}

func TestDiscardDoesNotNeedTheStore(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	s.store.failDelete(apperr.ErrUnavailable)
	s.discard(t, key, "", key)
	if err := s.lib.SweepDue(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("sweep: got %v, want unavailable", err)
	}
	s.store.failDelete(nil)
	s.sweep(t) // not due yet
	if n := len(s.trash(t)); n != 1 || s.lib.Stats().RemoveFailed != 1 {
		t.Errorf("%d rows of trash and %+v, want 1 and 1 failure", n, s.lib.Stats())
	}
	s.clock.Advance(media.RemoveBackoff)
	s.sweep(t)
	s.want(t)
}

func TestCrashDuringRemovalIsRepaired(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"before delete 1", "after delete 1", "after delete 2", "before delete 3", "after delete 3"} {
		t.Run(at, func(t *testing.T) {
			s := newShelf(t)
			s.discard(t, s.attach(t))
			s.store.crashAt(at)
			s.crash(t, func() error { return s.lib.SweepDue(t.Context()) })
			s.restart(t)
			s.clock.Advance(media.RemoveBackoff)
			s.sweep(t)
			s.want(t)
		})
	}
}

func TestManyDiscardedImagesAreRemovedInBatches(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	keys, pic := make([]string, 250), pictureOf(t, 4)
	for i := range keys {
		keys[i] = s.attachPicture(t, pic)
	}
	kept := s.attach(t)
	s.discard(t, keys...)
	if n := len(s.trash(t)); n != len(keys) {
		t.Fatalf("%d rows of trash, want %d", n, len(keys))
	}
	s.sweep(t)
	s.want(t, kept)
	if got := s.lib.Stats().Removed; got != uint64(len(keys)) {
		t.Errorf("counted %d, want %d", got, len(keys))
	}
}

func TestSweepAllIgnoresDueTimes(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.store.failPut(apperr.ErrUnavailable)
	if err := s.lib.Attach(t.Context(), newPicture(t), s.name); err == nil {
		t.Fatal("attached")
	}
	if err := s.lib.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep all: %v", err)
	}
	s.want(t)
}

func TestRunSweepsAtTheStartAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.discard(t, s.attach(t))
	s.restart(t) // loses the queue of removals
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.lib.Run(ctx) }()
	s.eventually(t)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v, want nil", err)
	}
}

func TestRunEndsWithWhatIsQueued(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	kept := s.attach(t)
	for range 3 {
		s.discard(t, s.attach(t))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.lib.Run(ctx); err != nil {
		t.Errorf("ended with %v, want nil", err)
	}
	s.want(t, kept)
}

// Images that another instance discarded before it crashed are removed without a restart.
func TestRunSweepsPeriodically(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	media.SetSweepInterval(s.lib, time.Millisecond)
	s.run(t)
	other := *s
	other.restart(t)
	for range 3 { // the first may be taken by the sweep at the start
		other.discard(t, other.attach(t))
		s.eventually(t)
	}
}

func TestFailedRemovalsAreLogged(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var log bytes.Buffer // read after Run has ended
	s.lib = media.NewLibrary(s.db, s.store, s.clock.Now, slog.New(slog.NewTextHandler(&log, nil)))
	media.SetSweepInterval(s.lib, time.Millisecond)
	s.discard(t, s.attach(t))
	s.store.failDelete(apperr.ErrUnavailable)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.lib.Run(ctx) }()
	deadline := time.After(20 * time.Second)
	for tick := time.Tick(time.Millisecond); s.lib.Stats().RemoveFailed < 2; { // the first is logged by then
		select {
		case <-tick:
			s.clock.Advance(media.RemoveBackoff)
		case <-deadline:
			t.Fatal("no second attempt")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	said, failed := strings.Count(log.String(), "cannot remove stored images"), int(s.lib.Stats().RemoveFailed)
	if said < failed-1 || said > failed { // the last may come after the cancel
		t.Errorf("%d failures, %d log lines", failed, said)
	}
}

func TestURLOfNoImageIsEmpty(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	want := "/media/" + key
	if diff := cmp.Diff([]*string{nil, &want}, []*string{s.lib.URLOrNil(""), s.lib.URLOrNil(key)}); diff != "" || s.lib.URL("") != "" || s.lib.URL(key) != want {
		t.Errorf("URLs (-want +got):\n%s", diff)
	}
}
