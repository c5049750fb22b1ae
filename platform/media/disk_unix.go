//go:build linux || darwin

package media

import "syscall"

// diskSpace returns the free (for other users than root) and the total bytes of the file system of a folder; ok is false
// when they are not known.
func diskSpace(folder string) (free, total uint64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, 0, false
	}
	block := uint64(s.Bsize)
	return s.Bavail * block, s.Blocks * block, true
}
