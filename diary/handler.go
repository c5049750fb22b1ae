package diary

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// pageQuery is the query of watched films and of a watchlist.
type pageQuery struct{ web.Paging }

// watchedMarkResponse says that a film is marked watched.
type watchedMarkResponse struct {
	MovieID       int64   `json:"movie_id" example:"7" description:"Id of the film."`
	Watched       bool    `json:"watched" example:"true" description:"Always true."`
	LastWatchedOn *string `json:"last_watched_on" format:"date" example:"2026-11-23" description:"The latest day on which the diary has the film; null without one."`
}

// watchedFilmResponse is a film that a member has marked watched.
type watchedFilmResponse struct {
	MarkedAt      time.Time  `json:"marked_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the film was first marked."`
	LastWatchedOn *string    `json:"last_watched_on" format:"date" example:"2026-11-23" description:"The latest day on which the diary has the film; null without one."`
	Movie         movie.Card `json:"movie"`
}

// watchlistMarkResponse says that a film is on the watchlist.
type watchlistMarkResponse struct {
	MovieID     int64     `json:"movie_id" example:"7" description:"Id of the film."`
	InWatchlist bool      `json:"in_watchlist" example:"true" description:"Always true."`
	AddedAt     time.Time `json:"added_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the film was put on the watchlist."`
}

// watchlistFilmResponse is a film on a watchlist.
type watchlistFilmResponse struct {
	AddedAt time.Time  `json:"added_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the film was put on the watchlist."`
	Movie   movie.Card `json:"movie"`
}

func (h handler) mark(c *gin.Context) error {
	id := web.PathID(c, "movie_id")
	last, err := h.s.Mark(c.Request.Context(), auth.MustViewer(c).UserID, id)
	if err != nil {
		return err
	}
	return web.OK(c, watchedMarkResponse{MovieID: id, Watched: true, LastWatchedOn: showDay(last)})
}

func (h handler) unmark(c *gin.Context) error {
	if err := h.s.Unmark(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "movie_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) want(c *gin.Context) error {
	id := web.PathID(c, "movie_id")
	added, err := h.s.Want(c.Request.Context(), auth.MustViewer(c).UserID, id)
	if err != nil {
		return err
	}
	return web.OK(c, watchlistMarkResponse{MovieID: id, InWatchlist: true, AddedAt: added.In(h.zone)})
}

func (h handler) unwant(c *gin.Context) error {
	if err := h.s.Unwant(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "movie_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) myWatched(c *gin.Context) error {
	return list(c, h.s.Watched, auth.MustViewer(c).UserID, h.showWatched)
}

func (h handler) watched(c *gin.Context) error {
	return list(c, h.s.Watched, web.PathID(c, "user_id"), h.showWatched)
}

func (h handler) myWatchlist(c *gin.Context) error {
	return list(c, h.s.Watchlist, auth.MustViewer(c).UserID, h.showWatchlist)
}

func (h handler) watchlist(c *gin.Context) error {
	return list(c, h.s.Watchlist, web.PathID(c, "user_id"), h.showWatchlist)
}

// lister is a list of a member.
type lister[T any] func(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]T, *page.Key, error)

func list[T, R any](c *gin.Context, of lister[T], userID int64, show func(T) R) error {
	rows, next, err := of(c.Request.Context(), userID, auth.Reader(c), web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, show)
}

func (h handler) showWatched(e Entry) watchedFilmResponse {
	return watchedFilmResponse{MarkedAt: e.At.In(h.zone), LastWatchedOn: showDay(e.LastWatchedOn), Movie: e.Movie}
}

func (h handler) showWatchlist(e Entry) watchlistFilmResponse {
	return watchlistFilmResponse{AddedAt: e.At.In(h.zone), Movie: e.Movie}
}

// showDay returns a day as it is written, or nil for nil.
func showDay(d *Day) *string {
	if d == nil {
		return nil
	}
	return new(d.String())
}
