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

var errWrite = errors.New("the row is refused")

func TestAttachedImageIsStoredAndNamed(t *testing.T) {
	s := newShelf(t)
	key := s.attach(t)
	s.want(t, key)
	s.clock.Advance(time.Hour)
	if err := s.lib.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	s.want(t, key)
	if got := s.lib.Stats(); got.Stored != 1 || got.Removed != 0 {
		t.Errorf("stats %+v, want one stored and none removed", got)
	}
}

// What is named and what is discarded are keys of images; their copies come and go with them.
func TestCopiesLiveAndGoWithTheirImage(t *testing.T) {
	s := newShelf(t)
	key, other := s.attach(t), s.attach(t)
	files := media.Files(key)
	if got := s.state(t).Files; len(files) != 3 || len(got) != 6 {
		t.Fatalf("files %v for %v", got, files)
	}
	s.discard(t, key)
	if got := s.trash(t); len(got) != 1 || got[0].Key != key {
		t.Errorf("trash %v, want the image alone", got)
	}
	s.store.failDelete(apperr.ErrUnavailable)
	if err := s.lib.SweepDue(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("sweep: got %v, want unavailable", err)
	}
	s.store.failDelete(nil)
	s.clock.Advance(media.RemoveAgain)
	s.sweep(t)
	s.want(t, other)
}

// The store takes the copies and not the image itself, and the process lives on.
func TestCopiesOfAnImageThatCouldNotBeStoredGo(t *testing.T) {
	s := newShelf(t)
	s.store.afterPut(func() {
		if len(s.state(t).Files) == 2 {
			s.store.failPut(apperr.ErrUnavailable)
		}
	})
	if err := s.lib.Attach(t.Context(), picture(t, s.lib), s.name); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.clock.Advance(media.ClaimWithin)
	s.sweep(t)
	s.want(t)
}

