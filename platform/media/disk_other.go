//go:build !linux && !darwin

package media

// diskSpace is not known on this platform.
func diskSpace(string) (free, total uint64, ok bool) { return 0, 0, false }
