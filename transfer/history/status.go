package history

import (
	"slices"
	"strings"
	"time"
)

// item is a film of a service that has one row for each film, with a status.
type item struct {
	film          Film
	status        string
	watched, note string
	tags          []string
	added         time.Time // to the watchlist
	rating        string
	most          float64 // of the scale
	ratedAt       time.Time
}

// The words for what is to be watched, for what was not watched to the end, and for what was. A tool writes 1 and true into the
// column that SIMKL calls Watchlist.
var (
	planned = []string{"plantowatch", "planned", "planning", "plan", "wishlist", "towatch", "watchlist", "1", "true", "yes", "想看", "wish"}
	watched = []string{"", "completed", "complete", "watched", "seen", "finished", "done", "repeating", "rewatching", "看过", "看過", "collect", "0", "false", "no"}
	stopped = []string{"watching", "hold", "onhold", "paused", "dropped", "progress", "inprogress", "notinteresting", "unfinished", "在看", "do"}
)

// status returns what an item says.
func (s *scope) status(i item) []Entry {
	word := strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(i.status))
	if i.film.NotFilm != "" {
		return one(Entry{Kind: Viewing, Key: i.film.Key(), Film: i.film})
	}
	out := s.rated(i.film, i.rating, i.most, i.ratedAt)
	switch {
	case slices.Contains(planned, word):
		return append(out, one(Entry{Kind: Watchlist, Key: i.film.Key(), Film: i.film, At: i.added})...)
	case slices.Contains(stopped, word):
		return append(out, Entry{Kind: Viewing, Key: i.film.Key() + "\n" + word, Film: i.film, Kept: unfinished})
	case !slices.Contains(watched, word):
		return append(out, Entry{Kind: Viewing, Key: i.film.Key() + "\n" + word, Film: i.film, Kept: noStatus})
	}
	return append(out, s.seen(i.film, i.watched, i.note, i.tags)...)
}