func TestAttachWithoutPictureStoresNothing(t *testing.T) {
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

// What cannot be entered in the trash is not stored, not let go of and not removed: nothing would know of it.
func TestWithoutTheTrashNothingHappens(t *testing.T) {
	s := newShelf(t)
	key := s.attach(t)
	s.discard(t, s.attach(t))
	file := s.trash(t)[0]
	before, pic := s.state(t), picture(t, s.lib)
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

func TestImageThatCannotBeClaimedIsNotNamed(t *testing.T) {
	s := newShelf(t)
	s.store.afterPut(func() { s.rename(t, "media_trash", "away") })
	err := s.lib.Attach(t.Context(), pictureOf(t, s.lib, 4), func(*gorm.DB, string) error {
		t.Error("a row names a file that is still in the trash")
		return nil
	})
	if err == nil {
		t.Error("an image is attached")
	}
	s.rename(t, "away", "media_trash")
	s.clock.Advance(media.ClaimWithin)
	s.sweep(t)
	s.want(t)
}

func TestRefusedRowLeavesNoFile(t *testing.T) {
	s := newShelf(t)
	s.run(t)
	err := s.lib.Attach(t.Context(), picture(t, s.lib), func(*gorm.DB, string) error { return errWrite })
	if !errors.Is(err, errWrite) {
		t.Errorf("got %v, want the error of the write", err)
	}
	s.eventually(t)
}

func TestStoreThatIsDownFailsAttachBeforeTheWrite(t *testing.T) {
	s := newShelf(t)
	s.store.failPut(apperr.ErrUnavailable)
	err := s.lib.Attach(t.Context(), picture(t, s.lib), func(*gorm.DB, string) error {
		t.Error("the row is written without its file")
		return nil
	})
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	if n, failed := len(s.trash(t)), s.lib.Stats().StoreFailed; n != 1 || failed != 1 {
		t.Errorf("%d rows of trash and %d failures, want one of each: the write may still arrive", n, failed)
	}
	s.clock.Advance(time.Hour)
	s.sweep(t)
	s.want(t)
}

// A process dies where the test panics; the next one sweeps with a library of its own.
func TestCrashAnywhereInAttachLeavesNoFile(t *testing.T) {
	for _, at := range []string{"before put 1", "after put 1", "after put 2", "before put 3", "after put 3", "in write"} {
		t.Run(at, func(t *testing.T) {
			s := newShelf(t)
			s.store.crashAt(at)
			s.crash(t, func() error {
				return s.lib.Attach(t.Context(), picture(t, s.lib), func(tx *gorm.DB, key string) error {
					if err := s.name(tx, key); err != nil {
						return err
					}
					panic("in write")
				})
			})
			s.restart(t)
			s.sweep(t)
			if n := len(s.trash(t)); n != 1 {
				t.Errorf("%d rows of trash, want the one that is not due", n)
			}
			s.clock.Advance(media.ClaimWithin)
			s.sweep(t)
			s.want(t)
		})
	}
}

// Between file and row 15 minutes have passed, and another instance has swept.
func TestImageThatWasGivenUpIsNotNamed(t *testing.T) {
	s := newShelf(t)
	s.store.afterPut(func() {
		s.clock.Advance(media.ClaimWithin)
		s.sweep(t)
	})
	err := s.lib.Attach(t.Context(), picture(t, s.lib), func(*gorm.DB, string) error {
		t.Error("a row names a file that is gone")
		return nil
	})
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.sweep(t)
	s.want(t)
}

// The sweeper is done before the slow write has even arrived.
func TestImageThatArrivesAfterItWasGivenUpIsRemoved(t *testing.T) {
	s := newShelf(t)
	s.run(t)
	s.store.beforePut(func() {
		s.clock.Advance(media.ClaimWithin)
		s.sweep(t)
	})
	err := s.lib.Attach(t.Context(), picture(t, s.lib), s.name)
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.eventually(t)
}

// The sweeper is not done, and its row is due when it comes back: that is too late for a file that came meanwhile, and
// none at all if the sweeper, whose deletion found nothing, then forgets its row.
func TestImageThatArrivesWhileItIsGivenUpHasARowOfItsOwn(t *testing.T) {
	s := newShelf(t)
	s.run(t)
	s.store.beforePut(func() {
		s.clock.Advance(media.ClaimWithin)
		s.store.failDelete(apperr.ErrUnavailable)
		if err := s.lib.SweepDue(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("sweep: got %v, want unavailable", err)
		}
		s.store.failDelete(nil)
	})
	err := s.lib.Attach(t.Context(), pictureOf(t, s.lib, 4), s.name)
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	s.eventually(t) // without waiting for the sweeper's time
}

func TestOneOfTwoSweepersRemovesAFile(t *testing.T) {
	s := newShelf(t)
	s.discard(t, s.attach(t))
	file := s.trash(t)[0] // both have read it
	s.store.failDelete(apperr.ErrUnavailable)
	if err := s.lib.Remove(t.Context(), file); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("first: got %v, want unavailable", err)
	}
	if err := s.lib.Remove(t.Context(), file); err != nil {
		t.Errorf("second: got %v, although it had nothing to do", err)
	}
	if got := s.lib.Stats().RemoveFailed; got != 1 {
		t.Errorf("the store was asked %d times, want once", got)
	}
}

// The answer to a commit can be lost: then Attach fails, and yet the row is there.
func TestFileIsNotRemovedOnceARowNamesIt(t *testing.T) {
	s := newShelf(t)
	var file media.Trash
	s.store.afterPut(func() { file = s.trash(t)[0] })
	key := s.attach(t)
	if err := s.lib.Remove(t.Context(), file); err != nil || file.Key != key {
		t.Errorf("remove %q: %v", file.Key, err)
	}
	s.want(t, key)
}

func TestDiscardedImageGoesAfterTheCommitOnly(t *testing.T) {
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

func TestReplacedImageGoes(t *testing.T) {
	s := newShelf(t)
	s.run(t)
	before, after := s.attach(t), ""
	err := s.lib.Attach(t.Context(), picture(t, s.lib), func(tx *gorm.DB, key string) error {
		after = key
		return errors.Join(s.unname(tx, before), s.name(tx, key), s.lib.Discard(tx, before))
	})
	if err != nil {
		t.Fatalf("replace: %v", err)
	}
	s.eventually(t, after)
}

func TestDiscardDoesNotNeedTheStore(t *testing.T) {
	s := newShelf(t)
	key := s.attach(t)
	s.store.failDelete(apperr.ErrUnavailable)
	s.discard(t, key, "", key)
	if err := s.lib.SweepDue(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("sweep: got %v, want unavailable", err)
	}
	s.store.failDelete(nil)
	s.sweep(t) // not due again yet
	if n := len(s.trash(t)); n != 1 || s.lib.Stats().RemoveFailed != 1 {
		t.Errorf("%d rows of trash and %+v, want one and one failure", n, s.lib.Stats())
	}
	s.clock.Advance(media.RemoveAgain)
	s.sweep(t)
	s.want(t)
}

func TestCrashWhileRemovingIsRepaired(t *testing.T) {
	for _, at := range []string{"before delete 1", "after delete 1", "after delete 2", "before delete 3", "after delete 3"} {
		t.Run(at, func(t *testing.T) {
			s := newShelf(t)
			s.discard(t, s.attach(t))
			s.store.crashAt(at)
			s.crash(t, func() error { return s.lib.SweepDue(t.Context()) })
			s.restart(t)
			s.clock.Advance(media.RemoveAgain)
			s.sweep(t)
			s.want(t)
		})
	}
}

func TestManyDiscardedImagesGoInBatches(t *testing.T) {
	s := newShelf(t)
	keys, pic := make([]string, 250), pictureOf(t, s.lib, 4)
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

func TestSweepAllDoesNotWaitForWhatIsDue(t *testing.T) {
	s := newShelf(t)
	s.store.failPut(apperr.ErrUnavailable)
	if err := s.lib.Attach(t.Context(), picture(t, s.lib), s.name); err == nil {
		t.Fatal("attached")
	}
	if err := s.lib.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep all: %v", err)
	}
	s.want(t)
}

func TestRunSweepsAtItsStartAndEndsWithItsContext(t *testing.T) {
	s := newShelf(t)
	s.discard(t, s.attach(t))
	s.restart(t) // forgets what was to go at once
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.lib.Run(ctx) }()
	s.eventually(t)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v, want nil", err)
	}
}

