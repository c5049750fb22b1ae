//go:build unix

package live

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// tryWrite writes p if the connection can take it at once, and reports how much of it.
func tryWrite(conn net.Conn, p []byte) (n int, err error) {
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return conn.Write(p)
	}
	file, err := raw.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("find the socket: %w", err)
	}
	var failed error
	err = file.Write(func(fd uintptr) bool {
		n, failed = syscall.Write(int(fd), p)
		return true // also if it would block
	})
	if errors.Is(failed, syscall.EAGAIN) || errors.Is(failed, syscall.EINTR) {
		failed = nil
	}
	return max(n, 0), errors.Join(err, failed)
}
