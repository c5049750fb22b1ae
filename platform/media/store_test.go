package media

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// outlet is a store with a way to fetch from it and to bring it down.
type outlet struct {
	store Store
	base  string // prefix of relative URLs
	down  func()
}

// everyStore runs a test on each implementation.
func everyStore(t *testing.T, test func(*testing.T, outlet)) {
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		test(t, localOutlet(t))
	})
	t.Run("s3 presigned", func(t *testing.T) {
		t.Parallel()
		test(t, s3Outlet(t, false))
	})
	t.Run("s3 public", func(t *testing.T) {
		t.Parallel()
		test(t, s3Outlet(t, true))
	})
	if c, ok := realStore(t); ok {
		t.Run("real s3", func(t *testing.T) {
			t.Parallel()
			test(t, realOutlet(t, c))
		})
	}
}

func localOutlet(t *testing.T) outlet {
	t.Helper()
	l := openLocal(t, t.TempDir(), "")
	server := httptest.NewServer(http.StripPrefix("/media/", serving(l)))
	t.Cleanup(server.Close)
	return outlet{l, server.URL, func() { _ = l.Close() }}
}

func openLocal(t *testing.T, dir, publicURL string) *Local {
	t.Helper()
	l, err := NewLocal(dir, publicURL)
	if err != nil {
		t.Fatalf("open local store: %v", err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// serving answers 404 where package web would render the error.
func serving(l *Local) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := l.Serve(w, r, r.URL.Path); err != nil {
			w.WriteHeader(http.StatusNotFound)
		}
	})
}

const bucket = "films"

func s3Outlet(t *testing.T, public bool) outlet {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(bucket); err != nil {
		t.Fatalf("make bucket: %v", err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	publicURL := ""
	if public {
		publicURL = server.URL + "/" + bucket + "/"
	}
	return outlet{openS3(t, server.URL, publicURL), "", server.Close}
}

func openS3(t *testing.T, endpoint, publicURL string) *S3 {
	t.Helper()
	s, err := NewS3(t.Context(), S3Config{
		Endpoint: endpoint, Bucket: bucket, AccessKey: "key", SecretKey: "secret", PathStyle: true, PublicURL: publicURL,
	})
	if err != nil {
		t.Fatalf("open S3: %v", err)
	}
	return s
}

// fetch returns status, type and bytes of the URL of key.
func (o outlet) fetch(t *testing.T, key string) (status int, contentType string, data []byte) {
	t.Helper()
	return o.get(t, o.store.URL(key))
}

func (o outlet) get(t *testing.T, url string) (status int, contentType string, data []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.base+url, nil)
	if err != nil {
		t.Fatalf("URL %s: %v", url, err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("fetch %s: %v", url, err)
	}
	defer res.Body.Close()
	data, err = io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("read %s: %v", url, err)
	}
	return res.StatusCode, res.Header.Get("Content-Type"), data
}

// randomKey returns the key of an image without copies.
func randomKey(kind picture.Kind, ext string) string {
	return name{kind: kind, id: uuid.New(), ext: ext}.key()
}

func TestFileCanBeFetchedUntilItIsDeleted(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, o outlet) {
		for kind := range folders {
			key, other := randomKey(kind, ".png"), randomKey(kind, ".jpg")
			for _, k := range []string{key, other} {
				if err := o.store.Put(t.Context(), k, contentTypes[k[len(k)-4:]], []byte(k)); err != nil {
					t.Fatalf("put: %v", err)
				}
			}
			if status, kind, data := o.fetch(t, key); status != 200 || kind != "image/png" || string(data) != key {
				t.Errorf("fetched %d %s %q", status, kind, data)
			}
			for range 2 { // deleting a missing file is not an error
				if err := o.store.Delete(t.Context(), key); err != nil {
					t.Errorf("delete: %v", err)
				}
			}
			if status, _, _ := o.fetch(t, key); status != 404 {
				t.Errorf("deleted, but fetched with %d", status)
			}
			if status, kind, _ := o.fetch(t, other); status != 200 || kind != "image/jpeg" {
				t.Errorf("the other is fetched with %d %s", status, kind)
			}
		}
	})
}

