package review

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

// ofMovie is the query of the reviews of a film.
type ofMovie struct {
	web.Paging
	Sort *string `query:"sort" binding:"omitempty,oneof=id -id -like_count" default:"id" description:"id: as they were written. -id: the last one written first. -like_count: the most liked first, then the last one written."`
}

// ofUser is the query of the reviews of a user.
type ofUser struct{ web.Paging }

func (h handler) listMine(c *gin.Context) error {
	return h.listOfUser(c, auth.MustViewer(c).UserID)
}

func (h handler) listTheirs(c *gin.Context) error {
	return h.listOfUser(c, web.PathID(c, "user_id"))
}

func (h handler) listOfUser(c *gin.Context, userID int64) error {
	rows, next, err := h.s.OfUser(c.Request.Context(), userID, reader(c), web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) listOfMovie(c *gin.Context) error {
	by := SortOldest
	if sent := web.Query[ofMovie](c).Sort; sent != nil {
		by = Sort(*sent)
	}
	rows, next, err := h.s.OfMovie(c.Request.Context(), web.PathID(c, "movie_id"), reader(c), by, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) create(c *gin.Context) error {
	draft, err := h.draft(c)
	if err != nil {
		return err
	}
	made, err := h.s.Create(c.Request.Context(), draft)
	if err != nil {
		return web.Blame(err, "review_image")
	}
	return web.Created(c, "/reviews/"+strconv.FormatInt(made.ID, 10), h.show(made))
}

// draft reads the form of a new review.
func (h handler) draft(c *gin.Context) (Draft, error) {
	var req createRequest
	err := web.BindForm(c, &req, media.MaxBytes)
	by := auth.MustViewer(c).UserID
	return Draft{
		UserID: by, MovieID: req.MovieID,
		Title: req.Title, Content: req.Content, Image: upload(req.Image, by),
	}, together(err, h.s.checkContent("content", req.Content))
}

func (h handler) get(c *gin.Context) error {
	return h.ok(c, web.PathID(c, "review_id"))
}

func (h handler) update(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	patch, err := h.patch(c)
	if err != nil {
		return err
	}
	if err := h.s.Update(c.Request.Context(), id, patch); err != nil {
		return web.Blame(err, "update_image")
	}
	return h.ok(c, id)
}

// patch reads the form of a change.
func (h handler) patch(c *gin.Context) (Patch, error) {
	var req updateRequest
	err := web.BindForm(c, &req, media.MaxBytes)
	var tooLong error
	if req.Content != nil {
		tooLong = h.s.checkContent("update_content", *req.Content)
	}
	return Patch{Title: req.Title, Content: req.Content, Image: upload(req.Image, auth.MustViewer(c).UserID)}, together(err, tooLong)
}

func (h handler) delete(c *gin.Context) error {
	r, err := h.s.Get(c.Request.Context(), web.PathID(c, "review_id"))
	if err != nil {
		return err
	}
	if !auth.MustViewer(c).MayEdit(r.UserID) {
		return apperr.ErrForbidden
	}
	if err := h.s.Delete(c.Request.Context(), r.ID); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) removeImage(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	if err := h.s.RemoveImage(c.Request.Context(), id); err != nil {
		return err
	}
	return web.NoContent(c)
}

// own returns the id in the path of a review that the viewer has written: ErrNotFound when there is
// no such review, apperr.ErrForbidden when it is somebody else's, also for an admin.
func (h handler) own(c *gin.Context) (int64, error) {
	r, err := h.s.Get(c.Request.Context(), web.PathID(c, "review_id"))
	if err != nil {
		return 0, err
	}
	if r.UserID != auth.MustViewer(c).UserID {
		return 0, apperr.ErrForbidden
	}
	return r.ID, nil
}

func (h handler) ok(c *gin.Context, id int64) error {
	shown, err := h.s.Show(c.Request.Context(), id, reader(c))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(shown))
}

// reader returns who reads, 0 when nobody is known.
func reader(c *gin.Context) int64 {
	v, _ := auth.ViewerOf(c)
	return v.UserID
}
