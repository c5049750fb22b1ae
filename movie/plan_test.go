package movie

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// planOf returns how the database goes about a query.
func planOf(t *testing.T, db *database.DB, query string, args []any) string {
	t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if db.Driver() == database.MySQL {
		explain = "EXPLAIN "
	}
	var rows []struct{ Detail, Type, Key, Extra string } // the first is SQLite's, the others are MySQL's
	if err := db.Reader(t.Context()).Raw(explain+query, args...).Scan(&rows).Error; err != nil {
		t.Fatalf("explain %s: %v", query, err)
	}
	var plan []string
	for _, row := range rows {
		plan = append(plan, strings.TrimSpace(strings.Join([]string{row.Detail, row.Type, row.Key, row.Extra}, " ")))
	}
	return strings.Join(plan, "; ")
}

// TestEveryListWalksTheIndexOfItsOrder fails when a list sorts in memory or reads the table whole.
func TestEveryListWalksTheIndexOfItsOrder(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, 20000)
	indexes := map[Sort][2]string{ // without and with a genre
		SortOldest:    {"PRIMARY", "idx_movies_genre"},
		SortNewest:    {"PRIMARY", "idx_movies_genre"},
		SortTitle:     {"idx_movies_title", "idx_movies_genre_title"},
		SortMostLiked: {"idx_movies_likes", "idx_movies_genre_likes"},
	}
	for by, index := range indexes {
		for _, after := range []*page.Key{nil, {Num: 50, Text: "m", ID: 1000}} {
			for i, f := range []Filter{{}, {Genre: "Drama"}, {Title: "x"}, {Genre: "Drama", Title: "x"}} {
				query, args := listQuery(f, by, page.Page{Limit: 50, After: after})
				checkPlan(t, db, planOf(t, db, query, args), index[i%2], after != nil, string(by)+" "+f.Genre)
			}
		}
	}
}

// TestASearchReadsOnlyWhatItNames fails when it reads the films whole, or sorts in the database.
func TestASearchReadsOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, 20000)
	ids := make([]int64, 200)
	for i := range ids {
		ids[i] = int64(1 + 97*i)
	}
	plan := func(query string, args []any) string { return planOf(t, db, query, args) }
	for _, f := range []Filter{{Title: "film"}, {Title: "film", Genre: "Drama"}} {
		s := search{text: f.searchable(), f: f, by: SortTitle}
		for _, n := range []int{1, 30, 200} {
			checkLookup(t, db, plan(s.among("SELECT "+movieColumns, ids[:n])), "USING INTEGER PRIMARY KEY (rowid=?)")
			checkLookup(t, db, plan(s.among("SELECT id, title_key", ids[:n])), "USING INTEGER PRIMARY KEY (rowid=?)")
		}
	}
}

func checkLookup(t *testing.T, db *database.DB, plan, want string) {
	t.Helper()
	if db.Driver() == database.MySQL {
		want = "range PRIMARY"
		if strings.HasPrefix(plan, "const PRIMARY") || strings.HasPrefix(plan, "Impossible WHERE noticed after reading const") { // of one film
			return
		}
	}
	if !strings.Contains(plan, want) || strings.Contains(plan, ";") || strings.Contains(plan, "filesort") || strings.Contains(plan, "TEMP B-TREE") {
		t.Errorf("plan is %q, want one with %q", plan, want)
	}
}

func checkPlan(t *testing.T, db *database.DB, plan, index string, later bool, what string) {
	t.Helper()
	sorts := "TEMP B-TREE"
	if db.Driver() == database.MySQL {
		sorts = "filesort"
	} else if index == "PRIMARY" {
		index = ""
	}
	if plan == "" || strings.Contains(plan, sorts) || !strings.Contains(plan, index) {
		t.Errorf("%s (later page: %v): plan is %q, want one along %q", what, later, plan, index)
	}
	if db.Driver() == database.SQLite && !strings.HasPrefix(plan, "SEARCH") {
		t.Errorf("%s (later page: %v): the walk begins at the end of the index: %q", what, later, plan)
	}
}

