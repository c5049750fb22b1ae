package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/bench/yardstick"
	"github.com/cinecircle/cinecircle/platform/database"
)

// bench is the program that is measured, the yardsticks beside it, and what they were filled with.
type bench struct {
	options
	progress io.Writer
	start    time.Time

	dir       string
	server    *program
	databases *databases
	town      *community
	static    *process
	sql       *process
	engine    int // the process of the database server, 0 when there is none or it is elsewhere
	record    *record
}

// newBench builds, fills and starts everything. Close it.
func newBench(ctx context.Context, o options, progress io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp(o.tmp, "cinecircle-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	b := &bench{options: o, progress: progress, start: time.Now(), dir: dir, record: &record{}}
	if err := b.prepare(ctx); err != nil {
		return nil, errors.Join(err, b.close(ctx))
	}
	return b, nil
}

func (b *bench) prepare(ctx context.Context) (err error) {
	b.say("building the program")
	if b.server, err = newProgram(ctx, b.options, b.dir); err != nil {
		return err
	}
	file, err := b.cached(ctx)
	if err != nil {
		return err
	}
	if b.databases, err = b.fill(ctx, file); err != nil {
		return err
	}
	if err := b.look(ctx); err != nil {
		return err
	}
	if err := b.startYardsticks(ctx); err != nil {
		return err
	}
	if err := b.server.up(ctx); err != nil {
		return err
	}
	b.say("signing in %d members", len(b.town.people))
	return b.town.signIn(ctx, b.server.base)
}

// look finds out who and what is special in the database.
func (b *bench) look(ctx context.Context) error {
	db, err := database.Open(ctx, b.databases.server)
	if err != nil {
		return err
	}
	if b.town, err = meet(ctx, db, b.size); err == nil {
		b.engine, err = enginePID(ctx, db)
	}
	return errors.Join(err, db.Close())
}

func (b *bench) startYardsticks(ctx context.Context) (err error) {
	if b.static, err = b.startYardstick(ctx, yardstick.Static); err != nil {
		return err
	}
	b.sql, err = b.startYardstick(ctx, yardstick.SQL)
	return err
}

func (b *bench) startYardstick(ctx context.Context, name string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	on := b.databases.yardstick
	args := []string{"-yardstick", name, "-addr", addr, "-database", on.Driver, "-dsn", on.DSN}
	return startProcess(ctx, launch{path: self, args: args, dir: b.dir, name: "yardstick-" + name, addr: addr})
}

// measure measures everything and leaves it in the record.
func (b *bench) measure(ctx context.Context) error {
	b.record.note("size", b.size.String())
	b.record.note("machine", describeMachine(ctx))
	b.record.note("database", b.databases.describe(ctx))
	b.record.note("program", b.server.version(ctx))
	b.record.note("rounds", fmt.Sprintf("%d of %s, %d connections, seed %d", b.rounds, b.round, b.conns, b.seed))
	if b.only.MatchString("Start") {
		if err := b.measureStart(ctx); err != nil {
			return err
		}
	}
	if err := b.runKinds(ctx); err != nil {
		return err
	}
	if b.only.MatchString("Start") {
		if err := b.noteMemory("LoadedMemory"); err != nil {
			return err
		}
	}
	if b.only.MatchString("Realtime") {
		if err := b.measureRealtime(ctx); err != nil {
			return err
		}
	}
	return b.holdSockets(ctx)
}

// holdSockets measures each number of idle sockets, once everything else is out of the way.
func (b *bench) holdSockets(ctx context.Context) error {
	if !b.only.MatchString("Sockets") || len(b.held) == 0 {
		return nil
	}
	if err := b.server.down(); err != nil {
		return err
	}
	for _, n := range b.held {
		f, err := measureSockets(ctx, b.options, n, b.hold, b.say)
		if err != nil {
			return fmt.Errorf("hold %d sockets: %w", n, err)
		}
		b.record.keepSockets(f)
	}
	return nil
}

// measureStart is about the program before it has anything to do.
func (b *bench) measureStart(ctx context.Context) error {
	b.say("starting %d times", starts)
	took, idle, err := b.server.timeStarts(ctx)
	if err != nil {
		return err
	}
	for _, d := range took {
		b.record.single("Start", float64(d), unitTime)
	}
	b.noteUsed("IdleMemory", idle)
	return b.measureBinary(ctx)
}

// measureBinary notes how large the program is, and the static one of a release.
func (b *bench) measureBinary(ctx context.Context) error {
	static := filepath.Join(b.dir, "release")
	if err := buildRelease(ctx, static); err != nil {
		return err
	}
	for name, file := range map[string]string{"Binary": b.server.path, "ReleaseBinary": static} {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("measure the program: %w", err)
		}
		b.record.single(name, float64(info.Size()), unitMemory)
	}
	return nil
}

func (b *bench) noteMemory(name string) error {
	used, err := b.server.memory()
	if err == nil {
		b.noteUsed(name, used)
	}
	return err
}

// noteUsed notes what is resident, and what of it is not pages of files.
func (b *bench) noteUsed(name string, m memory) {
	b.record.single(name, float64(m.resident), unitMemory)
	b.record.single(name+"Own", float64(m.own), unitMemory)
}

// close stops the processes and removes what the run made, also when ctx has ended.
func (b *bench) close(ctx context.Context) error {
	var problems []error
	for _, p := range []*process{b.static, b.sql} {
		problems = append(problems, p.stop())
	}
	if b.server != nil {
		problems = append(problems, b.server.down())
	}
	return errors.Join(append(problems, b.databases.close(context.WithoutCancel(ctx)), os.RemoveAll(b.dir))...)
}

// say tells whoever waits what is being done.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, "%5.0fs  %s\n", time.Since(b.start).Seconds(), fmt.Sprintf(format, args...))
}
