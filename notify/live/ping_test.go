package live

import (
	"net"
	"testing"
)

// A client that reads nothing must not keep the pings of all others waiting.
func TestAPingDoesNotWaitForAReader(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
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
