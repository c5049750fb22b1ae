package reaction

import (
	"cmp"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

// rateRequest is the body of PUT /movies/{movie_id}/rating.
type rateRequest struct {
	Rating stars.Stars `json:"rating" binding:"required" example:"4.5" description:"Your rating, in stars."`
}

// ratingResponse is the rating of a film.
type ratingResponse struct {
	UserID  int64       `json:"user_id" example:"3" description:"Your id."`
	MovieID int64       `json:"movie_id" example:"7" description:"Id of the film."`
	Rating  stars.Stars `json:"rating" example:"4.5" description:"Your rating, in stars."`
	RatedAt time.Time   `json:"rated_at" example:"2026-11-23T10:00:00+09:00" description:"Time when you last rated the film."`
}

// ratingsQuery is the query of the ratings of a user.
type ratingsQuery struct {
	web.Paging
	Rating *stars.Stars `query:"rating" example:"4.5" description:"Only films with this rating."`
	Sort   *string      `query:"sort" binding:"omitempty,oneof=-rated_at -rating rating" default:"-rated_at" description:"-rated_at: latest first. -rating: best first, then latest first. rating: worst first, then oldest first."`
}

// ratedResponse is a film that a user rated.
type ratedResponse struct {
	Rating  stars.Stars `json:"rating" example:"4.5" description:"The rating, in stars."`
	RatedAt time.Time   `json:"rated_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the user last rated the film."`
	Movie   movie.Card  `json:"movie"`
}

// movieRatingsResponse sums up the ratings of a film.
type movieRatingsResponse struct {
	MovieID       int64                   `json:"movie_id" example:"7" description:"Id of the film."`
	RatingCount   int64                   `json:"rating_count" example:"9" description:"Number of ratings."`
	RatingAverage *float64                `json:"rating_average" example:"4.28" description:"The mean of the ratings, in stars to two decimals; null without ratings."`
	Histogram     stars.HistogramResponse `json:"histogram"`
}

func (h handler) rate(c *gin.Context) error {
	ctx, movieID := c.Request.Context(), web.PathID(c, "movie_id")
	var req rateRequest
	if err := web.BindJSON(c, &req); err != nil { // a film that does not exist comes before it, as Rate says as well
		return cmp.Or(h.s.movies.Exists(ctx, movieID), err)
	}
	r, err := h.s.Rate(ctx, auth.MustViewer(c).UserID, movieID, req.Rating)
	if err != nil {
		return err
	}
	return web.OK(c, r.Respond(h.zone))
}

func (h handler) unrate(c *gin.Context) error {
	if err := h.s.Unrate(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "movie_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) ratingsOfMovie(c *gin.Context) error {
	id := web.PathID(c, "movie_id")
	found, err := h.s.Histogram(c.Request.Context(), id, auth.Reader(c))
	if err != nil {
		return err
	}
	count := found.Count()
	return web.OK(c, movieRatingsResponse{
		MovieID: id, RatingCount: count, RatingAverage: movie.Average(found.Sum(), count), Histogram: found.Response(),
	})
}

func (h handler) myRatings(c *gin.Context) error { return h.ratings(c, auth.MustViewer(c).UserID) }

func (h handler) ratingsOfUser(c *gin.Context) error { return h.ratings(c, web.PathID(c, "user_id")) }

func (h handler) ratings(c *gin.Context, userID int64) error {
	q, by, only := web.Query[ratingsQuery](c), SortLastRated, stars.Stars(0)
	if q.Sort != nil {
		by = RatingSort(*q.Sort)
	}
	if q.Rating != nil {
		only = *q.Rating
	}
	rows, next, err := h.s.RatingsOf(c.Request.Context(), userID, auth.Reader(c), only, by, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, func(r Rated) ratedResponse {
		return ratedResponse{Rating: r.Rating, RatedAt: r.RatedAt.In(h.zone), Movie: r.Movie}
	})
}
