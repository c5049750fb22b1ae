package listen

import (
	"io"
	"time"
)

// How much the service reads, and for how long, after the last response on a connection.
const (
	lingerBytes   = 8 << 20
	lingerTimeout = 5 * time.Second

	// maxLingering limits the connections in this state. Any other one is closed at once.
	maxLingering = 256
)

// Close also removes the connection from the idle list. If the client may still be sending, it returns at once, and the
// connection lingers.
func (c *conn) Close() error {
	if c.lingers.CompareAndSwap(true, false) && c.TCPConn.CloseWrite() == nil {
		select {
		case c.idle.lingering <- struct{}{}:
			go c.linger()
			return nil
		default:
		}
	}
	c.idle.close(c)
	return c.TCPConn.Close()
}

// linger reads what the client still sends before it closes the connection. Closing it with data unread makes the kernel
// reset it, and a client or proxy that writes its whole request first never sees the response (RFC 9112 §9.6).
func (c *conn) linger() {
	defer func() {
		<-c.idle.lingering
		c.idle.close(c)
		_ = c.TCPConn.Close()
	}()
	if c.TCPConn.SetReadDeadline(time.Now().Add(lingerTimeout)) == nil {
		_, _ = io.CopyN(io.Discard, c.TCPConn, lingerBytes) // whatever ends it, the connection closes
	}
}
