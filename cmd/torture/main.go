// Command torture tries to make cinecircle lose data. It builds the program with fail points, uses it as many members
// would, and kills it again and again: at random, at named points (before and after a commit, between a file and its
// row, between a row and its push, in a migration, in a backup), with a wrong clock, a full disk, and connections that
// are delayed, throttled, swallowed, reset and cut.
//
// A ledger outside of the program keeps what was acknowledged. After every death it is compared with the database, the
// files and the sockets: nothing acknowledged is missing, nothing is there that was not requested, and every change of
// state was notified exactly once, in order. The program prints what it counted, and exits with 1 when any of that
// fails. The same seed gives the same faults in the same order.
//
// It runs in the checkout: make torture ARGS="-seed 7 -duration 10m".
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/cmd/torture/attack"
)

// options are the values of the flags.
type options struct {
	seed      uint64
	duration  time.Duration
	rounds    int
	only      string
	without   string
	workers   int
	fresh     int
	stack     bool
	attack    string
	scale     int
	bin, keep string
	scripts   string
}

func main() { harness.Main("torture", run) }

func parse(args []string, output io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("torture", flag.ContinueOnError)
	f.SetOutput(output)
	f.Uint64Var(&o.seed, "seed", 1, "seed of the faults and of the requests")
	f.DurationVar(&o.duration, "duration", 0, "how long to run; 0 for one minute, five for the attack soak")
	f.IntVar(&o.rounds, "rounds", 0, "stop after this many faults; 0 for no limit")
	f.StringVar(&o.only, "only", "", "inject only these faults, comma-separated: "+strings.Join(allKinds, ", "))
	f.StringVar(&o.without, "without", "", "do not inject these faults, comma-separated")
	f.IntVar(&o.workers, "workers", 6, "members who send requests at the same time")
	f.IntVar(&o.fresh, "fresh", 40, "start with an empty database after this many faults")
	f.StringVar(&o.bin, "bin", "", "use the program at `PATH`, built with -tags failpoint, instead of building it")
	f.BoolVar(&o.stack, "stack", false, "run on MariaDB, Redis and an S3-compatible store instead of SQLite and a folder; with -attack on MariaDB instead of SQLite")
	f.StringVar(&o.scripts, "scripts", "scripts", "`FOLDER` with mariadb.sh, redis.sh and s3.sh")
	f.StringVar(&o.attack, "attack", "", "run these resource attacks instead, comma-separated, or all (except soak, which must be named): "+strings.Join(attack.Names(), ", "))
	f.IntVar(&o.scale, "scale", 100, "number of attackers in percent of the goals")
	f.StringVar(&o.keep, "keep", "", "work in `FOLDER` and keep everything in it")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.workers < 1 || o.workers > 100 || o.fresh < 1 || f.NArg() > 0 {
		return o, errors.New("want 1 to 100 workers, -fresh 1 or more, and no arguments")
	}
	_, err := o.kinds()
	return o, err
}

// kinds lists the faults that are to come.
func (o options) kinds() ([]string, error) {
	kinds := slices.Clone(allKinds)
	for _, list := range []string{o.only, o.without} {
		for _, name := range split(list) {
			if !slices.Contains(allKinds, name) {
				return nil, fmt.Errorf("unknown fault %q; known are: %s", name, strings.Join(allKinds, ", "))
			}
		}
	}
	if o.only != "" {
		kinds = split(o.only)
	}
	not := append(split(o.without), onlyStack...)
	if o.stack {
		not = append(split(o.without), neverStack...)
	}
	kinds = slices.DeleteFunc(kinds, func(k string) bool { return slices.Contains(not, k) })
	if len(kinds) == 0 {
		return nil, errors.New("no fault is left to bring")
	}
	return kinds, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parse(args, progress)
	if err != nil {
		return err
	}
	if o.attack != "" {
		return runAttacks(ctx, o, out, progress)
	}
	if kinds, _ := o.kinds(); slices.Contains(kinds, kindDisk) {
		if elsewhere, err := withOwnMounts(ctx, args, out, progress); elsewhere {
			return err
		}
	}
	c, err := newCampaign(ctx, o, progress)
	if err != nil {
		return err
	}
	err = c.run(ctx)
	if err = errors.Join(err, c.close()); err != nil { //nolint:contextcheck // what was made is removed also after an interruption
		return err
	}
	return c.report.print(out)
}

// runAttacks attacks the program as it is released, without fail points.
func runAttacks(ctx context.Context, o options, out, progress io.Writer) (err error) {
	dir := o.keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "cinecircle-target-"); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	s := attack.Options{Attacks: split(o.attack), Bin: o.bin, Dir: dir, Seed: o.seed, Scale: o.scale, Duration: o.duration}
	if o.stack {
		fmt.Fprintln(progress, "starting MariaDB")
		s.Database, err = harness.StartEngine(ctx, o.scripts, nameDatabase, dir)
		defer func() { err = errors.Join(err, s.Database.Stop(context.WithoutCancel(ctx))) }()
		if err != nil {
			return err
		}
	}
	return attack.Run(ctx, s, out, progress)
}
