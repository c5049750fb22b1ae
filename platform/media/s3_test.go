package media

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// answering is a store that answers with the statuses one after the other, and repeats the last one. HEAD describes the
// file that put writes.
func answering(t *testing.T, statuses ...int) (s *S3, asked *atomic.Int64, seen chan *http.Request) {
	t.Helper()
	asked, seen = new(atomic.Int64), make(chan *http.Request, 16)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Content-Length", "5")
			return
		}
		n := min(int(asked.Add(1)), len(statuses))
		seen <- r
		w.WriteHeader(statuses[n-1])
	}))
	t.Cleanup(server.Close)
	return openS3(t, server.URL, ""), asked, seen
}

func put(ctx context.Context, s *S3) error {
	return s.Put(ctx, randomKey(picture.Review, ".png"), "image/png", []byte("12345"))
}

// Many S3-compatible stores support neither trailing checksums nor chunked signatures.
func TestUploadToCompatibleStoreIsPlain(t *testing.T) {
	t.Parallel()
	s, _, seen := answering(t, 200)
	if err := put(t.Context(), s); err != nil {
		t.Fatalf("put: %v", err)
	}
	r := <-seen
	if r.ContentLength != 5 || len(r.TransferEncoding) > 0 {
		t.Errorf("length %d, encoding %v; want 5 bytes as they are", r.ContentLength, r.TransferEncoding)
	}
	for name, values := range r.Header {
		text := strings.ToLower(name + " " + strings.Join(values, " "))
		for _, bad := range []string{"checksum", "trailer", "aws-chunked", "streaming"} {
			if strings.Contains(text, bad) {
				t.Errorf("header %s: %v", name, values)
			}
		}
	}
	want := []string{"image/png", cacheControl, "inline"}
	got := []string{r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"), r.Header.Get("Content-Disposition")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestCheckWritesOnceAMinute(t *testing.T) {
	t.Parallel()
	s, asked, _ := answering(t, 200)
	for range 100 {
		if err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("100 checks wrote %d times, want once", n)
	}
	s.probed.Add(-int64(probeEvery))
	if err := s.Check(t.Context()); err != nil || asked.Load() != 2 {
		t.Errorf("a minute later: %v after %d writes, want two", err, asked.Load())
	}
}

// Credentials that the SDK finds itself come with its defaults for checksums.
func TestUploadWithCredentialsFromTheEnvironmentIsPlain(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	seen := make(chan http.Header, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header }))
	t.Cleanup(server.Close)
	s, err := NewS3(t.Context(), S3Config{Endpoint: server.URL, Bucket: bucket, PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Fatalf("check: %v", err)
	}
	for name := range <-seen {
		if strings.Contains(strings.ToLower(name), "checksum") || name == "X-Amz-Trailer" {
			t.Errorf("header %s", name)
		}
	}
}

