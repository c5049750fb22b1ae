package diary

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/follow"
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
	film, member := []*apperr.Error{movie.ErrNotFound}, []*apperr.Error{user.ErrNotFound, follow.ErrPrivateAccount}
	r.PUT("/users/me/watched/:movie_id", auth.Member, h.mark, openapi.Op{
		Tag: tag, ID: "markWatched", Summary: "Mark a film watched", Response: watchedMarkResponse{}, Errors: film,
		Description: "Idempotent. Takes the film off your watchlist. Rating, reviewing or logging a film marks it as well.",
	})
	r.DELETE("/users/me/watched/:movie_id", auth.Member, h.unmark, openapi.Op{
		Tag: tag, ID: "unmarkWatched", Summary: "Take the mark of a film back", Status: http.StatusNoContent,
		Errors: []*apperr.Error{movie.ErrNotFound, ErrStillInDiary}, Description: "Idempotent. Refused while your diary has the film.",
	})
	r.GET("/users/me/watched", auth.Member, h.myWatched, openapi.Op{
		Tag: tag, ID: "listMyWatched", Summary: "List the films that you have watched", Query: pageQuery{}, Response: []watchedFilmResponse{},
		Description: "Ordered by the time of the mark, latest first.",
	})
	r.GET("/users/:user_id/watched", auth.Optional, h.watched, openapi.Op{
		Tag: tag, ID: "listUserWatched", Summary: "List the films that a user has watched", Query: pageQuery{}, Response: []watchedFilmResponse{},
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
		Tag: tag, ID: "listMyWatchlist", Summary: "List your watchlist", Query: pageQuery{}, Response: []watchlistFilmResponse{},
		Description: "The latest film first.",
	})
	r.GET("/users/:user_id/watchlist", auth.Optional, h.watchlist, openapi.Op{
		Tag: tag, ID: "listUserWatchlist", Summary: "List the watchlist of a user", Query: pageQuery{}, Response: []watchlistFilmResponse{},
		Description: "The latest film first.", Errors: member,
	})
	order := "The latest day first, then the latest viewing. Viewings must match all given conditions; the days are inclusive."
	r.POST("/users/me/diary", auth.Member, h.log, openapi.Op{
		Tag: tag, ID: "logViewing", Summary: "Log a viewing", JSON: logRequest{}, Status: http.StatusCreated, Response: viewingResponse{},
		Idempotent: true, Errors: film,
		Description: "Also marks the film watched. The day is one of the zone of the service, from 1895-12-28 to today. " +
			"The rating becomes yours of the film, unless your diary has the film on a later day.",
	})
	r.GET("/diary/:viewing_id", auth.Optional, h.get, openapi.Op{
		Tag: tag, ID: "getViewing", Summary: "Get a viewing", Response: viewingResponse{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/diary/:viewing_id", auth.Author, h.update, openapi.Op{
		Tag: tag, ID: "updateViewing", Summary: "Update a viewing", JSON: updateRequest{}, Response: viewingResponse{}, Errors: []*apperr.Error{ErrNotFound},
		Description: "Absent fields stay unchanged. Another day does not change `rewatch`. The rating becomes yours of the film when this is its latest viewing.",
	})
	r.DELETE("/diary/:viewing_id", auth.Author, h.delete, openapi.Op{
		Tag: tag, ID: "deleteViewing", Summary: "Delete a viewing", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "The film stays marked watched.",
	})
	r.GET("/users/:user_id/stats", auth.Optional, h.statistics, openapi.Op{
		Tag: tag, ID: "getUserStatistics", Summary: "Get the statistics of a user", Query: statisticsQuery{}, Response: statisticsResponse{}, Errors: member,
		Description: "`minutes` and `months` count viewings; `movie_count`, `genres` and `directors` count each film of the diary once. " +
			"With a year everything is of that year, ratings and reviews by when they were given. Of a large diary they may lack changes of films of the last minute.",
	})
	r.GET("/users/me/diary", auth.Member, h.myDiary, openapi.Op{
		Tag: tag, ID: "listMyDiary", Summary: "List your diary", Query: diaryQuery{}, Response: []viewingResponse{}, Description: order,
	})
	r.GET("/users/:user_id/diary", auth.Optional, h.userDiary, openapi.Op{
		Tag: tag, ID: "listUserDiary", Summary: "List the diary of a user", Query: diaryQuery{}, Response: []viewingResponse{}, Description: order,
		Errors: member,
	})
}
