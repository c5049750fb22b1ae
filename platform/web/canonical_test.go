package web_test

import (
	"testing"

	"github.com/cinecircle/cinecircle/platform/web"
)

// TestOriginsAreConvertedAsBrowsersDo compares with what Chromium sends (new URL(s).origin).
func TestOriginsAreConvertedAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://film.example":            "https://film.example",
		"HTTPS://Film.Example":            "https://film.example",
		"https://film.example/":           "https://film.example",
		"https://film.example:443":        "https://film.example",
		"https://film.example:":           "https://film.example",
		"http://film.example:80":          "http://film.example",
		"http://film.example:443":         "http://film.example:443",
		"http://localhost:03000":          "http://localhost:3000",
		"https://film.example.":           "https://film.example.", // another origin than without the dot
		"https://영화.example":              "https://xn--vj5bo21a.example",
		"https://영화.한국":                   "https://xn--vj5bo21a.xn--3e0b707e",
		"https://xn--vj5bo21a.example":    "https://xn--vj5bo21a.example",
		"https://bücher.example:8443":     "https://xn--bcher-kva.example:8443",
		"https://straße.example":          "https://xn--strae-oqa.example",
		"https://ｆｉｌｍ.example":            "https://film.example",
		"https://film。example":            "https://film.example",
		"http://my_host:8000":             "http://my_host:8000",
		"http://[0:0:0:0:0:0:0:1]":        "http://[::1]",
		"http://[2001:DB8::0:1]:08080":    "http://[2001:db8::1]:8080",
		"http://[::ffff:192.0.2.1]":       "http://[::ffff:c000:201]",
		"http://192.0.2.1:80":             "http://192.0.2.1",
		"capacitor://localhost":           "capacitor://localhost",
		"ionic://localhost":               "ionic://localhost",
		"tauri://localhost":               "tauri://localhost",
		"app://films":                     "app://films",
		"Tauri://localhost/":              "tauri://localhost",
		"chrome-extension://abcdefghijkl": "chrome-extension://abcdefghijkl",
	} {
		if got, err := web.CanonicalOrigin(given); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", given, got, err, want)
		}
	}
	for _, given := range []string{
		"", "*", "null", "film.example", "//film.example", "https://", "https:film.example", "https://:8000",
		"https://*.film.example", "https://film.example/api", "https://film.example?a", "https://film.example#a", "https://me@film.example",
		"https://film.example:65536", "https://film.example:x", "http://[::1", "http://[fe80::1%25eth0]", "http://[192.0.2.1]",
		"http://192.0.2", "http://127.1", "http://0x7f.1", "http://192.0.2.256", "https://a b.example", "https://%20.example",
		"file://", "file://localhost", "ws://film.example", "wss://film.example", "ftp://film.example", "data://x", "capacitor://localhost/app",
		"https://xn--a.example",
	} {
		if got, err := web.CanonicalOrigin(given); err == nil {
			t.Errorf("%q is %q, want an error", given, got)
		}
	}
}
