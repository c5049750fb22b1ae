package export

import (
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
)

// Routes registers the route of exports.
func (s *Service) Routes(r *openapi.Router) {
	r.GET("/users/me/export", auth.Member, handler{s}.export, openapi.Op{
		Tag: "users", ID: "exportMyData", Summary: "Export everything that you have here", Query: exportQuery{},
		Response: "", Media: "application/zip", Errors: []*apperr.Error{ErrRunning, apperr.ErrTooMany, apperr.ErrBusy},
		Headers: map[string]string{"Content-Disposition": "The name of the file."},
		Description: "A ZIP file of any size, which is made while you download it: a connection that breaks leaves an incomplete file. " +
			"With the default format it has your profile, reviews with images, ratings, diary, watched films, watchlist, lists, comments, " +
			"likes, reactions, follows and notifications, and a README that describes it.",
	})
}
