package web

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// SetVersion sets the version of the resource that the response is about, of letters and digits. It becomes a part of the
// ETag, in which [IfMatch] finds it again: an ETag changes with everything that the response shows, counters included, and
// the version with what a writer must not overwrite. Call it before the response is written.
func SetVersion(c *gin.Context, version string) { requestOf(c).version = version }

// tagOf returns what stands between the quotation marks of the ETag of a response.
func tagOf(c *gin.Context, body []byte) string {
	if version := requestOf(c).version; version != "" {
		return etagOf(body) + "." + version
	}
	return etagOf(body)
}

// Condition is the header If-Match of a request (RFC 9110 §13.1.1).
type Condition struct {
	sent, any bool
	versions  []string
}

// IfMatch returns the header If-Match of the request.
func IfMatch(c *gin.Context) Condition { return parseIfMatch(c.Request.Header.Values("If-Match")) }

// parseIfMatch skips weak tags, which never match, and tags that no response with a version has.
func parseIfMatch(lines []string) Condition {
	found := Condition{sent: len(lines) > 0}
	header := strings.TrimSpace(strings.Join(lines, ","))
	found.any = header == "*"
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if len(one) < 2 || one[0] != '"' || one[len(one)-1] != '"' {
			continue
		}
		if _, version, ok := strings.Cut(one[1:len(one)-1], "."); ok {
			version, _, _ = strings.Cut(version, "-") // the coding, from us or a proxy: -gz, -gzip
			found.versions = append(found.versions, version)
		}
	}
	return found
}

// Holds reports whether the request may change a resource that exists and has this version now. Without the header it may.
func (m Condition) Holds(version string) bool {
	return !m.sent || m.any || slices.Contains(m.versions, version)
}
