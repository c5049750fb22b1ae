package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// adminCommand changes who is an administrator, also while the service runs.
func adminCommand(ctx context.Context, p *program, args []string) error {
	if len(args) != 2 || args[0] != "grant" && args[0] != "revoke" {
		return p.wrong("admin wants grant USERNAME or revoke USERNAME")
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if err := needDatabase(c); err != nil {
		return err
	}
	return p.withApp(ctx, func(a *app) error {
		change, done := a.users.Grant, "is an administrator now"
		if args[0] == "revoke" {
			change, done = a.users.Revoke, "is no administrator any more"
		}
		if err := change(ctx, strings.TrimSpace(args[1])); err != nil {
			return explain(err)
		}
		fmt.Fprintln(p.out, args[1], done)
		return nil
	})
}

// withApp runs a command on a migrated database, beside a service that may be running.
func (p *program) withApp(ctx context.Context, do func(*app) error) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	return p.withAppOf(ctx, c, do)
}

// withAppOf is withApp with a configuration that was loaded before.
func (p *program) withAppOf(ctx context.Context, c Config, do func(*app) error) error {
	a, err := newApp(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if _, err := a.db.MigrateUp(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(do(a), a.Close())
}
