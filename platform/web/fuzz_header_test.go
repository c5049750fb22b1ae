package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// FuzzAcceptLanguage checks that only a header that names Korean prefers it.
func FuzzAcceptLanguage(f *testing.F) {
	for _, seed := range []string{"", "ko", "ko-KR,ko;q=0.9,en;q=0.8", "en;q=x", "*", "x-" + strings.Repeat("a-", 50), "ko;q=0", "kok", "und-KR", "i-klingon"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if preferredLanguage(header) == "ko" && !strings.Contains(strings.ToLower(header), "k") {
			t.Fatalf("%q is Korean", header)
		}
	})
}

// FuzzIfNoneMatch checks that an ETag matches if and only if the header contains it or *.
func FuzzIfNoneMatch(f *testing.F) {
	tag := `"` + etagOf([]byte("x")) + `"`
	for _, seed := range []string{"", "*", tag, "W/" + tag, `"a", ` + tag, tag[:len(tag)-1], `"a,b"`, ",,,", `W/"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if matches(header, tag) && !strings.Contains(header, tag) && !strings.Contains(header, "*") {
			t.Fatalf("%q matches %s", header, tag)
		}
		if !matches(`"a", `+tag+`, `+header, tag) {
			t.Fatalf("%q hides the tag before it", header)
		}
	})
}

// FuzzIfMatch checks that a version holds only if the header has a tag with it, or is *.
func FuzzIfMatch(f *testing.F) {
	for _, seed := range []string{"", "*", `"x.7.5"`, `"x.7.5-gz"`, `W/"x.7.5"`, `"a", "x.7.5"`, `"x.7.5`, `"a,b.7.5"`, ",,,", `"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		const version = "7.5"
		if parseIfMatch([]string{header}).Holds(version) && !strings.Contains(header, "."+version) && strings.TrimSpace(header) != "*" {
			t.Fatalf("%q holds", header)
		}
		if !parseIfMatch([]string{`"x.7.5"`, header}).Holds(version) {
			t.Fatalf("%q hides the tag before it", header)
		}
	})
}

// FuzzPathID compares ids with those that strconv parses.
func FuzzPathID(f *testing.F) {
	for _, seed := range []string{"1", "0", "01", "-1", "+1", "9223372036854775807", "9223372036854775808", "١", "1_0", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := ParseID(text)
		want, err := strconv.ParseUint(text, 10, 63)
		plain := err == nil && want > 0 && text[0] != '0' && text[0] != '+'
		if ok && id <= 0 || plain && (!ok || id != int64(want) && want < 9223372036854775800) {
			t.Fatalf("%q is %d, %v", text, id, ok)
		}
	})
}

// FuzzRoute checks that a path which fits a pattern has as many segments.
func FuzzRoute(f *testing.F) {
	f.Add("/users/7", "/users/:user_id")
	f.Add("/users/7/", "/users/:user_id")
	f.Add("//", "/:a/:b")
	f.Add("", "*")
	f.Fuzz(func(t *testing.T, path, pattern string) {
		if Fits(path, pattern) && !strings.Contains(pattern, "*") && strings.Count(path, "/") != strings.Count(pattern, "/") {
			t.Fatalf("%q fits %q", path, pattern)
		}
	})
}

// FuzzOrigin checks that a page on an unknown host is foreign, in every spelling of its origin.
func FuzzOrigin(f *testing.F) {
	o, err := NewOrigin("https://films.example", nil, []string{"https://app.example"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"https://evil.example", "null", "https://films.example:443", "https://FILMS.example", "https://films.example.evil.example", "https://films.example@evil.example", "//films.example", "film"} {
		f.Add(seed)
	}
	ours := map[string]bool{"films.example": true, "app.example": true, "example.com": true}
	f.Fuzz(func(t *testing.T, origin string) {
		r := &http.Request{Method: http.MethodPost, Host: "example.com", URL: &url.URL{Path: "/"}, Header: http.Header{"Origin": {origin}}}
		u, err := url.Parse(origin)
		if origin != "" && (err != nil || !ours[withoutDefaultPort(u.Scheme, u.Host)]) && !o.Foreign(r) {
			t.Fatalf("%q is not foreign", origin)
		}
	})
}