// What another instance discarded, and did not live to remove, goes without a start in between.
func TestRunSweepsAgainAndAgain(t *testing.T) {
	s := newShelf(t)
	media.SweepEvery(s.lib, time.Millisecond)
	s.run(t)
	other := *s
	other.restart(t)
	for range 3 { // the first may be taken by the sweep at the start
		other.discard(t, other.attach(t))
		s.eventually(t)
	}
}

func TestWhatCannotBeRemovedIsInTheLog(t *testing.T) {
	s := newShelf(t)
	var log bytes.Buffer // read after Run has ended
	s.lib = media.NewLibrary(s.db, s.store, s.clock.Now, slog.New(slog.NewTextHandler(&log, nil)))
	media.SweepEvery(s.lib, time.Millisecond)
	s.discard(t, s.attach(t))
	s.store.failDelete(apperr.ErrUnavailable)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.lib.Run(ctx) }()
	deadline := time.After(20 * time.Second)
	for tick := time.Tick(time.Millisecond); s.lib.Stats().RemoveFailed < 2; { // the first was logged then
		select {
		case <-tick:
			s.clock.Advance(media.RemoveAgain)
		case <-deadline:
			t.Fatal("it is not tried again")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	said, failed := strings.Count(log.String(), "could not be removed"), int(s.lib.Stats().RemoveFailed)
	if said < failed-1 || said > failed { // the last may have come with the end
		t.Errorf("%d failures are %d lines of the log", failed, said)
	}
}

func TestNoImageHasNoURL(t *testing.T) {
	s := newShelf(t)
	key := s.attach(t)
	want := "/media/" + key
	if diff := cmp.Diff([]*string{nil, &want}, []*string{s.lib.URLOrNil(""), s.lib.URLOrNil(key)}); diff != "" || s.lib.URL("") != "" || s.lib.URL(key) != want {
		t.Errorf("URLs (-want +got):\n%s", diff)
	}
}

func TestDecodeCountsWhatItDoes(t *testing.T) {
	s := newShelf(t)
	if _, err := s.lib.Decode(t.Context(), media.ReviewImages, media.Upload{Name: "a.png", Data: []byte("no image")}); !errors.Is(err, media.ErrUnsupportedImage) {
		t.Errorf("got %v, want unsupported_image", err)
	}
	picture(t, s.lib)
	if got := s.lib.Stats(); got.Decoded != 1 || got.Refused != 1 || got.DecodeTime <= 0 {
		t.Errorf("stats %+v, want one decoded and one refused", got)
	}
}
