package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/cinecircle/cinecircle/platform/database"
)

// migrateCommand changes the schema or shows its state.
func migrateCommand(ctx context.Context, p *program, args []string) error {
	if len(args) != 1 {
		return p.wrong("usage: migrate up|down|status")
	}
	steps := map[string]func(context.Context, *program, *database.DB) error{
		"up": migrateUp, "down": migrateDown, "status": migrateStatus,
	}
	step, ok := steps[args[0]]
	if !ok {
		return p.wrong("unknown step %q; usage: migrate up|down|status", args[0])
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	missing := needDatabase(c)
	switch {
	case args[0] == "status" && errors.Is(missing, fs.ErrNotExist): // opening it would create it
		all, err := database.Migrations(c.Database.Driver)
		p.showSteps(all)
		return err
	case args[0] == "down" && missing != nil:
		return missing
	}
	if args[0] == "down" { // a running service needs the tables
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
	if args[0] == "up" {
		lock, err := lockPending(ctx, c, db)
		if err != nil {
			return errors.Join(err, db.Close())
		}
		defer lock.Close()
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
		fmt.Fprintln(p.out, "nothing to do: no migration has been applied")
		return nil
	}
	fmt.Fprintln(p.out, "reverted", m.Name)
	return nil
}

func migrateStatus(ctx context.Context, p *program, db *database.DB) error {
	all, err := db.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	p.showSteps(all)
	return nil
}

func (p *program) showSteps(all []database.Migration) {
	for _, m := range all {
		state := "pending"
		if !m.AppliedAt.IsZero() {
			state = "applied " + m.AppliedAt.Format("2006-01-02 15:04:05")
		}
		if m.Unknown {
			state += ", unknown to this version of cinecircle"
		}
		fmt.Fprintf(p.out, "%-36s %s\n", m.Name, state)
	}
}
