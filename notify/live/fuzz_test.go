package live

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
)

// FuzzClientFrames sends arbitrary bytes in place of frames, then a close frame. The service must close
// that socket, and must not affect the socket of another user.
func FuzzClientFrames(f *testing.F) {
	for _, seed := range []string{
		"", "\x81\x80\x00\x00\x00\x00", "\x88\x82\x00\x00\x00\x00\x03\xe8", "\x88\x81\x00\x00\x00\x00\x03", "\x89\xfe\x00\x7e\x00\x00\x00\x00", "\x81\x05hello",
		"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", "\x01\x80\x00\x00\x00\x00\x80\x80\x00\x00\x00\x00", "\xf1\x80\x00\x00\x00\x00", "\x83\x80\x00\x00\x00\x00", "GET / HTTP/1.1\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	k := start(f)
	f.Fuzz(func(t *testing.T, frames []byte) {
		conn, _, err := sockettest.Dial(k.url, sockettest.Query(query(me)))
		if err != nil {
			t.Fatal(err)
		}
		healthy, _, err := sockettest.Dial(k.url, sockettest.Query(query(cat)))
		if err != nil {
			t.Fatal(err)
		}
		defer healthy.Close()
		raw := conn.NetConn()
		defer raw.Close()
		if err := raw.SetDeadline(time.Now().Add(sockettest.Timeout)); err != nil {
			t.Fatal(err)
		}
		_, _ = raw.Write(frames) // fails if it is closed before
		_, _ = raw.Write([]byte("\x88\x80\x00\x00\x00\x00"))
		if half, ok := raw.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		if _, err := io.Copy(io.Discard, raw); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%q keeps the socket open", frames)
		}
		if err := healthy.WriteControl(9, nil, time.Now().Add(sockettest.Timeout)); err != nil {
			t.Fatalf("%q ended the socket of another user: %v", frames, err)
		}
	})
}