// fill adds n films of all genres with likes of their own.
func fill(t testing.TB, db *database.DB, n int) {
	t.Helper()
	all := make([]Movie, n)
	for i := range all {
		title := string(rune('a'+i%26)) + "-film"
		all[i] = Movie{Title: title, TitleKey: titleKey(title), CastMembers: "[]", Playtime: 90, Genre: genres[i%len(genres)], LikeCount: int64(i % 97)}
	}
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.CreateInBatches(all, 500).Error; err != nil {
			return err
		}
		return newIndex(db, nil).Add(tx, textsOf(all)...)
	})
	if err != nil {
		t.Fatalf("fill: %v", err)
	}
}

var genres = strings.Split("SF,Action,Adventure,Animation,Comedy,Crime,Documentary,Drama,Family,Fantasy,History,Horror,Music,Mystery,Romance,Thriller,War,Western", ",")

// counter counts the queries of a connection pool.
type counter struct {
	gorm.ConnPool
	queries int
}

func (c *counter) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.queries++
	return c.ConnPool.QueryContext(ctx, query, args...)
}

// TestAPageOfHitsTakesTwoQueries whatever its length: one of the index and one of the films.
func TestAPageOfHitsTakesTwoQueries(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, 4000)
	for _, by := range []Sort{SortOldest, SortNewest} {
		for _, limit := range []int{1, 100} {
			reader := db.Reader(t.Context())
			pool := &counter{ConnPool: reader.Statement.ConnPool}
			reader.Statement.ConnPool = pool
			films, err := search{index: newIndex(db, nil), db: reader, text: "film", by: by, p: page.Page{Limit: limit}}.run()
			want := 2
			if by == SortNewest { // which also asks where the index ends
				want = 3
			}
			if err != nil || len(films) != limit+1 || pool.queries != want {
				t.Errorf("a page of %d by %s took %d queries and has %d films (%v)", limit, by, pool.queries, len(films), err)
			}
		}
	}
}

func TestFilmsByTheirIDsAreOneQuery(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, 100)
	queries := 0
	count := func(*gorm.DB) { queries++ }
	if err := db.Reader(t.Context()).Callback().Query().After("gorm:query").Register("test:count", count); err != nil {
		t.Fatalf("register: %v", err)
	}
	if _, err := New(Deps{DB: db}).ByIDs(t.Context(), []int64{1, 2, 3}); err != nil || queries != 1 {
		t.Errorf("three films took %d queries (%v), want 1", queries, err)
	}
}

// TestModelHasTheColumnsAndIndexesOfTheMigrations compares a table that GORM makes of the model with
// the one that the migrations make.
func TestModelHasTheColumnsAndIndexesOfTheMigrations(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	type shape struct{ columns, indexes []string }
	read := func() (s shape) {
		m := db.Reader(t.Context()).Migrator()
		columns, err := m.ColumnTypes(&Movie{})
		if err != nil {
			t.Fatalf("read columns: %v", err)
		}
		for _, c := range columns {
			kind, _ := c.ColumnType()
			null, _ := c.Nullable()
			if !null || c.Name() == "id" { // SQLite lets an id be declared either way
				kind += " not null"
			}
			s.columns = append(s.columns, c.Name()+" "+kind)
		}
		indexes, err := m.GetIndexes(&Movie{})
		if err != nil {
			t.Fatalf("read indexes: %v", err)
		}
		for _, i := range indexes {
			s.indexes = append(s.indexes, i.Name()+" "+strings.Join(i.Columns(), ","))
		}
		slices.Sort(s.indexes)
		return s
	}
	migrated := read()
	drop := func(tx *gorm.DB) error {
		for _, table := range []string{"reviews", "movie_reactions", "review_likes", "notifications"} {
			if err := tx.Exec("DROP TABLE IF EXISTS ?", clause.Table{Name: table}).Error; err != nil && db.Driver() == database.SQLite {
				return err
			}
		}
		if err := tx.Migrator().DropTable(&Movie{}); err != nil {
			return err
		}
		return tx.AutoMigrate(&Movie{})
	}
	if err := db.Tx(t.Context(), drop); err != nil {
		t.Fatalf("make the table of the model: %v", err)
	}
	modelled := read()
	if !slices.Equal(migrated.columns, modelled.columns) {
		t.Errorf("columns:\nmigrations %v\nmodel      %v", migrated.columns, modelled.columns)
	}
	if !slices.Equal(migrated.indexes, modelled.indexes) {
		t.Errorf("indexes:\nmigrations %v\nmodel      %v", migrated.indexes, modelled.indexes)
	}
}
