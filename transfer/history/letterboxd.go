package history

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

func letterboxdSheets() []sheet {
	const (
		film = "name year letterboxd_uri"
		ids  = " imdbid imdb_id tmdbid tmdb_id" // as tools add them
	)
	return []sheet{
		{format: Letterboxd, name: "list", order: 7, kind: ListItem, needs: "date name tags url description", start: letterboxdList},
		{
			format: Letterboxd, name: "reviews", order: 4, kind: Review, needs: film + " review", other: "date rating rewatch tags watched_date" + ids,
			prepare: letterboxdReview, start: letterboxdReviews,
		},
		{
			format: Letterboxd, name: "diary", order: 3, kind: Viewing, needs: film + " watched_date", other: "date rating rewatch tags" + ids,
			start: letterboxdDiary,
		},
		{format: Letterboxd, name: "ratings", order: 2, kind: Rating, needs: film + " rating", other: "date" + ids, prepare: letterboxdFilm, start: letterboxdRatings},
		{
			format: Letterboxd, name: "watched", order: 1, kind: Watched, called: called("watched"), needs: film, other: "date" + ids, prepare: letterboxdFilm,
			start: letterboxdMarks(Watched),
		},
		{
			format: Letterboxd, name: "likes", order: 5, kind: Reaction, called: called("films", "likes"), needs: film, other: "date" + ids, prepare: letterboxdFilm,
			start: letterboxdMarks(Reaction),
		},
		{
			format: Letterboxd, name: "watchlist", order: 6, kind: Watchlist, called: called("watchlist"), needs: film, other: "date" + ids, prepare: letterboxdFilm,
			start: letterboxdMarks(Watchlist),
		},
	}
}

// letterboxdFilm remembers the id of a film. The address in a diary or a review is that of the entry, and the one in the
// other files that of the film, so that only the title and the year join them.
func letterboxdFilm(s *scope, r row) error {
	key, id := titled(r).Key(), source.LetterboxdID(r.get("letterboxd_uri"))
	if other, has := s.films[key]; has && other != id {
		id = "" // two films of a title and a year
	}
	s.films[key] = id
	return nil
}

// titled returns the film of a row without ids.
func titled(r row) Film { return Film{Title: line(r.get("name", "title")), Year: year(r.get("year"))} }

// entryFilm returns the film of an entry of a diary, by what the other files say, and its key.
func (s *scope) entryFilm(r row) (f Film, key string) {
	f = titled(r)
	f.IDs.Letterboxd = s.films[f.Key()]
	return f.withIDs(r)
}

// uriFilm returns the film of a row with the address of the film, and its key.
func uriFilm(r row, column string) (f Film, key string) {
	f = titled(r)
	f.IDs.Letterboxd = source.LetterboxdID(r.get(column))
	return f.withIDs(r)
}

// withIDs returns a film with the ids that a tool has added, and the key that it has without them, so that it is the same film
// as in the export itself.
func (f Film) withIDs(r row) (with Film, key string) {
	key = f.Key()
	f.IDs.IMDb, f.IDs.TMDB = source.IMDbID(r.get("imdbid", "imdb_id")), number(r.get("tmdbid", "tmdb_id"))
	return f, key
}

// letterboxdReview remembers the newest reviews. Two films of one title and year keep all of theirs.
func letterboxdReview(s *scope, r row) error {
	if id, has := s.films[titled(r).Key()]; !has || id != "" {
		f, _ := s.entryFilm(r)
		s.reviews.add(f, review{s.ordered(r.get("date")), s.ordered(r.get("watched_date")), r.get("letterboxd_uri"), plain(r.get("review"))})
	}
	return nil
}

// letterboxdMarks reads the files that have a film in each row.
func letterboxdMarks(kind Kind) func(*scope, *tabular.File) func(row) []Entry {
	return func(s *scope, _ *tabular.File) func(row) []Entry {
		return func(r row) []Entry {
			f, key := uriFilm(r, "letterboxd_uri")
			return one(Entry{Kind: kind, Key: key, Film: f, At: s.when(r.get("date"))})
		}
	}
}

func letterboxdRatings(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f, key := uriFilm(r, "letterboxd_uri")
		out := orNoRating(s.rated(f, r.get("rating"), 5, s.when(r.get("date"))), f)
		out[0].Key = key
		return out
	}
}

// letterboxdDiary reads viewings. What is an earlier review of the film becomes the note.
func letterboxdDiary(s *scope, _ *tabular.File) func(row) []Entry {
	return s.letterboxdViewing
}

