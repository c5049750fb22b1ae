package user

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type registrationResponse struct {
	Mode        string `json:"mode" enum:"open,invite,approval,closed" example:"open"`
	MinAge      int64  `json:"min_age" example:"14" description:"The least age to sign up, in years."`
	Name        string `json:"name" example:"cinecircle" description:"Of the community."`
	Description string `json:"description" example:"동네 영화 모임"`
	Rules       string `json:"rules" example:"서로 존중해 주세요."`
	Contact     string `json:"contact" example:"hello@film.example"`
}

func (h handler) registration(c *gin.Context) error {
	r := h.s.Registration()
	if r.Mode == "" {
		r.Mode = ModeOpen
	}
	return web.OK(c, registrationResponse{string(r.Mode), r.MinAge, r.Name, r.Description, r.Rules, r.Contact})
}

type inviteRequest struct {
	Uses          *int64 `json:"uses" binding:"omitempty,min=1,max=100" example:"5" description:"How many people may sign up with it; 1 by default."`
	ExpiresInDays *int64 `json:"expires_in_days" binding:"omitempty,min=1,max=90" example:"30" description:"Without it the invite works until it is used up or deleted."`
}

type inviteResponse struct {
	ID        int64      `json:"id" example:"12"`
	Code      string     `json:"code" example:"7HVQ3OYX5KJ2DNB6"`
	URL       string     `json:"url" example:"https://film.example/join?invite=7HVQ3OYX5KJ2DNB6"`
	UsesLeft  int64      `json:"uses_left" example:"5"`
	ExpiresAt *time.Time `json:"expires_at" example:"2026-03-31T21:30:00+09:00" description:"Null if it does not expire."`
	CreatedBy int64      `json:"created_by" example:"3" description:"The id of the member who invites."`
}

func (h handler) showInvite(i Invite) inviteResponse {
	return inviteResponse{i.ID, i.Code, h.s.InviteURL(i), i.UsesLeft, h.inZone(i.ExpiresAt), i.UserID}
}

// inviting returns the viewer if they may make invites, or apperr.ErrForbidden.
func (h handler) inviting(c *gin.Context) (auth.Viewer, error) {
	v := auth.MustViewer(c)
	if !h.s.MayInvite(v) {
		return v, apperr.ErrForbidden
	}
	return v, nil
}

func (h handler) createInvite(c *gin.Context) error {
	by, err := h.inviting(c)
	if err != nil {
		return err
	}
	var req inviteRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	d := InviteDraft{Uses: 1}
	if req.Uses != nil {
		d.Uses = *req.Uses
	}
	if req.ExpiresInDays != nil {
		d.Lifetime = time.Duration(*req.ExpiresInDays) * 24 * time.Hour
	}
	i, err := h.s.CreateInvite(c.Request.Context(), by, d)
	if err != nil {
		return err
	}
	return web.Created(c, fmt.Sprintf("/invites/%d", i.ID), h.showInvite(i))
}

func (h handler) listInvites(c *gin.Context) error {
	by, err := h.inviting(c)
	if err != nil {
		return err
	}
	rows, next, err := h.s.Invites(c.Request.Context(), by, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.showInvite)
}

func (h handler) deleteInvite(c *gin.Context) error {
	by, err := h.inviting(c)
	if err != nil {
		return err
	}
	if err := h.s.DeleteInvite(c.Request.Context(), by, web.PathID(c, "invite_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}
