package listen

import (
	"io"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

// writeBuffer is the size of the kernel's send buffer in bytes; Linux allocates twice as much. The default grows to
// megabytes, so that a client which reads nothing still makes the server produce dozens of responses, or thousands of
// notifications on a socket. With this size a client 100 ms away still gets 640 KB a second.
const writeBuffer = 64 << 10

// conn embeds *net.TCPConn and not net.Conn, so that net/http still finds its other methods.
type conn struct {
	*net.TCPConn
	handled atomic.Bool // a handler has the current request, and what is written is its response
	lingers atomic.Bool // the last response was written, maybe before the end of its request
	framing framing     // of what was read
	onProxy func(from net.Addr)

	patience time.Duration
	writeBy  time.Time // the deadline that was asked for; used by the writing goroutine only

	idle       *idleList
	prev, next *conn // in idle, nil if the connection is not idle; guarded by idle.mu
	closed     bool  // guarded by idle.mu
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	c.framing.scan(b[:n])
	return n, err
}

// WriteTo hides that of the TCP connection, which would bypass Read.
func (c *conn) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{c})
}

// SetDeadline and SetWriteDeadline also switch patience off if there is no deadline, as for a WebSocket, which sets its
// own.
func (c *conn) SetDeadline(t time.Time) error {
	c.writeBy = t
	return c.TCPConn.SetDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.writeBy = t
	return c.TCPConn.SetWriteDeadline(t)
}

// ReadFrom hides that of the TCP connection, which would bypass Write.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

func (c *conn) Write(b []byte) (int, error) {
	if c.handled.Load() {
		return c.write(b)
	}
	proxied := c.framing.proxied.Load()
	document, ok := refusal(b, proxied)
	if !ok {
		return c.write(b)
	}
	if proxied {
		c.onProxy(c.RemoteAddr())
	}
	c.lingers.Store(true)
	if _, err := c.write(document); err != nil {
		return 0, err
	}
	return len(b), nil
}

// step is small enough that a client which takes less than one in patience has stopped reading: 3 KB a second.
const step = 32 << 10

// write gives every step its own deadline, so that a large response on a slow line ends at WriteTimeout only.
func (c *conn) write(b []byte) (n int, err error) {
	if c.writeBy.IsZero() {
		return c.TCPConn.Write(b)
	}
	for part := range slices.Chunk(b, step) {
		by := time.Now().Add(c.patience)
		if by.After(c.writeBy) {
			by = c.writeBy
		}
		if err := c.TCPConn.SetWriteDeadline(by); err != nil {
			return n, err
		}
		wrote, err := c.TCPConn.Write(part)
		n += wrote
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
