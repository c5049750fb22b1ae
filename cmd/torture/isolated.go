package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/cinecircle/cinecircle/platform/database"
)

// isolated creates an instance for a single fault.
func (c *campaign) isolated(ctx context.Context, f fault) (*instance, error) {
	c.asides++
	o := c.options
	o.seed = c.seed<<32 + uint64(c.asides)
	return newInstance(ctx, c.bin, filepath.Join(c.dir, fmt.Sprintf("aside-%d-%s", c.asides, f.kind)), o, c.report.tally)
}

func (c *campaign) endIsolated(h *instance) error {
	c.report.addFrames(h)
	err := h.close()
	if c.keep == "" {
		err = errors.Join(err, os.RemoveAll(h.dir))
	}
	return err
}

// migration kills the program at fail points while it migrates an empty database. Afterwards it must start and work.
func (c *campaign) migration(ctx context.Context, f fault) (err error) {
	h, err := c.isolated(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.endIsolated(h)) }()
	acked := c.report.tally.count()
	for _, env := range f.envs {
		if err := h.proc.Start(env); err != nil {
			return err
		}
		if h.proc.Await(ctx, "ok") == nil { // it came through, as nothing was left to migrate at its fail point
			c.report.unreached++
		}
		if err := h.end(syscall.SIGKILL); err != nil {
			return err
		}
	}
	if err := h.start(ctx); err != nil {
		return err
	}
	if err := h.settle(ctx); err != nil {
		return err
	}
	if err := h.end(syscall.SIGKILL); err != nil {
		return err
	}
	return c.recover(ctx, h, f, acked)
}

// backup copies the database under load, and is killed at its fail point if it has one. A file under the final name
// must be a complete backup.
func (h *instance) backup(ctx context.Context, f fault, r *report) error {
	h.backups++
	file := filepath.Join(h.dir, fmt.Sprintf("backup-%d.db", h.backups))
	before := h.ledger.lasting()
	until, cancel := ctx, func() {}
	if f.last > 0 { // a kill at any moment, of which the machine may make one before it is started
		until, cancel = context.WithTimeout(ctx, f.last)
	}
	defer cancel()
	cmd := h.proc.Command(until, "backup", file)
	cmd.Env = append(cmd.Env, f.backupEnv...)
	said, err := cmd.CombinedOutput()
	killed := strings.Contains(fmt.Sprint(err), "killed") || errors.Is(err, context.DeadlineExceeded)
	if err != nil && !killed {
		return fmt.Errorf("backup: %w: %s", err, said)
	}
	if _, err := os.Stat(file); killed && errors.Is(err, os.ErrNotExist) {
		return nil
	}
	s, err := h.look(ctx, database.Config{Driver: database.SQLite, DSN: file}, h.images())
	if err != nil {
		r.misplaced = append(r.misplaced, fmt.Sprintf("a backup (killed: %t) cannot be read: %v", killed, err))
		return nil
	}
	r.backups++
	for _, what := range s.wrong {
		r.misplaced = append(r.misplaced, "in a backup: "+what)
	}
	for _, name := range before {
		if s.cells[name] == "" {
			r.lost = append(r.lost, name+" was acknowledged before a backup began, and is not in it")
		}
	}
	return os.Remove(file)
}
