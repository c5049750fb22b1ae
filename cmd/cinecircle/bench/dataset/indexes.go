package dataset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// findIndexes leaves out those that SQLite makes for the keys of tables, which have no statement.
const findIndexes = `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN
	('users', 'movies', 'reviews', 'review_likes', 'movie_reactions', 'follows', 'notifications', 'notification_states') ORDER BY name`

// withoutIndexes takes the indexes away, and makes them again from all rows once load has written
// them, which takes a third of the time. What is to be unique is found not to be then.
func withoutIndexes(ctx context.Context, pool *sql.DB, say func(string, ...any), load func() error) error {
	names, statements, err := indexes(ctx, pool)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := pool.ExecContext(ctx, `DROP INDEX "`+name+`"`); err != nil {
			return fmt.Errorf("drop the index %s: %w", name, err)
		}
	}
	if err := load(); err != nil {
		return err
	}
	say("making %d indexes", len(statements))
	for i, statement := range statements {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make the index %s: %w", names[i], err)
		}
	}
	return nil
}

// indexes returns their names, and the statements that make them.
func indexes(ctx context.Context, pool *sql.DB) (names, statements []string, err error) {
	rows, err := pool.QueryContext(ctx, findIndexes)
	if err != nil {
		return nil, nil, fmt.Errorf("find the indexes: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			return nil, nil, fmt.Errorf("find the indexes: %w", err)
		}
		names, statements = append(names, name), append(statements, statement)
	}
	return names, statements, rows.Err()
}
