package dbcopy_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/dbcopy"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// copyTargets are the databases to copy to: a SQLite file and, if the tests have a server, a MySQL schema.
func copyTargets(t *testing.T) map[string]database.Config {
	t.Helper()
	targets := map[string]database.Config{database.SQLite: apptest.SQLiteFile(t)}
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		targets[database.MySQL] = testkit.FreshSchema(t, dsn)
	}
	return targets
}

// open opens a database until the end of the test.
func open(t *testing.T, c database.Config) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// lived returns a SQLite database with rows in every table, a NULL in every nullable column, and deleted rows, and the
// greatest id that a film has ever had.
func lived(t *testing.T) (database.Config, int64) {
	t.Helper()
	c := apptest.SQLiteFile(t)
	a, ctx := apptest.With(t, apptest.ConfigOn(t, c)), t.Context()
	d, err := demo.Fill(ctx, a, demo.Small, time.Now(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Users.Login(ctx, nameOf(t, a, d.Members[1]), demo.Password, user.Device{IP: "192.0.2.1", UserAgent: "🎬 'quoted' \\ \x00"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Notifications.MarkRead(ctx, d.Members[1], nil, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Movies.SetPoster(ctx, d.Films[0], picture.Upload{Name: "b.jpg", Data: apptest.JPEG(t)}); err != nil {
		t.Fatal(err)
	}
	apptest.Viewing(t, a, d.Members[1])
	if _, err := a.Diary.Want(ctx, d.Members[1], d.Films[0]); err != nil {
		t.Fatal(err)
	}
	key := idempotency.Key{UserID: d.Members[1], Key: "k", Status: 201, Location: "/movies/1", Body: `{"title": "기생충"}`, CreatedAt: database.Time(time.Now()), LeaseUntil: database.Time(time.Now())}
	if err := a.DB.Tx(ctx, func(tx *gorm.DB) error { return tx.Create(&key).Error }); err != nil {
		t.Fatal(err)
	}
	if err := a.Users.Delete(ctx, d.Members[0]); err != nil {
		t.Fatal(err)
	}
	gone, err := a.Movies.Create(ctx, d.Members[1], movie.Draft{Title: "gone", Playtime: 1, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Movies.Delete(ctx, gone.ID, auth.Viewer{UserID: d.Members[1]}); err != nil {
		t.Fatal(err)
	}
	return c, gone.ID
}

func nameOf(t *testing.T, a *app.App, id int64) string {
	t.Helper()
	u, err := a.Users.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}

// copyAll copies in batches of 5 rows and returns the log.
func copyAll(t *testing.T, source database.Config, to *database.DB) (said string, err error) {
	t.Helper()
	from, err := database.OpenSnapshot(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c := dbcopy.InBatches(dbcopy.Copier{From: from, To: to, Log: &log}, 5)
	err = c.Run(t.Context())
	if err := from.Close(); err != nil {
		t.Error(err)
	}
	return log.String(), err
}

// contents returns all rows of a SQLite database without using what package dbcopy knows about its tables.
func contents(t *testing.T, c database.Config) map[string][]string {
	t.Helper()
	db := open(t, c)
	all := map[string][]string{}
	for name, columns := range dbcopy.ShapeOf(t, db) {
		var parts []string
		for _, line := range columns {
			if column, _, _ := strings.Cut(line, " "); column != "index" && column != "unique" {
				parts = append(parts, "quote("+column+" || '')", "typeof("+column+")")
			}
		}
		query := fmt.Sprintf("SELECT '', concat_ws(',', %s) FROM %s", strings.Join(parts, ", "), name)
		for _, r := range dbcopy.Listing(t.Context(), t, db, query) {
			all[name] = append(all[name], r[1])
		}
		slices.Sort(all[name])
	}
	for name := range all {
		if strings.Contains(name, "_gram") { // a search index, which a copy rebuilds: see searchEveryText
			delete(all, name)
		}
	}
	return all
}

// searchEveryText fails the test if the index does not find a film by its whole title or a member by name.
func searchEveryText(t *testing.T, db *database.DB) {
	t.Helper()
	movies := movie.New(movie.Deps{DB: db, Clock: time.Now})
	if err := movies.Run(t.Context()); err != nil {
		t.Error(err)
	}
	all, _, err := movies.List(t.Context(), movie.Filter{}, movie.SortOldest, page.Page{Limit: 100})
	if err != nil || len(all) == 0 {
		t.Errorf("%d films (%v)", len(all), err)
	}
	for _, m := range all {
		found, _, err := movies.List(t.Context(), movie.Filter{Title: m.Title}, movie.SortOldest, page.Page{Limit: 100})
		if err != nil || !slices.ContainsFunc(found, func(f movie.Movie) bool { return f.ID == m.ID }) {
			t.Errorf("film %d is not found by its title (%v)", m.ID, err)
		}
	}
	users := user.New(user.Deps{DB: db, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err := users.BuildIndex(t.Context()); err != nil {
		t.Error(err)
	}
	members, _, err := users.Search(t.Context(), auth.Viewer{}, user.Filter{}, page.Page{Limit: 100})
	if err != nil || len(members) == 0 {
		t.Errorf("%d members (%v)", len(members), err)
	}
	for _, u := range members {
		found, _, err := users.Search(t.Context(), auth.Viewer{}, user.Filter{Part: &u.Username}, page.Page{Limit: 100})
		if err != nil || !slices.ContainsFunc(found, func(f user.User) bool { return f.ID == u.ID }) {
			t.Errorf("member %d is not found by their name (%v)", u.ID, err)
		}
	}
}

func TestACopyIsCompleteAndARoundTripChangesNothing(t *testing.T) {
	t.Parallel()
	source, _ := lived(t)
	want := contents(t, source)
	for _, name := range []string{
		"communities", "users", "sessions", "movies", "reviews", "review_likes", "movie_reactions", "follows", "follow_requests", "blocks", "mutes", "notifications",
		"watched_films", "watchlist_films", "viewings", "viewing_tags",
		"notification_states", "notification_groups", "media_trash", "idempotency_keys",
	} {
		if len(want[name]) == 0 {
			t.Errorf("nothing to copy in %s", name)
		}
	}
	for name, target := range copyTargets(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := copyAll(t, source, open(t, target)); err != nil {
				t.Fatal(err)
			}
			back := apptest.SQLiteFile(t)
			if _, err := copyAll(t, target, open(t, back)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, contents(t, back)); diff != "" {
				t.Errorf("after there and back (-want +got):\n%s", diff)
			}
			searchEveryText(t, open(t, back))
		})
	}
}

func TestACopyCanBeServedAndReusesNoIDs(t *testing.T) {
	t.Parallel()
	source, greatest := lived(t)
	for name, target := range copyTargets(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := copyAll(t, source, open(t, target)); err != nil {
				t.Fatal(err)
			}
			a := apptest.With(t, apptest.ConfigOn(t, target))
			if _, err := a.Users.Login(t.Context(), nameOf(t, a, 3), demo.Password, user.Device{IP: "192.0.2.1"}); err != nil {
				t.Error(err)
			}
			if id := apptest.Film(t, a, 0); id != greatest+1 {
				t.Errorf("a new film has the id %d, the greatest ever was %d", id, greatest)
			}
		})
	}
}

// cut makes inserts of the review with this id fail until the returned function is called.
func cut(t *testing.T, db *database.DB, id int64) (mend func()) {
	t.Helper()
	trigger := fmt.Sprintf("CREATE TRIGGER cut BEFORE INSERT ON reviews WHEN NEW.id = %d BEGIN SELECT RAISE(ABORT, 'cut'); END", id)
	if db.Driver() == database.MySQL {
		trigger = fmt.Sprintf("CREATE TRIGGER cut BEFORE INSERT ON reviews FOR EACH ROW IF NEW.id = %d THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'cut'; END IF", id)
	}
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	statement := func(s string) {
		t.Helper()
		if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(s).Error }); err != nil {
			t.Fatal(err)
		}
	}
	statement(trigger)
	return func() { t.Helper(); statement("DROP TRIGGER cut") }
}

func community(t *testing.T, db *database.DB) (uid string) {
	t.Helper()
	c, err := user.LoadCommunity(t.Context(), db, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c.UID
}

// The first start makes an id for the community. It goes when the community of the source moves in.
func TestACopyReplacesTheIdOfATargetThatWasStarted(t *testing.T) {
	t.Parallel()
	source, _ := lived(t)
	for name, target := range copyTargets(t) {
		db := open(t, target)
		if _, err := db.MigrateUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		own := community(t, db)
		if _, err := copyAll(t, source, db); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := community(t, db), community(t, open(t, source)); got != want || got == own {
			t.Errorf("%s: the community is %s, want %s", name, got, want)
		}
	}
}

func TestAnInterruptedCopyCanBeContinued(t *testing.T) {
	t.Parallel()
	source, _ := lived(t)
	for name, target := range copyTargets(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := open(t, target)
			mend := cut(t, to, demoReviewID(t, source, 7))
			_, err := copyAll(t, source, to)
			if err == nil || !strings.Contains(err.Error(), "unfinished") || rowsOf(t, to, "reviews") != 5 {
				t.Fatalf("interrupted: %d reviews, %v", rowsOf(t, to, "reviews"), err)
			}
			mend()
			said, err := copyAll(t, source, to)
			last := fmt.Sprintf("reviews: continuing after %d\n", demoReviewID(t, source, 4))
			if err != nil || !strings.Contains(said, last) || strings.Contains(said, "notifications: continuing") {
				t.Fatalf("%v, %s", err, said)
			}
			if to.Reader(t.Context()).Migrator().HasTable(dbcopy.Marker) {
				t.Error("the copy still counts as unfinished")
			}
			if _, err := copyAll(t, source, to); err == nil || !strings.Contains(err.Error(), "not empty") {
				t.Errorf("onto a finished copy: %v", err)
			}
		})
	}
}

// demoReviewID returns the id of the review at index n.
func demoReviewID(t *testing.T, c database.Config, n int) (id int64) {
	t.Helper()
	err := open(t, c).Reader(t.Context()).Raw("SELECT id FROM reviews ORDER BY id LIMIT 1 OFFSET ?", n).Scan(&id).Error
	if err != nil || id == 0 {
		t.Fatal(id, err)
	}
	return id
}

func rowsOf(t *testing.T, db *database.DB, name string) (n int64) {
	t.Helper()
	if err := db.Reader(t.Context()).Table(name).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestARowThatChangesDuringTheCopyIsDetected(t *testing.T) {
	t.Parallel()
	source, _ := lived(t)
	for change, differs := range map[string]string{
		"UPDATE users SET last_login = NULL WHERE last_login IS NOT NULL": "users",
		"UPDATE users SET username = concat(username, ' ') WHERE id = 3":  "users",
		"UPDATE movies SET created_at = '2026-11-23 00:00:00'":            "movies",
		"UPDATE sessions SET generation = generation + 1":                 "sessions",
	} {
		for name, target := range copyTargets(t) {
			err := changed(t, source, target, change)
			if err == nil || !strings.Contains(err.Error(), differs+" differs") || strings.Count(err.Error(), "differs") != 1 {
				t.Errorf("%s, %s: %v", name, change, err)
			}
		}
	}
}

// changed returns the error of a copy whose target changes while it runs.
func changed(t *testing.T, source, target database.Config, statement string) error {
	t.Helper()
	to := open(t, target)
	mend := cut(t, to, demoReviewID(t, source, 7))
	if _, err := copyAll(t, source, to); err == nil {
		t.Fatal("it was not interrupted")
	}
	mend()
	if err := to.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error }); err != nil {
		t.Fatal(err)
	}
	_, err := copyAll(t, source, to)
	if !to.Reader(t.Context()).Migrator().HasTable(dbcopy.Marker) {
		t.Error("a copy that differs counts as finished")
	}
	return err
}

func TestANonEmptyTargetIsNotOverwritten(t *testing.T) {
	t.Parallel()
	source, _ := lived(t)
	for name, target := range copyTargets(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Film(t, apptest.With(t, apptest.ConfigOn(t, target)), 0)
			to := open(t, target)
			if _, err := copyAll(t, source, to); err == nil || !strings.Contains(err.Error(), "rows in movies") {
				t.Errorf("copied: %v", err)
			}
			if rowsOf(t, to, "users") != 0 || rowsOf(t, to, "movies") != 1 || to.Reader(t.Context()).Migrator().HasTable(dbcopy.Marker) {
				t.Error("the target was changed")
			}
		})
	}
}
