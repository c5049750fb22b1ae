package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// shelf is a library and a table of rows that name its images.
type shelf struct {
	lib   *media.Library
	db    *database.DB
	store *fragile
	clock *testkit.Clock
	dir   string
}

// row names an image.
type row struct {
	Key string `gorm:"primaryKey;size:255"`
}

func (row) TableName() string { return "test_pictures" }

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{db: testkit.DB(t), clock: testkit.NewClock(), dir: t.TempDir()}
	local, err := media.NewLocal(s.dir, "")
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() { _ = local.Close() })
	s.store = &fragile{Store: local}
	if err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Migrator().CreateTable(&row{}) }); err != nil {
		t.Fatalf("make table: %v", err)
	}
	s.restart(t)
	return s
}

// restart replaces the library by a new one without state, over a working store.
func (s *shelf) restart(t *testing.T) {
	t.Helper()
	s.store.crashAt("")
	s.lib = media.NewLibrary(s.db, s.store, s.clock.Now, slog.New(slog.NewTextHandler(t.Output(), nil)))
}

// run runs the library until the test ends.
func (s *shelf) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.lib.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
}

// crash calls do, which must panic: that stands for the end of the process.
func (s *shelf) crash(t *testing.T, do func() error) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("did not crash")
		}
	}()
	t.Errorf("survived with %v", do())
}

// newPicture returns a picture with two copies.
func newPicture(t *testing.T) *picture.Picture {
	t.Helper()
	return pictureOf(t, 1300)
}

func pictureOf(t *testing.T, width int) *picture.Picture {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 2))); err != nil {
		t.Fatalf("encode: %v", err)
	}
	p, err := picture.NewDecoder(slog.New(slog.DiscardHandler)).Decode(t.Context(), picture.Review, picture.Upload{Name: "a.png", Data: b.Bytes()})
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return p
}

func (s *shelf) name(tx *gorm.DB, key string) error { return tx.Create(&row{Key: key}).Error }

func (s *shelf) unname(tx *gorm.DB, key string) error {
	return tx.Where("`key` = ?", key).Delete(&row{}).Error
}

// attach stores a picture and a row that names it.
func (s *shelf) attach(t *testing.T) (key string) {
	t.Helper()
	return s.attachPicture(t, newPicture(t))
}

func (s *shelf) attachPicture(t *testing.T, pic *picture.Picture) (key string) {
	t.Helper()
	err := s.lib.Attach(t.Context(), pic, func(tx *gorm.DB, k string) error {
		key = k
		return s.name(tx, k)
	})
	if err != nil {
		t.Fatalf("attach: %v", err)
	}
	return key
}

// discard deletes rows and discards their images.
func (s *shelf) discard(t *testing.T, keys ...string) {
	t.Helper()
	if err := s.drop(t.Context(), keys...); err != nil {
		t.Fatalf("discard: %v", err)
	}
}

func (s *shelf) drop(ctx context.Context, keys ...string) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		for _, key := range keys {
			if err := s.unname(tx, key); err != nil {
				return err
			}
		}
		return s.lib.Discard(tx, keys...)
	})
}

func (s *shelf) sweep(t *testing.T) {
	t.Helper()
	if err := s.lib.SweepDue(t.Context()); err != nil {
		t.Errorf("sweep: %v", err)
	}
}

func (s *shelf) trash(t *testing.T) []media.Trash {
	t.Helper()
	var all []media.Trash
	if err := s.db.Reader(t.Context()).Find(&all).Error; err != nil {
		t.Fatalf("list trash: %v", err)
	}
	return all
}

// state is the keys of the files, of the rows and of the trash.
type state struct{ Files, Named, Trash []string }

