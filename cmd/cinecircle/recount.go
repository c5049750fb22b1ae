package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/platform/recount"
)

// errDrift is the error of a recount that found counters that are wrong and left them so.
var errDrift = errors.New("recount --fix corrects them")

// recountFlags adds the flag of the recount command.
func recountFlags(p *program, flags *flag.FlagSet) {
	flags.BoolVar(&p.fix, "fix", false, "correct the counters that are wrong")
}

// recountCommand compares all stored counters with what they count, and prints a line for each that is wrong. The service
// may be running.
func recountCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("usage: recount [--fix]")
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if err := needDatabase(c); err != nil {
		return err
	}
	return p.withApp(ctx, func(a *app.App) error {
		wrong, done := 0, ""
		if p.fix {
			done = ", corrected"
		}
		err := recount.Run(ctx, a.DB, app.Counters(a.DB.Driver()), p.fix, func(d recount.Drift) {
			wrong++
			fmt.Fprintln(p.out, d.String()+done)
		})
		switch {
		case err != nil:
			return err
		case wrong == 0:
			fmt.Fprintln(p.out, "all counters are right")
		case !p.fix:
			return fmt.Errorf("%d counters are wrong; %w", wrong, errDrift)
		}
		return nil
	})
}
