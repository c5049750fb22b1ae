package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// FuzzAcceptLanguage holds that only who names Korean gets it.
func FuzzAcceptLanguage(f *testing.F) {
	for _, seed := range []string{"", "ko", "ko-KR,ko;q=0.9,en;q=0.8", "en;q=x", "*", "x-" + strings.Repeat("a-", 50), "ko;q=0", "kok", "und-KR", "i-klingon"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if wantsKorean(header) && !strings.Contains(strings.ToLower(header), "k") {
			t.Fatalf("%q is Korean", header)
		}
	})
}

// FuzzIfNoneMatch holds that an ETag matches where it stands in the header, and nowhere else but at *.
func FuzzIfNoneMatch(f *testing.F) {
	tag := etag([]byte("x"))
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

// FuzzPathID holds ids to what strconv makes of them.
func FuzzPathID(f *testing.F) {
	for _, seed := range []string{"1", "0", "01", "-1", "+1", "9223372036854775807", "9223372036854775808", "١", "1_0", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := parseID(text)
		want, err := strconv.ParseUint(text, 10, 63)
		plain := err == nil && want > 0 && text[0] != '0' && text[0] != '+'
		if ok && id <= 0 || plain && (!ok || id != int64(want) && want < 9223372036854775800) {
			t.Fatalf("%q is %d, %v", text, id, ok)
		}
	})
}

// FuzzRoute holds that what fits a pattern has its segments.
func FuzzRoute(f *testing.F) {
	f.Add("/users/7", "/users/:user_id")
	f.Add("/users/me/", "/users/:user_id")
	f.Add("//", "/:a/:b")
	f.Add("", "*")
	f.Fuzz(func(t *testing.T, path, pattern string) {
		if Fits(path, pattern) && !strings.Contains(pattern, "*") && strings.Count(path, "/") != strings.Count(pattern, "/") {
			t.Fatalf("%q fits %q", path, pattern)
		}
	})
}

// FuzzOrigin holds that a page whose host is not ours is foreign, however its origin is spelt.
func FuzzOrigin(f *testing.F) {
	e, err := NewEdge("https://films.example", nil, []string{"https://app.example"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"https://evil.example", "null", "https://films.example:443", "https://FILMS.example", "https://films.example.evil.example", "https://films.example@evil.example", "//films.example", "film"} {
		f.Add(seed)
	}
	ours := map[string]bool{"films.example": true, "app.example": true, "example.com": true}
	f.Fuzz(func(t *testing.T, origin string) {
		r := &http.Request{Method: http.MethodPost, Host: "example.com", URL: &url.URL{Path: "/"}, Header: http.Header{"Origin": {origin}}}
		if u, err := url.Parse(origin); origin != "" && (err != nil || !ours[u.Host]) && !e.Foreign(r) {
			t.Fatalf("%q is no foreign origin", origin)
		}
	})
}

// FuzzRefusal holds that what a connection says instead of net/http is an answer, and nothing else is touched.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 431", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 -00", "HTTP/1.1 ", "x"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		answer, ok := refusal(plain)
		if ok && (!strings.HasPrefix(string(answer), string(plain[:12])) || !strings.Contains(string(answer), "\r\nX-Request-Id: ")) {
			t.Fatalf("%q became %q", plain, answer)
		}
	})
}
