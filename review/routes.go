package review

import (
	"fmt"
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of reviews. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "reviews"
	image := []*apperr.Error{picture.ErrUnsupportedImage, picture.ErrImageTooLarge, apperr.ErrUnavailable}
	length := fmt.Sprintf("The content must have 1 to %d characters. ", s.maxContent)
	r.GET("/users/me/reviews", auth.Member, h.listMine, openapi.Op{
		Tag: tag, ID: "listMyReviews", Summary: "List your reviews", Query: userQuery{}, Response: []response{},
		Description: "Ordered from oldest to newest.",
	})
	r.GET("/users/:user_id/reviews", auth.Optional, h.listTheirs, openapi.Op{
		Tag: tag, ID: "listUserReviews", Summary: "List the reviews of a user", Query: userQuery{}, Response: []response{},
		Description: "Ordered from oldest to newest.", Errors: []*apperr.Error{user.ErrNotFound, follow.ErrPrivateAccount},
	})
	r.GET("/movies/:movie_id/reviews", auth.Optional, h.listOfMovie, openapi.Op{
		Tag: tag, ID: "listMovieReviews", Summary: "List the reviews of a film", Query: movieQuery{}, Response: []response{},
		Errors: []*apperr.Error{movie.ErrNotFound},
	})
	r.POST("/reviews", auth.Member, h.create, openapi.Op{
		Tag: tag, ID: "createReview", Summary: "Review a film", Class: auth.ClassUpload, Idempotent: true,
		Description: length + "The film counts as watched then. You can review a film only once. A second review is refused with `review_exists` and the id of the first one in `review_id`. " +
			"The image is rotated upright, stripped of metadata, scaled down to at most 2048 pixels and re-encoded. JSON has no image.",
		JSON: createTextRequest{}, Form: createRequest{}, Status: http.StatusCreated, Response: response{},
		Errors: append([]*apperr.Error{movie.ErrNotFound, ErrExists}, image...),
	})
	r.GET("/reviews/:review_id", auth.Optional, h.get, openapi.Op{
		Tag: tag, ID: "getReview", Summary: "Get a review", Response: response{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/reviews/:review_id", auth.Author, h.update, openapi.Op{
		Tag: tag, ID: "updateReview", Summary: "Update a review", Class: auth.ClassUpload,
		Description: length + "Absent fields stay unchanged. A new image replaces the previous one. JSON has no image.",
		JSON:        updateTextRequest{}, Form: updateRequest{}, Response: response{}, Errors: append([]*apperr.Error{ErrNotFound}, image...),
	})
	r.DELETE("/reviews/:review_id", auth.Owner, h.delete, openapi.Op{
		Tag: tag, ID: "deleteReview", Summary: "Delete a review", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "Also deletes its image, its likes and the comments on it.",
	})
	r.DELETE("/reviews/:review_id/image", auth.Owner, h.removeImage, openapi.Op{
		Tag: tag, ID: "deleteReviewImage", Summary: "Remove the image of a review", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "Idempotent.",
	})
}
