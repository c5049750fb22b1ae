//go:build linux || darwin

package media

import "syscall"

// room returns how many bytes of the file system of a folder are free for others than root, and how many there are. It
// is false when that is not known.
func room(folder string) (free, total uint64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, 0, false
	}
	block := uint64(s.Bsize)
	return s.Bavail * block, s.Blocks * block, true
}
