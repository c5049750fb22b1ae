//go:build unix

package database

import (
	"os"

	"golang.org/x/sys/unix"
)

func lockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

func shareFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB) }

func waitForFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX) }
