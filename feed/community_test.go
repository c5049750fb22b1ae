package feed_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/database"
)

// The large community: of 200,000 members 150,000 write all the time, some much more than others, 20,000 wrote in the first
// third of the time only, 20,000 in the last moments only, and 5,000 in both. Every 50th account is private. Every activity
// has its object.
const (
	everybody = 200_000
	films     = 20_000
)

// circle is a set of members whom a reader follows, every nth of some. The reader has muted every hundredth of them.
type circle struct {
	name              string
	first, of, number int64
}

var circles = []circle{
	{"all the time", 1, 150_000, 10},
	{"all the time", 1, 150_000, 500},
	{"all the time", 1, 150_000, 5000},
	{"a year ago", 150_001, 20_000, 10},
	{"a year ago", 150_001, 20_000, 500},
	{"a year ago", 150_001, 20_000, 5000},
	{"a minute ago", 170_001, 20_000, 10},
	{"a minute ago", 170_001, 20_000, 500},
	{"a minute ago", 170_001, 20_000, 5000},
	{"a year and a minute ago", 190_001, 5_000, 10},
	{"a year and a minute ago", 190_001, 5_000, 500},
	{"a year and a minute ago", 190_001, 5_000, 5000},
}

// reader returns the id of the member who follows a circle.
func (c circle) reader() int64 {
	for i := range circles {
		if circles[i] == c {
			return 199_001 + int64(i)
		}
	}
	panic("no circle")
}

// founder fills the database of the large community.
type founder struct {
	driver string
	conn   *sql.Conn
	tables []*bulk
	random *rand.Rand
	films  []int32  // how many films each member has done something with
	wrote  [][2]int // the author and the film of every review
}

// bulk inserts the rows of a table, many with one statement. Its indexes are made when all rows are there, for those that
// grow in a random order take hours.
type bulk struct {
	table, columns string
	rows           int
	args           []any
	statement      *sql.Stmt
}

// rowsAtOnce is how many rows one INSERT has, and rowsAtCommit how many activities a transaction: a long one that is killed
// takes MariaDB minutes to undo.
const rowsAtOnce, rowsAtCommit = 200, 10_000

func (f *founder) exec(ctx context.Context, query string, args ...any) error {
	if _, err := f.conn.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("%.200s: %w", query, err)
	}
	return nil
}

// into returns what inserts into a table.
func (f *founder) into(table, columns string) *bulk {
	b := &bulk{table: table, columns: columns}
	f.tables = append(f.tables, b)
	return b
}

func (f *founder) add(ctx context.Context, b *bulk, values ...any) error {
	b.args = append(b.args, values...)
	if b.rows++; b.rows < rowsAtOnce {
		return nil
	}
	return f.flush(ctx, b)
}

func (f *founder) flush(ctx context.Context, b *bulk) (err error) {
	if b.rows == 0 {
		return nil
	}
	one := "(?" + strings.Repeat(", ?", len(b.args)/b.rows-1) + ")"
	query := "INSERT INTO " + b.table + " (" + b.columns + ") VALUES " + one + strings.Repeat(", "+one, b.rows-1)
	if b.rows < rowsAtOnce {
		err = f.exec(ctx, query, b.args...)
	} else {
		if b.statement == nil {
			if b.statement, err = f.conn.PrepareContext(ctx, query); err != nil {
				return err
			}
		}
		_, err = b.statement.ExecContext(ctx, b.args...)
	}
	b.args, b.rows = b.args[:0], 0
	return err
}

// commit stores everything.
func (f *founder) commit(ctx context.Context) error {
	for _, b := range f.tables {
		if err := f.flush(ctx, b); err != nil {
			return fmt.Errorf("insert into %s: %w", b.table, err)
		}
	}
	return f.exec(ctx, "COMMIT")
}

// stored returns a time as both databases store it.
func (f *founder) stored(t time.Time) string {
	if f.driver == database.MySQL {
		return t.Format("2006-01-02 15:04:05.000000")
	}
	return t.Format("2006-01-02 15:04:05.000000+00:00")
}

// author returns who did activity i of n.
func (f *founder) author(i, n int) int {
	some, luck := func(first, of int) int { return first + f.random.IntN(of) }, f.random.IntN(100)
	switch late, early := i > n-n/250, i <= n/3; {
	case late && luck < 50:
		return some(170_001, 20_000)
	case early && luck < 12:
		return some(150_001, 20_000)
	case late && luck < 55, early && luck < 14:
		return some(190_001, 5_000)
	}
	return min(some(1, 150_000), some(1, 150_000))
}

