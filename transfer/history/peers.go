package history

import (
	"cmp"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// peerSheets are the tables of TMDB and of trackers that people run themselves.
func peerSheets() []sheet {
	const (
		tmdb   = "tmdb_id imdb_id type name"
		movary = "title tmdbid|imdbid"
		neodb  = "title info links timestamp"
	)
	tmdbOther := "release_date season_number episode_number rating your_rating date_rated date_added"
	return []sheet{
		{format: TMDB, name: "watchlist", order: 3, kind: Watchlist, needs: tmdb, called: called("watchlist"), other: tmdbOther, start: tmdbMarks(Watchlist)},
		{format: TMDB, name: "favorites", order: 2, kind: Reaction, needs: tmdb, called: called("favorit", "favourit"), other: tmdbOther, start: tmdbMarks(Reaction)},
		{format: TMDB, name: "ratings", order: 1, kind: Rating, needs: tmdb + " your_rating", called: otherwise, other: tmdbOther, start: tmdbRatings},
		{format: Movary, name: "history", order: 1, kind: Viewing, needs: movary + " watchedat", other: "year tmdbid imdbid comment location", start: movaryHistory},
		{format: Movary, name: "ratings", order: 2, kind: Rating, needs: movary + " userrating", other: "year tmdbid imdbid", start: movaryRatings},
		{format: Movary, name: "watchlist", order: 3, kind: Watchlist, needs: movary + " addedat", other: "year tmdbid imdbid", start: movaryWatchlist},
		{
			format: Yamtrack, name: "media", order: 1, kind: Viewing, needs: "media_id media_type title status",
			other: "source image season_number episode_number score progress repeats start_date end_date notes watch_date created_at progressed_at " +
				"row_type library_media_type list_id list_name list_description list_visibility list_item_date_added tags",
			start: yamtrack,
		},
		{format: NeoDB, name: "mark", order: 1, kind: Viewing, needs: neodb + " status", other: "rating comment tags", start: neodbMarks},
		{format: NeoDB, name: "review", order: 2, kind: Review, needs: neodb + " content", lacks: "progress", prepare: neodbReview, start: neodbReviews},
	}
}

// tmdbFilm returns the film of a row of an account of TMDB. The name is in the language of the account.
func tmdbFilm(r row) Film {
	f := Film{Title: line(r.get("name")), Year: year(r.get("release_date"))}
	if kind := r.get("type"); !source.IsFilm(kind) {
		f.NotFilm = cmp.Or(kind, "?")
		return f
	}
	f.IDs.TMDB, f.IDs.IMDb = number(r.get("tmdb_id")), source.IMDbID(r.get("imdb_id"))
	return f
}

func tmdbRatings(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := tmdbFilm(r)
		return orNoRating(s.rated(f, r.get("your_rating"), 10, s.when(r.get("date_rated"))), f)
	}
}

func tmdbMarks(kind Kind) func(*scope, *tabular.File) func(row) []Entry {
	return func(s *scope, _ *tabular.File) func(row) []Entry {
		return func(r row) []Entry {
			f := tmdbFilm(r)
			return one(Entry{Kind: kind, Key: f.Key(), Film: f, At: s.when(r.get("date_added", "date_rated"))})
		}
	}
}

func movaryFilm(r row) Film {
	f := titled(r)
	f.IDs.TMDB, f.IDs.IMDb = number(r.get("tmdbid")), source.IMDbID(r.get("imdbid"))
	return f
}

// movaryHistory reads plays. n plays of a day are n equal rows.
func movaryHistory(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry { return s.seen(movaryFilm(r), r.get("watchedat"), clean(r.get("comment")), nil) }
}

func movaryRatings(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := movaryFilm(r)
		return orNoRating(s.rated(f, r.get("userrating"), 10, time.Time{}), f)
	}
}

// movaryWatchlist reads a watchlist. Movary of 2023 wrote the year into its header, and not into the rows.
func movaryWatchlist(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		if len(r.cells) == 4 && r.columns["addedat"] == 4 {
			r.cells = slices.Insert(slices.Clone(r.cells), 1, "")
		}
		f := movaryFilm(r)
		return one(Entry{Kind: Watchlist, Key: f.Key(), Film: f, At: s.when(r.get("addedat"))})
	}
}

// yamtrackFilm returns the film of a row. The id means something with its source only, and there was only one for films at first.
func yamtrackFilm(r row) Film {
	f := Film{Title: line(r.get("title"))}
	if kind := r.get("media_type"); kind != "movie" {
		f.NotFilm = cmp.Or(kind, "?")
		return f
	}
	_, has := r.columns["source"]
	switch from := r.get("source"); {
	case from == "tmdb", !has:
		f.IDs.TMDB = number(r.get("media_id"))
	case from == "imdb":
		f.IDs.IMDb = source.IMDbID(r.get("media_id"))
	}
	return f
}

