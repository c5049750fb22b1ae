// Package dbcopy moves a whole database into another one, such as from SQLite to MySQL. A copy that was interrupted
// continues where it ended, and a finished one was compared row by row.
package dbcopy

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
	batchRows    = 500    // rows that are read, written and committed together
	progressRows = 10_000 // rows of a table between two lines of progress

	// marker is a table that the target has from before its first row until all rows were compared. Rows beside it
	// are a copy to continue; rows without it are somebody's data.
	marker = "unfinished_copy"

	// madeAtStart is a table that the first start fills, so that a target with rows in it alone is empty.
	madeAtStart = "communities"
)

// Copier copies all rows of one database into another. Every batch is a transaction whose rows follow the greatest key
// before them, so the target itself tells where an interrupted copy ended.
type Copier struct {
	From *database.Snapshot
	To   *database.DB
	Log  io.Writer // gets a line of progress per table

	batch  int // 0 means batchRows
	tables []table
}

// Unfinished reports whether db is the target of a copy that was interrupted.
func Unfinished(ctx context.Context, db *database.DB) bool {
	return db.Reader(ctx).Migrator().HasTable(marker)
}

// Run copies the rows that the target lacks, compares all tables, and makes the target continue the ids of the source.
// The target must be empty or an unfinished copy.
func (c *Copier) Run(ctx context.Context) (err error) {
	if c.batch == 0 {
		c.batch = batchRows
	}
	if c.tables, err = copiedTables(); err != nil {
		return err
	}
	if err := c.prepare(ctx); err != nil {
		return err
	}
	if err := c.move(ctx); err != nil {
		return fmt.Errorf("%w\nThe copy is unfinished and must not be served. Run the same command again to continue it", err)
	}
	if err := c.compare(ctx); err != nil {
		return fmt.Errorf("%w\nThe target must not be served. Remove it and copy again while nothing writes to either database", err)
	}
	return c.finish(ctx)
}

// prepare migrates the target and marks it as unfinished. It fails before it changes anything if the target holds data.
func (c *Copier) prepare(ctx context.Context) error {
	version, err := c.From.Version(ctx)
	if err != nil {
		return fmt.Errorf("--from is not a cinecircle database: %w", err)
	}
	resumed := Unfinished(ctx, c.To)
	if !resumed {
		if err := c.checkEmpty(ctx); err != nil {
			return err
		}
	}
	steps, err := database.Migrations(c.To.Driver())
	if err != nil {
		return err
	}
	newest := steps[len(steps)-1].Version
	if version > newest {
		return fmt.Errorf("--from: %w: it has schema step %d, and this version knows steps up to %d", database.ErrNewerSchema, version, newest)
	}
	if version < newest {
		return fmt.Errorf("the schema of --from has version %d, but this program needs %d: run migrate up first, or use a matching version of the program", version, newest)
	}
	if _, err := c.To.MigrateUp(ctx); err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	if resumed {
		return nil
	}
	if err := c.exec(ctx, "DELETE FROM "+madeAtStart); err != nil {
		return err
	}
	return c.exec(ctx, "CREATE TABLE "+marker+" (note varchar(100))")
}

func (c *Copier) checkEmpty(ctx context.Context) error {
	for _, t := range c.tables {
		if t.name == madeAtStart || !c.To.Reader(ctx).Migrator().HasTable(t.name) {
			continue
		}
		last, err := t.lastKey(ctx, c.target(ctx))
		if err != nil {
			return err
		}
		if last != nil {
			return fmt.Errorf("--to is not empty: it has rows in %s that do not belong to an unfinished copy", t.name)
		}
	}
	return nil
}

// move copies table by table.
func (c *Copier) move(ctx context.Context) error {
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
	fmt.Fprintf(c.Log, "copied %d rows in %.1f s, %.0f rows/s; now comparing\n", all, seconds, float64(all)/seconds)
	return nil
}

// moveTable returns the number of rows it added.
func (c *Copier) moveTable(ctx context.Context, t table) (added int64, err error) {
	after, err := t.lastKey(ctx, c.target(ctx))
	if err != nil {
		return 0, err
	}
	if after != nil {
		fmt.Fprintf(c.Log, "%s: continuing after %v\n", t.name, after)
	}
	for {
		rows, err := t.read(ctx, c.From, after, c.batch)
		if err != nil {
			return added, err
		}
		if len(rows) > 0 {
			if err := c.To.Tx(ctx, func(tx *gorm.DB) error { return t.write(ctx, tx, rows) }); err != nil {
				return added, err
			}
			after = rows[len(rows)-1][0]
		}
		before := added
		added += int64(len(rows))
		if len(rows) < c.batch {
			fmt.Fprintf(c.Log, "%s: %d rows copied\n", t.name, added)
			return added, nil
		}
		if added/progressRows > before/progressRows {
			fmt.Fprintf(c.Log, "%s: %d rows so far\n", t.name, added)
		}
	}
}

// compare reads both databases again. The error names every table that differs.
func (c *Copier) compare(ctx context.Context) error {
	var problems []error
	for _, t := range c.tables {
		var source, target digest
		both, ctx := errgroup.WithContext(ctx)
		both.Go(func() (err error) { source, err = t.digest(ctx, c.From, c.batch); return err })
		both.Go(func() (err error) { target, err = t.digest(ctx, c.target(ctx), c.batch); return err })
		if err := both.Wait(); err != nil {
			return err
		}
		if source != target {
			problems = append(problems, fmt.Errorf("%s differs: %v in the source, %v in the target", t.name, source, target))
			continue
		}
		fmt.Fprintf(c.Log, "%s: %v on both sides\n", t.name, source)
	}
	return errors.Join(problems...)
}

// finish builds the search indexes, continues the ids of the source so that none is reused, and removes the marker.
func (c *Copier) finish(ctx context.Context) error {
	if err := user.IndexAll(ctx, c.To); err != nil {
		return err
	}
	if err := movie.IndexAll(ctx, c.To); err != nil {
		return err
	}
	for _, t := range c.tables {
		last, err := c.From.LastID(ctx, t.name)
		if err != nil {
			return err
		}
		if err := c.To.ContinueAfter(ctx, t.name, last); err != nil {
			return err
		}
	}
	return c.exec(ctx, "DROP TABLE "+marker)
}

func (c *Copier) target(ctx context.Context) querier { return c.To.Reader(ctx).Statement.ConnPool }

func (c *Copier) exec(ctx context.Context, statement string) error {
	return c.To.Tx(ctx, func(tx *gorm.DB) error { return tx.Exec(statement).Error })
}
