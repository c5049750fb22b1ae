package notify

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

type inboxQuery struct {
	web.Paging
	Unread *bool `query:"unread" default:"false" description:"true lists only what was not read yet; false, or nothing, lists everything."`
}

// inbox answers GET /notifications/inbox.
func (h handler) inbox(c *gin.Context) error {
	viewer, q := auth.MustViewer(c), web.Query[inboxQuery](c)
	in, err := h.s.Inbox(c.Request.Context(), viewer.UserID, q.Unread != nil && *q.Unread, web.PageOf(c))
	if err != nil {
		return err
	}
	c.Header("X-Unread-Count", strconv.FormatInt(in.Unread, 10))
	return web.List(c, in.Rows, in.Next, func(n Notification) notificationResponse {
		return show(n, in.Actors, h.zone)
	})
}

type readRequest struct {
	IDs  []int64 `json:"ids" binding:"omitempty,min=1,max=1000,dive,min=1" example:"[31,32]" description:"These notifications. Those of others are ignored."`
	UpTo *int64  `json:"up_to" binding:"omitempty,min=0" example:"12" description:"All notifications up to this seq."`
}

// read answers POST /notifications/read.
func (h handler) read(c *gin.Context) error {
	viewer := auth.MustViewer(c)
	var req readRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	if err := req.check(); err != nil {
		return err
	}
	var upTo int64
	if req.UpTo != nil {
		upTo = *req.UpTo
	}
	if err := h.s.MarkRead(c.Request.Context(), viewer.UserID, req.IDs, upTo); err != nil {
		return err
	}
	return web.NoContent(c)
}

// check asks for exactly one of the two ways to say what was read.
func (r readRequest) check() error {
	switch {
	case r.IDs == nil && r.UpTo == nil:
		return apperr.Validation(apperr.Field{Name: "ids", Code: "required", Text: apperr.Text{
			EN: "Give either ids or up_to.", KO: "ids와 up_to 중 하나가 필요합니다.",
		}})
	case r.IDs != nil && r.UpTo != nil:
		return apperr.Validation(apperr.Field{Name: "up_to", Code: "exclusive", Text: apperr.Text{
			EN: "Give only one of ids and up_to.", KO: "ids와 up_to 중 하나만 보낼 수 있습니다.",
		}})
	}
	return nil
}