// yamtrack reads a row for a film, a season or an episode. A program that has come from it, Floppy, also writes lists, and what
// somebody owns, in rows of other types.
func yamtrack(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		switch kind := r.get("row_type"); kind {
		case "", "media":
			return s.yamtrackMedia(r)
		case "list":
			e := Entry{Kind: List, Key: r.get("list_id"), Title: line(r.get("list_name")), Content: clean(r.get("list_description"))}
			if r.get("list_visibility") != "public" {
				e.Visibility = "private"
			}
			return one(e)
		case "list_item":
			f := yamtrackFilm(r)
			return one(Entry{
				Kind: ListItem, Key: r.get("list_id") + "\n" + f.Key(), ListKey: r.get("list_id"), Film: f, At: s.when(r.get("list_item_date_added")),
			})
		default:
			f := yamtrackFilm(r)
			return []Entry{{Kind: Viewing, Key: kind + "\n" + f.Key(), Film: f, Kept: noPlace}}
		}
	}
}

func (s *scope) yamtrackMedia(r row) []Entry {
	f := yamtrackFilm(r)
	out := s.status(item{
		film: f, status: r.get("status"), watched: cmp.Or(r.get("end_date"), r.get("watch_date")), note: clean(r.get("notes")),
		rating: r.get("score"), most: 10, added: s.when(r.get("created_at")), tags: jsonTags(r.get("tags")),
	})
	if f.NotFilm == "" && number(r.get("repeats")) > 0 {
		out = append(out, Entry{Kind: Viewing, Key: f.Key() + "\nrepeats", Film: f, Kept: noDays})
	}
	return out
}

// jsonTags returns the tags of an array of JSON.
func jsonTags(text string) []string {
	var names []string
	if json.Unmarshal([]byte(text), &names) != nil {
		return nil
	}
	return tags(strings.Join(names, "\n"), "\n")
}

// neodbToken is a part of the column info, such as "year:2011". Values may have spaces.
var neodbToken = regexp.MustCompile(`(?:^|\s)([a-z_]+):`)

// neodbFilm returns the film of a row: its ids are in texts.
func neodbFilm(r row, category string) Film {
	f := Film{Title: line(r.get("title"))}
	info := r.get("info")
	at := neodbToken.FindAllStringSubmatchIndex(info, -1)
	for i, m := range at {
		end := len(info)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		value := strings.TrimSpace(info[m[1]:end])
		switch info[m[2]:m[3]] {
		case "imdb":
			f.IDs.IMDb = source.IMDbID(value)
		case "year":
			f.Year = year(value)
		case "director":
			f.Directors = append(f.Directors, split(value, ",")...)
		}
	}
	for link := range strings.FieldsSeq(r.get("links")) {
		if _, id, has := strings.Cut(link, "themoviedb.org/movie/"); has {
			id, _, _ = strings.Cut(id, "-")
			f.IDs.TMDB = number(strings.Trim(id, "/"))
		}
		if strings.Contains(link, "/tv/") && category == "" {
			category = "tv"
		}
	}
	if category != "" && category != "movie" {
		f.NotFilm, f.IDs.TMDB, f.IDs.IMDb = category, 0, ""
	}
	return f
}

// neodbCategory returns what a file is about by its name: "movie_mark.csv".
func neodbCategory(f *tabular.File, o Options) string {
	category, _, _ := strings.Cut(path.Base(nameOf(f, o)), "_")
	if slices.Contains([]string{"movie", "tv", "book", "music", "game", "podcast", "performance"}, category) {
		return category
	}
	return ""
}

func neodbMarks(s *scope, f *tabular.File) func(row) []Entry {
	category := neodbCategory(f, s.Options)
	return func(r row) []Entry {
		at := s.when(r.get("timestamp"))
		return s.status(item{
			film: neodbFilm(r, category), status: r.get("status"), watched: r.get("timestamp"), note: clean(r.get("comment")), tags: tags(r.get("tags"), "|"),
			rating: r.get("rating"), most: 10, ratedAt: at, added: at,
		})
	}
}

// neodbKey identifies a review.
func neodbKey(r row) string {
	return cmp.Or(r.get("links"), r.get("title")) + "\n" + r.get("timestamp")
}

func neodbReview(s *scope, r row) error {
	f := neodbFilm(r, "")
	s.reviews.add(f, review{s.when(r.get("timestamp")).UTC().Format("2006-01-02T15:04:05"), "", neodbKey(r), clean(r.get("content"))})
	return nil
}

// neodbReviews reads reviews. The heading title is there twice: that of the film, and that of the review.
func neodbReviews(s *scope, file *tabular.File) func(row) []Entry {
	category := neodbCategory(file, s.Options)
	return func(r row) []Entry {
		f := neodbFilm(r, category)
		e := Entry{Kind: Review, Film: f, At: s.when(r.get("timestamp")), Content: clean(r.get("content"))}
		if title := r.columns["content"] - 1; title > r.columns["title"] && title < len(r.cells) {
			e.Title = line(r.cells[title])
		}
		_, e.Earlier = s.reviews.earlier[neodbKey(r)]
		e.Key = reviewKey(f, neodbKey(r), e.Earlier)
		return one(e)
	}
}
