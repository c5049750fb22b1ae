package media

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
)

// Routes registers GET /media/… for the images of a local store.
func (l *Local) Routes(r *openapi.Router) {
	r.GET("/media/:owner/:kind/:name", auth.Public, func(c *gin.Context) error {
		return l.Serve(c.Writer, c.Request, c.Param("owner")+"/"+c.Param("kind")+"/"+c.Param("name"))
	}, openapi.Op{
		Tag: "images", ID: "getMedia", Summary: "Get a stored image", Response: "", Media: "image/*",
		Description: "Resources contain the complete URLs of their images. The image at a URL never changes.",
		Errors:      []*apperr.Error{apperr.ErrNotFound},
	})
}
