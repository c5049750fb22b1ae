package live

import (
	"io"
	"net"
	"testing"
	"time"
)

// A client that reads nothing must not keep the pings of all others waiting.
func TestAPingDoesNotWaitForAReader(t *testing.T) {
	t.Parallel()
	_, server := connected(t)
	for full := false; !full; { // it would block here if it waited
		n, err := tryWrite(server, make([]byte, 1<<16))
		if err != nil {
			t.Fatal(err)
		}
		full = n == 0
	}
	c := &bufferedConn{Conn: server, socket: &socket{}}
	if n, err := c.Write([]byte{0x89, 0}); n != 2 || err != nil {
		t.Errorf("a ping that does not fit is written as %d bytes, %v; want it dropped", n, err)
	}
}

// A busy machine may keep the program from running between setting the deadline of a ping and writing it.
func TestAPingWhoseDeadlinePassedKeepsTheConnection(t *testing.T) {
	t.Parallel()
	client, server := connected(t)
	if err := server.SetWriteDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	c := &bufferedConn{Conn: server, socket: &socket{}}
	if n, err := c.Write([]byte{0x89, 0}); n != 2 || err != nil {
		t.Fatalf("a late ping is written as %d bytes, %v", n, err)
	}
	got := make([]byte, 2)
	if _, err := io.ReadFull(client, got); err != nil || got[0] != 0x89 {
		t.Errorf("the client got %x, %v; want the ping", got, err)
	}
}

// connected returns both ends of a connection.
func connected(t *testing.T) (client, server net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if client, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return client, server
}
