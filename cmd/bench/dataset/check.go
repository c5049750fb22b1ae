package dataset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/database"
)

// faults are counted by their statements.
var faults = []struct{ what, statement string }{
	{"films with a wrong number of reviews", `SELECT count(*) FROM movies m WHERE review_count <> (SELECT count(*) FROM reviews r WHERE r.movie_id = m.id)`},
	{"films with a wrong number of reactions", `SELECT count(*) FROM movies m WHERE like_count + dislike_count <> (SELECT count(*) FROM movie_reactions r WHERE r.movie_id = m.id)`},
	{"films with a wrong number of likes", `SELECT count(*) FROM movies m JOIN (SELECT movie_id, sum(type = 'like') AS likes FROM movie_reactions GROUP BY movie_id) r ON r.movie_id = m.id WHERE m.like_count <> r.likes`},
	{"members with a wrong number of reviews", `SELECT count(*) FROM users u WHERE review_count <> (SELECT count(*) FROM reviews r WHERE r.user_id = u.id)`},
	{"members with a wrong number of followings", `SELECT count(*) FROM users u WHERE following_count <> (SELECT count(*) FROM follows f WHERE f.follower_id = u.id AND f.is_following)`},
	{"members with a wrong number of followers", `SELECT count(*) FROM users u WHERE follower_count <> (SELECT count(*) FROM follows f WHERE f.following_id = u.id AND f.is_following)`},
	{"reviews with a wrong number of likes", `SELECT count(*) FROM reviews r JOIN (SELECT review_id, sum(is_liked) AS likes FROM review_likes GROUP BY review_id) l ON l.review_id = r.id WHERE r.like_count <> l.likes`},
	{"likes that no review counts", `SELECT (SELECT coalesce(sum(like_count), 0) FROM reviews) - (SELECT count(*) FROM review_likes WHERE is_liked)`},
	{"members whose notifications have a gap", `SELECT count(*) FROM notification_states s JOIN (SELECT user_id, count(*) AS n, max(seq) AS last, min(seq) AS first FROM notifications GROUP BY user_id) x ON x.user_id = s.user_id WHERE s.last_seq <> x.n OR x.last <> x.n OR x.first <> 1`},
	{"members with a wrong number of unread notifications", `SELECT count(*) FROM notification_states s WHERE unread_count <> (SELECT count(*) FROM notifications n WHERE n.user_id = s.user_id AND n.read_at IS NULL)`},
	{"notified members without a state", `SELECT count(*) FROM (SELECT DISTINCT user_id FROM notifications) n WHERE NOT EXISTS (SELECT 1 FROM notification_states s WHERE s.user_id = n.user_id)`},
	{"follows and likes without a notification, or with two", `SELECT (SELECT count(*) FROM follows) + (SELECT count(*) FROM review_likes) - (SELECT count(*) FROM notifications)`},
	{"rows with a reference to a missing row", `SELECT count(*) FROM pragma_foreign_key_check`},
}

// Check compares the counters and references that [Load] wrote with the rows, and returns an error that names every
// fault. It uses the connection that wrote, whose page cache has most of the rows.
func Check(ctx context.Context, db *database.DB) error {
	return db.Alone(ctx, func(c *sql.Conn) error {
		var found []error
		for _, f := range faults {
			var n int64
			if err := c.QueryRowContext(ctx, f.statement).Scan(&n); err != nil {
				return fmt.Errorf("count %s: %w", f.what, err)
			}
			if n != 0 {
				found = append(found, fmt.Errorf("%s: %d", f.what, n))
			}
		}
		return errors.Join(found...)
	})
}
