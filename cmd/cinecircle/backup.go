package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// backupCommand copies a live SQLite database.
func backupCommand(ctx context.Context, p *program, args []string) error {
	if len(args) != 1 {
		return p.wrong("backup wants the name of a FILE that does not exist yet")
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if err := needDatabase(c); err != nil {
		return err
	}
	db, err := database.Open(ctx, database.Config{
		Driver: c.Database.Driver, DSN: string(c.Database.DSN), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if err := errors.Join(db.Backup(ctx, args[0]), db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "copied the database to %s; images in %s are not part of it\n", args[0], c.Media.Dir)
	return nil
}

// needDatabase keeps a command that is run in the wrong folder from making an empty database and being
// content with that.
func needDatabase(c Config) error {
	path := database.SQLitePath(string(c.Database.DSN))
	if c.Database.Driver != database.SQLite || path == "" {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("there is no database here: %w", err)
	}
	return nil
}

// explain turns a domain's error into its sentence, for people on a command line.
func explain(err error) error {
	if e, ok := errors.AsType[*apperr.Error](err); ok {
		return errors.New(e.Text.EN)
	}
	return err
}