func (s *scope) letterboxdViewing(r row) []Entry {
	address := r.get("letterboxd_uri")
	f, key := s.entryFilm(r)
	s.viewed[address] = true
	rewatch := strings.EqualFold(r.get("rewatch"), "yes")
	e := Entry{Kind: Viewing, Key: address, Film: f, At: s.when(r.get("date")), Rewatch: &rewatch, Tags: tags(r.get("tags"), ",")}
	e.Note = s.reviews.earlier[address]
	return s.viewing(e, r.get("watched_date"), r.get("rating"), 5, key)
}

// viewing returns a viewing with its day and its rating. A rating that is none of its scale is a bad row of its own.
func (s *scope) viewing(e Entry, seenOn, rated string, most float64, film string) (out []Entry) {
	var failed apperr.Text
	if e.Rating, failed = rating(rated, most); failed != fine {
		out = one(Entry{Kind: Rating, Key: film, Film: e.Film, Failed: failed})
	}
	e.Day, e.Failed = s.seenOn(seenOn)
	return append(one(e), out...)
}

// letterboxdReviews reads reviews, and the viewings that no diary had before.
func letterboxdReviews(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) (out []Entry) {
		address, seen := r.get("letterboxd_uri"), r.get("watched_date") != ""
		if seen && !s.viewed[address] {
			out = s.letterboxdViewing(r)
		}
		f, key := s.entryFilm(r)
		e := Entry{Kind: Review, Film: f, At: s.when(r.get("date")), Content: plain(r.get("review"))}
		if e.Rating, e.Failed = rating(r.get("rating"), 5); !seen && e.Rating != 0 && !s.has["letterboxd-ratings"] {
			out = append(out, one(Entry{Kind: Rating, Key: key, Film: e.Film, At: e.At, Rating: e.Rating})...)
		}
		if seen {
			e.Failed = fine // the viewing tells
		}
		e.Rating = 0 // it is that of the viewing, or stands for itself
		if seen {
			e.Viewing = address
		}
		_, e.Earlier = s.reviews.earlier[address]
		e.Key = reviewKey(e.Film, address, e.Earlier)
		if e.Content == "" || e.Earlier && seen {
			return out
		}
		return append(out, one(e)...)
	}
}

// letterboxdList reads a list: a row about the list, and rows about its films below a header of their own. The description
// may have blank lines and what looks like that header.
func letterboxdList(s *scope, f *tabular.File) func(row) []Entry {
	var list Entry
	return func(r row) []Entry {
		switch {
		case list.Key == "":
			list = Entry{Kind: List, Title: line(r.get("name")), Content: plain(r.get("description")), At: s.when(r.get("date"))}
			list.Key = cmp.Or(r.get("url"), f.Name+"\n"+list.Title)
			return one(list)
		case strings.EqualFold(strings.TrimSpace(r.cells[0]), "position"):
			clear(r.columns)
			for i, name := range fold(r.cells) {
				r.columns[name] = i
			}
			return nil
		}
		film, key := uriFilm(r, "url")
		return one(Entry{
			Kind: ListItem, Key: list.Key + "\n" + key, ListKey: list.Key, Film: film, Position: number(r.get("position")),
			Note: plain(r.get("description")),
		})
	}
}

// letterboxdImportSheets are the files that Letterboxd imports, on three pages of its own: what was seen, the watchlist, and
// a list, in which a review is the note of the film. Their names tell them apart, such as those of an export from here.
func letterboxdImportSheets() []sheet {
	const (
		needs = "letterboxduri|tmdbid|imdbid|title letterboxduri|watcheddate|rating10|rating|review|rewatch"
		lacks = "const watchedat addedat userrating simkl_id playtime movie_id media_id"
		other = "title year directors tags letterboxduri tmdbid imdbid createddate"
		kinds = " type title_type media_type" // as tools add them
		// filmsOnly are the headings of files that tell of films and nothing else.
		filmsOnly = "letterboxduri|tmdbid|imdbid|title letterboxduri|tmdbid|imdbid|year"
	)
	return []sheet{
		{
			format: LetterboxdImport, name: "list", order: 7, kind: ListItem, called: called("lists/"), needs: needs, lacks: lacks + " watcheddate rewatch",
			other: other + kinds + " rating rating10", start: letterboxdImportList,
		},
		{
			format: LetterboxdImport, name: "watchlist", order: 6, kind: Watchlist, called: called("watchlist"), needs: needs,
			lacks: lacks + " watcheddate rewatch rating rating10 review", other: other + kinds, start: letterboxdImportWatchlist,
		},
		{
			format: LetterboxdImport, name: "films", order: 1, kind: Viewing, called: otherwise, needs: needs, lacks: lacks, other: other + kinds,
			prepare: letterboxdImportReview, start: letterboxdImport,
		},
		{
			format: LetterboxdImport, name: "watchlist", order: 6, kind: Watchlist, called: called("watchlist"), needs: filmsOnly, other: other + kinds, only: true,
			start: letterboxdImportWatchlist,
		},
		{format: LetterboxdImport, name: "films", order: 1, kind: Viewing, called: otherwise, needs: filmsOnly, other: other + kinds, only: true, start: letterboxdImport},
	}
}

