//go:build !unix

package live

import "net"

// tryWrite writes p. Only Unix tells whether that would wait.
func tryWrite(conn net.Conn, p []byte) (int, error) { return conn.Write(p) }
