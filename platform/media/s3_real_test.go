package media

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/picture"
)

// storeVariable is the environment variable with the address of a real S3-compatible store,
// http://ACCESS_KEY:SECRET_KEY@HOST:PORT/BUCKET; make test-s3 starts one.
const storeVariable = "CINECIRCLE_TEST_S3"

// realStore returns the configuration of the store in storeVariable. The bucket is private, so there is no public URL.
func realStore(t *testing.T) (c S3Config, ok bool) {
	t.Helper()
	text := os.Getenv(storeVariable)
	if text == "" {
		return c, false
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil || strings.Trim(u.Path, "/") == "" {
		t.Fatalf("%s is not of the form http://KEY:SECRET@HOST:PORT/BUCKET", storeVariable)
	}
	c = S3Config{
		Endpoint: u.Scheme + "://" + u.Host, Bucket: strings.Trim(u.Path, "/"), AccessKey: u.User.Username(), PathStyle: true,
	}
	c.SecretKey, _ = u.User.Password()
	return c, true
}

// realOutlet connects through a proxy, which it can bring down: other tests use the store at the same time. The signature
// covers the host name, so the proxy passes it on.
func realOutlet(t *testing.T, c S3Config) outlet {
	t.Helper()
	store, err := url.Parse(c.Endpoint)
	if err != nil {
		t.Fatalf("endpoint: %v", err)
	}
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(store)
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(front.Close)
	c.Endpoint = front.URL
	s, err := NewS3(t.Context(), c)
	if err != nil {
		t.Fatalf("open S3: %v", err)
	}
	return outlet{s, "", front.Close}
}

func TestRealStoreRefusesTheWrongSecret(t *testing.T) {
	t.Parallel()
	c, ok := realStore(t)
	if !ok {
		t.Logf("needs a store in %s", storeVariable)
		return
	}
	c.SecretKey += "?"
	s, err := NewS3(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := put(t.Context(), s); err == nil {
		t.Error("put with the wrong secret succeeds")
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("check with the wrong secret succeeds")
	}
}

func TestRealStoreIsPrivateAndKeepsHeaders(t *testing.T) {
	t.Parallel()
	c, ok := realStore(t)
	if !ok {
		t.Logf("needs a store in %s", storeVariable)
		return
	}
	o := realOutlet(t, c)
	key := randomKey(picture.Review, ".png")
	if err := o.store.Put(t.Context(), key, "image/png", []byte("12345")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.store.Delete(context.WithoutCancel(t.Context()), key) })
	signed := o.store.URL(key)
	header, status := head(t, signed)
	if status != http.StatusOK || header.Get("Cache-Control") != cacheControl || header.Get("Content-Disposition") != "inline" {
		t.Errorf("signed: %d with %q and %q", status, header.Get("Cache-Control"), header.Get("Content-Disposition"))
	}
	bare, _, _ := strings.Cut(signed, "?")
	if _, status := head(t, bare); status != http.StatusForbidden {
		t.Errorf("without its signature the URL answers %d, want 403", status)
	}
	if _, status := head(t, strings.Replace(signed, key, randomKey(picture.Review, ".png"), 1)); status != http.StatusForbidden {
		t.Errorf("with the signature of another key the URL answers %d, want 403", status)
	}
}

// head sends GET, because the URL is signed for it, and returns the headers.
func head(t *testing.T, address string) (http.Header, int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.Header, res.StatusCode
}
