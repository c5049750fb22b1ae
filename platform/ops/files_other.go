//go:build !unix

package ops

// OpenFiles returns 0 and false: this platform has no limit per process.
func OpenFiles() (uint64, bool) { return 0, false }
