package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// mountedVariable tells the program that it has mounts of its own.
const mountedVariable = "TORTURE_HAS_ITS_OWN_MOUNTS"

// withOwnMounts runs the program again where what it mounts is seen by nobody else and goes with it; for who is not
// root, that is where they are root over nothing but that. It returns false when this is that place.
func withOwnMounts(ctx context.Context, args []string, out, complaints io.Writer) (bool, error) {
	if os.Getenv(mountedVariable) != "" {
		return false, nil
	}
	self, err := os.Executable()
	if err != nil {
		return true, fmt.Errorf("find the program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = out, complaints, append(os.Environ(), mountedVariable+"=1")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	if err := cmd.Start(); err != nil {
		return true, fmt.Errorf("THE DISK CANNOT BE FILLED: no mounts of one's own here (%w); be root, or say -without %s", err, kindDisk)
	}
	if err := cmd.Wait(); err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
			return true, errSaid
		}
		return true, fmt.Errorf("in a place with mounts of its own: %w", err)
	}
	return true, nil
}

// mountSmall mounts an empty disk in memory.
func mountSmall(folder string, size int64) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", size)); err != nil {
		return fmt.Errorf("THE DISK CANNOT BE FILLED: mount a small one: %w; be root, or say -without %s", err, kindDisk)
	}
	return nil
}

func unmount(folder string) error {
	if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount the small disk: %w", err)
	}
	return nil
}

func freeBytes(folder string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, fmt.Errorf("ask how much room there is: %w", err)
	}
	return int64(s.Bavail) * s.Bsize, nil
}
