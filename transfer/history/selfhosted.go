package history

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

func ryotDocuments() []document {
	return []document{{
		format: Ryot, name: "export", order: 1, kind: Viewing, keys: "lot seen_history", paths: []string{"metadata[]", "media[]", "[]"}, within: "metadata|media",
		marks: "lot seen_history", start: ryotItems,
	}}
}

// ryotItem is what a member did with one thing.
type ryotItem struct {
	Lot         string
	SourceID    loose `json:"source_id"` // the title in exports
	Identifier  loose
	Source      string
	Collections []ryotCollection
	Seen        []struct {
		Progress loose
		EndedOn  loose `json:"ended_on"`
	} `json:"seen_history"`
	Reviews []struct {
		Rating loose
		Review *struct {
			Date, Text loose
			Spoiler    bool
			Visibility string
		}
	}
}

// ryotCollection is a name, or an object with one in later versions.
type ryotCollection string

// UnmarshalJSON implements [json.Unmarshaler].
func (c *ryotCollection) UnmarshalJSON(data []byte) error {
	var object struct {
		Name string `json:"collection_name"`
	}
	if json.Unmarshal(data, &object) == nil && object.Name != "" {
		*c = ryotCollection(object.Name)
		return nil
	}
	var name string
	err := json.Unmarshal(data, &name)
	*c = ryotCollection(name)
	return err
}

// ryotOwn are the collections that Ryot keeps by itself.
var ryotOwn = []string{"completed", "in progress", "monitoring", "owned", "reminders", "custom", "recommendations"}

func ryotItems(s *scope, _ *tabular.File) func(json.RawMessage) ([]Entry, error) {
	return func(data json.RawMessage) ([]Entry, error) {
		var i ryotItem
		if err := json.Unmarshal(data, &i); err != nil {
			return nil, err
		}
		var f Film
		if i.SourceID != i.Identifier {
			f.Title = line(string(i.SourceID))
		}
		if lot := strings.ToLower(i.Lot); lot != "movie" {
			f.Title, f.NotFilm = cmp.Or(f.Title, string(i.Identifier)), cmp.Or(lot, "?")
			return one(Entry{Kind: Viewing, Key: f.Key(), Film: f}), nil
		}
		if strings.EqualFold(i.Source, "tmdb") {
			f.IDs.TMDB = number(string(i.Identifier))
		}
		return slices.Concat(s.ryotSeen(f, i), s.ryotReviews(f, i), s.ryotCollections(f, i)), nil
	}
}

func (s *scope) ryotSeen(f Film, i ryotItem) (out []Entry) {
	for _, seen := range i.Seen {
		if progress := strings.TrimSuffix(string(seen.Progress), ".0"); progress != "" && progress != "100" {
			out = append(out, Entry{Kind: Viewing, Key: f.Key() + "\nprogress", Film: f, Kept: unfinished})
			continue
		}
		out = append(out, s.seen(f, string(seen.EndedOn), "", nil)...)
	}
	return out
}

// ryotReviews reads the ratings of 100 and the reviews, of which the newest stays one.
func (s *scope) ryotReviews(f Film, i ryotItem) (out []Entry) {
	newest := ""
	for _, r := range i.Reviews {
		if r.Review != nil && r.Review.Text != "" {
			newest = max(newest, string(r.Review.Date))
		}
	}
	for _, r := range i.Reviews {
		var e Entry
		if r.Review != nil {
			e = Entry{
				Kind: Review, Film: f, At: s.when(string(r.Review.Date)), Content: clean(string(r.Review.Text)),
				Spoiler: r.Review.Spoiler, Earlier: string(r.Review.Date) != newest,
			}
			e.Key = reviewKey(f, f.Key()+"\n"+string(r.Review.Date), e.Earlier)
			if strings.EqualFold(r.Review.Visibility, "private") {
				e.Kept = notPublic
			}
		}
		out = append(out, s.rated(f, string(r.Rating), 100, e.At)...)
		if e.Content != "" {
			out = append(out, one(e)...)
		}
	}
	return out
}

func (s *scope) ryotCollections(f Film, i ryotItem) (out []Entry) {
	for _, c := range i.Collections {
		name := string(c)
		switch {
		case strings.EqualFold(name, "Watchlist"):
			out = append(out, one(Entry{Kind: Watchlist, Key: f.Key(), Film: f})...)
		case !slices.Contains(ryotOwn, strings.ToLower(name)) && name != "":
			if !s.lists[name] {
				s.lists[name] = true
				out = append(out, Entry{Kind: List, Key: name, Title: line(name)})
			}
			out = append(out, one(Entry{Kind: ListItem, Key: name + "\n" + f.Key(), ListKey: name, Film: f})...)
		}
	}
	return out
}

