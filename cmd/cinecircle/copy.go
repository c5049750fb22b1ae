package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/dbcopy"
	"github.com/cinecircle/cinecircle/platform/database"
)

// copyFlags adds the flags of the copy command. The command reads no configuration, because its target is not
// configured yet.
func copyFlags(p *program, flags *flag.FlagSet) {
	flags.StringVar(&p.copyFrom, "from", "", "source `DSN`: a SQLite file, or user:password@tcp(host:port)/name")
	flags.StringVar(&p.copyTo, "to", "", "target `DSN`: an empty database or an unfinished copy")
}

// copyCommand copies all data to another database, or continues an interrupted copy.
func copyCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 || p.copyFrom == "" || p.copyTo == "" {
		return p.wrong("usage: copy --from DSN --to DSN")
	}
	source, target := database.ParseDSN(p.copyFrom), database.ParseDSN(p.copyTo)
	if sameDatabase(source, target) {
		return p.wrong("--from and --to are the same database")
	}
	from, err := database.OpenSnapshot(ctx, source)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	return errors.Join(p.copyInto(ctx, from, source, target), from.Close())
}

// copyInto locks both databases as serve does, and copies.
func (p *program) copyInto(ctx context.Context, from *database.Snapshot, source, target database.Config) error {
	for _, c := range []database.Config{source, target} {
		if c.Driver != database.SQLite {
			continue
		}
		lock, err := database.Lock(c.DSN)
		if err != nil {
			return fmt.Errorf("%w: stop it first", err)
		}
		defer lock.Close()
	}
	to, err := database.Open(ctx, target)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	c := dbcopy.Copier{From: from, To: to, Log: p.err}
	if err := errors.Join(c.Run(ctx), to.Close()); err != nil {
		return err
	}
	fmt.Fprintln(p.out, "both databases hold the same data now; images and auth.secret are not included")
	return nil
}

// sameDatabase reports whether a and b have the same DSN or are the same SQLite file.
func sameDatabase(a, b database.Config) bool {
	if a.Driver == b.Driver && a.DSN == b.DSN {
		return true
	}
	if a.Driver != database.SQLite || b.Driver != database.SQLite {
		return false
	}
	first, err := os.Stat(database.SQLitePath(a.DSN))
	if err != nil {
		return false
	}
	second, err := os.Stat(database.SQLitePath(b.DSN))
	return err == nil && os.SameFile(first, second)
}
