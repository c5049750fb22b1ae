package media_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/media"
)

// fault is what a store does instead of its work, over what would do it.
type fault func(w http.ResponseWriter, r *http.Request, honest http.Handler)

// answers is a fault that says the same to everything.
func answers(status int, body string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// onPut is a fault of uploads alone.
func onPut(do fault) fault {
	return func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
		if r.Method != http.MethodPut {
			honest.ServeHTTP(w, r)
			return
		}
		do(w, r, honest)
	}
}

// cutShort keeps half of what it is sent.
func cutShort(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	data, _ := io.ReadAll(r.Body) // the test fails elsewhere when this does
	half := r.Clone(r.Context())
	half.ContentLength = int64(len(data) / 2)
	half.Body = io.NopCloser(bytes.NewReader(data[:len(data)/2]))
	honest.ServeHTTP(w, half)
}

// callsItHTML keeps what it is sent as what scripts run in.
func callsItHTML(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	other := r.Clone(r.Context())
	other.Header.Set("Content-Type", "text/html")
	honest.ServeHTTP(w, other)
}

// breaksOff takes an upload and hangs up without a word.
func breaksOff(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	honest.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

const internalError = `<?xml version="1.0"?><Error><Code>InternalError</Code><Message>try again</Message></Error>`

// bucketOf is a store in memory behind a fault that may be set and taken back.
type bucketOf struct {
	fault   atomic.Pointer[fault]
	backend gofakes3.Backend
	store   media.Store
}

func newBucket(t *testing.T) *bucketOf {
	t.Helper()
	b := &bucketOf{backend: s3mem.New()}
	if err := b.backend.CreateBucket("films"); err != nil {
		t.Fatal(err)
	}
	honest := gofakes3.New(b.backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := b.fault.Load(); f != nil {
			(*f)(w, r, honest)
			return
		}
		honest.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	var err error
	b.store, err = media.NewS3(t.Context(), media.S3Config{
		Endpoint: server.URL, Bucket: "films", AccessKey: "key", SecretKey: "secret", PathStyle: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// objects counts what the bucket holds.
func (b *bucketOf) objects(t *testing.T) int {
	t.Helper()
	list, err := b.backend.ListBucket("films", &gofakes3.Prefix{}, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Contents)
}

func TestAStoreThatIsDownFullOrLyingLeavesNeitherRowNorFile(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault{
		"down":                                  answers(http.StatusServiceUnavailable, "<Error><Code>SlowDown</Code></Error>"),
		"full":                                  answers(http.StatusInsufficientStorage, "<Error><Code>XMinioStorageFull</Code></Error>"),
		"over its quota":                        answers(http.StatusForbidden, "<Error><Code>QuotaExceeded</Code></Error>"),
		"says 200 and sends an error":           answers(http.StatusOK, internalError),
		"says 200 to uploads and keeps nothing": onPut(answers(http.StatusOK, "")),
		"says 200 to uploads with an error":     onPut(answers(http.StatusOK, internalError)),
		"is a page to log in to the network":    answers(http.StatusOK, "<html>Welcome to the hotel</html>"),
		"sends what is no XML":                  onPut(answers(http.StatusBadGateway, "<html")),
		"keeps half":                            onPut(cutShort),
		"calls it HTML":                         onPut(callsItHTML),
		"keeps it and breaks off":               onPut(breaksOff),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := newShelf(t), newBucket(t)
			s.lib = media.NewLibrary(s.db, b.store, s.clock.Now, slog.New(slog.DiscardHandler))
			b.fault.Store(&f)
			err := s.lib.Attach(t.Context(), picture(t, s.lib), func(tx *gorm.DB, key string) error {
				t.Error("a row is written")
				return s.name(tx, key)
			})
			down, ok := errors.AsType[*apperr.Error](err)
			if !ok || !errors.Is(err, apperr.ErrUnavailable) || down.RetryAfter <= 0 {
				t.Errorf("%v, want unavailable with a time to come again", err)
			}
			b.fault.Store(nil) // it recovers, and what may have arrived is removed
			s.clock.Advance(media.ClaimWithin)
			s.sweep(t)
			if n, trash := b.objects(t), len(s.trash(t)); n != 0 || trash != 0 {
				t.Errorf("%d files and %d rows of trash are left", n, trash)
			}
			want := len(media.Files(s.attach(t)))
			if n := b.objects(t); n != want {
				t.Errorf("afterwards there are %d files, want %d", n, want)
			}
		})
	}
}

func TestEveryFileIsStoredAsWhatItIs(t *testing.T) {
	t.Parallel()
	s, b := newShelf(t), newBucket(t)
	s.lib = media.NewLibrary(s.db, b.store, s.clock.Now, slog.New(slog.DiscardHandler))
	types := map[string]string{".png": "image/png", ".jpg": "image/jpeg"}
	files := media.Files(s.attach(t)) // an opaque PNG, whose copies are JPEGs
	for _, key := range files {
		object, err := b.backend.HeadObject("films", key)
		if err != nil {
			t.Fatalf("look for %s: %v", key, err)
		}
		if got := object.Metadata["Content-Type"]; got != types[path.Ext(key)] {
			t.Errorf("%s is stored as %s", key, got)
		}
	}
	if path.Ext(files[0]) != ".jpg" || path.Ext(files[len(files)-1]) != ".png" {
		t.Errorf("the files are %v, want copies of another type", files)
	}
}

// Some stores encrypt, or put an object together of parts: what they call ETag is no digest then.
func TestWhatAStoreSaysOfETagsIsNotBelieved(t *testing.T) {
	t.Parallel()
	s, b := newShelf(t), newBucket(t)
	s.lib = media.NewLibrary(s.db, b.store, s.clock.Now, slog.New(slog.DiscardHandler))
	nonsense := fault(func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
		honest.ServeHTTP(etagless{w}, r)
	})
	b.fault.Store(&nonsense)
	want := len(media.Files(s.attach(t)))
	if n := b.objects(t); n != want {
		t.Errorf("%d files, want %d", n, want)
	}
}

// etagless replaces the ETag of an answer.
type etagless struct{ http.ResponseWriter }

func (e etagless) WriteHeader(status int) {
	e.Header().Set("ETag", `"nonsense-of-the-store-7"`)
	e.ResponseWriter.WriteHeader(status)
}

func (e etagless) Write(b []byte) (int, error) {
	e.Header().Set("ETag", `"nonsense-of-the-store-7"`)
	return e.ResponseWriter.Write(b)
}

func TestAStoreThatHangsIsWaitedForByFew(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	hangs := make(chan struct{})
	waiting := make(chan struct{}, media.MaxPuts)
	s.store.beforePut(func() { waiting <- struct{}{}; <-hangs })
	failed := make(chan error, media.MaxPuts)
	for range media.MaxPuts {
		pic := pictureOf(t, s.lib, 4) // too small to have copies
		go func() { failed <- s.lib.Attach(t.Context(), pic, s.name) }()
	}
	for range media.MaxPuts {
		<-waiting
	}
	start := time.Now()
	err := s.lib.Attach(t.Context(), picture(t, s.lib), s.name)
	if busy, ok := errors.AsType[*apperr.Error](err); !ok || !errors.Is(err, apperr.ErrBusy) || busy.RetryAfter <= 0 {
		t.Errorf("one more: %v after %v, want busy at once", err, time.Since(start))
	}
	if n := len(s.trash(t)); n != media.MaxPuts {
		t.Errorf("%d files are announced, want %d", n, media.MaxPuts)
	}
	if err := s.lib.Attach(t.Context(), nil, func(tx *gorm.DB, _ string) error { return s.name(tx, "none") }); err != nil {
		t.Errorf("without an image: %v", err)
	}
	close(hangs)
	for range media.MaxPuts {
		if err := <-failed; err != nil {
			t.Errorf("it answered after all: %v", err)
		}
	}
}
