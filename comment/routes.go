package comment

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/review"
)

// Routes registers the routes of comments. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "comments"
	r.POST("/reviews/:review_id/comments", auth.Member, h.create, openapi.Op{
		Tag: tag, ID: "createComment", Summary: "Comment on a review", JSON: createRequest{}, Status: http.StatusCreated, Response: response{}, Idempotent: true,
		Description: "Notifies the author of the review, or of the comment that is answered.",
		Errors:      []*apperr.Error{review.ErrNotFound, ErrClosed, follow.ErrBlocked},
	})
	r.GET("/reviews/:review_id/comments", auth.Optional, h.ofReview, openapi.Op{
		Tag: tag, ID: "listReviewComments", Summary: "List the comments on a review", Query: reviewQuery{}, Response: []response{},
		Description: "A reply can name a comment that the list does not have, because you do not see its author.",
		Errors:      []*apperr.Error{review.ErrNotFound},
	})
	r.GET("/comments/:comment_id", auth.Optional, h.get, openapi.Op{
		Tag: tag, ID: "getComment", Summary: "Get a comment", Response: response{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/comments/:comment_id", auth.Author, h.update, openapi.Op{
		Tag: tag, ID: "updateComment", Summary: "Update a comment", JSON: updateRequest{}, Response: response{}, Errors: []*apperr.Error{ErrNotFound},
		Description: "Absent fields stay unchanged.",
	})
	r.DELETE("/comments/:comment_id", auth.Owner, h.delete, openapi.Op{
		Tag: tag, ID: "deleteComment", Summary: "Delete a comment", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "So may the author of the review and moderators. It stays without content and author while there are replies to it.",
	})
}
