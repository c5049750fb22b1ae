//go:build !unix

package notify

// openFiles is not limited per process on this platform.
func openFiles() (uint64, bool) { return 0, false }
