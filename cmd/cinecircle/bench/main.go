// Command bench measures a running cinecircle: server CPU per request, latency, memory, start-up
// and the time from a like to the frame on the author's socket. It builds the program, starts it on
// a loopback port with a folder of its own, fills it through its API, and prints a Markdown table.
//
// Machines differ and swing, so each case is measured in rounds that alternate with two yardsticks
// in processes of their own: net/http with a static answer of the same size, and net/http with
// database/sql doing the same query on a copy of the same file. The ratios are what to compare
// between days; the microseconds are of this machine and this hour.
//
// It needs Linux: the CPU time of a process is read from /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"syscall"
	"time"
)

// options is what the flags say.
type options struct {
	rounds, n, conns          int
	films, users, reviews     int
	sockets, likes            int
	held                      string // how many sockets, comma-separated; nothing else is measured then
	hold                      time.Duration
	seed                      uint64
	cost                      int
	bin, metrics              string
	only                      *regexp.Regexp
	timeout                   time.Duration
	yardstick, addr, database string // of a child process, not for people
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
	if err != nil {
		return err
	}
	if o.yardstick != "" {
		return serveYardstick(ctx, o)
	}
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the CPU time of a process is read from /proc, which %s does not have: run it on Linux", runtime.GOOS)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("not done after %s (-timeout)", o.timeout))
	defer cancel()
	if o.held != "" {
		return explain(ctx, runSockets(ctx, o, out, progress))
	}
	b, err := newBench(ctx, o, progress)
	if err != nil {
		return explain(ctx, err)
	}
	r, err := b.measure(ctx)
	if err = errors.Join(explain(ctx, err), b.Close()); err != nil {
		return err
	}
	return r.print(out)
}

// explain puts the reason for which everything was stopped before what failed because of it.
func explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

func parse(args []string, output io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(output)
	f.IntVar(&o.rounds, "rounds", 5, "measure each case so often; the medians are printed")
	f.IntVar(&o.n, "n", 2000, "requests of a case in one round")
	f.IntVar(&o.conns, "conns", 2, "connections that send them")
	f.IntVar(&o.films, "films", 10_000, "films")
	f.IntVar(&o.users, "users", 1000, "members")
	f.IntVar(&o.reviews, "reviews", 20_000, "reviews")
	f.IntVar(&o.sockets, "sockets", 1000, "other sockets that are open while likes are measured")
	f.StringVar(&o.held, "held", "", "measure only what so many idle sockets cost, each of another member: `N,N,…`")
	f.DurationVar(&o.hold, "hold", 70*time.Second, "with -held: how long they are idle")
	f.IntVar(&o.likes, "likes", 500, "likes that are timed until their frame")
	f.Uint64Var(&o.seed, "seed", 1, "of everything that is drawn")
	f.IntVar(&o.cost, "cost", 4, "bcrypt cost of the server")
	f.StringVar(&o.bin, "bin", "", "measure the program at `PATH` instead of building it")
	f.StringVar(&o.metrics, "metrics", "", "let the server serve profiles at `HOST:PORT`")
	f.DurationVar(&o.timeout, "timeout", 20*time.Minute, "give up after")
	quick := f.Bool("quick", false, "a small run of about a minute; -rounds, -n and the sizes are set by it")
	only := f.String("only", "", "measure the cases whose names match `REGEXP`; realtime is one of them")
	f.StringVar(&o.yardstick, "yardstick", "", "internal: be the yardstick `NAME`")
	f.StringVar(&o.addr, "addr", "", "internal: where the yardstick listens")
	f.StringVar(&o.database, "database", "", "internal: the yardstick's file")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		o.rounds, o.n, o.films, o.users, o.reviews, o.sockets, o.likes = 3, 1000, 2000, 100, 1000, 100, 100
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, fmt.Errorf("-only: %w", err)
	}
	return o, o.check()
}

// check refuses sizes for which there would be nothing to measure.
func (o options) check() error {
	switch {
	case o.rounds < 1 || o.n < 1 || o.conns < 1 || o.likes < 1 || o.sockets < 0:
		return errors.New("-rounds, -n, -conns and -likes want 1 or more, -sockets 0 or more")
	case o.films < 100 || o.users < 10 || o.reviews < 4*o.users:
		return errors.New("want 100 films, 10 members and four reviews of each, or more")
	case o.pairs() > o.films*o.users:
		return fmt.Errorf("%d members can write %d reviews of %d films, and %d are needed", o.users, o.films*o.users, o.films, o.pairs())
	case 2*(o.likes+realtimeWarmup) > (o.users-1)*(o.reviews/o.users-2):
		return fmt.Errorf("%d likes need more members, or more reviews by one of them", o.likes*2)
	}
	return nil
}

// pairs is how many reviews are written altogether, of which no two may be of the same member and film.
func (o options) pairs() int { return o.reviews + warmup(o) + o.rounds*o.perRound(1) }

// perRound is how many requests of a case one round has: an even number for every connection.
func (o options) perRound(divisor int) int {
	step := 2 * o.conns
	return (max(o.n/divisor, 1) + step - 1) / step * step
}
