package dataset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/database"
)

// findIndexes leaves out those that SQLite makes for the keys of tables, which have no statement.
const findIndexes = `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN
	('users', 'movies', 'reviews', 'review_likes', 'movie_reactions', 'follows', 'notifications', 'notification_states') ORDER BY name`

// withoutIndexes takes the indexes away, and makes them again from all rows once load has written
// them, which takes a third of the time. What is to be unique is found not to be then.
func withoutIndexes(ctx context.Context, db *database.DB, say func(string, ...any), load func() error) error {
	var dropped []string
	err := db.Alone(ctx, func(c *sql.Conn) error {
		drop, again, err := indexes(ctx, c)
		dropped = again
		return errors.Join(err, execAll(ctx, c, drop))
	})
	if err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	say("making %d indexes", len(dropped))
	return db.Alone(ctx, func(c *sql.Conn) error { return execAll(ctx, c, dropped) })
}

// indexes returns the statements that drop them, and those that make them.
func indexes(ctx context.Context, c *sql.Conn) (drop, again []string, err error) {
	rows, err := c.QueryContext(ctx, findIndexes)
	if err != nil {
		return nil, nil, fmt.Errorf("find the indexes: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			return nil, nil, fmt.Errorf("find the indexes: %w", err)
		}
		drop, again = append(drop, `DROP INDEX "`+name+`"`), append(again, statement)
	}
	return drop, again, rows.Err()
}
