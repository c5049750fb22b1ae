package listen

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/platform/web"
)

// refusals are the errors that net/http answers by itself, by status. Their language is English, because the headers of
// the client were not parsed.
var refusals = map[int]struct{ code, detail string }{
	http.StatusBadRequest:                  {web.ErrMalformed.Code, "This is not a valid HTTP request."},
	http.StatusExpectationFailed:           {web.ErrMalformed.Code, "The only supported expectation is 100-continue."},
	http.StatusRequestHeaderFieldsTooLarge: {web.ErrTooLarge.Code, "The headers of the request are too large."},
	http.StatusNotImplemented:              {web.ErrMalformed.Code, "This transfer encoding is not supported."},
	http.StatusHTTPVersionNotSupported:     {web.ErrMalformed.Code, "This version of HTTP is not supported."},
}

// proxyProtocol is the detail of the refusal when the connection began with the PROXY protocol.
const proxyProtocol = "The PROXY protocol is not supported. Switch it off in the proxy, and send X-Forwarded-For instead."

// refusal returns the problem document to write instead of plain, false if plain is not an error of net/http. proxied says
// that the connection began with the PROXY protocol.
func refusal(plain []byte, proxied bool) ([]byte, bool) {
	after, ok := bytes.CutPrefix(plain, []byte("HTTP/1.1 "))
	if !ok || len(after) < 3 {
		return nil, false
	}
	status, err := strconv.Atoi(string(after[:3]))
	problem, known := refusals[status]
	if err != nil || !known {
		return nil, false
	}
	if proxied {
		problem.detail = proxyProtocol
	}
	id := rand.Text()
	body, err := json.Marshal(web.Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: problem.detail, Code: problem.code, RequestID: id,
	})
	if err != nil {
		return nil, false // a struct of texts always encodes
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = http.Header{ // writing to a buffer never fails
		"Cache-Control": {"no-store"}, "Connection": {"close"}, "Content-Language": {"en"}, "Content-Length": {strconv.Itoa(len(body))},
		"Content-Type": {"application/problem+json"}, "Date": {time.Now().UTC().Format(http.TimeFormat)},
		"X-Content-Type-Options": {"nosniff"}, "X-Request-Id": {id},
	}.Write(&out)
	out.WriteString("\r\n")
	out.Write(body)
	return out.Bytes(), true
}
