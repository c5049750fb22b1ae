package user

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type emailRequest struct {
	Email           string `json:"email" binding:"required,max=254" example:"alice@film.example"`
	CurrentPassword string `json:"current_password" raw:"true" binding:"required,max=1000" example:"correct horse battery"`
}

type emailRemoveRequest struct {
	CurrentPassword string `json:"current_password" raw:"true" binding:"required,max=1000" example:"correct horse battery"`
}

type emailResponse struct {
	Email   *string `json:"email" example:"alice@film.example" description:"The confirmed address; null without one."`
	Pending *string `json:"pending" example:"new@film.example" description:"An address to which a link was sent that was not opened yet; null without one."`
}

type emailConfirmRequest struct {
	Token string `json:"token" binding:"required,max=200" description:"From the link."`
}

type forgottenRequest struct {
	Username *string `json:"username" binding:"omitempty,min=1,max=254" example:"영화광" description:"Required without email."`
	Email    *string `json:"email" binding:"omitempty,min=1,max=254" example:"alice@film.example"`
}

func (h handler) sendEmail(c *gin.Context, status int) error {
	e, err := h.s.EmailOf(c.Request.Context(), auth.MustViewer(c).UserID)
	if err != nil {
		return err
	}
	out := emailResponse{}
	if e.Address != "" {
		out.Email = &e.Address
	}
	if e.Pending != "" {
		out.Pending = &e.Pending
	}
	return web.JSON(c, status, out)
}

func (h handler) getEmail(c *gin.Context) error { return h.sendEmail(c, http.StatusOK) }

func (h handler) setEmail(c *gin.Context) error {
	var req emailRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	if err := h.s.SetEmail(c.Request.Context(), auth.MustViewer(c), web.ClientIP(c), req.CurrentPassword, req.Email); err != nil {
		return err
	}
	return h.sendEmail(c, http.StatusAccepted)
}

func (h handler) removeEmail(c *gin.Context) error {
	var req emailRemoveRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	if err := h.s.RemoveEmail(c.Request.Context(), auth.MustViewer(c), web.ClientIP(c), req.CurrentPassword); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) confirmEmail(c *gin.Context) error {
	var req emailConfirmRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	if err := h.s.ConfirmEmail(c.Request.Context(), req.Token); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) forgotPassword(c *gin.Context) error {
	var req forgottenRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	name, isEmail := req.Username, req.Email != nil
	if name == nil {
		name = req.Email
	}
	if name == nil || isEmail && req.Username != nil {
		return apperr.Validation(web.Required("username"))
	}
	if err := h.s.ForgotPassword(c.Request.Context(), *name, isEmail); err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusAccepted)
	c.Writer.WriteHeaderNow()
	return nil
}
