package database

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// The table of the indexes that wait to be built. It exists only while there are some, so that it is in no migration.
const (
	createDeferred = `CREATE TABLE "deferred_indexes" ("name" text PRIMARY KEY, "statement" text NOT NULL)`
	countDeferred  = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'deferred_indexes'"
)

// DeferIndexes drops the indexes of tables, but for unique ones and primary keys, until [DB.BuildDeferred] builds them again.
// To sort all rows at once is several times faster than to insert them into each index one by one. Meanwhile queries are
// slow, and right. If the process ends before, the next start builds the indexes ([DB.MigrateUp]). It must not be called in a
// transaction. On MySQL it does nothing.
func (d *DB) DeferIndexes(ctx context.Context, tables ...string) error {
	if d.driver != SQLite {
		return nil
	}
	err := d.Tx(ctx, func(tx *gorm.DB) error {
		in, args := InList(tables)
		query := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX %' AND tbl_name IN " + in + " ORDER BY rowid"
		found, err := deferredIn(tx, query, args...)
		if err != nil || len(found) == 0 {
			return err
		}
		there, err := hasDeferred(tx)
		if err == nil && !there {
			err = Exec(tx, createDeferred)
		}
		for _, index := range found {
			if err == nil {
				err = Exec(tx, `INSERT INTO "deferred_indexes" VALUES (?, ?)`, index.name, index.statement)
			}
			if err == nil {
				err = Exec(tx, `DROP INDEX "`+index.name+`"`)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("defer the indexes of %v: %w", tables, err)
	}
	return nil
}

// BuildDeferred builds the indexes that [DB.DeferIndexes] has dropped, each in a transaction of its own. Several processes may
// call it at the same time, and again after an interruption.
func (d *DB) BuildDeferred(ctx context.Context) error {
	if d.driver != SQLite {
		return nil
	}
	if there, err := hasDeferred(d.Reader(ctx)); err != nil || !there {
		return err
	}
	if err := d.set(ctx, cacheOf(sortCache)); err != nil {
		return err
	}
	for more := true; more; {
		err := d.Tx(ctx, func(tx *gorm.DB) (err error) {
			more, err = buildNext(tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("build the deferred indexes: %w", err)
		}
	}
	return d.set(ctx, cacheOf(plainCache))
}

// buildNext builds an index, and drops the list of them after the last one.
func buildNext(tx *gorm.DB) (more bool, err error) {
	if there, err := hasDeferred(tx); err != nil || !there {
		return false, err
	}
	waiting, err := deferredIn(tx, `SELECT name, statement FROM "deferred_indexes" ORDER BY rowid`)
	if err != nil {
		return false, err
	}
	if len(waiting) == 0 {
		return false, Exec(tx, `DROP TABLE "deferred_indexes"`)
	}
	index := waiting[0]
	if err := Exec(tx, index.statement); err != nil {
		return false, fmt.Errorf("%s: %w", index.statement, err)
	}
	return true, Exec(tx, `DELETE FROM "deferred_indexes" WHERE name = ?`, index.name)
}

func hasDeferred(db *gorm.DB) (there bool, err error) {
	err = Each(db, countDeferred, nil, func(row Scanner) error { return row.Scan(&there) })
	if err != nil {
		return false, fmt.Errorf("look for deferred indexes: %w", err)
	}
	return there, nil
}

// deferredIndex is an index with the statement that creates it.
type deferredIndex struct{ name, statement string }

func deferredIn(tx *gorm.DB, query string, args ...any) (found []deferredIndex, err error) {
	err = Each(tx, query, args, func(row Scanner) error {
		var index deferredIndex
		err := row.Scan(&index.name, &index.statement)
		found = append(found, index)
		return err
	})
	return slices.Clip(found), err
}
