package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

var errNotEmpty = errors.New("the database is not empty; demo fills only an empty one")

func demoFlags(p *program, flags *flag.FlagSet) {
	flags.BoolVar(&p.demoSmall, "small", false, "create only a few members and films")
}

// demoCommand fills an empty database with a made-up community.
func demoCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("demo takes no arguments, got %q", args[0])
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	// The password is public, so a slow hash protects nothing. The first sign-in rehashes it at the configured
	// cost.
	c.Auth.BcryptCost = bcrypt.MinCost
	return p.withAppOf(ctx, c, slog.New(slog.DiscardHandler), func(a *app.App) error { return p.fillDemo(ctx, a) })
}

func (p *program) fillDemo(ctx context.Context, a *app.App) error {
	if err := checkEmpty(ctx, a); err != nil {
		return err
	}
	size := demo.Full
	if p.demoSmall {
		size = demo.Small
	}
	progress, clearLine := p.demoProgress()
	made, err := demo.Fill(ctx, a, size, time.Now(), progress)
	clearLine()
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d members, %d films, %d reviews, %d comments, %d likes, %d reactions, %d follows, %d viewings, %d ratings without one, %d lists\n",
		len(made.Members), len(made.Films), len(made.Reviews), made.Comments, made.Likes, made.Reactions, made.Follows, made.Viewings, made.Ratings, len(made.Lists))
	fmt.Fprintf(p.out, "Every member's password is %s; sign in as %s.\n", demo.Password, demo.Member())
	return nil
}

// demoProgress returns a function that shows how far the demo is, and one that ends the showing. On a terminal one line
// is overwritten and finally cleared; otherwise there is a line every few seconds.
func (p *program) demoProgress() (show func(string), end func()) {
	const clearLine = "\r\x1b[K"
	terminal := app.IsTerminal(p.err)
	every, before, after := 5*time.Second, "", "\n"
	if terminal {
		every, before, after = 100*time.Millisecond, clearLine, ""
	}
	last := time.Now()
	show = func(line string) {
		if time.Since(last) >= every {
			fmt.Fprint(p.err, before, line, after)
			last = time.Now()
		}
	}
	end = func() {
		if terminal {
			fmt.Fprint(p.err, clearLine)
		}
	}
	return show, end
}

func checkEmpty(ctx context.Context, a *app.App) error {
	members, _, err := a.Users.Search(ctx, auth.Viewer{}, user.Filter{}, page.Page{Limit: 1})
	if err != nil {
		return err
	}
	films, _, err := a.Movies.List(ctx, movie.Filter{}, movie.SortOldest, page.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(members)+len(films) > 0 {
		return errNotEmpty
	}
	return nil
}
