package reaction

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/review"
)

// Routes registers the routes of likes and reactions. None of them shows a time, so the zone is not
// used.
func (s *Service) Routes(r *openapi.Router, _ *time.Location) {
	h := handler{s: s}
	const tag = "likes"
	r.POST("/likes/reviews/:review_id/like", auth.Member, h.likeReview, openapi.Op{
		Tag: tag, Summary: "Like a review", Response: reviewLikeResponse{}, Errors: []*apperr.Error{review.ErrNotFound},
		Description: "Safe to repeat: only the change from not liking to liking notifies the author. Beginning to like the same review more than a few times a minute is 429.",
	})
	r.POST("/likes/reviews/:review_id/unlike", auth.Member, h.unlikeReview, openapi.Op{
		Tag: tag, Summary: "Like a review no more", Response: reviewLikeResponse{}, Errors: []*apperr.Error{review.ErrNotFound},
		Description: "Safe to repeat. Nobody is notified.",
	})
	r.GET("/reviews/:review_id/like_count", auth.Public, h.likeCount, openapi.Op{
		Tag: tag, Summary: "Count the likes of a review", Response: likeCountResponse{}, Errors: []*apperr.Error{review.ErrNotFound},
	})
	r.GET("/reviews/:review_id/is_liked", auth.Member, h.isLiked, openapi.Op{
		Tag: tag, Summary: "Ask whether you like a review", Response: likedResponse{}, Errors: []*apperr.Error{review.ErrNotFound},
	})
	r.POST("/likes/movies/:movie_id/like", auth.Member, h.likeMovie, openapi.Op{
		Tag: tag, Summary: "Like a film", Response: movieReactionResponse{}, Errors: []*apperr.Error{movie.ErrNotFound},
		Description: "Safe to repeat. A dislike becomes a like. Nobody is notified.",
	})
	r.POST("/likes/movies/:movie_id/dislike", auth.Member, h.dislikeMovie, openapi.Op{
		Tag: tag, Summary: "Dislike a film", Response: movieReactionResponse{}, Errors: []*apperr.Error{movie.ErrNotFound},
		Description: "Safe to repeat. A like becomes a dislike. Nobody is notified.",
	})
	r.DELETE("/likes/movies/:movie_id", auth.Member, h.takeBack, openapi.Op{
		Tag: tag, Summary: "Take a like or dislike of a film back", Status: http.StatusNoContent, Errors: []*apperr.Error{movie.ErrNotFound},
		Description: "That there is none is no error.",
	})
	r.GET("/movies/:movie_id/reaction_count", auth.Public, h.reactionCount, openapi.Op{
		Tag: tag, Summary: "Count the likes and dislikes of a film", Response: movieCountResponse{}, Errors: []*apperr.Error{movie.ErrNotFound},
	})
}
