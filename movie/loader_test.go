package movie_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// rowsOf are the rows of a source.
type rowsOf struct{ items []movie.Item }

func (r *rowsOf) Next() (movie.Item, error) {
	if len(r.items) == 0 {
		return movie.Item{}, io.EOF
	}
	item := r.items[0]
	r.items = r.items[1:]
	return item, nil
}

// row is what a source says of a film.
func row(title, date string, change func(*movie.Item)) movie.Item {
	item := movie.Item{Draft: movie.Draft{Title: title, ReleaseDate: date}}
	if change != nil {
		change(&item)
	}
	return item
}

// imports loads rows of a format and returns what became of them.
func (s *stage) imports(t testing.TB, o movie.LoadOptions, items ...movie.Item) []string {
	t.Helper()
	if o.Format == "" {
		o.Format = "test"
	}
	var got []string
	_, err := s.movies.Load(t.Context(), &rowsOf{items}, o, func(r movie.Result) {
		text := string(r.Outcome)
		if r.Outcome == movie.NeedsReview {
			text += fmt.Sprint(" ", r.Candidates)
		}
		got = append(got, text)
	}, func(movie.Progress) {})
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return got
}

func imdb(id string) func(*movie.Item) {
	return func(i *movie.Item) { i.Draft.ExternalIDs.IMDb, i.Key = id, id }
}

