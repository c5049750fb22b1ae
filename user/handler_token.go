package user

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type tokenRequest struct {
	Name          string `json:"name" binding:"required,min=1,max=50" example:"Kodi in the living room" description:"What uses the token, for its owner."`
	Scope         string `json:"scope" binding:"required,oneof=read write" example:"read" description:"read: GET only."`
	ExpiresInDays *int64 `json:"expires_in_days" binding:"omitempty,min=1,max=365" example:"90" description:"Without it the token works until it is deleted."`
}

type tokenShown struct {
	ID        int64      `json:"id" example:"4"`
	Name      string     `json:"name" example:"Kodi in the living room"`
	Scope     string     `json:"scope" enum:"read,write" example:"read"`
	ExpiresAt *time.Time `json:"expires_at" example:"2026-05-30T21:30:00+09:00" description:"Null if it does not expire."`
	CreatedAt time.Time  `json:"created_at" example:"2026-03-01T21:30:00+09:00"`
}

type newTokenResponse struct {
	tokenShown
	Token string `json:"token" example:"cct_7HVQ3OYX5KJ2DNB6TMWEAZR4LC" description:"Send it in the header Authorization: Bearer. It is not shown again."`
}

type listedTokenResponse struct {
	tokenShown
	LastUsedAt *time.Time `json:"last_used_at" example:"2026-03-02T09:00:00+09:00" description:"To the minute; null before the first use."`
}

func (h handler) showToken(t Token) tokenShown {
	return tokenShown{ID: t.ID, Name: t.Name, Scope: string(t.Scope), ExpiresAt: h.inZone(t.ExpiresAt), CreatedAt: t.CreatedAt.In(h.zone)}
}

// inZone returns a time in the zone of the service, nil for nil.
func (h handler) inZone(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.In(h.zone))
}

func (h handler) createToken(c *gin.Context) error {
	var req tokenRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	d := TokenDraft{Name: req.Name, Scope: auth.Scope(req.Scope)}
	if req.ExpiresInDays != nil {
		d.Lifetime = time.Duration(*req.ExpiresInDays) * 24 * time.Hour
	}
	t, text, err := h.s.CreateToken(c.Request.Context(), auth.MustViewer(c).UserID, d)
	if err != nil {
		return err
	}
	return web.Created(c, fmt.Sprintf("/users/me/tokens/%d", t.ID), newTokenResponse{h.showToken(t), text})
}

func (h handler) listTokens(c *gin.Context) error {
	rows, next, err := h.s.Tokens(c.Request.Context(), auth.MustViewer(c).UserID, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, func(t Token) listedTokenResponse {
		return listedTokenResponse{h.showToken(t), h.inZone(t.LastUsedAt)}
	})
}

func (h handler) deleteToken(c *gin.Context) error {
	if err := h.s.DeleteToken(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "token_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}
