package diary

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of watched films, watchlists and diaries. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "diary"
	film, member := []*apperr.Error{movie.ErrNotFound}, []*apperr.Error{user.ErrNotFound}
	r.PUT("/users/me/watched/:movie_id", auth.Member, h.mark, openapi.Op{
		Tag: tag, ID: "markWatched", Summary: "Mark a film watched", Response: markResponse{}, Errors: film,
		Description: "Idempotent. Takes the film off your watchlist. Rating, reviewing or logging a film marks it as well.",
	})
	r.DELETE("/users/me/watched/:movie_id", auth.Member, h.unmark, openapi.Op{
		Tag: tag, ID: "unmarkWatched", Summary: "Take the mark of a film back", Status: http.StatusNoContent,
		Errors: []*apperr.Error{movie.ErrNotFound, ErrStillInDiary}, Description: "Idempotent. Refused while your diary has the film.",
	})
	r.GET("/users/me/watched", auth.Member, h.myWatched, openapi.Op{
		Tag: tag, ID: "listMyWatched", Summary: "List the films that you have watched", Query: pageQuery{}, Response: []watchedResponse{},
		Description: "Ordered by the time of the mark, latest first.",
	})
	r.GET("/users/:user_id/watched", auth.Public, h.watched, openapi.Op{
		Tag: tag, ID: "listUserWatched", Summary: "List the films that a user has watched", Query: pageQuery{}, Response: []watchedResponse{},
		Description: "Ordered by the time of the mark, latest first.", Errors: member,
	})
	r.PUT("/users/me/watchlist/:movie_id", auth.Member, h.want, openapi.Op{
		Tag: tag, ID: "addToWatchlist", Summary: "Put a film on your watchlist", Response: watchlistMarkResponse{}, Errors: film,
		Description: "Idempotent. Films that you have watched can be put there again.",
	})
	r.DELETE("/users/me/watchlist/:movie_id", auth.Member, h.unwant, openapi.Op{
		Tag: tag, ID: "removeFromWatchlist", Summary: "Take a film off your watchlist", Status: http.StatusNoContent, Errors: film,
		Description: "Idempotent.",
	})
	r.GET("/users/me/watchlist", auth.Member, h.myWatchlist, openapi.Op{
		Tag: tag, ID: "listMyWatchlist", Summary: "List your watchlist", Query: pageQuery{}, Response: []watchlistResponse{},
		Description: "The latest film first.",
	})
	r.GET("/users/:user_id/watchlist", auth.Public, h.watchlist, openapi.Op{
		Tag: tag, ID: "listUserWatchlist", Summary: "List the watchlist of a user", Query: pageQuery{}, Response: []watchlistResponse{},
		Description: "The latest film first.", Errors: member,
	})
}