func TestRowsFindTheirFilms(t *testing.T) {
	t.Parallel()
	director := func(name string) func(*movie.Item) {
		return func(i *movie.Item) { i.Draft.Directors = []string{name} }
	}
	for name, c := range map[string]struct {
		films []movie.Draft
		row   movie.Item
		want  string
	}{
		"none":                   {nil, row("Ferry", "2011", nil), "created"},
		"id before title":        {[]movie.Draft{{Title: "Boat", ReleaseDate: "1990", Details: movie.Details{Aliases: []string{"Ferry"}, ExternalIDs: movie.ExternalIDs{IMDb: "tt0000001"}}}}, row("Ferry", "2011", imdb("tt0000001")), "unchanged"},
		"ids of two films":       {[]movie.Draft{{Title: "a", Details: movie.Details{ExternalIDs: movie.ExternalIDs{IMDb: "tt0000001"}}}, {Title: "b", Details: movie.Details{ExternalIDs: movie.ExternalIDs{TMDB: 5}}}}, row("a", "", func(i *movie.Item) { i.Draft.ExternalIDs = movie.ExternalIDs{IMDb: "tt0000001", TMDB: 5} }), "needs_review [1 2]"},
		"title and release":      {[]movie.Draft{{Title: "The Lantern Ferry", ReleaseDate: "2011-09-08"}}, row("lantern ferry", "2011", nil), "unchanged"},
		"article behind":         {[]movie.Draft{{Title: "The Lantern Ferry", ReleaseDate: "2011-09-08"}}, row("Lantern Ferry, The", "2011", nil), "unchanged"},
		"and for &":              {[]movie.Draft{{Title: "Salt & Rust", ReleaseDate: "1997"}}, row("Salt and Rust!", "1997", nil), "unchanged"},
		"original title":         {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011", Details: movie.Details{OriginalTitle: "등불 나룻배", Aliases: []string{"x"}}}}, row("등불나룻배", "2011", nil), "unchanged"},
		"alias":                  {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011", Details: movie.Details{Aliases: []string{"Été"}}}}, row("ete", "2011", nil), "unchanged"},
		"production year":        {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2013", Details: movie.Details{ProductionYear: 2010}}}, row("Ferry", "2010", nil), "unchanged"},
		"another year":           {[]movie.Draft{{Title: "Ferry", ReleaseDate: "1997"}}, row("Ferry", "2019", nil), "created"},
		"several hits":           {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011"}, {Title: "The Ferry", ReleaseDate: "2011"}}, row("Ferry", "2011", nil), "needs_review [1 2]"},
		"next year, director":    {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011", Details: movie.Details{Directors: []string{"Han Seo-yul"}}}}, row("Ferry", "2012", director("HAN SEO-YUL")), "unchanged"},
		"next year, another":     {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011", Details: movie.Details{Directors: []string{"Han"}}}}, row("Ferry", "2012", director("Kim")), "created"},
		"next year, unknown":     {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011"}}, row("Ferry", "2012", director("Kim")), "needs_review [1]"},
		"no year in the row":     {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011"}}, row("Ferry", "", nil), "needs_review [1]"},
		"no year in the film":    {[]movie.Draft{{Title: "Ferry"}}, row("Ferry", "2011", nil), "needs_review [1]"},
		"no years, other ids":    {[]movie.Draft{{Title: "Ferry", Details: movie.Details{ExternalIDs: movie.ExternalIDs{IMDb: "tt0000001"}}}}, row("Ferry", "", imdb("tt0000002")), "created"},
		"same year, other ids":   {[]movie.Draft{{Title: "Ferry", ReleaseDate: "2011", Details: movie.Details{ExternalIDs: movie.ExternalIDs{IMDb: "tt0000001"}}}}, row("Ferry", "2011", imdb("tt0000002")), "created"},
		"id and another id":      {[]movie.Draft{{Title: "Ferry", Details: movie.Details{ExternalIDs: movie.ExternalIDs{IMDb: "tt0000001", TMDB: 5}}}}, row("Ferry", "", func(i *movie.Item) { i.Draft.ExternalIDs = movie.ExternalIDs{IMDb: "tt0000001", TMDB: 6} }), "needs_review [1]"},
		"not a film":             {nil, row("Harbour Lights", "", func(i *movie.Item) { i.NotFilm = "Serie TV" }), "not_a_film"},
		"adds to what is there":  {[]movie.Draft{{Title: "Ferry", Details: movie.Details{ExternalIDs: movie.ExternalIDs{TMDB: 5}}}}, row("x", "", func(i *movie.Item) { i.Adds, i.Draft.ExternalIDs.TMDB, i.Draft.Directors = true, 5, []string{"Han"} }), "updated"},
		"adds to what is not":    {[]movie.Draft{{Title: "x", ReleaseDate: "2011"}}, row("x", "2011", func(i *movie.Item) { i.Adds = true; i.Draft.ExternalIDs.TMDB = 5 }), "needs_review []"},
		"letter is no article":   {[]movie.Draft{{Title: "A", ReleaseDate: "2011"}}, row("The", "2011", nil), "created"},
		"Die Hard is not Hard":   {[]movie.Draft{{Title: "Hard", ReleaseDate: "1988"}}, row("Die Hard", "1988", nil), "created"},
		"same title of one year": {[]movie.Draft{{Title: "Hamlet", ReleaseDate: "2000", Details: movie.Details{ExternalIDs: movie.ExternalIDs{MovieLens: 3}}}}, row("Hamlet", "2000", func(i *movie.Item) { i.Draft.ExternalIDs.MovieLens = 4 }), "created"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			for _, d := range c.films {
				s.addDirectly(t, d)
			}
			if got := s.imports(t, movie.LoadOptions{DryRun: true}, c.row); !slices.Equal(got, []string{c.want}) {
				t.Errorf("a dry run says %v, want %s", got, c.want)
			}
			if n := s.rows(t); n != int64(len(c.films)) {
				t.Errorf("after a dry run there are %d films", n)
			}
			if got := s.imports(t, movie.LoadOptions{}, c.row); !slices.Equal(got, []string{c.want}) {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestTheSameSourceAgainChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	rows := []movie.Item{
		row("Ferry", "2011", imdb("tt0000001")), row("Ferry", "", imdb("tt0000002")), row("Without a key", "", nil), row("Without a key", "", nil),
		row("Twice", "2001", nil), row("The Twice", "2001", nil),
	}
	want := []string{"created", "created", "created", "unchanged", "created", "unchanged"}
	if diff := cmp.Diff(want, s.imports(t, movie.LoadOptions{}, rows...)); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	if got := s.imports(t, movie.LoadOptions{}, rows...); slices.ContainsFunc(got, func(o string) bool { return o != "unchanged" }) {
		t.Errorf("again: %v", got)
	}
	if n := s.rows(t); n != 4 {
		t.Errorf("there are %d films, want 4", n)
	}
}

func TestSourcesAreRememberedWhereTitlesChange(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	keyed := row("Ferry", "2011", func(i *movie.Item) { i.Key = "office/1" })
	s.imports(t, movie.LoadOptions{}, keyed)
	s.PATCH(t, "/movies/1", s.As(t, admin), testkit.JSON(object{"title": "Boat", "aliases": []string{"Ship"}, "release_date": nil, "plot": "mine"})).Want(200)
	if got := s.imports(t, movie.LoadOptions{}, keyed); got[0] != "unchanged" {
		t.Errorf("the same row is %s", got[0])
	}
	keyed.Draft.Plot, keyed.Draft.Playtime = "theirs", 90
	if got := s.imports(t, movie.LoadOptions{}, keyed); got[0] != "updated" {
		t.Errorf("the row with more is %s", got[0])
	}
	m := s.GET(t, "/movies/1").Map()
	if m["title"] != "Boat" || m["plot"] != "mine" || m["playtime"] != 90.0 || m["release_date"] != "2011" {
		t.Errorf("what a member wrote has to stay, and what is missing to be filled: %v", m)
	}
	if got := s.imports(t, movie.LoadOptions{Update: true}, keyed); got[0] != "updated" {
		t.Errorf("with --update it is %s", got[0])
	}
	if m = s.GET(t, "/movies/1").Map(); m["title"] != "Ferry" || m["plot"] != "theirs" {
		t.Errorf("with --update the source wins: %v", m)
	}
	if got := s.imports(t, movie.LoadOptions{Update: true}, keyed); got[0] != "unchanged" {
		t.Errorf("with --update again it is %s", got[0])
	}
}

func TestSourcesOfFilmsThatAreGoneOrMerged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first, second := row("Ferry", "", func(i *movie.Item) { i.Key = "1" }), row("Barge", "1999", func(i *movie.Item) { i.Key = "2" })
	s.imports(t, movie.LoadOptions{}, first, second)
	if _, err := s.movies.Merge(t.Context(), 2, 1, false); err != nil {
		t.Fatal(err)
	}
	if got := s.imports(t, movie.LoadOptions{}, second); got[0] != "unchanged" {
		t.Errorf("the row of a merged film is %s", got[0])
	}
	if err := s.movies.Delete(t.Context(), 1, auth.Viewer{UserID: admin, Role: auth.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	if got := s.imports(t, movie.LoadOptions{}, first, second); !slices.Equal(got, []string{"created", "created"}) {
		t.Errorf("the rows of a deleted film are %v", got)
	}
}

func TestOwnRowsWithoutYearsAreAllFilms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	own := movie.LoadOptions{Own: true}
	a := row("Ferry", "", func(i *movie.Item) { i.Draft.Playtime = 90 })
	b := row("Ferry", "", func(i *movie.Item) { i.Draft.Playtime = 91 })
	if got := s.imports(t, own, a, b, a); !slices.Equal(got, []string{"created", "created", "unchanged"}) {
		t.Errorf("got %v", got)
	}
	if got := s.imports(t, own, b, a); !slices.Equal(got, []string{"unchanged", "unchanged"}) {
		t.Errorf("again: %v", got)
	}
	s.addDirectly(t, movie.Draft{Title: "Barge", Playtime: 80})
	if got := s.imports(t, own, row("Barge", "", func(i *movie.Item) { i.Draft.Playtime, i.Draft.Genre = 80, "Drama" })); got[0] != "unchanged" {
		t.Errorf("a row that equals a film is %s", got[0])
	}
}

func TestAnOwnRowWithoutAYearIsUnclearBesideAFilmThatHasOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	own := movie.LoadOptions{Format: movie.OwnFormat, Own: true}
	if got := s.imports(t, own, row("The Lantern Ferry", "2011-05-05", nil)); !slices.Equal(got, []string{"created"}) {
		t.Fatalf("the first file: %v", got)
	}
	got := s.imports(t, own, row("The Lantern Ferry", "", nil), row("Another Ferry", "", nil))
	if want := []string{"needs_review [1]", "created"}; !slices.Equal(got, want) {
		t.Errorf("rows without a year: %v, want %v", got, want)
	}
}

func TestOwnRowsAfterAnInterruptionBecomeTheSameFilms(t *testing.T) {
	told := func(plot string) movie.Item {
		return row("Alike", "2001", func(i *movie.Item) { i.Draft.Plot = plot })
	}
	file := func() []movie.Item {
		return []movie.Item{told("One."), told("Two."), row("Other", "1990", nil), told("Three.")}
	}
	for done := range len(file()) + 1 {
		s := newStage(t)
		own := movie.LoadOptions{Format: movie.OwnFormat, Own: true}
		s.imports(t, own, file()[:done]...)
		got := s.imports(t, own, file()...)
		for i, outcome := range got {
			want := movie.Created
			if i < done {
				want = movie.Unchanged
			}
			if outcome != string(want) {
				t.Errorf("interrupted after %d rows: row %d is %s; want %s", done, i, outcome, want)
			}
		}
	}
	s := newStage(t)
	s.imports(t, movie.LoadOptions{Format: movie.OwnFormat, Own: true}, told("One."))
	got := s.imports(t, movie.LoadOptions{Format: movie.OwnFormat, Own: true}, row("Alike", "2001", func(i *movie.Item) { i.Draft.Playtime = 90 }))
	if want := []string{string(movie.Updated)}; !cmp.Equal(got, want) {
		t.Errorf("a row of another file that tells more is %v; want %v", got, want)
	}
}

func TestImportBesideAServiceUsesShortTransactions(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var rows []movie.Item
	for i := range 600 {
		rows = append(rows, row(fmt.Sprint("film ", i), "2001", nil))
	}
	var largest, begun int64
	stored := func() bool { // it is asked before and after each transaction
		n := s.rows(t)
		largest, begun = max(largest, n-begun), n
		return true
	}
	if got := s.imports(t, movie.LoadOptions{Serving: stored}, rows...); len(got) != 600 {
		t.Errorf("%d rows were stored", len(got))
	}
	if largest == 0 || largest > 50 {
		t.Errorf("a transaction stored %d films", largest)
	}
}

func TestAFailingSourceKeepsTheRowsBeforeIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	done, err := s.movies.Load(t.Context(), &failing{rowsOf{[]movie.Item{row("a", "2001", nil), row("b", "2001", nil)}}},
		movie.LoadOptions{Format: "test"}, func(movie.Result) {}, func(movie.Progress) {})
	if err == nil || err.Error() != "import: read: gone" || done.Imported != 2 {
		t.Errorf("imported %d, error %v", done.Imported, err)
	}
}

// failing fails after its rows.
type failing struct{ rowsOf }

func (f *failing) Next() (movie.Item, error) {
	item, err := f.rowsOf.Next()
	if err != nil {
		err = errors.New("gone")
	}
	return item, err
}

// catalogue is a catalogue in a SQLite file, whose schema can be read while an import writes.
type catalogue struct {
	db     *database.DB
	movies *movie.Service
}

func newCatalogue(t testing.TB) catalogue {
	t.Helper()
	db, err := database.Open(t.Context(), testkit.MigratedFile(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return catalogue{db, movie.New(movie.Deps{DB: db, Clock: time.Now})}
}

// schema returns the names of tables and indexes.
func (c catalogue) schema(t testing.TB) (names []string) {
	t.Helper()
	err := database.Each(c.db.Reader(t.Context()), "SELECT name FROM sqlite_master ORDER BY name", nil, func(row database.Scanner) error {
		var name string
		err := row.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// load imports the rows of a source, and returns how many films it made.
func (c catalogue) load(t testing.TB, source movie.Items, serving func() bool) (films int64, err error) {
	t.Helper()
	done, err := c.movies.Load(t.Context(), source, movie.LoadOptions{Format: "test", Serving: serving}, func(movie.Result) {}, func(movie.Progress) {})
	return done.Imported, err
}

// numbered returns rows of so many films.
func numbered(n int) rowsOf {
	rows := make([]movie.Item, n)
	for i := range rows {
		rows[i] = row(fmt.Sprint("film ", i), "2001", nil)
	}
	return rowsOf{rows}
}

func TestImportsBuildTheIndexesThatTheyHaveDropped(t *testing.T) {
	t.Parallel()
	const films = 4500
	for name, c := range map[string]struct {
		serves bool // a service starts when they are dropped
		fails  bool // the source does, after its rows
	}{"whole": {}, "a service starts": {serves: true}, "the source fails": {fails: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			into, rows := newCatalogue(t), numbered(films)
			before := into.schema(t)
			var source movie.Items = &rows
			if c.fails {
				source = &failing{rows}
			}
			dropped, built := false, false
			n, err := into.load(t, source, func() bool {
				has := slices.Contains(into.schema(t), "idx_movies_title")
				built = built || dropped && has
				dropped = dropped || !has
				return c.serves && dropped
			})
			if (err != nil) != c.fails || n != films {
				t.Errorf("imported %d films, error %v", n, err)
			}
			if !dropped || built != c.serves {
				t.Errorf("dropped %t, built before the end %t", dropped, built)
			}
			if diff := cmp.Diff(before, into.schema(t)); diff != "" {
				t.Errorf("the schema has changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestFewNewFilmsAreImportedWithTheIndexes(t *testing.T) {
	t.Parallel()
	into := newCatalogue(t)
	before := into.schema(t)
	for _, n := range []int{1900, 3800} { // of the second file, half is there
		rows := numbered(n)
		got, err := into.load(t, &rows, func() bool {
			if diff := cmp.Diff(before, into.schema(t)); diff != "" {
				t.Errorf("the schema has changed (-before +during):\n%s", diff)
			}
			return false
		})
		if err != nil || got != 1900 {
			t.Errorf("imported %d films, error %v", got, err)
		}
	}
}

// TestALargeImportFindsWhatItAndOthersHaveStored has rows about films that were stored before the indexes were dropped, since
// then by the same import, and by another program meanwhile.
func TestALargeImportFindsWhatItAndOthersHaveStored(t *testing.T) {
	t.Parallel()
	config := testkit.MigratedFile(t)
	var both [2]*movie.Service
	for i := range both {
		db, err := database.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		both[i] = movie.New(movie.Deps{DB: db, Clock: time.Now})
	}
	rows := numbered(10_001)
	rows.items[9000] = row("known by its id", "1950", imdb("tt9900009"))
	told := func(i *movie.Item) { i.Draft.Plot = "A plot." }
	again := []movie.Item{
		row("film 7", "2001", told), row("Film 8000", "2001", told), row("Late", "2002", told), rows.items[8500],
		row("another title", "1950", func(i *movie.Item) { imdb("tt9900009")(i); told(i) }), row("New", "2001", told),
	}
	rows.items = append(rows.items, again...)
	var outcomes []movie.Outcome
	_, err := both[0].Load(t.Context(), &rows, movie.LoadOptions{Format: "test"},
		func(r movie.Result) { outcomes = append(outcomes, r.Outcome) },
		func(p movie.Progress) { // is called between two transactions
			if p.Read != 10_000 {
				return
			}
			if _, err := both[1].Create(t.Context(), 0, movie.Draft{Title: "Late", ReleaseDate: "2002"}); err != nil {
				t.Error(err)
			}
		})
	if err != nil {
		t.Fatal(err)
	}
	want := []movie.Outcome{movie.Updated, movie.Updated, movie.Updated, movie.Unchanged, movie.Updated, movie.Created}
	if diff := cmp.Diff(want, outcomes[max(0, len(outcomes)-len(again)):]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
