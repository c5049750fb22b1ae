package history

import (
	"cmp"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// imdbSheets are the files of IMDb of all generations. Those before 2017 have the same headings for ratings, the watchlist
// and lists, and later ones for the last two. The watchlist comes last: ratings of lists take films off it that are wanted again.
func imdbSheets() []sheet {
	const other = "title title_type original_title url imdb_rating runtime_(mins) year genres num_votes num._votes release_date " +
		"release_date_(month/day/year) directors created modified description date_rated date_added your_rating you_rated position name known_for birth_date"
	return []sheet{
		{format: IMDb, name: "ratings", order: 1, kind: Rating, needs: "const your_rating|you_rated", lacks: "position", other: other, start: imdbRatings},
		{
			format: IMDb, name: "ratings", order: 1, kind: Rating, needs: "const position you_rated", called: called("ratings"), other: other,
			start: imdbRatings,
		},
		{
			format: IMDb, name: "watchlist", order: 3, kind: Watchlist, needs: "const position", called: calledWatchlist, other: other,
			start: imdbWatchlist,
		},
		{format: IMDb, name: "list", order: 2, kind: ListItem, needs: "const position", called: otherwise, other: other, start: imdbList},
		// Tools write files of nothing but ids, and perhaps titles, for what imports lists of IMDb.
		{
			format: IMDb, name: "watchlist", order: 3, kind: Watchlist, needs: "const", lacks: "position your_rating you_rated", only: true,
			called: called("watchlist"), other: "title title_type year url original_title", start: imdbWatchlist,
		},
		{
			format: IMDb, name: "list", order: 2, kind: ListItem, needs: "const", lacks: "position your_rating you_rated", only: true,
			called: otherwise, other: "title title_type year url original_title", start: imdbList,
		},
	}
}

// uuid is how IMDb calls all its files since 2024.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// calledWatchlist reports whether a file is a watchlist: by its name or, if that tells nothing, because no item of it has a
// description, which items of lists have.
func calledWatchlist(name string, f *tabular.File) bool {
	if strings.Contains(name, "watchlist") {
		return true
	}
	return uuid.MatchString(name) && !hasDescription(f)
}

func hasDescription(f *tabular.File) bool {
	rows := tabular.NewTable(strings.NewReader(f.Head), dialect(f))
	column := -1
	for {
		r, err := rows.Next()
		if err != nil || r.Err != nil { // the head may end within a row
			return false
		}
		if column < 0 {
			var has bool
			if column, has = columnsOf(fold(r.Cells))["description"]; !has {
				return false
			}
			continue
		}
		if column < len(r.Cells) && strings.TrimSpace(r.Cells[column]) != "" {
			return true
		}
	}
}

// imdbFilm returns the film of a row. Title and type are in the language of the account.
func imdbFilm(r row) Film {
	f := Film{
		Title: line(cmp.Or(r.get("title"), r.get("original_title"))), OriginalTitle: line(r.get("original_title")),
		Year:      cmp.Or(year(r.get("year")), year(r.get("release_date", "release_date_(month/day/year)"))),
		Directors: split(r.get("directors"), ","),
	}
	f.IDs.IMDb = source.IMDbID(r.get("const"))
	if source.IsIMDbPerson(r.get("const")) { // of a list of people
		f.Title, f.NotFilm = line(cmp.Or(f.Title, r.get("name"))), "person"
		return f
	}
	if f.OriginalTitle == f.Title {
		f.OriginalTitle = ""
	}
	if kind := r.get("title_type"); kind != "" && !source.IsFilm(kind) {
		f.NotFilm = kind
	} else if span := r.get("year"); strings.ContainsAny(span, "-–") {
		f.NotFilm = span
	}
	return f
}

// imdbTime returns when an item was rated or added: 2026-06-19, or "Sat Apr 23 08:36:35 2011" before 2017. Of a date that a
// spreadsheet has written anew day and month cannot be told apart: it is left out.
func (s *scope) imdbTime(text string) time.Time {
	if t, err := time.ParseInLocation(time.ANSIC, text, s.Zone); err == nil {
		return t
	}
	return s.when(text)
}

func imdbRatings(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := imdbFilm(r)
		out := s.rated(f, r.get("your_rating", "you_rated"), 10, s.imdbTime(r.get("date_rated", "date_added", "created")))
		return imdbChecked(r, orNoRating(out, f))
	}
}

// imdbChecked fails the entries of a row without an id: it was shifted or is no row of IMDb.
func imdbChecked(r row, out []Entry) []Entry {
	if source.IMDbID(r.get("const")) == "" && !source.IsIMDbPerson(r.get("const")) {
		out[0].Failed = noID
		return out[:1]
	}
	return out
}

// imdbRated returns the rating that stands at the end of a row of a list. It is empty where there is none.
func (s *scope) imdbRated(f Film, r row) []Entry {
	return s.rated(f, r.get("your_rating", "you_rated"), 10, s.imdbTime(r.get("date_rated")))
}

func imdbWatchlist(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := imdbFilm(r)
		e := Entry{Kind: Watchlist, Key: f.Key(), Film: f, At: s.imdbTime(r.get("created"))}
		if f.NotFilm != "" {
			return imdbChecked(r, one(e))
		}
		return imdbChecked(r, append(s.imdbRated(f, r), one(e)...))
	}
}

// imdbList reads a list, which has no name but that of the file.
func imdbList(s *scope, file *tabular.File) func(row) []Entry {
	title := labelOf(file, s.Options)
	title = strings.TrimSuffix(title, path.Ext(title))
	name := cmp.Or(title, "IMDb") // of .csv nothing is left
	if file.Inside {
		name = cmp.Or(strings.ToLower(title), "IMDb")
	}
	begun := false
	return func(r row) (out []Entry) {
		if !begun {
			begun = true
			out = []Entry{{Kind: List, Key: name, Title: cmp.Or(line(title), "IMDb")}}
		}
		f := imdbFilm(r)
		item := one(Entry{
			Kind: ListItem, Key: name + "\n" + f.Key(), ListKey: name, Film: f, Position: number(r.get("position")), Note: plain(r.get("description")),
			At: s.imdbTime(r.get("created")),
		})
		if f.NotFilm == "" {
			out = append(out, s.imdbRated(f, r)...)
		}
		return append(out, imdbChecked(r, item)...)
	}
}
