package movie

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/openapi"
)

// Routes registers the routes of films. Times are shown in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "movies"
	r.GET("/movies", auth.Public, h.list, openapi.Op{
		Tag: tag, Summary: "List and search films", Query: listRequest{}, Response: []response{},
		Description: "All given conditions must hold. Folding of case follows Unicode, so that École finds ÉCOLE.",
	})
	r.POST("/movies", auth.Member, h.create, openapi.Op{
		Tag: tag, Summary: "Add a film", JSON: createRequest{}, Status: http.StatusCreated, Response: response{},
	})
	r.GET("/movies/:movie_id", auth.Public, h.get, openapi.Op{
		Tag: tag, Summary: "Get a film", Response: response{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/movies/:movie_id", auth.Owner, h.update, openapi.Op{
		Tag: tag, Summary: "Change a film", JSON: updateRequest{}, Response: response{}, Errors: []*apperr.Error{ErrNotFound},
		Description: "What is absent stays. The owner is who added the film; one whose adder is gone, or that was imported, is for admins.",
	})
	r.DELETE("/movies/:movie_id", auth.Owner, h.delete, openapi.Op{
		Tag: tag, Summary: "Delete a film", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound, ErrHasReviews},
		Description: "Its poster goes, too. Once others have reviewed it, only an admin may delete it.",
	})
	r.POST("/movies/:movie_id/poster_image", auth.Owner, h.setPoster, openapi.Op{
		Tag: tag, Summary: "Set the poster of a film", Class: auth.ClassUpload, Form: posterRequest{}, Response: response{},
		Description: "The image is turned upright, stripped of metadata, scaled down to at most 2048 pixels and encoded anew. The poster before it is removed.",
		Errors:      []*apperr.Error{ErrNotFound, media.ErrUnsupportedImage, media.ErrImageTooLarge, apperr.ErrUnavailable},
	})
	r.DELETE("/movies/:movie_id/poster_image", auth.Owner, h.removePoster, openapi.Op{
		Tag: tag, Summary: "Remove the poster of a film", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "A film without a poster is left as it is.",
	})
}
