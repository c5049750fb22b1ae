package movie

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// plannedRows returns how many films a test of query plans needs: the planner of MySQL ignores indexes of small
// tables, that of SQLite does not count rows.
func plannedRows(db *database.DB) int {
	if db.Driver() == database.MySQL {
		return 20_000
	}
	return 1000
}

// planOf returns the query plan.
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

// TestEveryListReadsAlongTheIndexOfItsOrder fails when a list sorts in memory or scans the table.
func TestEveryListReadsAlongTheIndexOfItsOrder(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, plannedRows(db))
	indexes := map[Sort][2]string{ // without and with a genre
		SortOldest:       {"PRIMARY", "idx_movie_genres_genre"},
		SortNewest:       {"PRIMARY", "idx_movie_genres_genre"},
		SortTitle:        {"idx_movies_title", "idx_movie_genres_title"},
		SortMostLiked:    {"idx_movies_likes", "idx_movie_genres_likes"},
		SortBestRated:    {"idx_movies_score", "idx_movie_genres_score"},
		SortMostRated:    {"idx_movies_ratings", "idx_movie_genres_ratings"},
		SortMostReviewed: {"idx_movies_reviews", "idx_movie_genres_reviews"},
		SortReleased:     {"idx_movies_release", "idx_movie_genres_release"},
		sortUnreleased:   {"idx_movies_release", "idx_movie_genres_release"},
		SortLatest:       {"idx_movies_release", "idx_movie_genres_release"},
	}
	for by, index := range indexes {
		for _, after := range []*page.Key{nil, {Num: 50, Text: "m", ID: 1000}} {
			for i, f := range []Filter{{}, {Genre: "Drama"}, {Title: "x"}, {Genre: "Drama", Title: "x"}} {
				query, args := listQuery(db.Driver(), f.query(), f, by, page.Page{Limit: 50, After: after})
				checkPlan(t, db, planOf(t, db, query, args), index[i%2], after != nil, string(by)+" "+f.Genre)
			}
		}
	}
}

