package dataset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/database"
)

// findIndexes skips the indexes that SQLite makes for keys, which have no statement.
const findIndexes = `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN
	('users', 'movies', 'reviews', 'comments', 'review_likes', 'movie_reactions', 'follows', 'movie_ratings', 'watched_films', 'viewings',
	'lists', 'list_items', 'list_likes', 'activities', 'notifications', 'notification_groups', 'notification_states') ORDER BY name`

// withoutIndexes drops the indexes, calls load, and creates the indexes again, which takes a third of the time.
// Duplicates in a unique index are an error only then.
func withoutIndexes(ctx context.Context, db *database.DB, say func(string, ...any), load func() error) error {
	var dropped []string
	err := db.Alone(ctx, func(c *sql.Conn) error {
		drop, create, err := indexes(ctx, c)
		dropped = create
		return errors.Join(err, execAll(ctx, c, drop))
	})
	if err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	say("creating %d indexes", len(dropped))
	return db.Alone(ctx, func(c *sql.Conn) error { return execAll(ctx, c, dropped) })
}

// indexes returns the statements that drop and create the indexes.
func indexes(ctx context.Context, c *sql.Conn) (drop, create []string, err error) {
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
		drop, create = append(drop, `DROP INDEX "`+name+`"`), append(create, statement)
	}
	return drop, create, rows.Err()
}
