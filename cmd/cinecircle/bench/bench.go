package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// bench is the program that is measured, the yardsticks beside it, and what they were filled with.
type bench struct {
	options
	progress io.Writer
	start    time.Time

	dir    string
	server *program
	town   *community
	static *process
	sql    *process
}

// newBench builds, starts and fills everything. Close it.
func newBench(ctx context.Context, o options, progress io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp("", "cinecircle-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	b := &bench{options: o, progress: progress, start: time.Now(), dir: dir}
	if err := b.open(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *bench) open(ctx context.Context) (err error) {
	b.say("building")
	if b.server, err = newProgram(ctx, b.options, b.dir); err != nil {
		return err
	}
	b.say("importing %d films", b.films)
	if err := b.server.importFilms(ctx, b.films, b.seed); err != nil {
		return err
	}
	if err := b.server.up(ctx); err != nil {
		return err
	}
	if b.town, err = settle(ctx, b); err != nil {
		return err
	}
	return b.openYardsticks(ctx)
}

// openYardsticks starts both on what is in the database now.
func (b *bench) openYardsticks(ctx context.Context) (err error) {
	b.say("starting the yardsticks")
	copied := filepath.Join(b.dir, "yardstick.db")
	if err := b.server.command(ctx, "backup", copied); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	start := func(name string) (*process, error) {
		addr, err := freeAddr(ctx)
		if err != nil {
			return nil, err
		}
		args := []string{"-yardstick", name, "-addr", addr, "-database", copied}
		return startProcess(ctx, launch{path: self, args: args, dir: b.dir, name: "yardstick-" + name, addr: addr})
	}
	if b.static, err = start(yardstickStatic); err != nil {
		return err
	}
	b.sql, err = start(yardstickSQL)
	return err
}

// measure runs all the cases and then, on a server started afresh, the sockets.
func (b *bench) measure(ctx context.Context) (report, error) {
	r := report{options: b.options, machine: describeMachine(ctx), program: b.server.version(ctx)}
	var err error
	if r.start, r.idle, err = b.server.timeStarts(ctx); err != nil {
		return r, err
	}
	list, err := b.cases(ctx)
	if err != nil {
		return r, err
	}
	if r.rows, err = b.runCases(ctx, list); err != nil {
		return r, err
	}
	if r.loaded, err = b.server.memory(); err != nil {
		return r, err
	}
	if b.only.MatchString("realtime") {
		r.realtime, err = b.measureRealtime(ctx)
	}
	return r, err
}

// Close stops the processes and removes the folder.
func (b *bench) Close() error {
	var problems []error
	for _, p := range []*process{b.static, b.sql} {
		problems = append(problems, p.stop())
	}
	if b.server != nil {
		problems = append(problems, b.server.down())
	}
	return errors.Join(append(problems, os.RemoveAll(b.dir))...)
}

// say tells whoever waits what is being done.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, "%5.0fs  %s\n", time.Since(b.start).Seconds(), fmt.Sprintf(format, args...))
}
