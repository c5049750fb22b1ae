package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

var errNotEmpty = errors.New("the database is not empty: demo only fills an empty one")

func demoFlags(p *program, flags *flag.FlagSet) {
	flags.BoolVar(&p.demoSmall, "small", false, "make a few members and films only")
}

// demoCommand fills an empty database with an invented community.
func demoCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("demo takes no argument, got %q", args[0])
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	// Everybody is told the password, so hashing it slowly protects nobody; the first sign-in hashes it
	// again at the cost that is configured.
	c.Auth.BcryptCost = bcrypt.MinCost
	return p.withAppOf(ctx, c, func(a *app) error {
		if err := a.fillDemo(ctx, p); err != nil {
			return explain(err)
		}
		return nil
	})
}

func (a *app) fillDemo(ctx context.Context, p *program) error {
	if err := a.checkEmpty(ctx); err != nil {
		return err
	}
	size := demo.Full
	if p.demoSmall {
		size = demo.Small
	}
	made, err := demo.Fill(ctx, a.demoServices(), size, time.Now(), p.demoProgress())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d members, %d films, %d reviews, %d likes, %d reactions, %d follows\n",
		len(made.Members), len(made.Films), len(made.Reviews), made.Likes, made.Reactions, made.Follows)
	fmt.Fprintf(p.out, "Every member's password is %s; sign in as %s.\n", demo.Password, demo.Member())
	return nil
}

// demoProgress writes one line over the other on a terminal, and a line every few seconds elsewhere.
func (p *program) demoProgress() func(string) {
	every, before, after := 5*time.Second, "", "\n"
	if isTerminal(p.err) {
		every, before, after = 100*time.Millisecond, "\r\x1b[K", ""
	}
	last := time.Now()
	return func(line string) {
		if time.Since(last) >= every {
			fmt.Fprint(p.err, before, line, after)
			last = time.Now()
		}
	}
}

// demoServices are the services of the app, whose clock the demo sets.
func (a *app) demoServices() demo.Services {
	return demo.Services{
		DB: a.db, Users: a.users, Movies: a.movies, Reviews: a.reviews, Reactions: a.reactions, Follows: a.follows,
		Notifications: a.notifications,
		SetClock:      func(t time.Time) { a.clock = func() time.Time { return t } },
	}
}

func (a *app) checkEmpty(ctx context.Context) error {
	members, _, err := a.users.Search(ctx, user.Filter{}, page.Page{Limit: 1})
	if err != nil {
		return err
	}
	films, _, err := a.movies.List(ctx, movie.Filter{}, movie.SortOldest, page.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(members)+len(films) > 0 {
		return errNotEmpty
	}
	return nil
}