func watcharrDocuments() []document {
	return []document{{
		format: Watcharr, name: "export", order: 1, kind: Viewing, keys: "status content|game|book|play activity|thoughts|watchedEpisodes|watchedSeasons", lacks: "seen_history",
		paths: []string{"[]"}, start: watcharrItems,
	}}
}

// watcharrItem is what a member did with one thing. Dates of viewings are in its activity.
type watcharrItem struct {
	Status   string
	Rating   loose
	Thoughts string
	Created  loose `json:"createdAt"`
	Content  *struct {
		TMDB    loose `json:"tmdbId"`
		IMDb    loose `json:"imdb_id"`
		IMDbID  loose `json:"imdbId"` // as some scripts have it
		Title   loose
		Type    string
		Release loose `json:"release_date"`
		Date    loose `json:"releaseDate"`
	}
	Game     *struct{ Name loose }
	Book     *struct{ Title loose }
	Tags     []struct{ Name loose }
	Activity []watcharrActivity
}

type watcharrActivity struct {
	Type    string
	Data    loose // JSON in a text, or a word
	Created loose `json:"createdAt"`
	Custom  loose `json:"customDate"`
	IsPlay  *bool `json:"countAsPlay"` // since 2026
}

// finished returns when the film was watched, and false if the activity is something else. What an import of Watcharr wrote
// for the status has the date of that import, so that it does not count.
func (a watcharrActivity) finished() (string, bool) {
	switch {
	case a.IsPlay != nil && !*a.IsPlay:
		return "", false
	case a.IsPlay != nil:
	case strings.HasPrefix(a.Type, "IMPORTED_ADDED_WATCHED"):
	case a.Type == "ADDED_WATCHED", strings.HasPrefix(a.Type, "STATUS_CHANGED"):
		var data struct{ Status string }
		if json.Unmarshal([]byte(a.Data), &data) != nil {
			data.Status = strings.Trim(string(a.Data), `"`)
		}
		if data.Status != "FINISHED" {
			return "", false
		}
	default:
		return "", false
	}
	return string(cmp.Or(a.Custom, a.Created)), true
}

func watcharrItems(s *scope, _ *tabular.File) func(json.RawMessage) ([]Entry, error) {
	return func(data json.RawMessage) ([]Entry, error) {
		var i watcharrItem
		if err := json.Unmarshal(data, &i); err != nil {
			return nil, err
		}
		f := i.film()
		if f.NotFilm != "" {
			return one(Entry{Kind: Viewing, Key: f.Key(), Film: f}), nil
		}
		var out []Entry
		for _, a := range i.Activity {
			if at, ok := a.finished(); ok {
				out = append(out, s.seen(f, at, "", nil)...)
			}
		}
		if last := len(out) - 1; last >= 0 && out[last].Kind == Viewing { // tags are those of the film
			out[last].Tags = i.tags()
		}
		if len(out) > 0 && i.Status != "PLANNED" {
			out = append(out, s.rated(f, string(i.Rating), 10, time.Time{})...)
		} else {
			out = append(out, s.status(item{film: f, status: i.Status, rating: string(i.Rating), most: 10, added: s.when(string(i.Created))})...)
		}
		if text := clean(i.Thoughts); text != "" {
			out = append(out, one(Entry{Kind: Review, Key: f.Key(), Film: f, Content: text})...)
		}
		return out, nil
	}
}

func (i watcharrItem) tags() []string {
	var names []string
	for _, t := range i.Tags {
		names = append(names, string(t.Name))
	}
	return tags(strings.Join(names, "\n"), "\n")
}

func (i watcharrItem) film() Film {
	switch {
	case i.Content == nil && i.Game != nil:
		return Film{Title: line(string(i.Game.Name)), NotFilm: "game"}
	case i.Content == nil && i.Book != nil:
		return Film{Title: line(string(i.Book.Title)), NotFilm: "book"}
	case i.Content == nil:
		return Film{}
	}
	f := Film{Title: line(string(i.Content.Title)), Year: year(string(cmp.Or(i.Content.Release, i.Content.Date)))}
	if i.Content.Type != "movie" {
		f.NotFilm = cmp.Or(i.Content.Type, "?")
		return f
	}
	f.IDs.TMDB, f.IDs.IMDb = number(string(i.Content.TMDB)), source.IMDbID(string(cmp.Or(i.Content.IMDb, i.Content.IMDbID)))
	return f
}
