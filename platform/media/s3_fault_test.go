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

// fault handles a request instead of the honest store.
type fault func(w http.ResponseWriter, r *http.Request, honest http.Handler)

// answers is a fault that gives the same response to every request.
func answers(status int, body string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// onPut restricts a fault to uploads.
func onPut(do fault) fault {
	return func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
		if r.Method != http.MethodPut {
			honest.ServeHTTP(w, r)
			return
		}
		do(w, r, honest)
	}
}

// cutShort stores half of an upload.
func cutShort(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	data, _ := io.ReadAll(r.Body) // an error shows in the test
	half := r.Clone(r.Context())
	half.ContentLength = int64(len(data) / 2)
	half.Body = io.NopCloser(bytes.NewReader(data[:len(data)/2]))
	honest.ServeHTTP(w, half)
}

// callsItHTML stores an upload as text/html.
func callsItHTML(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	other := r.Clone(r.Context())
	other.Header.Set("Content-Type", "text/html")
	honest.ServeHTTP(w, other)
}

// breaksOff stores an upload and closes the connection without a response.
func breaksOff(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	honest.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

const internalError = `<?xml version="1.0"?><Error><Code>InternalError</Code><Message>try again</Message></Error>`

// faultyBucket is a store in memory whose fault can be set and cleared.
type faultyBucket struct {
	fault   atomic.Pointer[fault]
	backend gofakes3.Backend
	store   media.Store
}

func newBucket(t *testing.T) *faultyBucket {
	t.Helper()
	b := &faultyBucket{backend: s3mem.New()}
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

// objects returns the number of objects in the bucket.
func (b *faultyBucket) objects(t *testing.T) int {
	t.Helper()
	list, err := b.backend.ListBucket("films", &gofakes3.Prefix{}, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Contents)
}

func TestFaultyStoreLeavesNeitherRowNorFile(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault{
		"down":                          answers(http.StatusServiceUnavailable, "<Error><Code>SlowDown</Code></Error>"),
		"full":                          answers(http.StatusInsufficientStorage, "<Error><Code>XMinioStorageFull</Code></Error>"),
		"over its quota":                answers(http.StatusForbidden, "<Error><Code>QuotaExceeded</Code></Error>"),
		"200 with an error":             answers(http.StatusOK, internalError),
		"200 without storing":           onPut(answers(http.StatusOK, "")),
		"200 with an error for uploads": onPut(answers(http.StatusOK, internalError)),
		"captive portal":                answers(http.StatusOK, "<html>Welcome to the hotel</html>"),
		"broken XML":                    onPut(answers(http.StatusBadGateway, "<html")),
		"stores half":                   onPut(cutShort),
		"stores as HTML":                onPut(callsItHTML),
		"stores and breaks off":         onPut(breaksOff),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := newShelf(t), newBucket(t)
			s.lib = media.NewLibrary(s.db, b.store, s.clock.Now, slog.New(slog.DiscardHandler))
			b.fault.Store(&f)
			err := s.lib.Attach(t.Context(), newPicture(t), func(tx *gorm.DB, key string) error {
				t.Error("a row is written")
				return s.name(tx, key)
			})
			down, ok := errors.AsType[*apperr.Error](err)
			if !ok || !errors.Is(err, apperr.ErrUnavailable) || down.RetryAfter <= 0 {
				t.Errorf("%v, want unavailable with Retry-After", err)
			}
			b.fault.Store(nil) // the store recovers; what arrived is removed
			s.clock.Advance(media.ClaimTimeout)
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

func TestCopiesAreStoredWithTheirOwnContentType(t *testing.T) {
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

// The ETag is not a digest in stores that encrypt objects or assemble them of parts.
func TestETagOfTheStoreIsIgnored(t *testing.T) {
	t.Parallel()
	s, b := newShelf(t), newBucket(t)
	s.lib = media.NewLibrary(s.db, b.store, s.clock.Now, slog.New(slog.DiscardHandler))
	wrong := fault(func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
		honest.ServeHTTP(wrongETag{w}, r)
	})
	b.fault.Store(&wrong)
	want := len(media.Files(s.attach(t)))
	if n := b.objects(t); n != want {
		t.Errorf("%d files, want %d", n, want)
	}
}

// wrongETag replaces the ETag of a response.
type wrongETag struct{ http.ResponseWriter }

func (e wrongETag) WriteHeader(status int) {
	e.Header().Set("ETag", `"not-a-digest-7"`)
	e.ResponseWriter.WriteHeader(status)
}

func (e wrongETag) Write(b []byte) (int, error) {
	e.Header().Set("ETag", `"not-a-digest-7"`)
	return e.ResponseWriter.Write(b)
}

func TestFewUploadsWaitForAStoreThatHangs(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	hangs := make(chan struct{})
	waiting := make(chan struct{}, media.MaxUploads)
	s.store.beforePut(func() { waiting <- struct{}{}; <-hangs })
	failed := make(chan error, media.MaxUploads)
	for range media.MaxUploads {
		pic := pictureOf(t, 4) // without copies
		go func() { failed <- s.lib.Attach(t.Context(), pic, s.name) }()
	}
	for range media.MaxUploads {
		<-waiting
	}
	start := time.Now()
	err := s.lib.Attach(t.Context(), newPicture(t), s.name)
	if busy, ok := errors.AsType[*apperr.Error](err); !ok || !errors.Is(err, apperr.ErrBusy) || busy.RetryAfter <= 0 {
		t.Errorf("one more: %v after %v, want busy", err, time.Since(start))
	}
	if n := len(s.trash(t)); n != media.MaxUploads {
		t.Errorf("%d files are announced, want %d", n, media.MaxUploads)
	}
	if err := s.lib.Attach(t.Context(), nil, func(tx *gorm.DB, _ string) error { return s.name(tx, "none") }); err != nil {
		t.Errorf("without an image: %v", err)
	}
	close(hangs)
	for range media.MaxUploads {
		if err := <-failed; err != nil {
			t.Errorf("after the store answered: %v", err)
		}
	}
}

// TestAStoreThatHangsIsAnOutageBeforeTheClientGivesUp has a store that takes requests and does not answer.
func TestAStoreThatHangsIsAnOutageBeforeTheClientGivesUp(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	ended := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-ended:
		}
	}))
	t.Cleanup(hanging.Close)
	t.Cleanup(func() { close(ended) })
	store, err := media.NewS3(t.Context(), media.S3Config{Endpoint: hanging.URL, Bucket: "b", AccessKey: "k", SecretKey: "s", PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	lib := media.NewLibrary(s.db, store, s.clock.Now, slog.New(slog.DiscardHandler))
	media.SetPutTimeout(lib, 50*time.Millisecond)
	err = lib.Attach(t.Context(), newPicture(t), s.name)
	if out, ok := errors.AsType[*apperr.Error](err); !ok || !errors.Is(err, apperr.ErrUnavailable) || out.RetryAfter <= 0 {
		t.Errorf("got %v, want unavailable", err)
	}
}
