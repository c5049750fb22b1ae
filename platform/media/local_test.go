package media

import (
	"errors"
	"image"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// stored writes ten bytes to a new local store.
func stored(t *testing.T) (l *Local, dir, key string) {
	t.Helper()
	dir = t.TempDir()
	l = openLocal(t, dir, "")
	key = randomKey(picture.Poster, ".jpg")
	if err := l.Put(t.Context(), key, "image/jpeg", []byte("0123456789")); err != nil {
		t.Fatalf("put: %v", err)
	}
	return l, dir, key
}

// get requests a key, with headers given as name, value, ….
func get(t *testing.T, l *Local, method, key string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/media/x", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if err := l.Serve(w, r, key); err != nil {
		t.Fatalf("serve %s: %v", key, err)
	}
	return w
}

// files lists all files below a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	names := []string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatalf("list %s: %v", dir, err)
	}
	return names
}

func TestServedImagesCannotBecomeDocuments(t *testing.T) {
	t.Parallel()
	l, _, key := stored(t)
	w := get(t, l, http.MethodGet, key)
	want := http.Header{
		"Content-Type":                 {"image/jpeg"},
		"Content-Length":               {"10"},
		"Content-Disposition":          {"inline"},
		"X-Content-Type-Options":       {"nosniff"},
		"Content-Security-Policy":      {"default-src 'none'; sandbox"},
		"Cross-Origin-Resource-Policy": {"cross-origin"},
		"Cache-Control":                {"public, max-age=31536000, immutable"},
		"Accept-Ranges":                {"none"},
		"Etag":                         {`"` + key + `"`},
	}
	got := w.Header().Clone()
	got.Del("Last-Modified")
	if diff := cmp.Diff(want, got); diff != "" || w.Body.String() != "0123456789" {
		t.Errorf("body %q, headers (-want +got):\n%s", w.Body, diff)
	}
}

func TestCopiesAreServedLikeImages(t *testing.T) {
	t.Parallel()
	l := openLocal(t, t.TempDir(), "")
	key := randomName(picture.Poster, ".png", image.Pt(800, 1200), true).copyKey(320)
	if err := l.Put(t.Context(), key, "image/jpeg", []byte("0123456789")); err != nil {
		t.Fatalf("put: %v", err)
	}
	h := get(t, l, http.MethodGet, key).Header()
	if h.Get("Content-Type") != "image/jpeg" || h.Get("ETag") != `"`+key+`"` || h.Get("Cache-Control") != cacheControl {
		t.Errorf("headers %v", h)
	}
}

func TestServeHandlesHEADAndETagsAndIgnoresRanges(t *testing.T) {
	t.Parallel()
	l, _, key := stored(t)
	for _, c := range []struct {
		what, method string
		headers      []string
		status       int
		body         string
	}{
		{"HEAD", http.MethodHead, nil, 200, ""},
		{"range", http.MethodGet, []string{"Range", "bytes=2-4"}, 200, "0123456789"},
		{"same ETag", http.MethodGet, []string{"If-None-Match", `"x", "` + key + `"`}, 304, ""},
		{"range beyond", http.MethodGet, []string{"Range", "bytes=99-"}, 200, "0123456789"},
		{"condition", http.MethodGet, []string{"If-Match", `"x"`}, 200, "0123456789"},
		{"other ETag", http.MethodGet, []string{"If-None-Match", `"x"`}, 200, "0123456789"},
	} {
		if w := get(t, l, c.method, key, c.headers...); w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%s: %d %q, want %d %q", c.what, w.Code, w.Body, c.status, c.body)
		}
	}
}

func TestOnlyStoredImagesAreServed(t *testing.T) {
	t.Parallel()
	l, dir, key := stored(t)
	folder := randomKey(picture.Review, ".jpg")
	if err := os.Mkdir(filepath.Join(dir, folder), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, key+partSuffix), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, k := range append(foreignKeys(), folder, key+partSuffix, randomKey(picture.Poster, ".jpg")) {
		w := httptest.NewRecorder()
		err := l.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), k)
		if !errors.Is(err, apperr.ErrNotFound) || w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%q: got %v and %v %q, want not_found and nothing written", k, err, w.Header(), w.Body)
		}
	}
}

