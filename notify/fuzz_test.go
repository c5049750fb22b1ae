package notify_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// FuzzClientFrames sends a socket whatever bytes a client may send in place of frames: the service closes it when it is
// told to, and another member's socket goes on.
func FuzzClientFrames(f *testing.F) {
	for _, seed := range []string{
		"", "\x81\x80\x00\x00\x00\x00", "\x88\x82\x00\x00\x00\x00\x03\xe8", "\x88\x81\x00\x00\x00\x00\x03", "\x89\xfe\x00\x7e\x00\x00\x00\x00", "\x81\x05hello",
		"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", "\x01\x80\x00\x00\x00\x00\x80\x80\x00\x00\x00\x00", "\xf1\x80\x00\x00\x00\x00", "\x83\x80\x00\x00\x00\x00", "GET / HTTP/1.1\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	st := newStation(f, nil)
	mine, others := st.token(st.user("me")), st.token(st.user("other"))
	f.Fuzz(func(t *testing.T, frames []byte) {
		conn, _, err := st.dial(header("Authorization", "Bearer "+mine))
		if err != nil {
			t.Fatal(err)
		}
		healthy, _, err := st.dial(header("Authorization", "Bearer "+others))
		if err != nil {
			t.Fatal(err)
		}
		defer healthy.Close()
		raw := conn.NetConn()
		defer raw.Close()
		if err := raw.SetDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		_, _ = raw.Write(frames) // it may be closed before all is written
		_, _ = raw.Write([]byte("\x88\x80\x00\x00\x00\x00"))
		if half, ok := raw.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		if _, err := io.Copy(io.Discard, raw); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%q keeps the socket open", frames)
		}
		if err := healthy.WriteControl(9, nil, time.Now().Add(patience)); err != nil {
			t.Fatalf("%q ended the socket of another: %v", frames, err)
		}
	})
}
