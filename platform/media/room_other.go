//go:build !linux && !darwin

package media

// room is not known on this platform.
func room(string) (free, total uint64, ok bool) { return 0, 0, false }
