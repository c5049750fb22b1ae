//go:build unix

package ops

import "syscall"

// OpenFiles returns how many files this process may have open, and false if that is unknown. The Go runtime raises the
// soft limit at start.
func OpenFiles() (uint64, bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return uint64(limit.Cur), true //nolint:unconvert // signed on the BSDs
}
