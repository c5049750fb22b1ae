// Command torture tries to make cinecircle lose something. It builds the program with fail points, has a community use
// it, and kills it again and again: at random, at named moments (before and after a commit, between a file and its row,
// between a row and its push, in a migration, in a backup), with its clock set wrong, its disk full, its connections
// delayed, throttled, swallowed, reset and cut.
//
// What was acknowledged is kept outside of it. After every death the ledger is held against the database, the files and
// the sockets: nothing acknowledged is missing, nothing is there that nobody did, every change of state told exactly
// once, in order. It prints what it counted, and exits with 1 when anything of that does not hold. The same seed
// brings the same faults in the same order.
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
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/torture/siege"
)

// options is what the flags say.
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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errSaid):
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "torture: "+err.Error())
		os.Exit(1)
	}
}

// errSaid is a failure that has been told of.
var errSaid = errors.New("told of already")

func parse(args []string, output io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("torture", flag.ContinueOnError)
	f.SetOutput(output)
	f.Uint64Var(&o.seed, "seed", 1, "of the faults and of what members do")
	f.DurationVar(&o.duration, "duration", 0, "how long it goes on; 0 for a minute, or for five of the attack soak")
	f.IntVar(&o.rounds, "rounds", 0, "stop after so many faults; 0 for as many as there is time for")
	f.StringVar(&o.only, "only", "", "bring only these faults, comma-separated: "+strings.Join(allKinds, ", "))
	f.StringVar(&o.without, "without", "", "leave these faults out, comma-separated")
	f.IntVar(&o.workers, "workers", 6, "members who are at it at the same time")
	f.IntVar(&o.fresh, "fresh", 40, "begin with an empty database after so many faults")
	f.StringVar(&o.bin, "bin", "", "torture the program at `PATH`, built with -tags failpoint, instead of building it")
	f.BoolVar(&o.stack, "stack", false, "on MariaDB, Redis and an S3-compatible store instead of SQLite and a folder; with -attack on MariaDB instead of SQLite")
	f.StringVar(&o.scripts, "scripts", "scripts", "`FOLDER` of mariadb.sh, redis.sh and s3.sh")
	f.StringVar(&o.attack, "attack", "", "attack what costs the program most instead, comma-separated, or all (soak, which takes its time, only when it is named): "+strings.Join(siege.Names(), ", "))
	f.IntVar(&o.scale, "scale", 100, "with so many percent of the attackers")
	f.StringVar(&o.keep, "keep", "", "work in `FOLDER` and leave everything there")
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
				return nil, fmt.Errorf("there is no fault %q; there are: %s", name, strings.Join(allKinds, ", "))
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
		return besiege(ctx, o, out, progress)
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

// besiege attacks the program as its users get it.
func besiege(ctx context.Context, o options, out, progress io.Writer) (err error) {
	dir := o.keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "cinecircle-siege-"); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	s := siege.Options{Attacks: split(o.attack), Bin: o.bin, Dir: dir, Seed: o.seed, Scale: o.scale, Duration: o.duration}
	if o.stack {
		fmt.Fprintln(progress, "starting MariaDB")
		s.Database, err = rig.StartEngine(ctx, o.scripts, nameDatabase, dir)
		defer func() { err = errors.Join(err, s.Database.Stop(context.WithoutCancel(ctx))) }()
		if err != nil {
			return err
		}
	}
	return siege.Run(ctx, s, out, progress)
}
