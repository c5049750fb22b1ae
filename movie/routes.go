package movie

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// Routes registers the routes of films. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "movies"
	r.GET("/movies", auth.Optional, h.list, openapi.Op{
		Tag: tag, ID: "listMovies", Summary: "List and search films", Query: listRequest{}, Response: []response{},
		Description: "Films must match all given conditions. The search for a title ignores case, width, spaces, punctuation, and the diacritics of Latin, Greek and Cyrillic: spiderman finds Spider-Man, amelie finds Amélie, 한국영화 finds 한국 영화. It finds Hangul while it is being typed (기새 finds 기생충) and by initial consonants (ㄱㅅㅊ). A text without letters and digits is searched for literally.",
	})
	r.POST("/movies", auth.Member, h.create, openapi.Op{
		Tag: tag, ID: "createMovie", Summary: "Add a film", JSON: createRequest{}, Status: http.StatusCreated, Response: response{}, Idempotent: true,
		Errors: []*apperr.Error{ErrExternalIDTaken}, Description: "An external id that another film has is refused with `external_id_taken` and the id of that film in `movie_id`.",
	})
	r.GET("/movies/:movie_id", auth.Optional, h.get, openapi.Op{
		Tag: tag, ID: "getMovie", Summary: "Get a film", Response: response{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/movies/:movie_id", auth.Owner, h.update, openapi.Op{
		Tag: tag, ID: "updateMovie", Summary: "Update a film", JSON: updateRequest{}, Response: response{}, Errors: []*apperr.Error{ErrNotFound, ErrExternalIDTaken},
		Description: "Absent fields stay unchanged; null clears those that can be null. The owner is the user who added the film. A film that was imported, or whose owner was deleted, can only be changed by admins.",
	})
	r.DELETE("/movies/:movie_id", auth.Owner, h.delete, openapi.Op{
		Tag: tag, ID: "deleteMovie", Summary: "Delete a film", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound, ErrHasReviews},
		Description: "Also deletes its poster. Once other users have reviewed the film, only an admin may delete it.",
	})
	r.POST("/movies/:movie_id/merge", auth.Moderator, h.merge, openapi.Op{
		Tag: tag, ID: "mergeMovies", Summary: "Merge a film into another", JSON: mergeRequest{}, Response: response{},
		Description: "Returns the film that stays. Its values stay; those that are empty are taken from the other. Everything that members attached moves; of two reactions by one member the newer stays. Afterwards requests for the film that went are redirected.",
		Errors:      []*apperr.Error{ErrNotFound, ErrSelfMerge, ErrMergeConflict},
	})
	r.POST("/movies/:movie_id/poster_image", auth.Owner, h.setPoster, openapi.Op{
		Tag: tag, ID: "setMoviePoster", Summary: "Set the poster of a film", Class: auth.ClassUpload, Form: posterRequest{}, Response: response{},
		Description: "The image is rotated upright, stripped of metadata, scaled down to at most 2048 pixels and re-encoded. Replaces the previous poster.",
		Errors:      []*apperr.Error{ErrNotFound, picture.ErrUnsupportedImage, picture.ErrImageTooLarge, apperr.ErrUnavailable},
	})
	r.DELETE("/movies/:movie_id/poster_image", auth.Owner, h.removePoster, openapi.Op{
		Tag: tag, ID: "deleteMoviePoster", Summary: "Remove the poster of a film", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
		Description: "Idempotent.",
	})
}
