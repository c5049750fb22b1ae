package dataset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/platform/database"
)

// faults are what no counter tells of, by the statements that count them.
var faults = []struct{ what, statement string }{
	{"members whose notifications have a gap", `SELECT count(*) FROM notification_states s JOIN (SELECT user_id, count(*) AS n, max(seq) AS last, min(seq) AS first FROM notifications GROUP BY user_id) x ON x.user_id = s.user_id WHERE s.last_seq <> x.n OR x.last <> x.n OR x.first <> 1`},
	{"notified members without a state", `SELECT count(*) FROM (SELECT DISTINCT user_id FROM notifications) n WHERE NOT EXISTS (SELECT 1 FROM notification_states s WHERE s.user_id = n.user_id)`},
	{"notifications that no group counts", `SELECT (SELECT count(*) FROM notifications WHERE NOT hidden) - (SELECT sum(total) FROM notification_groups)`},
	{"follows and likes without a notification, or with two", `SELECT (SELECT count(*) FROM follows) + (SELECT count(*) FROM review_likes) + (SELECT count(*) FROM list_likes) - (SELECT count(*) FROM notifications WHERE comment_id IS NULL)`},
	{"ratings of films that are not marked watched", `SELECT count(*) FROM movie_ratings r WHERE NOT EXISTS (SELECT 1 FROM watched_films w WHERE w.movie_id = r.movie_id AND w.user_id = r.user_id)`},
	{"lists whose positions have a gap", `SELECT count(*) FROM lists l JOIN (SELECT list_id, count(*) AS n, max(position) AS last, min(position) AS first FROM list_items GROUP BY list_id) i ON i.list_id = l.id WHERE i.last <> i.n OR i.first <> 1`},
	{"rows with a reference to a missing row", `SELECT count(*) FROM pragma_foreign_key_check`},
}

// Check compares the counters and references that [Load] wrote with the rows, and returns an error that names every
// fault. It uses the connection that wrote, whose page cache has most of the rows.
func Check(ctx context.Context, db *database.DB) error {
	return db.Alone(ctx, func(c *sql.Conn) error {
		var found []error
		check := func(what, statement string) error {
			var n int64
			if err := c.QueryRowContext(ctx, statement).Scan(&n); err != nil {
				return fmt.Errorf("count %s: %w", what, err)
			}
			if n != 0 {
				found = append(found, fmt.Errorf("%s: %d", what, n))
			}
			return nil
		}
		for _, counter := range app.Counters(database.SQLite) {
			if err := check(fmt.Sprintf("rows with a wrong %s.%s", counter.Table, counter.Column), counter.CountWrong()); err != nil {
				return err
			}
		}
		for _, f := range faults {
			if err := check(f.what, f.statement); err != nil {
				return err
			}
		}
		return errors.Join(found...)
	})
}
