package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	diskSize      = 24 << 20
	readEvery     = 20 * time.Millisecond
	ballastPieces = 64 << 10
)

// disk runs an instance on a small disk that fills up several times.
func (c *campaign) disk(ctx context.Context, f fault) (err error) {
	h, err := c.isolated(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.endIsolated(h)) }()
	data := filepath.Join(h.dir, "data")
	if err := mountSmall(data, diskSize); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.end(syscall.SIGKILL), unmount(data)) }()
	if err := h.start(ctx); err != nil {
		return err
	}
	if err := h.settle(ctx); err != nil {
		return err
	}
	acked := c.report.tally.count()
	use, stop := context.WithCancel(ctx)
	defer stop()
	var crew sync.WaitGroup
	for _, w := range h.workers {
		crew.Go(func() { w.run(use, h.proc.Ended()) })
	}
	for _, leave := range f.leave {
		if err = c.fill(ctx, h, data, leave, f.last); err != nil {
			break
		}
	}
	stop()
	crew.Wait()
	if err != nil {
		return err
	}
	if err := h.end(syscall.SIGKILL); err != nil {
		return err
	}
	return c.recover(ctx, h, f, acked)
}

// fill leaves this many bytes of the disk free for a while, and then frees the rest.
func (c *campaign) fill(ctx context.Context, h *instance, folder string, leave int64, last time.Duration) error {
	if h.rest(ctx, last) {
		return fmt.Errorf("the process ended by itself: %s", h.proc.LogTail())
	}
	ballast := filepath.Join(folder, "ballast")
	if err := fillUp(ballast, folder, leave); err != nil {
		return err
	}
	for end := time.Now().Add(last); time.Now().Before(end); {
		if a := h.get(ctx, "/movies?limit=20", ""); a.Status != http.StatusOK {
			c.report.tally.refused(harness.Call{Method: http.MethodGet, Path: "/movies on a full disk"}, a)
		}
		if h.rest(ctx, readEvery) {
			return fmt.Errorf("the process ended by itself on a full disk: %s", h.proc.LogTail())
		}
	}
	if err := os.Remove(ballast); err != nil {
		return fmt.Errorf("free space on the disk: %w", err)
	}
	took, err := h.awaitService(ctx)
	if err != nil {
		return fmt.Errorf("after space was freed: %w", err)
	}
	c.report.roomy = append(c.report.roomy, took)
	return nil
}

// fillUp writes a file until this many bytes are free in its folder.
func fillUp(file, folder string, leave int64) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	piece := make([]byte, ballastPieces)
	for {
		free, err := freeBytes(folder)
		if err != nil || free <= leave {
			return err
		}
		if _, err := f.Write(piece[:min(int64(len(piece)), free-leave)]); errors.Is(err, syscall.ENOSPC) {
			return nil
		} else if err != nil {
			return fmt.Errorf("fill the disk: %w", err)
		}
	}
}
