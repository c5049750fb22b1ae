package history

import (
	"cmp"
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"strings"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// traktFilm is a film, series or episode of Trakt or SIMKL.
type traktFilm struct {
	Title loose
	Year  loose
	IDs   struct{ IMDb, TMDB loose }
}

func (t *traktFilm) film() Film {
	f := Film{Title: line(string(t.Title)), Year: year(string(t.Year))}
	f.IDs.IMDb, f.IDs.TMDB = source.IMDbID(string(t.IDs.IMDb)), number(string(t.IDs.TMDB))
	return f
}

// traktItem is an element of any array of Trakt.
type traktItem struct {
	ID        loose
	Rank      loose
	Type      string
	WatchedAt loose `json:"watched_at"`
	RatedAt   loose `json:"rated_at"`
	ListedAt  loose `json:"listed_at"`
	Rating    loose
	Notes     loose
	Movie     *traktFilm
	Show      *traktFilm
	Episode   *traktFilm
	Person    *struct{ Name loose }
	Comment   *struct {
		ID        loose
		ParentID  loose `json:"parent_id"`
		CreatedAt loose `json:"created_at"`
		Comment   string
		Spoiler   bool
	}
}

func (t traktItem) film() Film {
	kind := cmp.Or(t.Type, "show")
	switch {
	case t.Movie != nil:
		return t.Movie.film()
	case t.Show != nil:
		return Film{Title: line(string(t.Show.Title)), Year: year(string(t.Show.Year)), NotFilm: kind}
	case t.Person != nil:
		return Film{Title: line(string(t.Person.Name)), NotFilm: kind}
	}
	return Film{NotFilm: kind}
}

func traktDocuments() []document {
	one := elements
	return []document{
		{format: Trakt, name: "comments", order: 4, kind: Review, keys: "comment parent_id", lacks: "liked_at", paths: one, within: "comments", marks: "comment", prepare: traktReview, start: traktComments},
		{format: Trakt, name: "history", order: 1, kind: Viewing, keys: "watched_at action", paths: one, within: "history", marks: "watched_at", start: traktHistory},
		{format: Trakt, name: "ratings", order: 3, kind: Rating, keys: "rated_at rating", paths: one, within: "ratings", marks: "rated_at rating", start: traktRatings},
		{format: Trakt, name: "watched", order: 2, kind: Watched, keys: "plays last_watched_at", lacks: "status", paths: one, within: "watched", marks: "plays", start: traktWatched},
		{format: Trakt, name: "lists", order: 6, kind: List, keys: "item_count privacy ids", lacks: "listed_at liked_at", paths: one, start: traktLists},
		// A list that is called a watchlist or favourites is told before these by how the file of a list begins.
		{format: Trakt, name: "list", order: 7, kind: ListItem, keys: "listed_at", paths: one, called: calledTraktList, start: traktListItems},
		{
			format: Trakt, name: "watchlist", order: 5, kind: Watchlist, keys: "listed_at", paths: one, within: "watchlist", marks: "listed_at", called: called("watchlist"),
			start: traktWatchlist,
		},
		{
			format: Trakt, name: "favorites", order: 5, kind: Reaction, keys: "listed_at", paths: one, within: "favorites|recommendations", marks: "listed_at", called: called("favorit", "recommendations"),
			start: traktFavorites,
		},
		{format: Trakt, name: "list", order: 7, kind: ListItem, keys: "listed_at", paths: one, called: called("list-", "lists/"), start: traktListItems},
	}
}

// traktRead returns a start of items.
func traktRead(read func(*scope, traktItem) []Entry) func(*scope, *tabular.File) func(json.RawMessage) ([]Entry, error) {
	return func(s *scope, _ *tabular.File) func(json.RawMessage) ([]Entry, error) {
		return func(data json.RawMessage) ([]Entry, error) {
			var t traktItem
			if err := json.Unmarshal(data, &t); err != nil {
				return nil, err
			}
			return read(s, t), nil
		}
	}
}

var (
	traktHistory   = traktRead(traktViewing)
	traktRatings   = traktRead(traktRating)
	traktWatched   = traktRead(traktMark)
	traktWatchlist = traktRead(traktWanted)
	traktFavorites = traktRead(traktFavorite)
	traktComments  = traktRead(traktComment)
)

// traktViewing reads a play. Rewatches are in the history only.
func traktViewing(s *scope, t traktItem) []Entry {
	f := t.film()
	at, ok := s.instant(string(t.WatchedAt))
	if ok && at.Year() <= 1970 { // Trakt's "unknown date"
		return one(Entry{Kind: Watched, Key: f.Key(), Film: f})
	}
	out := s.seen(f, string(t.WatchedAt), "", nil)
	if !ok {
		return out
	}
	if id := string(t.ID); id != "" {
		out[0].Key = "play " + id
	}
	out[0].At = at
	return out
}

func traktRating(s *scope, t traktItem) []Entry {
	f := t.film()
	return orNoRating(s.rated(f, string(t.Rating), 10, s.when(string(t.RatedAt))), f)
}

// traktMark reads the summary of the history, which is of use only without it.
func traktMark(s *scope, t traktItem) []Entry {
	if s.has["trakt-history"] {
		return nil
	}
	f := t.film()
	return one(Entry{Kind: Watched, Key: f.Key(), Film: f})
}

func traktWanted(s *scope, t traktItem) []Entry {
	f := t.film()
	return one(Entry{Kind: Watchlist, Key: f.Key(), Film: f, At: s.when(string(t.ListedAt))})
}

// traktFavorite reads a favorite, which is a like.
func traktFavorite(s *scope, t traktItem) []Entry {
	f := t.film()
	return one(Entry{Kind: Reaction, Key: f.Key(), Film: f, At: s.when(string(t.ListedAt))})
}

var traktSpoiler = regexp.MustCompile(`(?i)\[/?spoiler\]`)

// traktReview remembers the newest comment on every film. There are no viewings whose notes the others could be.
func traktReview(s *scope, data json.RawMessage) error {
	var t traktItem
	if json.Unmarshal(data, &t) == nil && t.Comment != nil && t.Movie != nil {
		s.reviews.add(t.film(), review{string(t.Comment.CreatedAt), "", string(t.Comment.ID), t.Comment.Comment})
	}
	return nil
}

// traktComment reads a comment on a film. Answers to the comments of others are left out.
func traktComment(s *scope, t traktItem) []Entry {
	if t.Comment == nil || strings.Trim(string(t.Comment.ParentID), "0") != "" {
		return nil
	}
	e := Entry{
		Kind: Review, Film: t.film(), At: s.when(string(t.Comment.CreatedAt)),
		Content: clean(traktSpoiler.ReplaceAllString(t.Comment.Comment, "")),
		Spoiler: t.Comment.Spoiler || traktSpoiler.MatchString(t.Comment.Comment),
	}
	_, e.Earlier = s.reviews.earlier[string(t.Comment.ID)]
	e.Key = reviewKey(e.Film, string(t.Comment.ID), e.Earlier)
	return one(e)
}

var errNoList = errors.New("this is not a list")

// traktLists reads what lists are called.
func traktLists(s *scope, _ *tabular.File) func(json.RawMessage) ([]Entry, error) {
	return func(data json.RawMessage) ([]Entry, error) {
		var t struct {
			Name, Description, Privacy loose
			CreatedAt                  loose `json:"created_at"`
			Numbers                    bool  `json:"display_numbers"`
			IDs                        struct{ Trakt loose }
		}
		if err := json.Unmarshal(data, &t); err != nil {
			return nil, err
		}
		if t.IDs.Trakt == "" && t.Name == "" {
			return nil, errNoList
		}
		e := Entry{
			Kind: List, Key: string(cmp.Or(t.IDs.Trakt, t.Name)), Title: line(string(t.Name)), Content: clean(string(t.Description)), Ranked: t.Numbers,
			At: s.when(string(t.CreatedAt)), Visibility: "private",
		}
		if t.Privacy == "public" {
			e.Visibility = "public"
		}
		s.lists[e.Key] = true
		s.listNames[traktFileName(string(t.Name))] = e.Key
		return one(e), nil
	}
}

// traktListName is the name of a file with the items of a list: its id and its name, or only its name as a tool writes it.
var (
	traktListName  = regexp.MustCompile(`(?i)list-(\d+)-(.*)\.json$`)
	traktListItem  = regexp.MustCompile(`(?i)^list_items_(.*)\.json$`)
	traktListFiles = regexp.MustCompile(`(?:^|/)(?:lists-list-|list-\d|list_items_)`)
	notInFileName  = regexp.MustCompile(`[\\/*?:"<>|]`)
)

// calledTraktList reports whether a file has the items of a list, also of one that is called a watchlist.
func calledTraktList(name string, _ *tabular.File) bool { return traktListFiles.MatchString(name) }

// traktFileName returns what a list is called in the name of a file.
func traktFileName(list string) string {
	return strings.ToLower(notInFileName.ReplaceAllString(strings.TrimSpace(list), "_"))
}

func traktListItems(s *scope, f *tabular.File) func(json.RawMessage) ([]Entry, error) {
	id, title := nameOf(f, s.Options), labelOf(f, s.Options)
	if m := traktListName.FindStringSubmatch(title); m != nil {
		id, title = m[1], strings.ReplaceAll(m[2], "-", " ")
	} else if m := traktListItem.FindStringSubmatch(title); m != nil {
		id, title = cmp.Or(s.listNames[traktFileName(m[1])], "list "+traktFileName(m[1])), m[1]
	}
	return traktRead(func(s *scope, t traktItem) (out []Entry) {
		if !s.lists[id] { // a single file
			s.lists[id] = true
			out = []Entry{{Kind: List, Key: id, Title: line(strings.TrimSuffix(title, path.Ext(title)))}}
		}
		film := t.film()
		return append(out, one(Entry{
			Kind: ListItem, Key: id + "\n" + film.Key(), ListKey: id, Film: film, Position: number(string(t.Rank)), Note: clean(string(t.Notes)),
			At: s.when(string(t.ListedAt)),
		})...)
	})(s, f)
}

func traktSheets() []sheet {
	const other = "type year trakt_rating trakt_id imdb_id tmdb_id tvdb_id url released season_number episode_number episode_title episode_released " +
		"episode_trakt_rating episode_trakt_id episode_imdb_id episode_tmdb_id episode_tvdb_id genres action id rank notes plays last_watched_at"
	return []sheet{
		{format: Trakt, name: "ratings", order: 3, kind: Rating, needs: "rated_at type title trakt_id rating", other: other, start: traktCSV(traktRating)},
		{format: Trakt, name: "history", order: 1, kind: Viewing, needs: "watched_at type title trakt_id", other: other, start: traktCSV(traktViewing)},
		{
			format: Trakt, name: "watchlist", order: 5, kind: Watchlist, needs: "listed_at type title trakt_id", called: called("watchlist"), other: other,
			start: traktCSV(traktWanted),
		},
		{
			format: Trakt, name: "list", order: 7, kind: ListItem, needs: "listed_at type title trakt_id", called: called("list"), other: other,
			start: traktCSVList,
		},
	}
}

// traktRow returns a row of a table as an item.
func traktRow(r row) traktItem {
	t := traktItem{Type: r.get("type"), ID: loose(r.get("id")), Rank: loose(r.get("rank")), Notes: loose(r.get("notes"))}
	t.WatchedAt, t.RatedAt, t.ListedAt, t.Rating = loose(r.get("watched_at")), loose(r.get("rated_at")), loose(r.get("listed_at")), loose(r.get("rating"))
	f := &traktFilm{Title: loose(r.get("title")), Year: loose(r.get("year"))}
	f.IDs.IMDb, f.IDs.TMDB = loose(r.get("imdb_id")), loose(r.get("tmdb_id"))
	if t.Type == "movie" {
		t.Movie = f
	} else {
		t.Show = f
	}
	return t
}

func traktCSV(read func(*scope, traktItem) []Entry) func(*scope, *tabular.File) func(row) []Entry {
	return func(s *scope, _ *tabular.File) func(row) []Entry {
		return func(r row) []Entry { return read(s, traktRow(r)) }
	}
}

func traktCSVList(s *scope, f *tabular.File) func(row) []Entry {
	name, title := strings.TrimSuffix(nameOf(f, s.Options), ".csv"), labelOf(f, s.Options)
	return func(r row) (out []Entry) {
		if !s.lists[name] {
			s.lists[name] = true
			out = []Entry{{Kind: List, Key: name, Title: line(strings.TrimSuffix(title, path.Ext(title)))}}
		}
		t := traktRow(r)
		film := t.film()
		return append(out, one(Entry{
			Kind: ListItem, Key: name + "\n" + film.Key(), ListKey: name, Film: film, Position: number(string(t.Rank)), Note: clean(string(t.Notes)),
			At: s.when(string(t.ListedAt)),
		})...)
	}
}
