package movie

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Filter selects films. All conditions that are not empty must hold.
type Filter struct {
	Title      string // a part of one of the titles, as people type it; see textindex.Query
	Genre      string // one of the genres
	Year       int64  // of the release
	Person     string // the name of a director or a member of the cast, regardless of case
	ExternalID ExternalID
}

// List returns a page of the films that match f, never nil, and the key of the next page, or nil on the last page.
// A late page costs no more than the first one.
func (s *Service) List(ctx context.Context, f Filter, by Sort, p page.Page) ([]Movie, *page.Key, error) {
	q := f.query()
	if by == SortMatch && q.Empty() {
		by = SortOldest
	}
	films, err := s.list(ctx, q, f, by, p)
	if err != nil {
		return nil, nil, fmt.Errorf("list movies: %w", err)
	}
	films, next := page.Cut(films, p, func(m Movie) page.Key { return by.key(q, m) })
	return films, next, nil
}

func (s *Service) list(ctx context.Context, q textindex.Query, f Filter, by Sort, p page.Page) ([]Movie, error) {
	if q.Empty() || f.few() {
		return scan(s.db.Reader(ctx), q, f, by, p)
	}
	complete, err := s.index.Complete(ctx)
	if err != nil {
		return nil, err
	}
	if !complete {
		return scan(s.db.Reader(ctx), q.Or("movies.title_key", oldKey(f.Title)), f, by, p)
	}
	films, err := search{index: s.index, db: s.db.Reader(ctx), q: q, f: f, by: by, p: p}.run()
	if err != nil {
		return nil, fmt.Errorf("search by the ngram index: %w", err)
	}
	return films, nil
}

// few reports whether an index finds the few films that can match, so that the ngram index is not needed.
func (f Filter) few() bool { return f.Person != "" || f.ExternalID != ExternalID{} }

// scan returns the films of a page and one more without the ngram index.
func scan(db *gorm.DB, q textindex.Query, f Filter, by Sort, p page.Page) ([]Movie, error) {
	switch by {
	case SortReleased:
		return scanReleased(db, q, f, p)
	case SortMatch:
		return scanMatches(db, q, f, p)
	}
	query, args := listQuery(db.Name(), q, f, by, p)
	return readPage(db, q, f, query, args, p.Fetch())
}

// scanReleased returns the films with a release date, then those without.
func scanReleased(db *gorm.DB, q textindex.Query, f Filter, p page.Page) ([]Movie, error) {
	var films []Movie
	if p.After == nil || p.After.Text != "" {
		query, args := listQuery(db.Name(), q, f, SortReleased, p)
		var err error
		films, err = readPage(db, q, f, query, args, p.Fetch())
		if err != nil || len(films) == p.Fetch() || f.Year != 0 { // without a date there is no year
			return films, err
		}
		p.After = &page.Key{}
	}
	p.Limit -= len(films)
	query, args := listQuery(db.Name(), q, f, sortUnreleased, p)
	others, err := readPage(db, q, f, query, args, 0)
	return append(films, others...), err
}

// scanMatches returns the films of one rank after the other.
func scanMatches(db *gorm.DB, q textindex.Query, f Filter, p page.Page) ([]Movie, error) {
	var films []Movie
	at := positionOf(p)
	for ; at.Rank <= textindex.Part && len(films) < p.Fetch(); at = (textindex.Position{Rank: at.Rank + 1}) {
		query, args := rankQuery(db.Name(), q, f, at, p.Fetch()-len(films))
		some, err := readPage(db, q, f, query, args, 0)
		if err != nil {
			return nil, err
		}
		films = append(films, some...)
	}
	return films, nil
}

// positionOf returns the position after which a page in the order of matches begins.
func positionOf(p page.Page) textindex.Position {
	if p.After == nil {
		return textindex.Position{}
	}
	return textindex.Position{Rank: textindex.Rank(p.After.Num), ID: p.After.ID}
}

// listQuery returns the query of a page that reads along the index of the order and compares every title on its way.
func listQuery(driver string, q textindex.Query, f Filter, by Sort, p page.Page) (string, []any) {
	start := by.start()
	if p.After != nil {
		start = *p.After
	}
	from := f.source(driver, by)
	after, keys := by.after(start, from)
	args := append(slices.Clone(from.args), keys...)
	query := from.query + " WHERE " + from.condition + after + " AND "
	if q.Empty() {
		query += notHidden
	} else {
		matches, texts := matches(driver, q, from.column("title_key"))
		query, args = query+matchingShown(matches), append(args, texts...)
	}
	return query + " ORDER BY " + by.order(from) + database.Limit(driver), append(args, p.Fetch())
}