func TestMovedFileIsBelowItsNewKey(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, o outlet) {
		from, to := randomKey(picture.Review, ".png"), randomKey(picture.Review, ".png")
		if err := o.store.Put(t.Context(), from, "image/png", []byte(from)); err != nil {
			t.Fatalf("put: %v", err)
		}
		for range 2 { // moving a missing file is not an error
			if err := o.store.Move(t.Context(), from, to); err != nil {
				t.Errorf("move: %v", err)
			}
		}
		if status, _, _ := o.fetch(t, from); status != 404 {
			t.Errorf("moved, but fetched with %d", status)
		}
		if status, kind, data := o.fetch(t, to); status != 200 || kind != "image/png" || string(data) != from {
			t.Errorf("fetched %d %s %q", status, kind, data)
		}
		for _, bad := range []string{"", "../x", "reviews/images/../../secret"} {
			if o.store.Move(t.Context(), to, bad) == nil || o.store.Move(t.Context(), bad, to) == nil {
				t.Errorf("%q is accepted", bad)
			}
		}
		o.down()
		if err := o.store.Move(t.Context(), to, from); !errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("move in a store that is down: %v", err)
		}
	})
}

func TestForeignKeysAreRefused(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, o outlet) {
		for _, key := range foreignKeys() {
			if err := o.store.Put(t.Context(), key, "image/png", []byte("x")); err == nil {
				t.Errorf("put %q", key)
			}
			if err := o.store.Delete(t.Context(), key); err == nil {
				t.Errorf("deleted %q", key)
			}
		}
		if got := o.store.URL(""); got != "" {
			t.Errorf("no key has the URL %q", got)
		}
	})
}

// foreignKeys do not have the form of a key.
func foreignKeys() []string {
	const id = "0b9a3a50-4f0a-4a5e-8d0e-3f2b1c4d5e6f"
	return []string{
		"", ".", "/", "reviews/images", "reviews/images/", "reviews/images/" + id, "reviews/images/" + id + ".jpg.part",
		"reviews/images/" + id + ".jpg\n", "reviews/images/" + id + ".html", "/reviews/images/" + id + ".jpg", "images/" + id + ".jpg",
		"../reviews/images/" + id + ".jpg", "reviews/images/../../" + id + ".jpg", "reviews\\images\\" + id + ".jpg",
		"reviews/images/" + id + "-.jpg", "reviews/images/" + id + "-0640.jpg", "reviews/images/" + id + "-12345.jpg", "reviews/images/" + id + "-640", "reviews/images/" + id + "-640-640.jpg",
		"reviews/images/../images/" + id + ".jpg", "reviews/images//" + id + ".jpg", "REVIEWS/images/" + id + ".jpg", "reviews/images/" + id + ".jpg\x00",
	}
}

func TestCheckFailsWhenTheStoreIsDown(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, o outlet) {
		if err := o.store.Check(t.Context()); err != nil {
			t.Errorf("up: %v", err)
		}
		o.down()
		if err := o.store.Check(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("down: got %v, want unavailable", err)
		}
	})
}

func TestStoreThatIsDownIsUnavailable(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, o outlet) {
		o.down()
		key := randomKey(picture.Review, ".png")
		for what, err := range map[string]error{
			"put":    o.store.Put(t.Context(), key, "image/png", []byte("x")),
			"delete": o.store.Delete(t.Context(), key),
		} {
			down, ok := errors.AsType[*apperr.Error](err)
			if !ok || !errors.Is(err, apperr.ErrUnavailable) || down.RetryAfter != 5*time.Second {
				t.Errorf("%s: got %v, want unavailable with 5 s", what, err)
			}
		}
	})
}

func TestCancelledPutIsNotUnavailable(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, o outlet) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := o.store.Put(ctx, randomKey(picture.Review, ".png"), "image/png", []byte("x"))
		if !errors.Is(err, context.Canceled) || errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
}
