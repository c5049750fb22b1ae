package reaction

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of likes, reactions and ratings. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	h.ratingRoutes(r)
	const tag = "likes"
	r.POST("/likes/reviews/:review_id/like", auth.Member, h.likeReview, openapi.Op{
		Tag: tag, ID: "likeReview", Summary: "Like a review", Response: reviewLikeResponse{}, Errors: []*apperr.Error{review.ErrNotFound, follow.ErrBlocked},
		Description: "Idempotent. The author is notified when you start to like the review. The rate at which you can start to like the same review is limited.",
	})
	r.POST("/likes/reviews/:review_id/unlike", auth.Member, h.unlikeReview, openapi.Op{
		Tag: tag, ID: "unlikeReview", Summary: "Unlike a review", Response: reviewLikeResponse{}, Errors: []*apperr.Error{review.ErrNotFound},
		Description: "Idempotent. The author is not notified.",
	})
	r.GET("/reviews/:review_id/like_count", auth.Optional, h.likeCount, openapi.Op{
		Tag: tag, ID: "getReviewLikeCount", Summary: "Count the likes of a review", Response: likeCountResponse{}, Errors: []*apperr.Error{review.ErrNotFound},
	})
	r.GET("/reviews/:review_id/is_liked", auth.Member, h.isLiked, openapi.Op{
		Tag: tag, ID: "getReviewIsLiked", Summary: "Check whether you like a review", Response: likedResponse{}, Errors: []*apperr.Error{review.ErrNotFound},
	})
	r.POST("/likes/lists/:list_id/like", auth.Member, h.likeList, openapi.Op{
		Tag: tag, ID: "likeList", Summary: "Like a list", Response: listLikeResponse{}, Errors: []*apperr.Error{list.ErrNotFound, follow.ErrBlocked},
		Description: "Idempotent. The author is notified when you start to like the list. The rate at which you can start to like the same list is limited.",
	})
	r.POST("/likes/lists/:list_id/unlike", auth.Member, h.unlikeList, openapi.Op{
		Tag: tag, ID: "unlikeList", Summary: "Unlike a list", Response: listLikeResponse{}, Errors: []*apperr.Error{list.ErrNotFound},
		Description: "Idempotent. The author is not notified.",
	})
	r.POST("/likes/movies/:movie_id/like", auth.Member, h.likeMovie, openapi.Op{
		Tag: tag, ID: "likeMovie", Summary: "Like a film", Response: movieReactionResponse{}, Errors: []*apperr.Error{movie.ErrNotFound},
		Description: "Idempotent. Replaces your dislike. No notification is sent.",
	})
	r.POST("/likes/movies/:movie_id/dislike", auth.Member, h.dislikeMovie, openapi.Op{
		Tag: tag, ID: "dislikeMovie", Summary: "Dislike a film", Response: movieReactionResponse{}, Errors: []*apperr.Error{movie.ErrNotFound},
		Description: "Idempotent. Replaces your like. No notification is sent.",
	})
	r.DELETE("/likes/movies/:movie_id", auth.Member, h.removeReaction, openapi.Op{
		Tag: tag, ID: "deleteMovieReaction", Summary: "Remove your like or dislike of a film", Status: http.StatusNoContent, Errors: []*apperr.Error{movie.ErrNotFound},
		Description: "Idempotent.",
	})
	r.GET("/movies/:movie_id/reaction_count", auth.Optional, h.reactionCount, openapi.Op{
		Tag: tag, ID: "getMovieReactionCount", Summary: "Count the likes and dislikes of a film", Response: movieCountResponse{}, Errors: []*apperr.Error{movie.ErrNotFound},
	})
}

func (h handler) ratingRoutes(r *openapi.Router) {
	const tag = "ratings"
	film := []*apperr.Error{movie.ErrNotFound}
	r.PUT("/movies/:movie_id/rating", auth.Member, h.rate, openapi.Op{
		Tag: tag, ID: "rateMovie", Summary: "Rate a film", JSON: rateRequest{}, Response: ratingResponse{}, Errors: film,
		Description: "Replaces your rating. The film counts as watched then, and leaves your watchlist.",
	})
	r.DELETE("/movies/:movie_id/rating", auth.Member, h.unrate, openapi.Op{
		Tag: tag, ID: "deleteMovieRating", Summary: "Take your rating of a film back", Status: http.StatusNoContent, Errors: film,
		Description: "Idempotent. The film stays marked as watched.",
	})
	r.GET("/movies/:movie_id/ratings", auth.Optional, h.ratingsOfMovie, openapi.Op{
		Tag: tag, ID: "getMovieRatings", Summary: "Sum up the ratings of a film", Response: movieRatingsResponse{}, Errors: film,
	})
	r.GET("/users/me/ratings", auth.Member, h.myRatings, openapi.Op{
		Tag: tag, ID: "listMyRatings", Summary: "List your ratings", Query: ratingsQuery{}, Response: []ratedResponse{},
	})
	r.GET("/users/:user_id/ratings", auth.Optional, h.ratingsOfUser, openapi.Op{
		Tag: tag, ID: "listUserRatings", Summary: "List the ratings of a user", Query: ratingsQuery{}, Response: []ratedResponse{},
		Errors: []*apperr.Error{user.ErrNotFound, follow.ErrPrivateAccount},
	})
}
