package listen

import (
	"strings"
	"testing"
)

// FuzzRefusal checks that a replaced error keeps its status line, and that nothing else is replaced.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 431", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 -00", "HTTP/1.1 ", "x"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		answer, ok := refusal(plain, false)
		if ok && (!strings.HasPrefix(string(answer), string(plain[:12])) || !strings.Contains(string(answer), "\r\nX-Request-Id: ")) {
			t.Fatalf("%q became %q", plain, answer)
		}
	})
}