func letterboxdImportWatchlist(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f, _ := s.letterboxdImportFilm(r)
		return one(Entry{Kind: Watchlist, Key: f.Key(), Film: f})
	}
}

// listFile matches the name of a list in an export from here: a number, the title, and which part of the list it is.
var listFile = regexp.MustCompile(`(?i)^(?:\d{3,}-)?(.*?)(?:-\d+)?\.csv$`)

func listTitle(name string) string {
	if m := listFile.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}

// letterboxdImportList reads the films of a list, whose title is in the name of the file.
func letterboxdImportList(s *scope, f *tabular.File) func(row) []Entry {
	title, key := listTitle(labelOf(f, s.Options)), "list "+listTitle(path.Base(nameOf(f, s.Options)))
	return func(r row) (out []Entry) {
		if !s.lists[key] {
			s.lists[key] = true
			out = one(Entry{Kind: List, Key: key, Title: line(title)})
		}
		film, _ := s.letterboxdImportFilm(r)
		return append(out, one(Entry{Kind: ListItem, Key: key + "\n" + film.Key(), ListKey: key, Film: film, Note: plain(r.get("review"))})...)
	}
}

// letterboxdImportFilm returns the film of a row and what identifies the viewing: the same film and day are the same viewing.
func (s *scope) letterboxdImportFilm(r row) (f Film, viewing string) {
	f = titled(r)
	f.Directors = split(r.get("directors"), ",")
	f.IDs.Letterboxd, f.IDs.IMDb, f.IDs.TMDB = source.LetterboxdID(r.get("letterboxduri")), source.IMDbID(r.get("imdbid")), number(r.get("tmdbid"))
	if kind := r.get("type", "title_type", "media_type"); kind != "" && !source.IsFilm(kind) {
		f.NotFilm = kind
	}
	return f, f.Key() + "\n" + s.ordered(r.get("watcheddate"))
}

// letterboxdImportReview remembers the newest reviews. One without a day is of the film and not of a viewing, such as those in
// an export from here: it stays the review, because the others can be notes of their viewings.
func letterboxdImportReview(s *scope, r row) error {
	f, viewing := s.letterboxdImportFilm(r)
	s.reviews.add(f, review{cmp.Or(s.ordered(r.get("watcheddate")), "undated"), "", viewing, plain(r.get("review"))})
	return nil
}

// letterboxdImport reads the files that Letterboxd imports, of any columns.
func letterboxdImport(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) (out []Entry) {
		f, viewing := s.letterboxdImportFilm(r)
		text, most := r.get("rating"), 5.0
		if text == "" {
			text, most = r.get("rating10"), 10
		}
		_, earlier := s.reviews.earlier[viewing]
		seen, written := r.get("watcheddate") != "", s.when(r.get("createddate"))
		if seen {
			e := Entry{Kind: Viewing, Key: viewing, Film: f, At: written, Rewatch: truth(r.get("rewatch")), Tags: tags(r.get("tags"), ","), Note: s.reviews.earlier[viewing]}
			out = s.viewing(e, r.get("watcheddate"), text, most, f.Key())
		} else {
			out = s.rated(f, text, most, written)
		}
		if content := plain(r.get("review")); content != "" && (!earlier || !seen) {
			e := Entry{Kind: Review, Key: reviewKey(f, viewing, earlier), Film: f, At: s.when(cmp.Or(r.get("createddate"), r.get("watcheddate"))), Content: content, Earlier: earlier}
			if seen {
				e.Viewing = viewing
			}
			out = append(out, one(e)...)
		}
		if len(out) == 0 {
			return one(Entry{Kind: Watched, Key: f.Key(), Film: f})
		}
		return out
	}
}
