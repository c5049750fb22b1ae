package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/logqueue"
	"github.com/cinecircle/cinecircle/platform/memory"
)

// flushTimeout bounds how long the end of the process waits for the reader of the log.
const flushTimeout = 2 * time.Second

// serveCommand runs the service until ctx ends, then shuts it down in order. Everything that it writes to standard error
// goes through a queue, so that it never waits for the reader of its log.
func serveCommand(ctx context.Context, p *program, args []string) error {
	defer memory.Headroom()() // from the start on, which allocates more than the heap that it leaves
	defer auth.SpareThread()()
	interactive := app.IsTerminal(p.err)
	queue := logqueue.New(p.err)
	p.err, p.flush = queue, func() { queue.Close(flushTimeout) }
	// Otherwise the Go runtime ends the process when the reader of its standard error is gone (package os/signal).
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if len(args) > 0 {
		return p.wrong("serve takes no arguments, got %q", args[0])
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	lock, err := lockDatabase(c)
	if err != nil {
		return err
	}
	defer lock.Close()
	log := app.NewLogger(queue, c.Log.Level, c.Log.AsText(interactive)) //nolint:contextcheck // the queue of the log belongs to no request
	slog.SetDefault(log)                                                // for libraries that use the log of the process, such as net/http
	a, err := app.New(ctx, c, readBuild(), log)
	if err != nil {
		return err
	}
	a.CountDroppedLines(queue.Dropped)
	a.AllowNewerSchema(p.allowNewer)
	if self, err := ownPath(); err == nil { // without it, images are decoded in this process
		a.DecodeInSubprocess(self, decodeImage)
	}
	var terminal io.Writer
	if c.Log.AsText(interactive) {
		terminal = queue
	}
	return errors.Join(a.Serve(ctx, terminal), a.Close())
}

// lockDatabase claims the SQLite file for this process. Other databases need no lock.
func lockDatabase(c config.Config) (io.Closer, error) {
	return database.Lock(lockable(c))
}

// lockable returns the DSN of a SQLite database, and one that needs no lock for any other.
func lockable(c config.Config) string {
	if c.Database.Driver != database.SQLite {
		return ":memory:"
	}
	return string(c.Database.DSN)
}

// lockPending keeps the SQLite file from being served if steps of the schema are pending, because a service of an older
// version may use it. Several commands that start together migrate one after the other.
func lockPending(ctx context.Context, c config.Config, db *database.DB) (io.Closer, error) {
	steps, err := db.MigrationStatus(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(steps, func(m database.Migration) bool { return m.AppliedAt.IsZero() }) {
		return io.NopCloser(nil), nil
	}
	lock, err := database.LockOut(lockable(c))
	if err != nil {
		return nil, fmt.Errorf("the schema has to be migrated: %w: stop it first", err)
	}
	return lock, nil
}
