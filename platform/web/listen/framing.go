package listen

import (
	"bytes"
	"net/http"
	"sync/atomic"
)

// The two headers that say where a message ends.
var (
	lengthName   = []byte("content-length:")
	encodingName = []byte("transfer-encoding:")
)

// framing finds messages that another program on the way may end elsewhere than net/http does, which uses the
// Transfer-Encoding and removes the Content-Length before a handler sees it.
//
// It reads everything that arrives on a connection as lines. A body that looks like such a header is taken for one: this
// costs a connection and nothing else.
type framing struct {
	begun  bool                            // something has arrived
	line   [len("transfer-encoding:")]byte // how the current line begins
	filled int                             // bytes of line

	length, encoding bool // the headers of the current message

	both    atomic.Bool // a message had both headers
	encoded atomic.Bool // a message had a Transfer-Encoding
	proxied atomic.Bool // the connection began with the PROXY protocol
}

// scan takes the next bytes of the connection.
func (f *framing) scan(b []byte) {
	if !f.begun && len(b) > 0 {
		f.begun = true
		f.proxied.Store(isProxyProtocol(b))
	}
	for len(b) > 0 {
		part, rest, ends := bytes.Cut(b, []byte("\n"))
		f.filled += copy(f.line[f.filled:], part)
		b = rest
		if ends {
			f.endLine(f.line[:f.filled])
			f.filled = 0
		}
	}
}

func (f *framing) endLine(line []byte) {
	switch {
	case len(line) == 0, line[0] == '\r':
		f.length, f.encoding = false, false
	case len(line) >= len(lengthName) && bytes.EqualFold(line[:len(lengthName)], lengthName):
		f.length = true
	case bytes.EqualFold(line, encodingName):
		f.encoding = true
		f.encoded.Store(true)
	}
	if f.length && f.encoding {
		f.both.Store(true)
	}
}

// faulty reports whether the connection has to be closed after the response: the request has both headers, or is of
// HTTP/1.0 and has a Transfer-Encoding (RFC 9112 §6.1).
func (f *framing) faulty(r *http.Request) bool {
	return f.both.Load() || f.encoded.Load() && !r.ProtoAtLeast(1, 1)
}

// isProxyProtocol reports whether a connection begins as that of a proxy which speaks the PROXY protocol, version 1 or 2
// (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt, §2).
func isProxyProtocol(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PROXY ")) || bytes.HasPrefix(b, []byte("\r\n\r\n\x00\r\nQUIT\n"))
}
