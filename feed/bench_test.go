package feed_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// BenchmarkVariable names the environment variable that has TestAFeedCostsLittleAtSize measure: the folder of a SQLite file,
// or the DSN of an empty MySQL schema. What is there already is used again. It takes a few gigabytes of disk and minutes.
const BenchmarkVariable = "CINECIRCLE_FEED_BENCH"

// The large community: of 200,000 members 150,000 write all the time, some much more than others, 20,000 wrote in the first
// third of the time only, 20,000 in the last moments only, and 5,000 in both.
const (
	activities = 10_000_000
	films      = 20_000
	firstThird = activities / 3
	lastOnes   = activities - 40_000
)

// circle is a set of members whom a reader follows, every nth of some.
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

// numbers is a derived table of the numbers from 1 to a power of ten in this order.
func numbers(driver string, power int) string {
	join := " CROSS JOIN "
	if driver == database.MySQL {
		join = " STRAIGHT_JOIN "
	}
	digits := "(SELECT 0 AS d UNION ALL SELECT 1" + strings.Repeat(" UNION ALL SELECT %d", 8) + ")"
	digits = fmt.Sprintf(digits, 2, 3, 4, 5, 6, 7, 8, 9)
	sum, from, unit := "1", "", 1
	for i := range power {
		sum += fmt.Sprintf(" + %d * d%d.d", unit, i)
		from = fmt.Sprintf("%s d%d%s", digits, i, join) + from
		unit *= 10
	}
	return "(SELECT " + sum + " AS i FROM " + strings.TrimSuffix(from, join) + ")"
}

func fillStatements(driver string) []string {
	at := "datetime('2023-11-30', '+' || (%s * 9) || ' seconds') || '.000000+00:00'"
	if driver == database.MySQL {
		at = "TIMESTAMPADD(SECOND, %s * 9, '2023-11-30')"
	}
	now := fmt.Sprintf(at, "10000000")
	random := func(i string, n int) string { // a member of n, the first ones more often
		a, b := fmt.Sprintf("(%s * 48271 %% 2147483647 * 16807 %% 2147483647 %% %d)", i, n), fmt.Sprintf("(%s * 69621 %% 2147483647 * 40692 %% 2147483647 %% %d)", i, n)
		return fmt.Sprintf("(CASE WHEN %[1]s < %[2]s THEN %[1]s ELSE %[2]s END)", a, b)
	}
	author := fmt.Sprintf(`CASE WHEN i > %[1]d AND i %% 2 = 0 THEN 170001 + i * 48271 %% 2147483647 %% 20000
		WHEN i > %[1]d AND i %% 20 = 1 OR i < %[2]d AND i %% 50 = 1 THEN 190001 + i * 48271 %% 2147483647 %% 5000
		WHEN i < %[2]d AND i %% 8 = 0 THEN 150001 + i * 48271 %% 2147483647 %% 20000 ELSE 1 + %[3]s END`, lastOnes, firstThird, random("i", 150_000))
	kind := "CASE WHEN i % 10 = 0 THEN 1 WHEN i % 10 < 5 THEN 2 WHEN i % 100 = 9 THEN 4 ELSE 3 END"
	shown := "(user_id <= 150000 AND user_id % 30 = 1 OR user_id > 150000)" // by anybody who is read
	made := []string{
		fmt.Sprintf(`INSERT INTO users (id, username, username_key, password_hash, age, gender, role, profile_image, follower_count, following_count, review_count, created_at, updated_at)
			SELECT i, i, i, '', 20, 'female', 'member', '', 0, 0, 0, %[1]s, %[1]s FROM %[2]s n WHERE i <= 200000`, now, numbers(driver, 6)),
		fmt.Sprintf(`INSERT INTO movies (id, title, title_key, plot, cast_members, playtime, genre, poster_image, like_count, dislike_count, review_count, details, created_at, updated_at)
			SELECT i, i, i, '', '[]', 100, 'Drama', '', 0, 0, 0, '', %[1]s, %[1]s FROM %[2]s n WHERE i <= %[3]d`, now, numbers(driver, 5), films),
		fmt.Sprintf(`INSERT INTO activities (id, user_id, type, object_id, movie_id, created_at) SELECT i, %s, %s, i, CASE WHEN i %% 100 = 9 THEN NULL ELSE 1 + i * 16807 %% 2147483647 %% %d END, %s FROM %s n`,
			author, kind, films, fmt.Sprintf(at, "i"), numbers(driver, 7)),
	}
	ignore := "INSERT OR IGNORE INTO "
	if driver == database.MySQL {
		ignore = "INSERT IGNORE INTO "
	}
	text := strings.Repeat("또 보고 싶다. ", 30)
	made = append(made,
		ignore+`reviews (id, user_id, movie_id, title, content, image, like_count, created_at, updated_at)
			SELECT id, user_id, movie_id, '좋아요', '`+text+`', '', 3, created_at, created_at FROM activities WHERE type = 1 AND `+shown,
		ignore+`movie_ratings (id, user_id, movie_id, rating, rated_at) SELECT id, user_id, movie_id, 1 + id % 10, created_at FROM activities WHERE type = 2 AND `+shown,
		ignore+`viewings (id, user_id, movie_id, watched_on, rewatch, rating, tags, created_at, updated_at)
			SELECT id, user_id, movie_id, 20261129, id % 2, 5, '[]', created_at, created_at FROM activities WHERE type = 3 AND `+shown,
		ignore+`lists (id, user_id, title, description, ranked, is_public, item_count, like_count, version, created_at, updated_at)
			SELECT id, user_id, '비 오는 날', '', 0, 1, 3, 0, 1, created_at, created_at FROM activities WHERE type = 4 AND `+shown,
	)
	for _, c := range circles {
		made = append(made, fmt.Sprintf("INSERT INTO follows (follower_id, following_id, is_following, followed_at) SELECT %d, %d + %d * (i - 1), 1, %s FROM %s n WHERE i <= %d",
			c.reader(), c.first, c.of/c.number, now, numbers(driver, 4), c.number))
		made = append(made, fmt.Sprintf(`INSERT INTO reviews (id, user_id, movie_id, title, content, image, like_count, created_at, updated_at)
			SELECT %[1]d * 1000 + i, %[1]d, i, '좋아요', '%[2]s', '', 3, %[3]s, %[3]s FROM %[4]s n WHERE i <= 60`, c.reader(), text, now, numbers(driver, 2)))
	}
	return made
}

