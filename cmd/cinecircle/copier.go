package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

const (
	copyBatch     = 500    // rows that are read, written and committed together
	copyLogsEvery = 10_000 // rows of a table

	// unfinishedCopy is a table that the target has from before its first row until all rows were
	// compared: rows beside it are a copy to be continued, rows without it are somebody's data.
	unfinishedCopy = "unfinished_copy"
)

// copier moves all rows of a database into another one. Every batch is a transaction, and its rows follow
// the greatest key before them: so where a copy ended, by whatever, is in the target itself.
type copier struct {
	from   *database.Snapshot
	to     *database.DB
	batch  int
	log    io.Writer
	tables []table
}

// run copies what the target lacks, compares everything, and has new ids follow those of the source.
func (c *copier) run(ctx context.Context) (err error) {
	if c.tables, err = copiedTables(); err != nil {
		return err
	}
	if err := c.prepare(ctx); err != nil {
		return err
	}
	if err := c.move(ctx); err != nil {
		return fmt.Errorf("%w\nThe copy is unfinished and must not be served; the same command continues it", err)
	}
	if err := c.compare(ctx); err != nil {
		return fmt.Errorf("%w\nThe target must not be served: remove it and copy again, with nobody writing to either", err)
	}
	return c.finish(ctx)
}

// prepare leaves a target with all tables, which are empty or an unfinished copy's. It changes nothing of
// a database that is somebody's.
func (c *copier) prepare(ctx context.Context) error {
	version, err := c.from.Version(ctx)
	if err != nil {
		return fmt.Errorf("--from is no cinecircle database: %w", err)
	}
	resumed := c.to.Reader(ctx).Migrator().HasTable(unfinishedCopy)
	if !resumed {
		if err := c.checkEmpty(ctx); err != nil {
			return err
		}
	}
	steps, err := c.to.MigrationStatus(ctx)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	if newest := steps[len(steps)-1].Version; version != newest {
		return fmt.Errorf("the schema of --from has version %d, this program has %d: migrate it first, or use the program that it belongs to", version, newest)
	}
	if _, err := c.to.MigrateUp(ctx); err != nil || resumed {
		return err
	}
	return c.exec(ctx, "CREATE TABLE "+unfinishedCopy+" (note varchar(100))")
}

func (c *copier) checkEmpty(ctx context.Context) error {
	for _, t := range c.tables {
		if !c.to.Reader(ctx).Migrator().HasTable(t.name) {
			continue
		}
		last, err := t.lastKey(ctx, c.target(ctx))
		if err != nil {
			return err
		}
		if last != nil {
			return fmt.Errorf("--to is not empty: there are rows in %s, and they are not of an unfinished copy", t.name)
		}
	}
	return nil
}

// move copies table by table.
func (c *copier) move(ctx context.Context) error {
	var all int64
	begin := time.Now()
	for _, t := range c.tables {
		n, err := c.moveTable(ctx, t)
		if err != nil {
			return err
		}
		all += n
	}
	seconds := time.Since(begin).Seconds()
	fmt.Fprintf(c.log, "copied %d rows in %.1f s, %.0f rows/s; now comparing\n", all, seconds, float64(all)/seconds)
	return nil
}

// moveTable returns how many rows it added.
func (c *copier) moveTable(ctx context.Context, t table) (added int64, err error) {
	after, err := t.lastKey(ctx, c.target(ctx))
	if err != nil {
		return 0, err
	}
	if after != nil {
		fmt.Fprintf(c.log, "%s: continuing after %v\n", t.name, after)
	}
	for {
		rows, err := t.read(ctx, c.from, after, c.batch)
		if err != nil {
			return added, err
		}
		if len(rows) > 0 {
			if err := c.to.Tx(ctx, func(tx *gorm.DB) error { return t.write(ctx, tx, rows) }); err != nil {
				return added, err
			}
			after = rows[len(rows)-1][0]
		}
		before := added
		added += int64(len(rows))
		if len(rows) < c.batch {
			fmt.Fprintf(c.log, "%s: %d rows copied\n", t.name, added)
			return added, nil
		}
		if added/copyLogsEvery > before/copyLogsEvery {
			fmt.Fprintf(c.log, "%s: %d rows so far\n", t.name, added)
		}
	}
}

// compare reads both databases again and names every table that is not the same in both.
func (c *copier) compare(ctx context.Context) error {
	var problems []error
	for _, t := range c.tables {
		var source, target digest
		both, ctx := errgroup.WithContext(ctx)
		both.Go(func() (err error) { source, err = t.digest(ctx, c.from, c.batch); return err })
		both.Go(func() (err error) { target, err = t.digest(ctx, c.target(ctx), c.batch); return err })
		if err := both.Wait(); err != nil {
			return err
		}
		if source != target {
			problems = append(problems, fmt.Errorf("%s differs: %v in the source, %v in the target", t.name, source, target))
			continue
		}
		fmt.Fprintf(c.log, "%s: %v on both sides\n", t.name, source)
	}
	return errors.Join(problems...)
}

// finish builds what follows from the rows, makes sure that no id is used again, and declares the copy a database.
func (c *copier) finish(ctx context.Context) error {
	if err := user.IndexAll(ctx, c.to); err != nil {
		return err
	}
	if err := movie.IndexAll(ctx, c.to); err != nil {
		return err
	}
	for _, t := range c.tables {
		last, err := c.from.LastID(ctx, t.name)
		if err != nil {
			return err
		}
		if err := c.to.ContinueAfter(ctx, t.name, last); err != nil {
			return err
		}
	}
	return c.exec(ctx, "DROP TABLE "+unfinishedCopy)
}

func (c *copier) target(ctx context.Context) querier { return c.to.Reader(ctx).Statement.ConnPool }

func (c *copier) exec(ctx context.Context, statement string) error {
	return c.to.Tx(ctx, func(tx *gorm.DB) error { return tx.Exec(statement).Error })
}
