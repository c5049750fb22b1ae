package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/user"
)

// adminCommand grants or revokes the administrator role, or gives a copy of a database an id of its own. The service may
// be running.
func adminCommand(ctx context.Context, p *program, args []string) error {
	what, change, done, err := adminChange(p, args)
	if err != nil {
		return err
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if err := needDatabase(c); err != nil {
		return err
	}
	return p.withAppOf(ctx, c, p.eventLog(), func(a *app.App) error {
		if err := change(ctx, a.Users); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		fmt.Fprintln(p.out, done)
		return nil
	})
}

// adminChange returns what the arguments ask for, in words for an error, and what to print when it is done.
func adminChange(p *program, args []string) (what string, change func(context.Context, *user.Service) error, done string, err error) {
	const usage = "usage: admin grant|revoke USERNAME, or admin new-id"
	switch {
	case len(args) > 0 && !slices.Contains([]string{"grant", "revoke", "new-id"}, args[0]):
		return "", nil, "", p.wrong("unknown action %q; "+usage, args[0])
	case len(args) == 1 && args[0] == "new-id":
		return "new-id", func(ctx context.Context, u *user.Service) error { return u.Separate(ctx) },
			"The community has another id, and all sessions are ended. Restart the service if it is running.", nil
	case len(args) != 2 || args[0] == "new-id":
		return "", nil, "", p.wrong(usage)
	}
	name, what := strings.TrimSpace(args[1]), fmt.Sprintf("%s %q", args[0], args[1])
	if args[0] == "grant" {
		return what, func(ctx context.Context, u *user.Service) error { return u.Grant(ctx, name) }, args[1] + " is now an administrator", nil
	}
	return what, func(ctx context.Context, u *user.Service) error { return u.Revoke(ctx, name) }, args[1] + " is no longer an administrator", nil
}

// withApp runs a command on a migrated database, beside a service that may be running.
func (p *program) withApp(ctx context.Context, do func(*app.App) error) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	return p.withAppOf(ctx, c, slog.New(slog.DiscardHandler), do)
}

// eventLog returns a log for security events on standard error, which say who was given a role and when, wherever the
// operator keeps the output of commands.
func (p *program) eventLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// withAppOf is withApp with a configuration that was loaded before, and with a log.
func (p *program) withAppOf(ctx context.Context, c config.Config, log *slog.Logger, do func(*app.App) error) error {
	a, err := app.New(ctx, c, readBuild(), log)
	if err != nil {
		return err
	}
	a.AllowNewerSchema(p.allowNewer)
	lock, err := lockPending(ctx, c, a.DB)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	err = errors.Join(a.Migrate(ctx), lock.Close())
	if err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(do(a), a.Close())
}
