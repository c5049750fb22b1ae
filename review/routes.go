package review

import (
	"fmt"
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of reviews. Times are shown in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "reviews"
	image := []*apperr.Error{media.ErrUnsupportedImage, media.ErrImageTooLarge, apperr.ErrUnavailable}
	length := fmt.Sprintf("The content may have 1 to %d characters. ", s.maxContent)
	r.GET("/users/me/reviews", auth.Member, h.listMine, openapi.Op{
		Tag: tag, Summary: "List your own reviews", Query: ofUser{}, Response: []response{},
		Description: "Oldest first.",
	})
	r.GET("/users/:user_id/reviews", auth.Optional, h.listTheirs, openapi.Op{
		Tag: tag, Summary: "List the reviews of a user", Query: ofUser{}, Response: []response{},
		Description: "Oldest first.", Errors: []*apperr.Error{user.ErrNotFound},
	})
	r.GET("/movies/:movie_id/reviews", auth.Optional, h.listOfMovie, openapi.Op{
		Tag: tag, Summary: "List the reviews of a film", Query: ofMovie{}, Response: []response{},
		Errors: []*apperr.Error{movie.ErrNotFound},
	})
	r.POST("/reviews", auth.Member, h.create, openapi.Op{
		Tag: tag, Summary: "Review a film", Class: auth.ClassUpload,
		Description: length + "One review per member and film: a second one is review_exists, with the first as review_id. " +
			"The image is turned upright, stripped of metadata, scaled down to at most 2048 pixels and encoded anew.",
		Form: createRequest{}, Status: http.StatusCreated, Response: response{},
		Errors: append([]*apperr.Error{movie.ErrNotFound, ErrExists}, image...),
	})
	r.GET("/reviews/:review_id", auth.Optional, h.get, openapi.Op{
		Tag: tag, Summary: "Get a review", Response: response{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/reviews/:review_id", auth.Author, h.update, openapi.Op{
		Tag: tag, Summary: "Change a review", Class: auth.ClassUpload,
		Description: length + "What is absent stays. A new image replaces the one before, which is removed.",
		Form:        updateRequest{}, Response: response{}, Errors: append([]*apperr.Error{ErrNotFound}, image...),
	})
	r.DELETE("/reviews/:review_id", auth.Owner, h.delete, openapi.Op{
		Tag: tag, Summary: "Delete a review", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "Its image and its likes go, too.",
	})
	r.DELETE("/reviews/:review_id/image", auth.Author, h.removeImage, openapi.Op{
		Tag: tag, Summary: "Remove the image of a review", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "A review without an image is left as it is.",
	})
}