// large returns the database of the large community, which it fills if it is empty.
func large(t *testing.T, where string) *database.DB {
	t.Helper()
	config := database.Config{Driver: database.SQLite, DSN: filepath.Join(where, "feed.db")}
	if strings.Contains(where, "@") {
		config = database.Config{Driver: database.MySQL, DSN: where}
	}
	db, err := database.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.Row(t.Context(), "SELECT COUNT(*) FROM (SELECT 1 FROM users LIMIT 1) some").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n > 0 {
		return db
	}
	run := func(c interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}, statements ...string,
	) error {
		for _, statement := range statements {
			began := time.Now()
			if _, err := c.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
				return fmt.Errorf("%.200s: %w", statement, err)
			}
			t.Logf("%v: %.60s", time.Since(began).Round(time.Millisecond), statement)
		}
		return nil
	}
	if db.Driver() == database.MySQL {
		ok(t, db.Tx(t.Context(), func(tx *gorm.DB) error {
			return run(tx.Statement.ConnPool, append([]string{"SET foreign_key_checks = 0"}, fillStatements(db.Driver())...)...)
		}))
		return db
	}
	ok(t, db.Alone(t.Context(), func(c *sql.Conn) error { // indexes that grow in a random order take hours
		drop := []string{"PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000"}
		var add []string
		rows, err := c.QueryContext(t.Context(), "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'activities'")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name, statement string
			if err := rows.Scan(&name, &statement); err != nil {
				return err
			}
			drop, add = append(drop, "DROP INDEX "+name), append(add, statement)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		made := fillStatements(db.Driver())
		return run(c, slices.Concat(drop, made[:3], add, made[3:])...)
	}))
	return db
}

// cursorAt returns the cursor of the list at target after an activity.
func cursorAt(target string, id int64) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(target))
	return page.Key{ID: id}.Cursor(binary.BigEndian.AppendUint64(nil, h.Sum64()))
}

// TestAFeedCostsLittleAtSize measures pages of 50 over HTTP without sockets: a member's own reviews, and the feeds of readers
// who follow 10, 500 and 5,000 members. It prints the shortest time of each, measured in turn.
func TestAFeedCostsLittleAtSize(t *testing.T) {
	where := os.Getenv(BenchmarkVariable)
	if where == "" {
		t.Skip("measures only where " + BenchmarkVariable + " names a database")
	}
	k := testkit.New(t)
	k.DB = large(t, where)
	s := newStageOn(t, k)
	s.reviews.Routes(s.Router, k.Zone)
	type request struct {
		name   string
		target string
		by     int64
		best   time.Duration
		rows   int
	}
	var all []*request
	add := func(by int64, name, target string) {
		all = append(all, &request{name: name, target: target, by: by, best: time.Hour})
	}
	add(circles[2].reader(), "own reviews", "/users/me/reviews")
	for _, c := range circles {
		name := fmt.Sprintf("%d, %s", c.number, c.name)
		add(c.reader(), name, "/users/me/feed")
		add(c.reader(), name+", deep", "/users/me/feed?cursor="+cursorAt("/users/me/feed?", activities/2))
		add(c.reader(), name+", lists", "/users/me/feed?types=list")
		add(c.reader(), name+", reviews and lists, deep", "/users/me/feed?types=list,review&cursor="+cursorAt("/users/me/feed?types=list%2Creview", activities/4))
	}
	if os.Getenv(BenchmarkVariable+"_PLAIN") == "" {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		ok(t, s.feed.Fill(t.Context()))
		runtime.GC()
		runtime.ReadMemStats(&after)
		t.Logf("the index was filled in %v and takes %d KB", time.Since(began).Round(time.Millisecond), (after.HeapAlloc-before.HeapAlloc)/1024)
	}
	for range 10 {
		for _, r := range all {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, r.target, http.NoBody)
			token, _, err := s.Tokens.Access(r.by, 1)
			ok(t, err)
			req.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			began := time.Now()
			s.Handler().ServeHTTP(w, req)
			r.best = min(r.best, time.Since(began))
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", r.name, w.Code, w.Body)
			}
			r.rows = strings.Count(w.Body.String(), `"actor":`)
		}
	}
	for i, r := range all {
		base := all[0].best
		if i > 0 {
			base = all[1+(i-1)/12*12+(i-1)%4].best // of the reader of the same circle who follows 10
		}
		t.Logf("%-50s %8v %3d rows, %.1f of own reviews, %.1f of 10", r.name, r.best.Round(time.Microsecond), r.rows, float64(r.best)/float64(all[0].best), float64(r.best)/float64(base))
	}
}
