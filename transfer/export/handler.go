package export

import (
	"io"
	"mime"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct{ s *Service }

type exportQuery struct {
	Format *string `query:"format" binding:"omitempty,oneof=cinecircle letterboxd" default:"cinecircle" example:"letterboxd" description:"cinecircle: everything, to be imported here or on another instance. letterboxd: CSV files for the import of Letterboxd."`
}

// export answers GET /users/me/export.
func (h handler) export(c *gin.Context) error {
	f := Cinecircle
	if q := web.Query[exportQuery](c); q.Format != nil {
		f = Format(*q.Format)
	}
	e, err := h.s.Begin(c.Request.Context(), auth.MustViewer(c), f)
	if err != nil {
		return err
	}
	defer e.Close()
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.Name()}))
	c.Header("Cache-Control", "private, no-store")
	return web.Stream(c, "application/zip", func(w io.Writer) error { return e.Write(c.Request.Context(), w) })
}