func (s *shelf) state(t *testing.T) state {
	t.Helper()
	now := state{[]string{}, []string{}, []string{}}
	err := fs.WalkDir(os.DirFS(s.dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			now.Files = append(now.Files, name)
		}
		return err
	})
	if err != nil {
		t.Fatalf("list files: %v", err)
	}
	if err := s.db.Reader(t.Context()).Model(&row{}).Order("`key`").Pluck("`key`", &now.Named).Error; err != nil {
		t.Fatalf("list rows: %v", err)
	}
	for _, f := range s.trash(t) {
		now.Trash = append(now.Trash, f.Key)
	}
	slices.Sort(now.Files)
	return now
}

// want checks that the rows name exactly keys, that exactly their files are stored, and that the trash is empty.
func (s *shelf) want(t *testing.T, keys ...string) {
	t.Helper()
	want := state{[]string{}, append([]string{}, keys...), []string{}}
	for _, key := range keys {
		want.Files = append(want.Files, media.Files(key)...)
	}
	slices.Sort(want.Files)
	slices.Sort(want.Named)
	if diff := cmp.Diff(want, s.state(t)); diff != "" {
		t.Errorf("files and rows (-want +got):\n%s", diff)
	}
}

// eventually is want as soon as the trash is empty.
func (s *shelf) eventually(t *testing.T, keys ...string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for tick := time.Tick(time.Millisecond); len(s.trash(t)) > 0; {
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("still in the trash: %v", s.trash(t))
		}
	}
	s.want(t, keys...)
}

// fragile is a store that fails or crashes where a test says.
type fragile struct {
	media.Store

	mu                sync.Mutex // guards the fields below
	putErr, deleteErr error
	moveErr           error
	crash             string
	puts, deletes     int    // so far
	moves             int    // so far
	before, after     func() // called by Put before and after it writes
	moved             func() // called by Move when it has moved a file
}

func (f *fragile) failPut(err error)    { f.mu.Lock(); defer f.mu.Unlock(); f.putErr = err }
func (f *fragile) failDelete(err error) { f.mu.Lock(); defer f.mu.Unlock(); f.deleteErr = err }
func (f *fragile) failMove(err error)   { f.mu.Lock(); defer f.mu.Unlock(); f.moveErr = err }
func (f *fragile) onMove(do func())     { f.mu.Lock(); defer f.mu.Unlock(); f.moved = do }
func (f *fragile) crashAt(at string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.crash, f.puts, f.deletes, f.moves = at, 0, 0, 0
}
func (f *fragile) beforePut(do func()) { f.mu.Lock(); defer f.mu.Unlock(); f.before = do }
func (f *fragile) afterPut(do func())  { f.mu.Lock(); defer f.mu.Unlock(); f.after = do }

// reach panics when the test wants a crash here.
func (f *fragile) reach(at string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at = fmt.Sprint(at, " ", n); f.crash == at {
		panic(at)
	}
}

// Put writes even when it then fails, as real stores may.
func (f *fragile) Put(ctx context.Context, key, contentType string, data []byte) error {
	f.mu.Lock()
	f.puts++
	n, fail, before, after := f.puts, f.putErr, f.before, f.after
	f.mu.Unlock()
	if before != nil {
		before()
	}
	f.reach("before put", n)
	err := f.Store.Put(ctx, key, contentType, data)
	f.reach("after put", n)
	if after != nil {
		after()
	}
	return errors.Join(err, fail)
}

func (f *fragile) Delete(ctx context.Context, key string) error {
	f.mu.Lock()
	f.deletes++
	n, fail := f.deletes, f.deleteErr
	f.mu.Unlock()
	f.reach("before delete", n)
	if fail != nil {
		return fail
	}
	err := f.Store.Delete(ctx, key)
	f.reach("after delete", n)
	return err
}

func (f *fragile) Move(ctx context.Context, from, to string) error {
	f.mu.Lock()
	f.moves++
	n, fail, moved := f.moves, f.moveErr, f.moved
	f.mu.Unlock()
	f.reach("before move", n)
	if fail != nil {
		return fail
	}
	err := f.Store.Move(ctx, from, to)
	f.reach("after move", n)
	if moved != nil {
		moved()
	}
	return err
}
