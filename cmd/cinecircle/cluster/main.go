// Command cluster tries what several instances promise together: it starts a MariaDB, a Redis, an
// S3-compatible store and three instances of cinecircle behind a reverse proxy, lets members follow
// and like through it while sockets of all of them listen, and kills instances, the database, Redis
// and the store in turn, and replaces the instances one by one.
//
// Outside of all that it keeps a ledger of what was acknowledged, and in the end counts: every
// notification is there once, every socket saw its member's notifications 1, 2, 3, … without a gap or
// a repeat, in the order in which they happened; a session that ended is refused by every instance
// within a second; outside the fault windows no request failed and frames came in time. It exits with
// 1 when one of these does not hold.
//
// The servers are started by scripts/, so it runs in the checkout: make cluster ARGS="-seed 7".
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options is what the flags say.
type options struct {
	seed               uint64
	duration           time.Duration
	instances, members int
	films, sockets     int
	rate, workers      int
	p99                time.Duration
	overlap            bool
	bin, scripts, keep string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "cluster: "+err.Error())
		os.Exit(1)
	}
}

func parse(args []string, output io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("cluster", flag.ContinueOnError)
	f.SetOutput(output)
	f.Uint64Var(&o.seed, "seed", 1, "of who does what, and of what is killed when")
	f.DurationVar(&o.duration, "duration", time.Minute, "how long it is driven; every fault comes at least once, even if that takes longer")
	f.IntVar(&o.instances, "instances", 3, "instances")
	f.IntVar(&o.members, "members", 20, "members")
	f.IntVar(&o.films, "films", 10, "films, each reviewed by every member")
	f.IntVar(&o.sockets, "sockets", 3, "sockets of each member")
	f.IntVar(&o.rate, "rate", 40, "follows and likes a second")
	f.IntVar(&o.workers, "workers", 8, "of them at once")
	f.DurationVar(&o.p99, "p99", 250*time.Millisecond, "the most that the 99th percentile from write to frame may be outside of fault windows; 0 only reports it")
	f.BoolVar(&o.overlap, "overlap", false, "have the database, Redis or the store fail during other faults, too")
	f.StringVar(&o.bin, "bin", "", "try the program at `PATH` instead of building it")
	f.StringVar(&o.scripts, "scripts", "scripts", "`FOLDER` of mariadb.sh, redis.sh and s3.sh")
	f.StringVar(&o.keep, "keep", "", "work in `FOLDER` and leave the logs there")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.instances < 1 || o.members < 3 || o.films < 1 || o.sockets < 1 || o.sockets > 10 || o.rate < 1 || o.workers < 1 || o.workers > 100 {
		return o, errors.New("want an instance, 3 members, a film, 1 to 10 sockets, a write a second and 1 to 100 workers, or more")
	}
	return o, nil
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parse(args, progress)
	if err != nil {
		return err
	}
	t, err := newTrial(ctx, o, progress)
	if err != nil {
		return err
	}
	r, err := t.run(ctx)
	if err = errors.Join(err, t.Close()); err != nil { //nolint:contextcheck // what was started is ended also after an interruption
		return err
	}
	return r.print(out)
}
