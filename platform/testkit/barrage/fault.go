package barrage

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// fault is a way to break a request. apply returns false if it cannot break this request.
type fault struct {
	name  string
	apply func(g *builder, s *Request) bool
}

// faults are equally likely.
var faults = []fault{
	// The path and the method.
	{"an invalid id in the path", func(g *builder, s *Request) bool { return g.inPath(s, numbers) }},
	{"an unusual text in the path", func(g *builder, s *Request) bool { return g.inPath(s, texts) }},
	{"a trailing slash", func(_ *builder, s *Request) bool { s.path = append(s.path, ""); return true }},
	{"another path", func(g *builder, s *Request) bool {
		s.rawPath = pick(g, []string{"/", "//", "/users//me", "/./users", "/users/../movies", "/%2e%2e/users", "/users%2fme", "/Users", "/media/../secret", "/media/a/b/..%2f..%2fx", "*"})
		return true
	}},
	{"another method", func(g *builder, s *Request) bool {
		s.method = pick(g, []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", "PROPFIND"})
		return true
	}},

	// The query.
	{"an unknown parameter", func(g *builder, s *Request) bool { return s.parameter(pick(g, texts), pick(g, texts)) }},
	{"a repeated parameter", func(g *builder, s *Request) bool {
		return len(s.query) > 0 && s.parameter(pick(g, s.query).name, pick(g, texts))
	}},
	{"a parameter with an unusual text", func(g *builder, s *Request) bool { return g.inQuery(s, texts) }},
	{"a parameter with an unusual number", func(g *builder, s *Request) bool { return g.inQuery(s, numbers) }},
	{"an invalid cursor", func(g *builder, s *Request) bool {
		return s.parameter("cursor", pick(g, []string{"", "AAAA", "AAAAAAAAAAA", "CjeUtsoX8Kh7ImkiOjJ9", "....", "e30", "\xff", strings.Repeat("A", 5000)}))
	}},
	{"a malformed query", func(g *builder, s *Request) bool {
		s.rawQuery = pick(g, []string{"%zz", "%", "a=%f", "&&&", "=", "a;b", "limit=1;limit=2", "[]=1", "a[b]=c", "?", "\xff=\xff", "limit=%00", strings.Repeat("a=1&", 3000)})
		return true
	}},

	// JSON bodies.
	{"a member of another type", func(g *builder, s *Request) bool {
		if len(s.members) == 0 {
			return false
		}
		s.members[g.rng.IntN(len(s.members))].value = pick(g, values)
		return true
	}},
	{"a member with an unusual text", func(g *builder, s *Request) bool {
		if len(s.members) == 0 {
			return false
		}
		s.members[g.rng.IntN(len(s.members))].value = quote(pick(g, texts))
		return true
	}},
	{"a missing member", func(g *builder, s *Request) bool {
		if len(s.members) == 0 {
			return false
		}
		at := g.rng.IntN(len(s.members))
		s.members = append(s.members[:at:at], s.members[at+1:]...)
		return true
	}},
	{"an unknown member", func(g *builder, s *Request) bool {
		name := pick(g, []string{"id", "user_id", "role", "is_admin", "created_at", "passwordHash", "like_count", "", "__proto__", "$set", strings.Repeat("a", 10_000), "a\x00"})
		return s.isJSON() && s.member(name, pick(g, values))
	}},
	{"a repeated member", func(g *builder, s *Request) bool {
		return len(s.members) > 0 && s.member(pick(g, s.members).name, pick(g, values))
	}},
	{"a member in another case", func(g *builder, s *Request) bool {
		if len(s.members) == 0 {
			return false
		}
		m := &s.members[g.rng.IntN(len(s.members))]
		m.name = strings.ToUpper(m.name)
		return true
	}},
	{"a body that is not a JSON object", func(g *builder, s *Request) bool {
		return s.isJSON() && s.afterEncoding(func() { s.Body = []byte(pick(g, malformedBodies)) })
	}},
	{"data after the body", func(g *builder, s *Request) bool {
		return s.isJSON() && s.afterEncoding(func() { s.Body = append(s.Body, pick(g, malformedBodies)...) })
	}},

	// Forms.
	{"a form field with an unusual text", func(g *builder, s *Request) bool { return g.inPart(s, texts) }},
	{"a form field with an unusual number", func(g *builder, s *Request) bool { return g.inPart(s, numbers) }},
	{"a missing form field", func(g *builder, s *Request) bool {
		if len(s.parts) == 0 {
			return false
		}
		at := g.rng.IntN(len(s.parts))
		s.parts = append(s.parts[:at:at], s.parts[at+1:]...)
		return true
	}},
	{"an unknown form field", func(g *builder, s *Request) bool {
		return s.isForm() && s.part(part{name: pick(g, texts), value: pick(g, texts)})
	}},
	{"a repeated form field", func(g *builder, s *Request) bool {
		return len(s.parts) > 0 && s.part(pick(g, s.parts))
	}},
	{"a file that is not an image", func(g *builder, s *Request) bool {
		if len(s.parts) == 0 || s.mediaType != "multipart/form-data" {
			return false
		}
		p := &s.parts[g.rng.IntN(len(s.parts))]
		p.value, p.fileName = pick(g, badImages), pick(g, []string{"a.png", "a.svg", "a", "../../a.png", "a.png\x00.php", "\xff.jpg", strings.Repeat("a", 5000) + ".gif", ".png"})
		return true
	}},
	{"many form fields", func(_ *builder, s *Request) bool {
		for i := 0; s.isForm() && i < 1500; i++ {
			s.part(part{name: "f" + strconv.Itoa(i), value: "x"})
		}
		return s.isForm()
	}},

	// Any body.
	{"another content type", func(g *builder, s *Request) bool {
		kinds := []string{
			"", "text/plain", "application/json", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=",
			"multipart/form-data; boundary=\"\xff\"", "multipart/mixed; boundary=b", "application/json; charset=euc-kr", "application/json; charset=utf-16", "application/json;;", "a/b/c", "*/*",
			"APPLICATION/JSON", "application/json; charset=UTF-8", "application/problem+json", "application/json, text/plain", strings.Repeat("a", 3000) + "/b",
		}
		return s.afterEncoding(func() { s.header.Set("Content-Type", pick(g, kinds)) })
	}},
	{"two content types", func(g *builder, s *Request) bool {
		return s.afterEncoding(func() {
			s.header.Add("Content-Type", pick(g, []string{"text/plain", "application/json", "application/x-www-form-urlencoded"}))
		})
	}},
	{"a Content-Encoding", func(g *builder, s *Request) bool {
		s.header.Set("Content-Encoding", pick(g, []string{"gzip", "br", "deflate", "identity", "gzip, gzip", "x"}))
		return true
	}},
	{"a truncated body", func(g *builder, s *Request) bool {
		return s.afterEncoding(func() {
			if len(s.Body) > 0 {
				s.Body = s.Body[:g.rng.IntN(len(s.Body))]
			}
		})
	}},
	{"an unexpected body", func(g *builder, s *Request) bool {
		return s.mediaType == "" && s.afterEncoding(func() { s.Body = []byte(pick(g, malformedBodies)) })
	}},
	{"a flipped byte", func(g *builder, s *Request) bool {
		return s.afterEncoding(func() {
			if len(s.Body) > 0 {
				s.Body[g.rng.IntN(len(s.Body))] ^= byte(1 << g.rng.IntN(8))
			}
		})
	}},
	{"a huge body", func(g *builder, s *Request) bool {
		filler := []string{"a", "\x00", "&a=b"}
		if !s.isForm() { // in a form, spaces are trimmed, which the document cannot express
			filler = append(filler, " ")
		}
		return s.afterEncoding(func() { s.Body = append(s.Body, bytes.Repeat([]byte(pick(g, filler)), 1+g.rng.IntN(1<<20))...) })
	}},
	{"a chunked body", func(_ *builder, s *Request) bool { return s.afterEncoding(func() { s.length = -1 }) }},
	{"a wrong length", func(g *builder, s *Request) bool {
		return s.afterEncoding(func() { s.length = pick(g, []int64{1 << 40, int64(len(s.Body)) + 1, 1 << 62}) })
	}},

	// Headers.
	{"an invalid token", func(g *builder, s *Request) bool {
		s.header.Set("Authorization", pick(g, []string{
			"", "Bearer", "Bearer ", "Bearer  x", "bearer x.y.z", "Basic eDp5", "Bearer " + strings.Repeat("a", 5000), "Bearer \xff", "Bearer eyJhbGciOiJub25lIn0.e30.",
			"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.AAAA", "Digest username=x", "x",
		}))
		return true
	}},
	{"two tokens", func(_ *builder, s *Request) bool { s.header.Add("Authorization", "Bearer x"); return true }},
	{"malformed cookies", func(g *builder, s *Request) bool {
		s.header.Add("Cookie", pick(g, []string{"", ";", "=", "access_token", "access_token=", "access_token=x; access_token=y", `access_token="a b"`, "a=\xff", strings.Repeat("a=b; ", 1000), "refresh_token=x"}))
		return true
	}},
	{"an unusual header", func(g *builder, s *Request) bool {
		s.header.Set(pick(g, headers), pick(g, headerValues))
		return true
	}},
	{"a repeated header", func(g *builder, s *Request) bool {
		name := pick(g, headers)
		s.header.Add(name, pick(g, headerValues))
		s.header.Add(name, pick(g, headerValues))
		return true
	}},
}

var headers = []string{
	"X-Request-Id", "Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "If-Match", "If-Modified-Since", "Range", "Origin", "Referer", "Host", "User-Agent",
	"Sec-Fetch-Site", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "X-Http-Method-Override", "X-Original-Url", "Te", "Expect",
	"Content-Disposition", "Content-Language", "Cookie", "Idempotency-Key", "Sec-Websocket-Protocol", "Sec-Websocket-Key", "Sec-Websocket-Version", "Access-Control-Request-Method",
}

var headerValues = []string{
	"", " ", "*", `"`, `W/"`, `"a", "b", *`, ",,,", "\xff", "a\x00b", "a\tb", "null", "-1", "0", "99999999999999999999", "bytes=0-", "bytes=-1", "bytes=0-0,2-2,4-4", "100-continue",
	"ko", "ko-KR,ko;q=0.9,en;q=0.8", "en;q=x", "*;q=0", "x-" + strings.Repeat("a-", 500), strings.Repeat("ko,", 1500), "https://evil.example", "file://", "cross-site", "same-origin",
	"127.0.0.1", "::1", "127.0.0.1, 10.0.0.1", "for=127.0.0.1", "DELETE", "/users/1", "a b", "a.b-c_d", strings.Repeat("a", 129), strings.Repeat("a", 5000), "${7*7}", "<script>", "GET",
	"bearer, x", "dGhlIHNhbXBsZSBub25jZQ==", "13", "Thu, 01 Jan 1970 00:00:00 GMT", "text/html", "gzip",
}

func (s *Request) isJSON() bool { return s.mediaType == "application/json" }
func (s *Request) isForm() bool { return s.mediaType != "" && !s.isJSON() }

// The following methods return true, as fault.apply does.

func (s *Request) parameter(name, value string) bool {
	s.query = append(s.query, pair{name, value})
	return true
}

func (s *Request) member(name, value string) bool {
	s.members = append(s.members, pair{name, value})
	return true
}

func (s *Request) part(p part) bool {
	s.parts = append(s.parts, p)
	return true
}

func (s *Request) afterEncoding(f func()) bool {
	s.after = append(s.after, f)
	return true
}

func (g *builder) inPath(s *Request, from []string) bool {
	var at []int
	for i, segment := range strings.Split(strings.TrimPrefix(s.op.path, "/"), "/") {
		if strings.HasPrefix(segment, "{") && i < len(s.path) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return false
	}
	s.path[pick(g, at)] = pick(g, from)
	return true
}

func (g *builder) inQuery(s *Request, from []string) bool {
	for _, p := range s.op.params {
		if p.Value.In == "query" && g.chance(2) {
			return s.parameter(p.Value.Name, pick(g, from))
		}
	}
	return false
}

func (g *builder) inPart(s *Request, from []string) bool {
	if len(s.parts) == 0 {
		return false
	}
	s.parts[g.rng.IntN(len(s.parts))].value = pick(g, from)
	return true
}

// sanitize removes control characters, which a server never sees because net/http rejects them.
func sanitize(h http.Header) {
	for name, all := range h {
		for i, v := range all {
			all[i] = strings.Map(func(r rune) rune {
				if r < ' ' && r != '\t' || r == 0x7f {
					return -1
				}
				return r
			}, v)
		}
		h[name] = all
	}
}