// TestExactTitlesAreReadFromTheIndexOfTitles fails when finding the films with a title scans the table or sorts.
func TestExactTitlesAreReadFromTheIndexOfTitles(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, plannedRows(db))
	testkit.Analyze(t, db, "movies", "movie_grams")
	s := New(Deps{DB: db})
	for genre, index := range map[string]string{"": "idx_movies_title", "Drama": "idx_movie_genres_title"} {
		for _, title := range []string{"film", "a-film", "a", "ㄱㅅ", "사랑", "!"} {
			testkit.WantIndexed(t, db, index, func() {
				if _, _, err := s.List(t.Context(), Filter{Title: title, Genre: genre}, SortMatch, page.Page{Limit: 30}); err != nil {
					t.Error(err)
				}
			})
		}
		testkit.WantIndexed(t, db, index, func() {
			later := page.Page{Limit: 30, After: &page.Key{Num: int64(textindex.Exact), ID: 1}}
			if _, _, err := s.List(t.Context(), Filter{Title: "a-film", Genre: genre}, SortMatch, later); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSearchReadsOnlyItsCandidates fails when a search scans the table or sorts in the database.
func TestSearchReadsOnlyItsCandidates(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	rows := plannedRows(db)
	fill(t, db, rows)
	ids := make([]int64, 200)
	for i := range ids {
		ids[i] = int64(1 + rows/len(ids)*i)
	}
	plan := func(query string, args []any) string { return planOf(t, db, query, args) }
	for _, f := range []Filter{{Title: "film"}, {Title: "film", Genre: "Drama"}} {
		s := search{db: db.Reader(t.Context()), q: f.query(), f: f, by: SortTitle}
		for _, n := range []int{1, 30, 200} {
			checkLookup(t, db, plan(s.among("SELECT "+movieColumns, ids[:n])), "USING INTEGER PRIMARY KEY (rowid=?)")
			checkLookup(t, db, plan(s.among("SELECT id, title_key", ids[:n])), "USING INTEGER PRIMARY KEY (rowid=?)")
		}
	}
}

func checkLookup(t *testing.T, db *database.DB, plan, want string) {
	t.Helper()
	plan, checks, _ := strings.Cut(plan, "; ") // of each film: its genres and other titles
	for check := range strings.SplitSeq(checks, "; ") {
		if strings.HasPrefix(check, "SCAN") || strings.HasPrefix(check, "ALL") || strings.HasPrefix(check, "index") {
			t.Errorf("the plan also has %q", check)
		}
	}
	if db.Driver() == database.MySQL {
		want = "range PRIMARY"
		if strings.HasPrefix(plan, "const PRIMARY") || strings.HasPrefix(plan, "Impossible WHERE noticed after reading const") { // a query for one film
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
		t.Errorf("%s (later page: %v): the scan starts at the end of the index: %q", what, later, plan)
	}
}

// fill adds n films of all genres with different numbers of likes.
func fill(t testing.TB, db *database.DB, n int) {
	t.Helper()
	all := make([]Movie, n)
	for i := range all {
		title := string(rune('a'+i%26)) + "-film"
		all[i] = Movie{Title: title, TitleKey: textindex.Key(title), CastMembers: "[]", Playtime: 90, Genre: genres[i%len(genres)], LikeCount: int64(i % 97), RatingScore: int64(i % 89), RatingCount: int64(i % 83), ReviewCount: int64(i % 79)}
		if i%5 != 0 {
			all[i].ReleaseYear = int64(1960 + i%60)
			all[i].ReleaseDate = fmt.Sprintf("%d-%02d", all[i].ReleaseYear, 1+i%12)
		}
	}
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.CreateInBatches(all, 500).Error; err != nil {
			return err
		}
		if err := derive(tx, all...); err != nil {
			return err
		}
		texts, err := textsOf(all)
		if err != nil {
			return err
		}
		return newIndex(db, nil).Add(tx, texts...)
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

// TestPageOfMatchesTakesTwoQueries expects one query of the index and one of the films, whatever the page size: for a text
// inside of titles, for one at their beginning, and for an exact title.
func TestPageOfMatchesTakesTwoQueries(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, 4000)
	for _, by := range []Sort{SortMatch, SortOldest, SortNewest} {
		for _, text := range []string{"film", "a", "afilm"} {
			for _, limit := range []int{1, 100} {
				reader := db.Reader(t.Context())
				pool := &counter{ConnPool: reader.Statement.ConnPool}
				reader.Statement.ConnPool = pool
				films, err := search{index: newIndex(db, nil), db: reader, q: textindex.Parse(text, "title"), by: by, p: page.Page{Limit: limit}}.run()
				want := 2
				if by == SortNewest { // it also reads the end of the index
					want = 3
				}
				if err != nil || len(films) != limit+1 || pool.queries != want {
					t.Errorf("a page of %d with %s by %q took %d queries and has %d films (%v)", limit, text, by, pool.queries, len(films), err)
				}
			}
		}
	}
}

func TestByIDsIsOneQuery(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, 100)
	s := New(Deps{DB: db})
	plans := testkit.Plans(t, db, func() {
		if films, err := s.ByIDs(t.Context(), []int64{1, 2, 3}); err != nil || len(films) != 3 {
			t.Errorf("got %d films (%v), want 3", len(films), err)
		}
	})
	if len(plans) != 1 {
		t.Errorf("three films took %d queries, want 1", len(plans))
	}
}

// TestModelHasTheColumnsAndIndexesOfTheMigrations compares the table that GORM creates from the model with the one
// that the migrations create.
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
			if !null || c.Name() == "id" { // SQLite allows both declarations of an id
				kind += " not null"
			}
			s.columns = append(s.columns, c.Name()+" "+kind)
		}
		slices.Sort(s.columns) // those of a later migration are behind the others
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
		for _, table := range []string{"reviews", "movie_reactions", "review_likes", "notifications", "movie_genres", "movie_titles", "movie_people", "movie_external_ids"} {
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
		t.Fatalf("create the table of the model: %v", err)
	}
	modelled := read()
	if !slices.Equal(migrated.columns, modelled.columns) {
		t.Errorf("columns:\nmigrations %v\nmodel      %v", migrated.columns, modelled.columns)
	}
	if !slices.Equal(migrated.indexes, modelled.indexes) {
		t.Errorf("indexes:\nmigrations %v\nmodel      %v", migrated.indexes, modelled.indexes)
	}
}
