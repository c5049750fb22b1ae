package diary

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Entry is a film among those that a member has watched, or on their watchlist.
type Entry struct {
	At            time.Time // when it was marked or put on the list
	LastWatchedOn *Day      // of a watched film: the latest day on which the diary has it, nil without one
	Movie         movie.Card

	id, movieID int64
}

func (e *Entry) targets() []any { return []any{&e.id, &e.movieID, &e.At, &e.LastWatchedOn} }

func (e *Entry) card() (int64, *movie.Card) { return e.movieID, &e.Movie }

// The queries of the lists of a member, without bounds and order.
const (
	listWatched = `SELECT id, movie_id, marked_at,
		(SELECT MAX(v.watched_on) FROM viewings v WHERE v.movie_id = f.movie_id AND v.user_id = f.user_id)
		FROM watched_films f WHERE user_id = ? AND movie_id NOT IN ` + movie.HiddenIDs
	listWatchlist = "SELECT id, movie_id, added_at, NULL FROM watchlist_films f WHERE user_id = ? AND movie_id NOT IN " + movie.HiddenIDs
)

// Watched returns a page of the films that a member has marked watched, the latest mark first, and the key of the next
// page, nil on the last. It returns user.ErrNotFound when the member does not exist, and follow.ErrPrivateAccount when the
// reader may not see the list.
func (s *Service) Watched(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Entry, *page.Key, error) {
	return s.entries(ctx, listWatched, "marked_at", userID, reader, p)
}

// Watchlist returns a page of the watchlist of a member, the latest film first, as [Service.Watched] does.
func (s *Service) Watchlist(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Entry, *page.Key, error) {
	return s.entries(ctx, listWatchlist, "added_at", userID, reader, p)
}

// entries returns a page of a list that is sorted by the time in a column. The bound on the time is a separate condition
// outside of the OR, because both databases start their index range from it.
func (s *Service) entries(ctx context.Context, query, at string, userID int64, reader auth.Viewer, p page.Page) ([]Entry, *page.Key, error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	args := []any{userID}
	if p.After != nil {
		query += " AND " + at + " <= ? AND (" + at + " < ? OR id < ?)"
		args = append(args, p.After.Time(), p.After.Time(), p.After.ID)
	}
	query += " ORDER BY " + at + " DESC, id DESC" + database.Limit(s.db.Driver())
	rows, err := database.Collect(s.db.Reader(ctx), (*Entry).targets, 0, query, append(args, p.Fetch())...)
	if err != nil {
		return nil, nil, fmt.Errorf("list films of user %d by %s: %w", userID, at, err)
	}
	rows, next := page.Cut(rows, p, func(e Entry) page.Key { return page.TimeKey(e.At, e.id) })
	rows, err = movie.WithCards(ctx, s.movies, rows, (*Entry).card)
	return rows, next, err
}

// OfViewer sets which films a member has watched or wants to, by their ids. It is a [movie.ViewerSource].
func (s *Service) OfViewer(ctx context.Context, userID int64, of map[int64]*movie.Viewer) error {
	in, args := database.InList(slices.Collect(maps.Keys(of)), userID)
	where := " WHERE user_id = ? AND movie_id IN " + in
	query := "SELECT movie_id, 1 FROM watched_films" + where + " UNION ALL SELECT movie_id, 0 FROM watchlist_films" + where
	err := database.Each(s.db.Reader(ctx), query, append(args, args...), func(row database.Scanner) error {
		var id int64
		var watched bool
		if err := row.Scan(&id, &watched); err != nil {
			return err
		}
		if watched {
			of[id].Watched = true
		} else {
			of[id].InWatchlist = true
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for %d films among those of user %d: %w", len(of), userID, err)
	}
	return nil
}

// WatchedAmong returns the films among movieIDs that a member has marked watched. Absent ids are not marked. It is a
// [spoiler.Watched].
func (s *Service) WatchedAmong(ctx context.Context, userID int64, movieIDs []int64) (map[int64]bool, error) {
	watched := map[int64]bool{}
	if len(movieIDs) == 0 {
		return watched, nil
	}
	in, args := database.InList(movieIDs, userID)
	query := "SELECT movie_id FROM watched_films WHERE user_id = ? AND movie_id IN " + in
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		var id int64
		err := row.Scan(&id)
		watched[id] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for %d films among those that user %d watched: %w", len(movieIDs), userID, err)
	}
	return watched, nil
}
