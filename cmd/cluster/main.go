// Command cluster tests what several instances promise together. It starts MariaDB, Redis, an S3-compatible store and
// three instances of cinecircle behind a reverse proxy. Members follow and like through it while their sockets listen,
// and instances, the database, Redis and the store are killed in turn; then the instances are replaced one by one.
//
// A ledger keeps what was acknowledged. At the end every notification must be there once; every socket must have
// received its member's notifications 1, 2, 3, … without a gap or a repeat, in order; an ended session must have been
// refused by every instance within a second, and a suspended member within two; once a member has blocked another one, no instance may let the other one
// follow, nor show a notification of theirs; and outside of fault windows no request may have failed and frames must
// have come in time. The program exits with 1 when one of these fails.
//
// The servers are started by scripts/, so it runs in the checkout: make cluster ARGS="-seed 7".
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// options are the values of the flags.
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

func main() { harness.Main("cluster", run) }

func parse(args []string, output io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("cluster", flag.ContinueOnError)
	f.SetOutput(output)
	f.Uint64Var(&o.seed, "seed", 1, "seed of the requests and the faults")
	f.DurationVar(&o.duration, "duration", time.Minute, "how long to run; every fault is injected at least once, even if that takes longer")
	f.IntVar(&o.instances, "instances", 3, "instances")
	f.IntVar(&o.members, "members", 20, "members")
	f.IntVar(&o.films, "films", 10, "films, each reviewed by every member")
	f.IntVar(&o.sockets, "sockets", 3, "sockets of each member")
	f.IntVar(&o.rate, "rate", 40, "follows and likes a second")
	f.IntVar(&o.workers, "workers", 8, "concurrent follows and likes")
	f.DurationVar(&o.p99, "p99", 250*time.Millisecond, "largest allowed 99th percentile from write to frame outside of fault windows; 0 only reports it")
	f.BoolVar(&o.overlap, "overlap", false, "let the database, Redis or the store fail during other faults, too")
	f.StringVar(&o.bin, "bin", "", "use the program at `PATH` instead of building it")
	f.StringVar(&o.scripts, "scripts", "scripts", "`FOLDER` with mariadb.sh, redis.sh and s3.sh")
	f.StringVar(&o.keep, "keep", "", "work in `FOLDER` and keep the logs in it")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.instances < 1 || o.members < 3 || o.films < 1 || o.sockets < 1 || o.sockets > 10 || o.rate < 1 || o.workers < 1 || o.workers > 100 {
		return o, errors.New("at least 1 instance, 3 members, 1 film and 1 write a second are needed, 1 to 10 sockets, and 1 to 100 workers")
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