// kind returns a type of activities: many viewings and ratings, few lists.
func (f *founder) kind() activity.Type {
	switch luck := f.random.IntN(100); {
	case luck < 10 || len(f.wrote) == 0:
		return activity.Review
	case luck < 45:
		return activity.Rating
	case luck < 89:
		return activity.Viewing
	case luck < 90:
		return activity.List
	}
	return activity.Comment
}

// film returns a film with which a member has done nothing yet.
func (f *founder) film(member int) int {
	f.films[member]++
	return 1 + (member*7919+int(f.films[member])*104_729)%films
}

// opinion is the text of reviews, 630 bytes.
var opinion = strings.Repeat("또 보고 싶다. ", 30)

// write stores activities 1 to n with their objects.
func (f *founder) write(ctx context.Context, n int) error {
	began := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	done := f.into("activities", "id, user_id, type, object_id, movie_id, created_at")
	reviews := f.into("reviews", "id, user_id, movie_id, title, content, image, like_count, created_at, updated_at")
	ratings := f.into("movie_ratings", "id, user_id, movie_id, rating, rated_at")
	viewings := f.into("viewings", "id, user_id, movie_id, watched_on, rewatch, rating, tags, created_at, updated_at")
	lists := f.into("lists", "id, user_id, title, description, ranked, is_public, item_count, like_count, version, created_at, updated_at")
	comments := f.into("comments", "id, review_id, user_id, content, spoiler, created_at, updated_at")
	var objects [6]int
	for i := 1; i <= n; i++ {
		who, kind, at := f.author(i, n), f.kind(), f.stored(began.Add(time.Duration(i)*time.Second*90_000_000/time.Duration(n)))
		objects[kind]++
		object, err := objects[kind], error(nil)
		var film any
		switch kind {
		case activity.Review:
			about := f.film(who)
			film, f.wrote = about, append(f.wrote, [2]int{who, about})
			err = f.add(ctx, reviews, object, who, film, "좋아요", opinion, "", 3, at, at)
		case activity.Rating:
			film = f.film(who)
			err = f.add(ctx, ratings, object, who, film, 1+i%10, at)
		case activity.Viewing:
			film = f.film(who)
			err = f.add(ctx, viewings, object, who, film, 20260101+i%28, i%2, 1+i%10, "[]", at, at)
		case activity.List:
			err = f.add(ctx, lists, object, who, "비 오는 날", "", 0, 1, 3, 0, 1, at, at)
		case activity.Comment:
			on := f.random.IntN(len(f.wrote))
			film = f.wrote[on][1]
			err = f.add(ctx, comments, object, on+1, who, "정말 그래요.", 0, at, at)
		}
		if err == nil {
			err = f.add(ctx, done, i, who, kind, object, film, at)
		}
		if err == nil && i%rowsAtCommit == 0 {
			if err = f.commit(ctx); err == nil {
				err = f.exec(ctx, "BEGIN")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle stores films, accounts, and whom the readers follow and have muted.
func (f *founder) settle(ctx context.Context) error {
	now := f.stored(time.Date(2027, 4, 8, 0, 0, 0, 0, time.UTC))
	users := f.into("users", "id, username, username_key, password_hash, age, gender, role, profile_image, follower_count, following_count, review_count, is_private, hides_count, created_at, updated_at")
	for i := 1; i <= everybody; i++ {
		private, hides := 0, 0
		if i%50 == 0 {
			private = 1
		}
		if i > 199_000 {
			hides = 1
		}
		if err := f.add(ctx, users, i, fmt.Sprint(i), fmt.Sprint(i), "", 20, "female", "member", "", 0, 0, 0, private, hides, now, now); err != nil {
			return err
		}
	}
	movies := f.into("movies", "id, title, title_key, plot, cast_members, playtime, genre, poster_image, like_count, dislike_count, review_count, details, created_at, updated_at")
	for i := 1; i <= films; i++ {
		if err := f.add(ctx, movies, i, fmt.Sprint(i), fmt.Sprint(i), opinion, "[]", 100, "Drama", "", 0, 0, 0, "", now, now); err != nil {
			return err
		}
	}
	follows, mutes := f.into("follows", "follower_id, following_id, is_following, followed_at"), f.into("mutes", "user_id, muted_id, muted_at")
	for _, c := range circles {
		for i := range c.number {
			member := c.first + c.of/c.number*i
			err := f.add(ctx, follows, c.reader(), member, 1, now)
			if err == nil && i%100 == 99 {
				err = f.add(ctx, mutes, c.reader(), member, now)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// own stores reviews by the readers, which are no activities of members whom somebody follows.
func (f *founder) own(ctx context.Context) error {
	reviews, now := f.into("reviews", "id, user_id, movie_id, title, content, image, like_count, created_at, updated_at"), f.stored(time.Now().UTC())
	for _, c := range circles {
		for i := range 60 {
			err := f.add(ctx, reviews, 100_000_000+c.reader()*100+int64(i), c.reader(), f.film(int(c.reader())), "좋아요", opinion, "", 3, now, now)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// indexes returns the statements that drop the indexes of the tables that grow, and those that make them again.
func (f *founder) indexes(ctx context.Context) (drop, add []string, err error) {
	const grow = "('activities', 'reviews', 'movie_ratings', 'viewings', 'lists', 'comments')"
	query := "SELECT 'DROP INDEX ' || name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN " + grow
	if f.driver == database.MySQL {
		query = `SELECT CONCAT('ALTER TABLE ', table_name, ' ', GROUP_CONCAT('DROP INDEX ', index_name SEPARATOR ', ')),
			CONCAT('ALTER TABLE ', table_name, ' ', GROUP_CONCAT('ADD ', kind, 'INDEX ', index_name, ' (', columns, ')' SEPARATOR ', '))
			FROM (SELECT table_name, index_name, IF(MIN(non_unique), '', 'UNIQUE ') AS kind, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS columns
				FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY' AND table_name IN ` + grow + ` GROUP BY table_name, index_name) i
			GROUP BY table_name`
	}
	rows, err := f.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var gone, again string
		if err := rows.Scan(&gone, &again); err != nil {
			return nil, nil, err
		}
		drop, add = append(drop, gone), append(add, again)
	}
	return drop, add, rows.Err()
}

// found fills an empty database with n activities.
func (f *founder) found(ctx context.Context, t *testing.T, n int) error {
	first := []string{"SET foreign_key_checks = 0"}
	last := []string{"SET foreign_key_checks = 1"}
	if f.driver == database.SQLite {
		first = []string{"PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000", "PRAGMA temp_store = FILE"}
		last = []string{"PRAGMA wal_checkpoint(TRUNCATE)"}
	}
	drop, add, err := f.indexes(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	run := func(statements ...string) error {
		for _, statement := range statements {
			if err := f.exec(ctx, statement); err != nil {
				return err
			}
			t.Logf("%v: %.80s", time.Since(began).Round(time.Second), statement)
		}
		return nil
	}
	if err := run(append(append(first, drop...), "BEGIN")...); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return f.settle(ctx) }, func() error { return f.write(ctx, n) }, func() error { return f.own(ctx) }, func() error { return f.commit(ctx) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	t.Logf("%v: %d activities", time.Since(began).Round(time.Second), n)
	return run(append(add, last...)...)
}

// large returns the database of the large community, which it fills if it is empty.
func large(t *testing.T, where string, n int) *database.DB {
	t.Helper()
	config := database.Config{Driver: database.SQLite, DSN: filepath.Join(where, "feed.db")}
	if strings.Contains(where, "@") {
		config = database.Config{Driver: database.MySQL, DSN: where}
	}
	db, err := database.Open(t.Context(), config)
	ok(t, err)
	t.Cleanup(func() { _ = db.Close() })
	must[[]database.Migration](t)(db.MigrateUp(t.Context()))
	var members int
	ok(t, db.Row(t.Context(), "SELECT COUNT(*) FROM (SELECT 1 FROM users LIMIT 1) some").Scan(&members))
	if members > 0 {
		return db
	}
	fill := func(c *sql.Conn) error {
		f := &founder{driver: db.Driver(), conn: c, random: rand.New(rand.NewPCG(1, 2)), films: make([]int32, everybody+1)}
		return f.found(context.WithoutCancel(t.Context()), t, n)
	}
	if db.Driver() == database.SQLite {
		ok(t, db.Alone(t.Context(), fill))
		return db
	}
	c, err := db.Pools()["mysql"].Conn(t.Context())
	ok(t, err)
	defer c.Close()
	ok(t, fill(c))
	return db
}
