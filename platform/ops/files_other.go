//go:build !unix

package ops

// OpenFiles is not limited per process on this platform.
func OpenFiles() (uint64, bool) { return 0, false }
