package reaction

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// reviewLikeResponse is the like of a review.
type reviewLikeResponse struct {
	ID       *int64 `json:"id" example:"12" description:"Id of the like. It stays the same when you unlike the review and like it again; null if you never liked it."`
	UserID   int64  `json:"user_id" example:"3" description:"Your id."`
	ReviewID int64  `json:"review_id" example:"5" description:"Id of the review."`
	IsLiked  bool   `json:"is_liked" example:"true" description:"Whether you like the review now."`
}

// movieReactionResponse is the like or dislike of a film.
type movieReactionResponse struct {
	ID      int64 `json:"id" example:"21" description:"Id of the reaction. It stays the same when you change its type."`
	UserID  int64 `json:"user_id" example:"3" description:"Your id."`
	MovieID int64 `json:"movie_id" example:"7" description:"Id of the film."`
	Type    Type  `json:"type" enum:"like,dislike" example:"like" description:"Your reaction now."`
}

// likeCountResponse is the number of likes of a review.
type likeCountResponse struct {
	ReviewID  int64 `json:"review_id" example:"5" description:"Id of the review."`
	LikeCount int64 `json:"like_count" example:"12" description:"Number of likes."`
}

// likedResponse says whether a member likes a review.
type likedResponse struct {
	ReviewID int64 `json:"review_id" example:"5" description:"Id of the review."`
	UserID   int64 `json:"user_id" example:"3" description:"Your id."`
	IsLiked  bool  `json:"is_liked" example:"true" description:"Whether you like the review now."`
}

// movieCountResponse is the number of likes and dislikes of a film.
type movieCountResponse struct {
	MovieID      int64 `json:"movie_id" example:"7" description:"Id of the film."`
	LikeCount    int64 `json:"like_count" example:"12" description:"Number of likes."`
	DislikeCount int64 `json:"dislike_count" example:"1" description:"Number of dislikes."`
}

func (h handler) likeReview(c *gin.Context) error { return h.setLike(c, true) }

func (h handler) unlikeReview(c *gin.Context) error { return h.setLike(c, false) }

func (h handler) setLike(c *gin.Context, on bool) error {
	l, err := h.s.SetLike(c.Request.Context(), auth.MustViewer(c), web.PathID(c, "review_id"), on)
	if err != nil {
		return err
	}
	out := reviewLikeResponse{UserID: l.UserID, ReviewID: l.ReviewID, IsLiked: l.IsLiked}
	if l.ID != 0 {
		out.ID = &l.ID
	}
	return web.OK(c, out)
}

func (h handler) likeMovie(c *gin.Context) error { return h.react(c, Like) }

func (h handler) dislikeMovie(c *gin.Context) error { return h.react(c, Dislike) }

func (h handler) react(c *gin.Context, t Type) error {
	r, err := h.s.React(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "movie_id"), t)
	if err != nil {
		return err
	}
	return web.OK(c, movieReactionResponse{ID: r.ID, UserID: r.UserID, MovieID: r.MovieID, Type: r.Type})
}

func (h handler) removeReaction(c *gin.Context) error {
	_, err := h.s.React(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "movie_id"), None)
	if err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) likeCount(c *gin.Context) error {
	r, err := h.s.reviews.Get(c.Request.Context(), web.PathID(c, "review_id"), auth.Reader(c))
	if err != nil {
		return err
	}
	return web.OK(c, likeCountResponse{ReviewID: r.ID, LikeCount: r.LikeCount})
}

func (h handler) isLiked(c *gin.Context) error {
	ctx, reader := c.Request.Context(), auth.MustViewer(c)
	r, err := h.s.reviews.Get(ctx, web.PathID(c, "review_id"), reader)
	if err != nil {
		return err
	}
	liked, err := h.s.LikedBy(ctx, reader.UserID, []int64{r.ID})
	if err != nil {
		return err
	}
	return web.OK(c, likedResponse{ReviewID: r.ID, UserID: reader.UserID, IsLiked: liked[r.ID]})
}

func (h handler) reactionCount(c *gin.Context) error {
	m, err := h.s.movies.GetFor(c.Request.Context(), web.PathID(c, "movie_id"), auth.Reader(c))
	if err != nil {
		return err
	}
	return web.OK(c, movieCountResponse{MovieID: m.ID, LikeCount: m.LikeCount, DislikeCount: m.DislikeCount})
}
