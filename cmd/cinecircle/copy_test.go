package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// copyTargets are the databases that a copy goes to: a SQLite file and, where the tests have a server,
// a MySQL schema.
func copyTargets(t *testing.T) map[string]database.Config {
	t.Helper()
	targets := map[string]database.Config{database.SQLite: sqliteFile(t)}
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		targets[database.MySQL] = testkit.FreshSchema(t, dsn)
	}
	return targets
}

func sqliteFile(t *testing.T) database.Config {
	t.Helper()
	return database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "c.db")}
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

// appOn returns the program on a database, migrated, not listening.
func appOn(t *testing.T, on database.Config) *app {
	t.Helper()
	c := defaults()
	c.Database.Driver, c.Database.DSN = on.Driver, maskedText(on.DSN)
	c.Media.Dir = filepath.Join(t.TempDir(), "media")
	c.Auth.Secret = "a secret of the tests, 32 bytes or more"
	c.Auth.BcryptCost = 4
	c.Limits.Enabled = false
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := a.db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// lived returns a SQLite database of a community that has something in every table, a NULL in every column
// that may have one, and ids that nobody has any more, and the greatest id that a film ever had.
func lived(t *testing.T) (database.Config, int64) {
	t.Helper()
	c := sqliteFile(t)
	a, ctx := appOn(t, c), t.Context()
	d, err := demo.Fill(ctx, a.demoServices(), demo.Small, time.Now(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.users.Login(ctx, nameOf(t, a, d.Members[1]), demo.Password, user.Device{IP: "192.0.2.1", UserAgent: "🎬 'quoted' \\ \x00"}); err != nil {
		t.Fatal(err)
	}
	if err := a.notifications.MarkRead(ctx, d.Members[1], nil, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := a.movies.SetPoster(ctx, d.Films[0], media.Upload{Name: "b.jpg", Data: photograph(t)}); err != nil {
		t.Fatal(err)
	}
	if err := a.users.Delete(ctx, d.Members[0]); err != nil {
		t.Fatal(err)
	}
	gone, err := a.movies.Create(ctx, d.Members[1], movie.Draft{Title: "gone", Playtime: 1, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.movies.Delete(ctx, gone.ID, auth.Viewer{UserID: d.Members[1]}); err != nil {
		t.Fatal(err)
	}
	return c, gone.ID
}

func nameOf(t *testing.T, a *app, id int64) string {
	t.Helper()
	u, err := a.users.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}

// copyAll copies in batches of 5 and returns what it said.
func copyAll(t *testing.T, source database.Config, to *database.DB) (said string, err error) {
	t.Helper()
	from, err := database.OpenSnapshot(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c := copier{from: from, to: to, batch: 5, log: &log}
	err = c.run(t.Context())
	if err := from.Close(); err != nil {
		t.Error(err)
	}
	return log.String(), err
}

// contents returns all rows of a SQLite database as SQLite shows them, whatever copy knows of its tables.
func contents(t *testing.T, c database.Config) map[string][]string {
	t.Helper()
	db := open(t, c)
	all := map[string][]string{}
	for name, columns := range shapeOf(t, db) {
		var parts []string
		for _, line := range columns {
			if column, _, _ := strings.Cut(line, " "); column != "index" && column != "unique" {
				parts = append(parts, "quote("+column+" || '')", "typeof("+column+")")
			}
		}
		query := fmt.Sprintf("SELECT '', concat_ws(',', %s) FROM %s", strings.Join(parts, ", "), name)
		for _, r := range listing(t.Context(), t, db, query) {
			all[name] = append(all[name], r[1])
		}
		slices.Sort(all[name])
	}
	for name := range all {
		if strings.Contains(name, "_gram") { // an index, which is made anew: see searchEveryText
			delete(all, name)
		}
	}
	return all
}

// searchEveryText fails when a film is not found by its whole title, or a member by their name, through the index.
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
	members, _, err := users.Search(t.Context(), user.Filter{}, page.Page{Limit: 100})
	if err != nil || len(members) == 0 {
		t.Errorf("%d members (%v)", len(members), err)
	}
	for _, u := range members {
		found, _, err := users.Search(t.Context(), user.Filter{Part: &u.Username}, page.Page{Limit: 100})
		if err != nil || !slices.ContainsFunc(found, func(f user.User) bool { return f.ID == u.ID }) {
			t.Errorf("member %d is not found by their name (%v)", u.ID, err)
		}
	}
}

func TestACopyHoldsEveryRowAndThereAndBackIsTheSame(t *testing.T) {
	t.Parallel()
	source, _ := lived(t)
	want := contents(t, source)
	for _, name := range []string{
		"users", "sessions", "movies", "reviews", "review_likes", "movie_reactions", "follows", "notifications",
		"notification_states", "media_trash",
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
			back := sqliteFile(t)
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

func TestACopyServesAndUsesNoIDAgain(t *testing.T) {
	t.Parallel()
	source, greatest := lived(t)
	for name, target := range copyTargets(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := copyAll(t, source, open(t, target)); err != nil {
				t.Fatal(err)
			}
			a := appOn(t, target)
			if _, err := a.users.Login(t.Context(), nameOf(t, a, 3), demo.Password, user.Device{IP: "192.0.2.1"}); err != nil {
				t.Error(err)
			}
			if id := film(t, a, 0); id != greatest+1 {
				t.Errorf("a new film has the id %d, the greatest ever was %d", id, greatest)
			}
		})
	}
}

// cut lets no review with this id be written until the returned function is called.
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

func TestAnInterruptedCopyIsContinuedWhereItEnded(t *testing.T) {
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
			if to.Reader(t.Context()).Migrator().HasTable(unfinishedCopy) {
				t.Error("the copy still counts as unfinished")
			}
			if _, err := copyAll(t, source, to); err == nil || !strings.Contains(err.Error(), "not empty") {
				t.Errorf("onto a finished copy: %v", err)
			}
		})
	}
}

// demoReviewID returns the id of the n-th review from 0.
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

func TestARowThatChangedMeanwhileIsFound(t *testing.T) {
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

// changed returns what a copy comes to during which the target changes.
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
	if !to.Reader(t.Context()).Migrator().HasTable(unfinishedCopy) {
		t.Error("a copy that differs counts as finished")
	}
	return err
}

func TestNobodysDataIsCopiedOver(t *testing.T) {
	t.Parallel()
	source, _ := lived(t)
	for name, target := range copyTargets(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			film(t, appOn(t, target), 0)
			to := open(t, target)
			if _, err := copyAll(t, source, to); err == nil || !strings.Contains(err.Error(), "rows in movies") {
				t.Errorf("copied: %v", err)
			}
			if rowsOf(t, to, "users") != 0 || rowsOf(t, to, "movies") != 1 || to.Reader(t.Context()).Migrator().HasTable(unfinishedCopy) {
				t.Error("the target was changed")
			}
		})
	}
}
