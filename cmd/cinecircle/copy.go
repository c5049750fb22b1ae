package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/cinecircle/cinecircle/platform/database"
)

// copyFlags adds the flags of the copy command, which reads no configuration: it moves what is to be
// configured next.
func copyFlags(p *program, flags *flag.FlagSet) {
	flags.StringVar(&p.copyFrom, "from", "", "copy the database of this `DSN`: a SQLite file, or user:password@tcp(host:port)/name")
	flags.StringVar(&p.copyTo, "to", "", "into the database of this `DSN`, which is empty or an unfinished copy")
}

// copyCommand moves everything between databases, or continues where it was interrupted.
func copyCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 || p.copyFrom == "" || p.copyTo == "" {
		return p.wrong("copy wants --from DSN and --to DSN, and nothing else")
	}
	source, target := database.ParseDSN(p.copyFrom), database.ParseDSN(p.copyTo)
	if sameDatabase(source, target) {
		return errors.New("--from and --to are the same database")
	}
	from, err := database.OpenSnapshot(ctx, source)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	return errors.Join(p.copyInto(ctx, from, source, target), from.Close())
}

// copyInto claims both databases, as serve would, and copies.
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
	c := copier{from: from, to: to, batch: copyBatch, log: p.err}
	if err := errors.Join(c.run(ctx), to.Close()); err != nil {
		return err
	}
	fmt.Fprintln(p.out, "both databases hold the same now; images and auth.secret are not part of them")
	return nil
}

// sameDatabase spares a file from being its own copy.
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
