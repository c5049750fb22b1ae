package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// mountedVariable tells the program that it runs in a private mount namespace.
const mountedVariable = "TORTURE_HAS_ITS_OWN_MOUNTS"

// withOwnMounts runs the program again in a private mount namespace, so that its mounts are invisible to others and
// end with it. Without root it also creates a user namespace, in which it is root. It returns false when it already
// runs there.
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
		return true, fmt.Errorf("cannot create a mount namespace for the full disk (%w): run as root, or with -without %s", err, kindDisk)
	}
	if err := cmd.Wait(); err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
			return true, harness.ErrReported
		}
		return true, fmt.Errorf("in a mount namespace: %w", err)
	}
	return true, nil
}

// mountSmall mounts an empty tmpfs.
func mountSmall(folder string, size int64) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", size)); err != nil {
		return fmt.Errorf("cannot mount a small disk to fill: %w: run as root, or with -without %s", err, kindDisk)
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
		return 0, fmt.Errorf("read the free space: %w", err)
	}
	return int64(s.Bavail) * s.Bsize, nil
}
