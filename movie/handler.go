package movie

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

func (h handler) list(c *gin.Context) error {
	q := web.Query[listRequest](c)
	f, by := Filter{Title: q.Title}, SortOldest
	if q.Genre != nil {
		f.Genre = *q.Genre
	}
	if q.Sort != nil {
		by = Sort(*q.Sort)
	}
	rows, next, err := h.s.List(c.Request.Context(), f, by, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) create(c *gin.Context) error {
	var req createRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	m, err := h.s.Create(c.Request.Context(), auth.MustViewer(c).UserID, req.draft())
	if err != nil {
		return err
	}
	return web.Created(c, "/movies/"+strconv.FormatInt(m.ID, 10), h.show(m))
}

func (h handler) get(c *gin.Context) error {
	m, err := h.s.Get(c.Request.Context(), web.PathID(c, "movie_id"))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(m))
}

func (h handler) update(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	var req updateRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	m, err := h.s.Update(c.Request.Context(), id, req.patch())
	if err != nil {
		return err
	}
	return web.OK(c, h.show(m))
}

func (h handler) delete(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	if err := h.s.Delete(c.Request.Context(), id, auth.MustViewer(c)); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) setPoster(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	var req posterRequest
	if err := web.BindForm(c, &req, media.MaxBytes); err != nil {
		return err
	}
	m, err := h.s.SetPoster(c.Request.Context(), id, media.Upload{Name: req.Image.Name, Data: req.Image.Data, By: auth.MustViewer(c).UserID})
	if err != nil {
		return web.Blame(err, "image")
	}
	return web.OK(c, h.show(m))
}

func (h handler) removePoster(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	if err := h.s.RemovePoster(c.Request.Context(), id); err != nil {
		return err
	}
	return web.NoContent(c)
}

// editable returns the id in the path of a film that the viewer may edit: ErrNotFound when there is
// no such film, apperr.ErrForbidden when it is not theirs.
func (h handler) editable(c *gin.Context) (int64, error) {
	m, err := h.s.Get(c.Request.Context(), web.PathID(c, "movie_id"))
	if err != nil {
		return 0, err
	}
	if !auth.MustViewer(c).MayEdit(m.Owner()) {
		return 0, apperr.ErrForbidden
	}
	return m.ID, nil
}
