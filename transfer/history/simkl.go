package history

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

func simklDocuments() []document {
	return []document{{
		format: SIMKL, name: "backup", order: 1, kind: Viewing, keys: "movies|shows|anime status user_rating|last_watched_at|added_to_watchlist_at",
		lacks: "seen_history", paths: []string{"movies[]", "shows[]", "anime[]"}, start: simklItems,
	}}
}

// simklItem is what a member did with one film or series.
type simklItem struct {
	AddedAt   loose `json:"added_to_watchlist_at"`
	WatchedAt loose `json:"last_watched_at"`
	RatedAt   loose `json:"user_rated_at"`
	Rating    loose `json:"user_rating"`
	Status    string
	AnimeType string `json:"anime_type"`
	Movie     *traktFilm
	Show      *traktFilm
	Memo      struct{ Text string }
}

func simklItems(s *scope, _ *tabular.File) func(json.RawMessage) ([]Entry, error) {
	return func(data json.RawMessage) ([]Entry, error) {
		var i simklItem
		if err := json.Unmarshal(data, &i); err != nil {
			return nil, err
		}
		var f Film
		switch {
		case i.Movie != nil:
			f = i.Movie.film()
		case i.Show != nil && i.AnimeType == "movie":
			f = i.Show.film()
		case i.Show != nil:
			f = Film{Title: line(string(i.Show.Title)), Year: year(string(i.Show.Year)), NotFilm: cmp.Or(i.AnimeType, "show")}
		}
		return s.status(item{
			film: f, status: i.Status, watched: string(i.WatchedAt), note: clean(i.Memo.Text), added: s.when(string(i.AddedAt)),
			rating: string(i.Rating), most: 10, ratedAt: s.when(string(i.RatedAt)),
		}), nil
	}
}

func simklSheets() []sheet {
	return []sheet{{
		format: SIMKL, name: "csv", order: 1, kind: Viewing, needs: "simkl_id title type watchlist",
		other: "tvdb_id tvdb tmdb imdb_id imdb mal_id mal year lastepwatched watcheddate rating memo", start: simklRows,
	}}
}

func simklRows(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := Film{Title: line(r.get("title")), Year: year(r.get("year"))}
		f.IDs.IMDb, f.IDs.TMDB = source.IMDbID(r.get("imdb_id", "imdb")), number(r.get("tmdb"))
		if kind := r.get("type"); !source.IsFilm(kind) {
			f.NotFilm = cmp.Or(kind, "?")
		}
		return s.status(item{
			film: f, status: r.get("watchlist"), watched: monthFirst(r.get("watcheddate")), note: clean(r.get("memo")), rating: r.get("rating"), most: 10,
		})
	}
}

// monthFirst returns the date 8/20/2015 as 2015-08-20, and other texts as they are.
func monthFirst(text string) string {
	if t, err := time.Parse("1/2/2006", text); err == nil {
		return t.Format(time.DateOnly)
	}
	return text
}
