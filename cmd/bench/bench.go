package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/bench/yardstick"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
)

// bench is the program that is measured, the yardsticks beside it, their databases, and the record of the run.
type bench struct {
	options
	progress io.Writer
	begin    time.Time

	dir       string
	server    *program
	databases *databases
	community *community
	static    *harness.Process
	sql       *harness.Process
	enginePID int // of the database server, 0 when there is none on this machine
	record    *record
}

// newBench builds and starts everything, with filled databases. Close it.
func newBench(ctx context.Context, o options, progress io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp(o.tmp, "cinecircle-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	b := &bench{options: o, progress: progress, begin: time.Now(), dir: dir, record: &record{}}
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
	if err := b.inspect(ctx); err != nil {
		return err
	}
	if err := b.startYardsticks(ctx); err != nil {
		return err
	}
	if _, err := b.server.up(ctx); err != nil {
		return err
	}
	b.say("signing in %d members", len(b.community.members))
	return b.community.signIn(ctx, b.server.URL())
}

// The server has settled when it uses little CPU for so long.
const (
	quietFor   = 2 * time.Second
	quietShare = 0.05 // of a core
)

// settle asks for the first feed, for which the server reads all activities in the background, and waits until it has.
func (b *bench) settle(ctx context.Context) error {
	c := newClient(1, nil)
	defer c.close()
	feed := get("/users/me/feed")
	feed.member = &b.community.members[min(1, len(b.community.members)-1)]
	if _, err := c.do(ctx, b.server.URL(), feed); err != nil {
		return err
	}
	for last, known := time.Duration(0), false; ; known = true {
		used, err := processCPU(b.server.PID())
		if err != nil {
			return err
		}
		if known && (used-last).Seconds() < quietShare*quietFor.Seconds() {
			return nil
		}
		last = used
		if err := pause(ctx, quietFor); err != nil {
			return err
		}
	}
}

// inspect reads from the database what the requests are about, before the server starts.
func (b *bench) inspect(ctx context.Context) error {
	db, err := database.Open(ctx, b.databases.server)
	if err != nil {
		return err
	}
	if b.community, err = readCommunity(ctx, db, b.size); err == nil {
		b.enginePID, err = enginePID(ctx, db)
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

// startYardstick starts a yardstick.
func (b *bench) startYardstick(ctx context.Context, name string) (*harness.Process, error) {
	p, err := b.newYardstick(ctx, name)
	if err != nil {
		return nil, err
	}
	_, err = start(ctx, p)
	return p, err
}

// newYardstick returns this program as a yardstick that is not started.
func (b *bench) newYardstick(ctx context.Context, name string) (*harness.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	p, err := newProcess(ctx, "yardstick-"+name, self, b.dir)
	if err != nil {
		return nil, err
	}
	on := b.databases.yardstick
	p.Args = []string{"-yardstick", name, "-addr", p.Addr, "-database", on.Driver, "-dsn", on.DSN}
	return p, nil
}

// measure measures everything that the options ask for, and adds it to the record.
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
	if err := b.measureKinds(ctx); err != nil {
		return err
	}
	if b.only.MatchString("Start") {
		m, err := b.server.Memory()
		if err != nil {
			return err
		}
		b.recordMemory("LoadedMemory", m)
	}
	if b.only.MatchString("Realtime") {
		if err := b.measureRealtime(ctx); err != nil {
			return err
		}
	}
	if err := b.measureCommands(ctx); err != nil {
		return err
	}
	if b.only.MatchString("SignIns") {
		if err := b.measureSignIns(ctx); err != nil {
			return err
		}
	}
	return b.holdSockets(ctx)
}

// holdSockets measures idle sockets, for each number of them. It stops the server first.
func (b *bench) holdSockets(ctx context.Context) error {
	if !b.only.MatchString("Sockets") || len(b.held) == 0 {
		return nil
	}
	if err := b.server.down(); err != nil {
		return err
	}
	for _, n := range b.held {
		f, err := measureSockets(ctx, b.options, n, b.say)
		if err != nil {
			return fmt.Errorf("hold %d sockets: %w", n, err)
		}
		b.record.addSockets(f)
	}
	return nil
}

// measureStart measures start-up and the memory at rest, of cinecircle and the yardstick with gin, GORM and melody in turn,
// and the size of the binaries. It leaves cinecircle running.
func (b *bench) measureStart(ctx context.Context) error {
	b.say("starting %d times", startCount)
	usual, err := b.newYardstick(ctx, yardstick.Usual)
	if err != nil {
		return err
	}
	for range startCount {
		took, err := b.server.restart(ctx)
		if err != nil {
			return err
		}
		b.record.single("Start", float64(took), unitTime)
		if took, err = b.timeYardstick(ctx, usual); err != nil {
			return err
		}
		b.record.single("StartUsual", float64(took), unitTime)
	}
	idle, err := b.server.idleMemory(ctx)
	if err != nil {
		return err
	}
	b.recordMemory("IdleMemory", idle)
	if idle, err = b.restOfYardstick(ctx, usual); err != nil {
		return err
	}
	b.recordMemory("IdleMemoryUsual", idle)
	return b.measureBinaries(ctx)
}

// timeYardstick starts and ends a yardstick, and returns the time until its first answer.
func (b *bench) timeYardstick(ctx context.Context, p *harness.Process) (time.Duration, error) {
	took, err := start(ctx, p)
	if err != nil {
		return 0, err
	}
	return took, p.End(syscall.SIGTERM)
}

// restOfYardstick starts and ends a yardstick, and returns its memory at rest.
func (b *bench) restOfYardstick(ctx context.Context, p *harness.Process) (idle harness.Memory, err error) {
	if _, err := start(ctx, p); err != nil {
		return idle, err
	}
	defer func() { err = errors.Join(err, p.End(syscall.SIGTERM)) }()
	return (&program{p}).idleMemory(ctx)
}

func (b *bench) measureBinaries(ctx context.Context) error {
	release := filepath.Join(b.dir, "release")
	if err := harness.BuildRelease(ctx, release); err != nil {
		return err
	}
	for name, file := range map[string]string{"Binary": b.server.Bin, "ReleaseBinary": release} {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("measure the binary: %w", err)
		}
		b.record.single(name, float64(info.Size()), unitMemory)
	}
	return nil
}

// recordMemory records the resident memory, and the anonymous part of it under NAMEOwn.
func (b *bench) recordMemory(name string, m harness.Memory) {
	b.record.single(name, float64(m.Resident), unitMemory)
	b.record.single(name+"Own", float64(m.Anonymous), unitMemory)
}

// close ends the processes and removes their files, also after ctx has ended.
func (b *bench) close(ctx context.Context) error {
	problems := []error{b.static.End(syscall.SIGTERM), b.sql.End(syscall.SIGTERM)}
	if b.server != nil {
		problems = append(problems, b.server.down())
	}
	return errors.Join(append(problems, b.databases.close(context.WithoutCancel(ctx)), os.RemoveAll(b.dir))...)
}

// say prints a line of progress.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, "%5.0fs  %s\n", time.Since(b.begin).Seconds(), fmt.Sprintf(format, args...))
}
