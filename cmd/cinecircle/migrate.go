package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/cinecircle/cinecircle/platform/database"
)

// migrateCommand changes the schema or shows its state.
func migrateCommand(ctx context.Context, p *program, args []string) error {
	if len(args) != 1 {
		return p.wrong("migrate wants up, down or status")
	}
	steps := map[string]func(context.Context, *program, *database.DB) error{
		"up": migrateUp, "down": migrateDown, "status": migrateStatus,
	}
	step, ok := steps[args[0]]
	if !ok {
		return p.wrong("migrate wants up, down or status, not %q", args[0])
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if args[0] != "up" {
		if err := needDatabase(c); err != nil {
			return err
		}
	}
	if args[0] == "down" { // not under a service that is running on those tables
		lock, err := lockDatabase(c)
		if err != nil {
			return err
		}
		defer lock.Close()
	}
	db, err := database.Open(ctx, database.Config{
		Driver: c.Database.Driver, DSN: string(c.Database.DSN), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	return errors.Join(step(ctx, p, db), db.Close())
}

func migrateUp(ctx context.Context, p *program, db *database.DB) error {
	done, err := db.MigrateUp(ctx)
	for _, m := range done {
		fmt.Fprintln(p.out, "applied", m.Name)
	}
	if err == nil && len(done) == 0 {
		fmt.Fprintln(p.out, "nothing to do: the schema is up to date")
	}
	return err
}

func migrateDown(ctx context.Context, p *program, db *database.DB) error {
	m, err := db.MigrateDown(ctx)
	if err != nil {
		return err
	}
	if m == nil {
		fmt.Fprintln(p.out, "nothing to do: no migration is applied")
		return nil
	}
	fmt.Fprintln(p.out, "took back", m.Name)
	return nil
}

func migrateStatus(ctx context.Context, p *program, db *database.DB) error {
	all, err := db.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		state := "to be applied"
		if !m.AppliedAt.IsZero() {
			state = "applied " + m.AppliedAt.Format("2006-01-02 15:04:05")
		}
		fmt.Fprintf(p.out, "%-36s %s\n", m.Name, state)
	}
	return nil
}
