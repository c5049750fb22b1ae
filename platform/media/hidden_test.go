package media_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/media"
)

var errStoreDown = errors.New("the store is down")

func (s *shelf) hide(t *testing.T, keys ...string) {
	t.Helper()
	if err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return s.lib.Hide(tx, keys...) }); err != nil {
		t.Fatalf("hide: %v", err)
	}
}

func (s *shelf) restore(t *testing.T, keys ...string) {
	t.Helper()
	if err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return s.lib.Restore(tx, keys...) }); err != nil {
		t.Fatalf("restore: %v", err)
	}
}

func (s *shelf) hidden(t *testing.T) (all []media.Hidden) {
	t.Helper()
	if err := s.db.Reader(t.Context()).Order("storage_key").Find(&all).Error; err != nil {
		t.Fatalf("list hidden images: %v", err)
	}
	return all
}

// wantHidden checks that the files of a key, and no others, are below its hidden key.
func (s *shelf) wantHidden(t *testing.T, key string) media.Hidden {
	t.Helper()
	all := s.hidden(t)
	if len(all) != 1 || all[0].Key != key || !all[0].Hidden || all[0].DueAt != nil || all[0].Place == key {
		t.Fatalf("hidden: %+v, want %s at rest", all, key)
	}
	want := slices.Sorted(slices.Values(media.Files(all[0].Place)))
	if diff := cmp.Diff(want, s.state(t).Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	return all[0]
}

func TestHiddenImageIsElsewhereUntilItIsRestored(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	for range 2 { // idempotent
		s.hide(t, "", key, key)
		s.sweep(t)
	}
	first := s.wantHidden(t, key)
	for range 2 {
		s.restore(t, key, "")
		s.sweep(t)
		s.want(t, key)
		if left := s.hidden(t); len(left) > 0 {
			t.Errorf("left after it is restored: %v", left)
		}
	}
	s.hide(t, key)
	s.sweep(t)
	if again := s.wantHidden(t, key); again.Place == first.Place {
		t.Error("the hidden key is used twice")
	}
}

func TestHiddenImageIsOpened(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	read := func() string {
		t.Helper()
		file, err := s.lib.Open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(file)
		if err = errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	want := read()
	s.hide(t, key)
	if read() != want {
		t.Error("other bytes before the files are moved")
	}
	s.sweep(t)
	if read() != want {
		t.Error("other bytes once it is hidden")
	}
	s.discard(t, key)
	s.sweep(t)
	if _, err := s.lib.Open(t.Context(), key); !errors.Is(err, apperr.ErrNotFound) {
		t.Errorf("open a removed image: %v", err)
	}
}

func TestImageIsHiddenSoonAfterTheCommit(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	s.run(t)
	failed := errors.New("rolled back")
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return errors.Join(s.lib.Hide(tx, key), failed) })
	if !errors.Is(err, failed) || len(s.hidden(t)) > 0 {
		t.Fatalf("rolled back with %v, hidden %v", err, s.hidden(t))
	}
	s.want(t, key)
	s.hide(t, key)
	s.settled(t, 1)
	s.wantHidden(t, key)
	s.restore(t, key)
	s.settled(t, 0)
	s.want(t, key)
}

// settled waits until so many images are hidden and none is on its way.
func (s *shelf) settled(t *testing.T, n int) {
	t.Helper()
	moving := func(h media.Hidden) bool { return h.DueAt != nil }
	deadline := time.After(20 * time.Second)
	for tick := time.Tick(time.Millisecond); ; {
		if all := s.hidden(t); len(all) == n && !slices.ContainsFunc(all, moving) {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("hidden: %+v, want %d at rest", s.hidden(t), n)
		}
	}
}

func TestRemovedImageIsAlsoRemovedWhereItIsHidden(t *testing.T) {
	t.Parallel()
	for name, atRest := range map[string]bool{"at rest": true, "on its way": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			key, other := s.attach(t), s.attach(t)
			s.hide(t, key)
			if atRest {
				s.sweep(t)
			}
			s.discard(t, key)
			s.sweep(t)
			s.want(t, other)
			if left := s.hidden(t); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// An image that is being moved must not come back after its removal.
func TestImageThatIsBeingMovedIsRemovedLater(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	s.hide(t, key)
	s.store.failMove(errStoreDown)
	if err := s.lib.SweepDue(t.Context()); !errors.Is(err, errStoreDown) {
		t.Fatalf("move: %v", err)
	}
	s.discard(t, key)
	s.sweep(t)
	if len(s.trash(t)) != 1 || len(s.hidden(t)) != 1 {
		t.Fatalf("trash %v, hidden %v; want both to stay", s.trash(t), s.hidden(t))
	}
	s.store.failMove(nil)
	s.clock.Advance(media.RemoveBackoff)
	s.sweep(t)
	s.want(t)
	if left := s.hidden(t); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestMoveIsRepeatedAfterACrash(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"before move 1", "after move 1", "before move 2", "after move 3"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			key := s.attach(t)
			s.hide(t, key)
			s.store.crashAt(at)
			s.crash(t, func() error { return s.lib.SweepDue(t.Context()) })
			s.restart(t)
			s.sweep(t)
			if s.hidden(t)[0].DueAt == nil {
				t.Fatal("it was moved although another instance may be moving it")
			}
			s.clock.Advance(media.RemoveBackoff)
			s.sweep(t)
			s.wantHidden(t, key)
		})
	}
}

func TestSweepAllMovesWhatAnInstanceLeft(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	s.hide(t, key)
	s.store.crashAt("after move 1")
	s.crash(t, func() error { return s.lib.SweepDue(t.Context()) })
	s.restart(t)
	if err := s.lib.SweepAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.wantHidden(t, key)
}

func TestImageRestoredWhileItIsBeingHiddenComesBack(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	key := s.attach(t)
	s.hide(t, key)
	s.store.onMove(func() { s.store.onMove(nil); s.restore(t, key) })
	s.sweep(t) // hides it
	if all := s.hidden(t); len(all) != 1 || all[0].Hidden || all[0].DueAt == nil {
		t.Fatalf("hidden: %+v, want it to be brought back", all)
	}
	s.sweep(t)
	s.want(t, key)
	if left := s.hidden(t); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestManyImagesAreHidden(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var keys []string
	for range 130 {
		keys = append(keys, s.attachPicture(t, pictureOf(t, 2)))
	}
	s.hide(t, keys...)
	s.sweep(t)
	for _, file := range s.state(t).Files {
		if slices.Contains(keys, file) {
			t.Fatalf("%s is there", file)
		}
	}
	s.restore(t, keys...)
	s.sweep(t)
	s.want(t, slices.Sorted(slices.Values(keys))...)
}

func TestOnlyStoredImagesAreHidden(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return s.lib.Hide(tx, "../secret") })
	if err == nil || len(s.hidden(t)) > 0 {
		t.Errorf("hide: %v, hidden %v", err, s.hidden(t))
	}
}
