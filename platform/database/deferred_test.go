package database_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// schemaOf returns the statements of a SQLite schema by the names of what they create.
func schemaOf(t *testing.T, db *database.DB) map[string]string {
	t.Helper()
	statements := map[string]string{}
	err := database.Each(db.Reader(t.Context()), "SELECT name, COALESCE(sql, '') FROM sqlite_master", nil, func(row database.Scanner) error {
		var name, statement string
		err := row.Scan(&name, &statement)
		statements[name] = statement
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return statements
}

func TestDeferredIndexesAreBuiltByTheNextStart(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if db.Driver() != database.SQLite {
		if err := errors.Join(db.DeferIndexes(t.Context(), "movie_people"), db.BuildDeferred(t.Context())); err != nil {
			t.Errorf("on %s: %v", db.Driver(), err)
		}
		return
	}
	before := schemaOf(t, db)
	for range 2 { // the second time nothing is left to drop
		if err := db.DeferIndexes(t.Context(), "movie_titles", "movie_people"); err != nil {
			t.Fatal(err)
		}
	}
	during := schemaOf(t, db)
	for _, name := range []string{"idx_movie_people_name", "idx_movie_titles_key"} {
		if _, has := during[name]; has {
			t.Errorf("%s is there", name)
		}
	}
	if len(during) < len(before)-2 {
		t.Errorf("%d of %d objects are left", len(during), len(before))
	}
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		return errors.Join(database.Exec(tx, "INSERT INTO movies (id, title, title_key, plot, cast_members, playtime, genre, poster_image, like_count, dislike_count, review_count, created_at, updated_at) "+
			"VALUES (7, 'a', 'a', '', '[]', 0, '', '', 0, 0, 0, '', '')"), database.Exec(tx, "INSERT INTO movie_people (movie_id, name_key) VALUES (7, 'x')"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, schemaOf(t, db)); diff != "" {
		t.Errorf("the schema has changed (-before +after):\n%s", diff)
	}
	var found int64
	err = db.Row(t.Context(), "SELECT movie_id FROM movie_people INDEXED BY idx_movie_people_name WHERE name_key = 'x'").Scan(&found)
	if err != nil || found != 7 {
		t.Errorf("the index finds %d, %v", found, err)
	}
}

func TestAFailureToBuildAnIndexLosesNone(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if db.Driver() != database.SQLite {
		return
	}
	before := schemaOf(t, db)
	if err := db.DeferIndexes(t.Context(), "movies"); err != nil {
		t.Fatal(err)
	}
	exec := func(statement string) {
		t.Helper()
		if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return database.Exec(tx, statement) }); err != nil {
			t.Fatal(err)
		}
	}
	exec("INSERT INTO deferred_indexes VALUES ('idx_elsewhere', 'CREATE INDEX idx_elsewhere ON elsewhere (id)')")
	if err := db.BuildDeferred(t.Context()); err == nil {
		t.Error("an index of a missing table was built")
	}
	exec("CREATE TABLE elsewhere (id integer)")
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, has := schemaOf(t, db)["idx_elsewhere"]; !has {
		t.Error("the index was forgotten")
	}
	exec("DROP TABLE elsewhere")
	if diff := cmp.Diff(before, schemaOf(t, db)); diff != "" {
		t.Errorf("the schema has changed (-before +after):\n%s", diff)
	}
}
