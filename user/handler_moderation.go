package user

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type suspendRequest struct {
	Days   *int64 `json:"days" binding:"omitempty,min=1,max=3650" example:"7" description:"Without it the suspension lasts until it is lifted."`
	Reason string `json:"reason" binding:"required,max=500" example:"Spam in comments" description:"The member sees it."`
}

type reasonRequest struct {
	Reason string `json:"reason" binding:"required,max=500" example:"Welcome" description:"For the moderation log."`
}

type membersQuery struct {
	web.Paging
	Status *string `query:"status" binding:"omitempty,oneof=pending active suspended" example:"pending"`
	Q      *string `query:"q" binding:"omitempty,min=1,max=50" example:"영화" description:"A part of the username."`
}

type memberResponse struct {
	response
	Status      string     `json:"status" enum:"pending,active,suspended" example:"suspended"`
	Reason      *string    `json:"reason" example:"Spam in comments" description:"Of the suspension."`
	Until       *time.Time `json:"until" example:"2026-03-08T09:00:00+09:00" description:"End of the suspension; null if it lasts until it is lifted."`
	Application string     `json:"application" example:"매주 극장에 갑니다." description:"What the member wrote to be let in."`
	LastLogin   *time.Time `json:"last_login" example:"2026-03-02T09:00:00+09:00"`
	InvitedBy   *int64     `json:"invited_by" example:"3" description:"The id of the member whose invite was used."`
	ReportCount int64      `json:"report_count" example:"0" description:"Number of open reports about the member."`
}

func (h handler) members(c *gin.Context) error {
	if !auth.MustViewer(c).Moderates() {
		return apperr.ErrForbidden
	}
	q := web.Query[membersQuery](c)
	status, part := auth.Status(""), ""
	if q.Status != nil {
		status = auth.Status(*q.Status)
	}
	if q.Q != nil {
		part = *q.Q
	}
	rows, next, err := h.s.Members(c.Request.Context(), status, part, web.PageOf(c))
	if err != nil {
		return err
	}
	r, err := h.reader(c, rows...)
	if err != nil {
		return err
	}
	reports, err := h.s.ReportCounts(c.Request.Context(), rows...)
	if err != nil {
		return err
	}
	now := h.s.now()
	return web.List(c, rows, next, func(u User) memberResponse {
		out := memberResponse{
			response: r.show(u), Status: string(u.StatusAt(now)), Application: u.Application, LastLogin: h.inZone(u.LastLogin),
			InvitedBy: u.InvitedBy, ReportCount: reports[u.ID],
		}
		if u.StatusAt(now) == auth.StatusSuspended {
			out.Reason, out.Until = &u.StatusReason, h.inZone(u.SuspendedUntil)
		}
		return out
	})
}

func (h handler) suspend(c *gin.Context) error {
	by, id := auth.MustViewer(c), web.PathID(c, "user_id")
	if _, err := h.s.Moderated(c.Request.Context(), by, id); err != nil { // before the body is read
		return err
	}
	var req suspendRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	of := Suspension{Reason: req.Reason}
	if req.Days != nil {
		of.Days = *req.Days
	}
	u, err := h.s.Suspend(c.Request.Context(), by, id, of)
	if err != nil {
		return err
	}
	return h.ok(c, u)
}

// decide returns the handler of a decision about an account that only has a reason.
func (h handler) decide(do func(ctx context.Context, by auth.Viewer, id int64, reason string) (User, error)) web.Handler {
	return func(c *gin.Context) error {
		by, id := auth.MustViewer(c), web.PathID(c, "user_id")
		if _, err := h.s.Moderated(c.Request.Context(), by, id); err != nil { // before the body is read
			return err
		}
		var req reasonRequest
		if err := web.BindJSON(c, &req); err != nil {
			return err
		}
		u, err := do(c.Request.Context(), by, id, req.Reason)
		if err != nil {
			return err
		}
		return h.ok(c, u)
	}
}
