package ui_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func TestGzipAndIdentityAreTheSameBytes(t *testing.T) {
	for _, name := range vendored(t) {
		plain := get(t, "/docs/assets/"+name, nil)
		packed := get(t, "/docs/assets/"+name, http.Header{"Accept-Encoding": {"br, gzip"}})
		if got := plain.Header().Get("Content-Encoding"); got != "" {
			t.Errorf("%s: Content-Encoding %q for a client that did not ask for one", name, got)
		}
		if got := packed.Header().Get("Content-Encoding"); got != "gzip" {
			t.Fatalf("%s: Content-Encoding %q, want gzip", name, got)
		}
		if got := packed.Header().Get("Content-Length"); got != strconv.Itoa(packed.Body.Len()) {
			t.Errorf("%s: Content-Length %s for %d bytes", name, got, packed.Body.Len())
		}
		if !bytes.Equal(gunzip(t, packed.Body), plain.Body.Bytes()) {
			t.Errorf("%s: the two encodings differ", name)
		}
	}
}

func TestCachesKeepEncodingsApart(t *testing.T) {
	for _, name := range vendored(t) {
		plain := get(t, "/docs/assets/"+name, nil).Header()
		packed := get(t, "/docs/assets/"+name, http.Header{"Accept-Encoding": {"gzip"}}).Header()
		if plain.Get("ETag") == packed.Get("ETag") || plain.Get("ETag") == "" {
			t.Errorf("%s: ETags %q and %q must differ", name, plain.Get("ETag"), packed.Get("ETag"))
		}
		for _, h := range []http.Header{plain, packed} {
			if h.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: Vary %q", name, h.Get("Vary"))
			}
		}
		again := get(t, "/docs/assets/"+name, http.Header{
			"Accept-Encoding": {"gzip"}, "If-None-Match": {packed.Get("ETag")},
		})
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s: status %d with %d bytes, want an empty 304", name, again.Code, again.Body.Len())
		}
	}
}

func TestAcceptEncodingIsParsedAccordingToTheStandard(t *testing.T) {
	name := vendored(t)[0]
	for header, want := range map[string]string{
		"":                             "",
		"identity":                     "",
		"br, deflate":                  "",
		"gzip":                         "gzip",
		"GZIP;q=0.5":                   "gzip",
		"deflate, gzip;q=1.0, *;q=0.5": "gzip",
		"*":                            "gzip",
		"gzip;q=0, *":                  "",
		"*, gzip; q=0.000":             "",
		"*;q=0":                        "",
		"gzip;q=many":                  "",
		"notgzip":                      "",
	} {
		w := get(t, "/docs/assets/"+name, http.Header{"Accept-Encoding": {header}})
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q is answered with %q, want %q", header, got, want)
		}
	}
}

func TestAssetsAnswerHeadWithTheLengthOfTheBody(t *testing.T) {
	name := vendored(t)[0]
	for _, encoding := range []string{"", "gzip"} {
		header := http.Header{"Accept-Encoding": {encoding}}
		body := get(t, "/docs/assets/"+name, header.Clone()).Body.Len()
		head := request(t, http.MethodHead, "/docs/assets/"+name, header)
		if head.Code != http.StatusOK || head.Body.Len() != 0 {
			t.Errorf("HEAD with %q: status %d, %d bytes", encoding, head.Code, head.Body.Len())
		}
		if got := head.Header().Get("Content-Length"); got != strconv.Itoa(body) {
			t.Errorf("HEAD with %q: Content-Length %s, GET has %d", encoding, got, body)
		}
	}
}

func vendored(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, name := range references(t) {
		if strings.HasPrefix(name, "swagger-ui") || strings.HasPrefix(name, "redoc.standalone") {
			names = append(names, name)
		}
	}
	if len(names) != 3 {
		t.Fatalf("the pages load %v, want three vendored files", names)
	}
	return names
}

func gunzip(t *testing.T, r io.Reader) []byte {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