func TestS3URLStartsWithThePublicURL(t *testing.T) {
	t.Parallel()
	key := randomKey(picture.Profile, ".jpg")
	if got, want := openS3(t, "http://store.example", "https://cdn.example/films/").URL(key), "https://cdn.example/films/"+key; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestUploadIsTriedThreeTimes(t *testing.T) {
	t.Parallel()
	s, asked, _ := answering(t, 503, 500, 200)
	if err := put(t.Context(), s); err != nil || asked.Load() != 3 {
		t.Errorf("recovering store: %v after %d attempts, want success at the third", err, asked.Load())
	}
	s, asked, _ = answering(t, 503)
	if err := put(t.Context(), s); !errors.Is(err, apperr.ErrUnavailable) || asked.Load() != 3 {
		t.Errorf("failing store: %v after %d attempts, want unavailable after 3", err, asked.Load())
	}
	s, asked, _ = answering(t, 403)
	if err := put(t.Context(), s); !errors.Is(err, apperr.ErrUnavailable) || asked.Load() != 1 {
		t.Errorf("refusing store: %v after %d attempts, want unavailable after 1", err, asked.Load())
	}
}

func TestDeletingFromAMissingBucketIsAnError(t *testing.T) {
	t.Parallel()
	for code, ok := range map[string]bool{"NoSuchKey": true, "NoSuchBucket": false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte("<Error><Code>" + code + "</Code></Error>"))
		}))
		t.Cleanup(server.Close)
		err := openS3(t, server.URL, "").Delete(t.Context(), randomKey(picture.Review, ".png"))
		if (err == nil) != ok {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestPresignedURLStaysTheSameWithinTheHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 10, 0, 1, 0, time.UTC)
	s := openS3(t, "http://store.example:9000", "")
	key, other := randomKey(picture.Profile, ".jpg"), randomKey(picture.Profile, ".jpg")
	at := func(after time.Duration) *presigner { // a new presigner has an empty cache, like another instance
		return newPresigner(s.client, bucket, func() time.Time { return now.Add(after) })
	}
	first := at(0).url(key)
	if again := at(59 * time.Minute).url(key); again != first {
		t.Errorf("changed within the hour:\n%s\n%s", first, again)
	}
	if next := at(time.Hour).url(key); next == first {
		t.Error("is the same in the next hour")
	}
	if p := at(0); p.url(other) == first || p.url(key) != first || p.url(key) != first {
		t.Error("depends on the order of requests")
	}
	u, err := url.Parse(first)
	if err != nil || u.Host != "store.example:9000" || u.Path != "/"+bucket+"/"+key {
		t.Errorf("%s is not the URL of the object: %v", first, err)
	}
	if q := u.Query(); q.Get("X-Amz-Expires") != "90000" || q.Get("X-Amz-Date") != "20260501T100000Z" {
		t.Errorf("valid for %s s from %s, want 25 h from the full hour", q.Get("X-Amz-Expires"), q.Get("X-Amz-Date"))
	}
}

func TestPresignedURLsOfPastHoursAreDropped(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	p := newPresigner(openS3(t, "http://store.example", "").client, bucket, func() time.Time { return now })
	key := randomKey(picture.Profile, ".jpg")
	old := p.url(key)
	now = now.Add(time.Hour)
	if p.url(key) == old || len(p.urls) != 1 {
		t.Errorf("caches %d URLs, want 1", len(p.urls))
	}
	for i := range presignCache - 2 {
		p.cache(now, strconv.Itoa(i), "")
	}
	if p.url(key); len(p.urls) != presignCache-1 {
		t.Errorf("caches %d URLs of this hour, want %d", len(p.urls), presignCache-1)
	}
	p.url(randomKey(picture.Profile, ".jpg"))
	if p.url(key); len(p.urls) != 1 {
		t.Errorf("caches %d URLs, want 1 after %d", len(p.urls), presignCache)
	}
}

func TestBadS3ConfigurationIsNamed(t *testing.T) {
	t.Parallel()
	for want, configs := range map[string][]S3Config{
		"media.s3.bucket":     {{Region: "ap-northeast-2"}},
		"media.s3.secret_key": {{Region: "ap-northeast-2", Bucket: "b", AccessKey: "a"}, {Region: "ap-northeast-2", Bucket: "b", SecretKey: "s"}},
		"media.s3.region":     {{Bucket: "b"}},
		"media.s3.endpoint": {
			{Bucket: "b", Endpoint: "store:9000"},
			{Bucket: "b", Endpoint: "http://"},
			{Bucket: "b", Endpoint: "ftp://store"},
			{Bucket: "b", Endpoint: "http://a b"},
		},
	} {
		for _, c := range configs {
			if _, err := NewS3(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: got %v, want %s named", c, err, want)
			}
		}
	}
}

func BenchmarkPresignedURL(b *testing.B) {
	s, err := NewS3(b.Context(), S3Config{Endpoint: "http://store.example", Bucket: bucket, AccessKey: "k", SecretKey: "s"})
	if err != nil {
		b.Fatal(err)
	}
	key := randomKey(picture.Review, ".png")
	b.Run("cached", func(b *testing.B) {
		for b.Loop() {
			s.presign.url(key)
		}
	})
	b.Run("signed", func(b *testing.B) {
		for b.Loop() {
			clear(s.presign.urls)
			s.presign.url(key)
		}
	})
}