// rankQuery returns the query for the first n films of one rank after a position, in the order of their ids.
func rankQuery(driver string, q textindex.Query, f Filter, after textindex.Position, n int) (string, []any) {
	along := SortMatch
	if after.Rank == textindex.Exact { // the indexes of titles have those of one title by id
		along = SortTitle
	}
	from := f.source(driver, along)
	matches, texts := matchesAs(after.Rank, driver, q, from.column("title_key"))
	args := append(append(slices.Clone(from.args), texts...), after.ID, n)
	if after.Rank == textindex.Part {
		matches = matchingShown(matches)
	} else { // the index of titles finds them
		matches += " AND " + notHidden
	}
	return from.query + " WHERE " + from.condition + matches + " AND " + from.id + " > ? ORDER BY " + from.id + database.Limit(driver), args
}

// matchingShown is the condition for films that match and are not hidden. That most films do not match can be seen in the index
// of the order; but for the order that CASE gives, SQLite would read each film itself first, to see whether it is hidden.
func matchingShown(matches string) string {
	return "CASE WHEN " + matches + " THEN " + notHidden + " ELSE FALSE END"
}

// source is where a list of films begins: the table whose indexes serve the filter and the order, joined with the films.
type source struct {
	query     string // from SELECT to before WHERE
	condition string // that leaves out the films that do not match, but not the hidden ones, followed by AND, or ""
	args      []any  // of condition
	id        string // the column with the id of the film that the indexes have
	copies    string // the prefix of the columns to sort by that this table has, "" for the films themselves
}

func (s source) column(name string) string {
	if s.copies != "" {
		return s.copies + name
	}
	return "movies." + name
}

// source returns where a list of the films of f begins. Of several conditions it begins with the one that leaves the fewest
// films: at most one has an external id, few a person, and there are more years than genres. The order of a join is fixed,
// or a planner that counts few films of a genre would sort them.
func (f Filter) source(driver string, by Sort) source {
	join := " CROSS JOIN "
	if driver == database.MySQL {
		join = " STRAIGHT_JOIN "
	}
	s := source{query: "SELECT " + qualifiedColumns + " FROM ", id: "movies.id"}
	rest := f
	switch {
	case f.ExternalID != ExternalID{}:
		s.query += "movie_external_ids e" + join + "movies ON movies.id = e.movie_id"
		s.condition, s.args = "e.kind = ? AND e.value = ? AND ", []any{f.ExternalID.Kind, f.ExternalID.Value}
		rest.ExternalID = ExternalID{}
	case f.Person != "":
		s.query += "movie_people p" + join + "movies ON movies.id = p.movie_id"
		s.condition, s.args, s.id = "p.name_key = ? AND ", []any{nameKey(f.Person)}, "p.movie_id"
		rest.Person = ""
	case f.Year != 0:
		s.query += "movies" + force(driver, "idx_movies_year", by, map[Sort]string{
			SortTitle: "idx_movies_year_title", SortMostLiked: "idx_movies_year_likes", SortBestRated: "idx_movies_year_score",
			SortReleased: "idx_movies_release", SortLatest: "idx_movies_release",
		})
		s.condition, s.args = "movies.release_year = ? AND ", []any{f.Year}
		if by == SortReleased || by == SortLatest { // the index of the order has the year in its dates
			year := yearTag(f.Year)
			s.condition, s.args = "movies.release_date >= ? AND movies.release_date < ? AND ", []any{year, year + afterDates}
		}
		rest.Year = 0
	case f.Genre != "":
		s.query += "movie_genres g" + force(driver, "idx_movie_genres_genre", by, map[Sort]string{
			SortTitle: "idx_movie_genres_title", SortMostLiked: "idx_movie_genres_likes", SortBestRated: "idx_movie_genres_score",
			SortMostRated: "idx_movie_genres_ratings", SortMostReviewed: "idx_movie_genres_reviews",
			SortReleased: "idx_movie_genres_release", sortUnreleased: "idx_movie_genres_release", SortLatest: "idx_movie_genres_release",
		}) + join + "movies ON movies.id = g.movie_id"
		s.condition, s.args, s.id, s.copies = "g.genre = ? AND ", []any{f.Genre}, "g.movie_id", "g."
		rest.Genre = ""
	default:
		s.query += "movies"
	}
	condition, args := rest.condition()
	s.condition, s.args = s.condition+condition, append(s.args, args...)
	return s
}

