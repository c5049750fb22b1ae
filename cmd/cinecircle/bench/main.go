// Command bench measures a running cinecircle: server CPU, allocations and latencies of every kind of
// request, memory, start-up, and the time from a write to the frame on a socket. It builds the program,
// fills a database with a community drawn from a seed (kept in a cache for the next run), starts the
// program on a loopback port, and prints Markdown tables; -out keeps the record that benchstat
// compares and from which -render writes docs/performance.md.
//
// Machines differ and swing, so each kind is measured in rounds that alternate with two yardsticks in
// processes of their own: see the package yardstick. The ratios are what to compare between days; the
// microseconds are of this machine and this hour.
//
// It needs Linux: the CPU time of another process is read from its clock.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/bench/dataset"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/bench/yardstick"
	"github.com/cinecircle/cinecircle/platform/database"
)

// options is what the flags say.
type options struct {
	size            dataset.Size
	seed            uint64
	rounds, conns   int
	round           time.Duration
	likes           int
	crowds, held    numbers
	hold            time.Duration
	cost            int
	driver, dsn     string
	bin, metrics    string
	cache, tmp, out string
	fresh           bool
	only            *regexp.Regexp
	timeout         time.Duration
	render          string
	yardstick, addr string // of a child process, not for people
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parse(args, progress)
	switch {
	case err != nil:
		return err
	case o.render != "":
		return renderDocs(o.render)
	case o.yardstick != "":
		return yardstick.Serve(ctx, o.yardstick, o.addr, database.Config{Driver: o.driver, DSN: o.dsn})
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("not done after %s (-timeout)", o.timeout))
	defer cancel()
	b, err := newBench(ctx, o, progress)
	if err != nil {
		return explain(ctx, err)
	}
	err = b.measure(ctx)
	if err = errors.Join(explain(ctx, err), b.close(ctx)); err != nil {
		return err
	}
	return b.deliver(out)
}

// deliver prints the tables and keeps the record.
func (b *bench) deliver(out io.Writer) error {
	if _, err := io.WriteString(out, tables(b.record)); err != nil || b.out == "" {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(b.out), 0o750); err != nil {
		return fmt.Errorf("keep the record: %w", err)
	}
	f, err := os.Create(b.out)
	if err != nil {
		return fmt.Errorf("keep the record: %w", err)
	}
	return errors.Join(b.record.write(f), f.Close())
}

// explain puts the reason for which everything was stopped before what failed because of it.
func explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

func parse(args []string, output io.Writer) (options, error) {
	o := options{crowds: numbers{0, 1000, 10_000}, held: numbers{10_000, 19_000}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(output)
	size := f.String("size", "small", "small (10,000 films), large (1,000,000), or a number of `FILMS`")
	f.Uint64Var(&o.seed, "seed", 1, "of everything that is drawn")
	f.IntVar(&o.rounds, "rounds", 6, "measure each kind so often; the medians are printed")
	f.DurationVar(&o.round, "round", 500*time.Millisecond, "how long a round of each of them takes")
	f.IntVar(&o.conns, "conns", 2, "connections that send requests while CPU is measured")
	f.IntVar(&o.likes, "likes", 300, "likes that are timed until their frame")
	f.Var(&o.crowds, "crowds", "how many other sockets are open meanwhile, `N,N,…`")
	f.Var(&o.held, "held", "how many idle sockets, each of another member on a server of its own, are held to see what they cost: `N,N,…`, or nothing")
	f.DurationVar(&o.hold, "hold", 70*time.Second, "how long they are idle")
	f.IntVar(&o.cost, "cost", 4, "bcrypt cost of the server")
	f.StringVar(&o.driver, "database", database.SQLite, "sqlite or mysql")
	f.StringVar(&o.dsn, "dsn", os.Getenv("CINECIRCLE_TEST_DSN"), "a MySQL server where databases may be made, root@tcp(HOST:PORT)/; scripts/with-servers.sh says which")
	f.StringVar(&o.bin, "bin", "", "measure the program at `PATH` instead of building it")
	f.StringVar(&o.metrics, "metrics", "", "let the server serve metrics and profiles at `HOST:PORT`")
	f.StringVar(&o.cache, "cache", defaultCache(), "`FOLDER` where communities are kept")
	f.StringVar(&o.tmp, "tmp", "", "`FOLDER` for the databases of the run, instead of the usual one")
	f.BoolVar(&o.fresh, "fresh", false, "build the community again")
	f.StringVar(&o.out, "out", "", "keep the record in `FILE`")
	f.StringVar(&o.render, "render", "", "write the tables and plots of `docs/performance.md` from the records beside it, and do nothing else")
	f.DurationVar(&o.timeout, "timeout", time.Hour, "give up after")
	quick := f.Bool("quick", false, "a run of a minute or two with less of everything")
	only := f.String("only", "", "measure the kinds whose names in the record match `REGEXP`; Start, Realtime and Sockets are three of them")
	f.StringVar(&o.yardstick, "yardstick", "", "internal: be the yardstick `NAME`")
	f.StringVar(&o.addr, "addr", "", "internal: where the yardstick listens")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		o.rounds, o.round, o.likes, o.crowds, o.held = 2, 100*time.Millisecond, 50, numbers{0, 100}, nil
		if err := f.Parse(args); err != nil { // again: what was asked for stays as it was asked for
			return o, err
		}
	}
	var err1, err2 error
	o.size, err1 = dataset.ParseSize(*size)
	if o.only, err2 = regexp.Compile(*only); err2 != nil {
		err2 = fmt.Errorf("-only: %w", err2)
	}
	return o, errors.Join(err1, err2, o.check())
}

// defaultCache is in the user's cache, or in the temporary folder where there is none.
func defaultCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "cinecircle-bench")
}

// check refuses what cannot be measured.
func (o options) check() error {
	switch {
	case o.rounds < 1 || o.conns < 1 || o.likes < 1 || o.round < time.Millisecond:
		return errors.New("-rounds, -conns and -likes want 1 or more, -round a millisecond or more")
	case o.driver != database.SQLite && o.driver != database.MySQL:
		return fmt.Errorf("-database: want %s or %s, not %q", database.SQLite, database.MySQL, o.driver)
	case o.driver == database.MySQL && o.dsn == "":
		return errors.New("-database mysql wants a -dsn; scripts/with-servers.sh mariadb -- COMMAND sets one")
	}
	return nil
}