func TestSymbolicLinksDoNotLeaveTheFolder(t *testing.T) {
	t.Parallel()
	l, dir, key := stored(t)
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, key)), os.Symlink(outside, filepath.Join(dir, key))); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	err := l.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), key)
	if err == nil || w.Body.Len() > 0 {
		t.Errorf("served %q through a link, error %v", w.Body, err)
	}
}

func TestImagesLeaveSpaceOnTheDisk(t *testing.T) {
	t.Parallel()
	l, dir, key := stored(t)
	const mb = 1 << 20
	data := make([]byte, mb)
	for _, c := range []struct {
		free, total uint64
		known, ok   bool
	}{
		{free: 6*mb - 1, total: 100 * mb, known: true},
		{free: 6 * mb, total: 100 * mb, known: true, ok: true},
		{free: 257*mb - 1, total: 1 << 40, known: true},
		{free: 257 * mb, total: 1 << 40, known: true, ok: true},
		{ok: true},
	} {
		l.space = func(folder string) (free, total uint64, ok bool) {
			if folder != dir {
				t.Errorf("asked for the space of %s", folder)
			}
			return c.free, c.total, c.known
		}
		if err := l.Put(t.Context(), key, "image/png", data); c.ok != (err == nil) || err != nil && !errors.Is(err, apperr.ErrUnavailable) {
			t.Errorf("%d of %d bytes are free: %v", c.free, c.total, err)
		}
	}
	if free, total, ok := diskSpace(dir); ok && (free == 0 || total < free) {
		t.Errorf("%d of %d bytes are free here", free, total)
	}
}

func TestPutLeavesOneFileAndDeleteLeavesNone(t *testing.T) {
	t.Parallel()
	l, dir, key := stored(t)
	if diff := cmp.Diff([]string{key}, files(t, dir)); diff != "" {
		t.Errorf("after put (-want +got):\n%s", diff)
	}
	// What a crash during another Put of this key leaves.
	if err := os.WriteFile(filepath.Join(dir, key+partSuffix), []byte("01"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Delete(t.Context(), key); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	if diff := cmp.Diff([]string{}, files(t, dir)); diff != "" {
		t.Errorf("after delete and check (-want +got):\n%s", diff)
	}
}

func TestFailedPutLeavesNothing(t *testing.T) {
	t.Parallel()
	l, dir, key := stored(t)
	blocked := randomKey(picture.Poster, ".jpg")
	if err := os.MkdirAll(filepath.Join(dir, blocked, "in the way"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := l.Put(t.Context(), blocked, "image/jpeg", []byte("x")); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	if err := l.Delete(t.Context(), blocked); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("delete a folder: got %v, want unavailable", err)
	}
	if diff := cmp.Diff([]string{key}, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestLocalURLStartsWithThePublicURL(t *testing.T) {
	t.Parallel()
	key := randomKey(picture.Profile, ".png")
	for public, want := range map[string]string{
		"":                           "/media/" + key,
		"https://films.example":      "https://films.example/media/" + key,
		"https://films.example/api/": "https://films.example/api/media/" + key,
	} {
		if got := openLocal(t, t.TempDir(), public).URL(key); got != want {
			t.Errorf("public URL %q: %s, want %s", public, got, want)
		}
	}
}

func TestLocalStoreNeedsAFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := t.TempDir() // has a file in the place of a folder
	if err := os.WriteFile(filepath.Join(blocked, "users"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, blocked} {
		if l, err := NewLocal(dir, ""); err == nil || l != nil || !strings.Contains(err.Error(), "media folder") {
			t.Errorf("%s: got %v, %v", dir, l, err)
		}
	}
}