// force makes MySQL, whose planner is wrong about films of a year or genre, read along the index of the order, or else along
// the other one.
func force(driver, other string, by Sort, indexes map[Sort]string) string {
	if driver != database.MySQL {
		return ""
	}
	return " FORCE INDEX (" + cmp.Or(indexes[by], other) + ")"
}

// condition returns the conditions for a row of films, each followed by AND. Planners cannot turn a count into a join, for
// which they would leave the index of the order.
func (f Filter) condition() (string, []any) {
	condition, args := "", []any(nil)
	add := func(one string, values ...any) { condition, args = condition+one+" AND ", append(args, values...) }
	if f.Year != 0 {
		add("movies.release_year = ?", f.Year)
	}
	if f.Genre != "" {
		add("(SELECT COUNT(*) FROM movie_genres c WHERE c.movie_id = movies.id AND c.genre = ?) > 0", f.Genre)
	}
	if f.Person != "" {
		add("(SELECT COUNT(*) FROM movie_people c WHERE c.movie_id = movies.id AND c.name_key = ?) > 0", nameKey(f.Person))
	}
	if f.ExternalID != (ExternalID{}) {
		add("(SELECT COUNT(*) FROM movie_external_ids c WHERE c.kind = ? AND c.value = ? AND c.movie_id = movies.id) > 0", f.ExternalID.Kind, f.ExternalID.Value)
	}
	return condition, args
}

// matches returns the condition for films one of whose titles matches. key is the column with the key of the title.
func matches(driver string, q textindex.Query, key string) (string, []any) {
	condition, args := q.Matches(driver, key)
	others, texts := q.In("t.title").Matches(driver, "t.title_key")
	return "(" + condition + " OR (SELECT COUNT(*) FROM movie_titles t WHERE t.movie_id = movies.id AND " + others + ") > 0)", append(args, texts...)
}

// matchesAs is matches for the films of one rank. That of a film is the rank of its title, so films are last where only
// another title matches.
func matchesAs(rank textindex.Rank, driver string, q textindex.Query, key string) (string, []any) {
	if rank != textindex.Part {
		return q.MatchesAs(rank, driver, key)
	}
	condition, args := matches(driver, q, key)
	begins, starts := q.Begins(driver, key)
	return condition + " AND NOT (" + begins + ")", append(args, starts...)
}

// readPage is readMovies for a page of the films that match, which may be few of very many.
func readPage(db *gorm.DB, q textindex.Query, f Filter, query string, args []any, size int) ([]Movie, error) {
	if q.Empty() && f == (Filter{}) {
		return readMovies(db, query, args, size)
	}
	return database.CollectFew(db, table.Targets, size, query, args...)
}

// readMovies returns the films of a query that selects movieColumns, of which it expects size.
func readMovies(db *gorm.DB, query string, args []any, size int) ([]Movie, error) {
	return database.Collect(db, table.Targets, size, query, args...)
}

func (f Filter) query() textindex.Query { return textindex.Parse(f.Title, "movies.title") }

// Stamps returns ids and times of the films with ids above after and up to last, by id, without hidden ones.
func (s *Service) Stamps(ctx context.Context, after, last int64) ([]database.Stamp, error) {
	return s.db.Stamps(ctx, "movies", after, last, notHidden)
}

// LastID returns the largest id of a film, or 0 without films.
func (s *Service) LastID(ctx context.Context) (int64, error) { return s.db.LastID(ctx, "movies") }

// AddedBy returns the newest films that a user added, at most limit, the hidden ones among them.
func (s *Service) AddedBy(ctx context.Context, userID int64, limit int) ([]Movie, error) {
	query := "SELECT " + movieColumns + " FROM movies WHERE created_by = ? ORDER BY id DESC" + database.Limit(s.db.Driver())
	rows, err := readMovies(s.db.Reader(ctx), query, []any{userID, limit}, limit)
	if err != nil {
		return nil, fmt.Errorf("list the films added by user %d: %w", userID, err)
	}
	return rows, nil
}
