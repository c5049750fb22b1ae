package user

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
)

type imageForm struct {
	Image *web.File `formData:"image" binding:"required" description:"A JPEG, PNG or GIF file."`
}

func (h handler) getMe(c *gin.Context) error {
	u, err := h.s.Get(c.Request.Context(), auth.MustViewer(c).UserID)
	if err != nil {
		return err
	}
	return web.OK(c, h.showMe(u))
}

func (h handler) patchMe(c *gin.Context) error {
	u, err := h.change(c, auth.MustViewer(c).UserID)
	if err != nil {
		return err
	}
	return web.OK(c, h.showMe(u))
}

func (h handler) removeMe(c *gin.Context) error {
	return h.removeUser(c, auth.MustViewer(c).UserID)
}

func (h handler) setImage(c *gin.Context) error {
	viewer := auth.MustViewer(c)
	var req imageForm
	if err := web.BindForm(c, &req, media.MaxBytes); err != nil {
		return err
	}
	pic, err := h.s.Decode(c.Request.Context(), media.Upload{Name: req.Image.Name, Data: req.Image.Data, By: viewer.UserID})
	if err != nil {
		return web.Blame(err, "image")
	}
	u, err := h.s.SetImage(c.Request.Context(), viewer.UserID, pic)
	if err != nil {
		return err
	}
	return web.OK(c, h.show(u))
}

func (h handler) removeImage(c *gin.Context) error {
	if _, err := h.s.SetImage(c.Request.Context(), auth.MustViewer(c).UserID, nil); err != nil {
		return err
	}
	return web.NoContent(c)
}
