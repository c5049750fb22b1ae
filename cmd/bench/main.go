// Command bench measures a running cinecircle: server CPU, allocations and latencies of each kind of request, memory,
// start-up, and the time from a write to the frame on a socket. It builds the program, fills a database with a
// community that is generated from a seed and cached for the next run, starts the program on a loopback port, and
// prints Markdown tables. With -out it writes a record that benchstat compares; -render makes
// docs/performance-tables.md of records.
//
// The speed of a machine varies. Each kind is therefore measured in rounds that alternate with two yardsticks in
// processes of their own (package yardstick). Compare the ratios between days and machines, not the microseconds.
//
// It needs Linux, where the CPU time of another process can be read from its clock.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/cinecircle/cinecircle/cmd/bench/dataset"
	"github.com/cinecircle/cinecircle/cmd/bench/yardstick"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
)

// options are the values of the flags.
type options struct {
	size            dataset.Size
	seed            uint64
	rounds, conns   int
	round           time.Duration
	likes           int
	others, held    numbers
	hold            time.Duration
	cost            int
	driver, dsn     string
	bin, metrics    string
	cache, tmp, out string
	fresh, verify   bool
	only            *regexp.Regexp
	timeout         time.Duration
	render          string
	yardstick, addr string // of a child process
}

func main() { harness.Main("bench", run) }

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
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("not finished after %s (-timeout)", o.timeout))
	defer cancel()
	b, err := newBench(ctx, o, progress)
	if err != nil {
		return withCause(ctx, err)
	}
	err = b.measure(ctx)
	if err = errors.Join(withCause(ctx, err), b.close(ctx)); err != nil {
		return err
	}
	return b.publish(out)
}

// publish prints the tables and writes the record.
func (b *bench) publish(out io.Writer) error {
	if _, err := io.WriteString(out, tables(b.record)); err != nil || b.out == "" {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(b.out), 0o750); err != nil {
		return fmt.Errorf("write the record: %w", err)
	}
	f, err := os.Create(b.out)
	if err != nil {
		return fmt.Errorf("write the record: %w", err)
	}
	return errors.Join(b.record.write(f), f.Close())
}

// withCause puts the reason why ctx ended before the error that it caused.
func withCause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

func parse(args []string, output io.Writer) (options, error) {
	o := options{others: numbers{0, 1000, 10_000}, held: numbers{10_000, 19_000}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(output)
	size := f.String("size", "small", "small (10,000 films), large (1,000,000), or a number of `FILMS`")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the community and of the requests")
	f.IntVar(&o.rounds, "rounds", 6, "rounds of each kind; the tables show medians")
	f.DurationVar(&o.round, "round", 500*time.Millisecond, "length of a round of cinecircle and of each yardstick")
	f.IntVar(&o.conns, "conns", 2, "concurrent connections while CPU is measured")
	f.IntVar(&o.likes, "likes", 300, "number of likes of which the time to their frame is measured")
	f.Var(&o.others, "others", "numbers of other sockets that are open while likes are measured, `N,N,…`")
	f.Var(&o.held, "held", "numbers of idle sockets to measure on a server where each belongs to another member, `N,N,…` or empty")
	f.DurationVar(&o.hold, "hold", 70*time.Second, "how long these sockets are idle")
	f.IntVar(&o.cost, "cost", 4, "bcrypt cost of the server")
	f.StringVar(&o.driver, "database", database.SQLite, "sqlite or mysql")
	f.StringVar(&o.dsn, "dsn", os.Getenv("CINECIRCLE_TEST_DSN"), "MySQL server on which to create a schema, root@tcp(HOST:PORT)/; scripts/with-servers.sh mariadb -- COMMAND sets it")
	f.StringVar(&o.bin, "bin", "", "use the program at `PATH` instead of building it")
	f.StringVar(&o.metrics, "metrics", "", "make the server serve metrics and profiles at `HOST:PORT`")
	f.StringVar(&o.cache, "cache", defaultCache(), "`FOLDER` with the generated communities")
	f.StringVar(&o.tmp, "tmp", "", "`FOLDER` for the databases of the run instead of the system's temporary one")
	f.BoolVar(&o.fresh, "fresh", false, "generate the community again")
	f.BoolVar(&o.verify, "verify", true, "compare the counters of a generated community with its rows, which takes most of an hour for large")
	f.StringVar(&o.out, "out", "", "write the record to `FILE`")
	f.StringVar(&o.render, "render", "", "only write the tables and plots of `docs/performance-tables.md` from the records in the folder bench beside it")
	f.DurationVar(&o.timeout, "timeout", time.Hour, "stop with an error after this time")
	quick := f.Bool("quick", false, "take one or two minutes: fewer and shorter rounds, fewer sockets")
	only := f.String("only", "", "measure only what matches `REGEXP` in any case: kinds by their names in the record, and Start, Realtime, Sockets")
	f.StringVar(&o.yardstick, "yardstick", "", "internal: serve the yardstick `NAME`")
	f.StringVar(&o.addr, "addr", "", "internal: address of the yardstick")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		o.rounds, o.round, o.likes, o.others, o.held = 2, 100*time.Millisecond, 50, numbers{0, 100}, nil
		if err := f.Parse(args); err != nil { // again, because explicit flags override -quick
			return o, err
		}
	}
	var err1, err2 error
	o.size, err1 = dataset.ParseSize(*size)
	if o.only, err2 = regexp.Compile("(?i)" + *only); err2 != nil {
		err2 = fmt.Errorf("-only: %w", err2)
	}
	return o, errors.Join(err1, err2, o.check())
}

// defaultCache returns a folder in the user's cache, or in the temporary folder when there is none.
func defaultCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "cinecircle-bench")
}

// check returns an error for values that cannot be measured.
func (o options) check() error {
	switch {
	case o.rounds < 1 || o.conns < 1 || o.likes < 1 || o.round < time.Millisecond:
		return errors.New("-rounds, -conns and -likes must be at least 1, -round at least 1ms")
	case o.driver != database.SQLite && o.driver != database.MySQL:
		return fmt.Errorf("-database must be %s or %s, got %q", database.SQLite, database.MySQL, o.driver)
	case o.driver == database.MySQL && o.dsn == "":
		return errors.New("-database mysql needs -dsn; scripts/with-servers.sh mariadb -- COMMAND sets it")
	}
	return nil
}
