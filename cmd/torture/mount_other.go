//go:build !linux

package main

import (
	"context"
	"errors"
	"io"
)

var errNoDisk = errors.New("THE DISK CANNOT BE FILLED: small ones can be mounted on Linux only; say -without " + kindDisk)

func withOwnMounts(context.Context, []string, io.Writer, io.Writer) (bool, error) {
	return true, errNoDisk
}

func mountSmall(string, int64) error { return errNoDisk }

func unmount(string) error { return errNoDisk }

func freeBytes(string) (int64, error) { return 0, errNoDisk }
