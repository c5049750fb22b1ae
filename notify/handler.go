package notify

import (
	"fmt"
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
	Unread *bool `query:"unread" default:"false" description:"true lists only unread notifications."`
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
	IDs  []int64 `json:"ids" binding:"omitempty,min=1,max=1000,dive,min=1" example:"[31,32]" description:"The notifications with these ids. Unknown ids and those of other users are ignored."`
	UpTo *int64  `json:"up_to" binding:"omitempty,min=0" example:"12" description:"All notifications up to and including this seq."`
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

// check requires exactly one of ids and up_to.
func (r readRequest) check() error {
	switch {
	case r.IDs == nil && r.UpTo == nil:
		return apperr.Validation(apperr.Field{Name: "ids", Code: "required", Text: apperr.Text{
			EN: "Set either ids or up_to.", KO: "ids와 up_to 중 하나가 필요합니다.",
		}})
	case r.IDs != nil && r.UpTo != nil:
		return apperr.Validation(apperr.Field{Name: "up_to", Code: "exclusive", Text: apperr.Text{
			EN: "Set only one of ids and up_to.", KO: "ids와 up_to는 함께 보낼 수 없습니다.",
		}})
	}
	return nil
}

// notificationResponse is an entry of the inbox and the content of a frame.
type notificationResponse struct {
	ID        int64      `json:"id" example:"31" description:"Identifies the notification in POST /notifications/read."`
	Seq       int64      `json:"seq" example:"12" description:"Numbers the notifications of a user 1, 2, 3, … without a gap."`
	Type      Type       `json:"type" enum:"follow,review_like,list_like" example:"follow" description:"What happened."`
	Message   string     `json:"message" example:"고양이님이 팔로우 하셨습니다." description:"The text to display, in Korean."`
	Actor     *Actor     `json:"actor" description:"The user who did it, null if their account was deleted."`
	ReviewID  *int64     `json:"review_id,omitempty" example:"5" description:"With review_like: the review, which may have been deleted since."`
	ListID    *int64     `json:"list_id,omitempty" example:"9" description:"With list_like: the list, which may have been deleted since."`
	CreatedAt time.Time  `json:"created_at" example:"2026-05-01T20:15:00+09:00" description:"When it happened."`
	ReadAt    *time.Time `json:"read_at" example:"2026-05-01T20:16:00+09:00" description:"When it was marked as read, null if it is unread."`
}

// messages are formats for the name of the actor.
var messages = map[Type]string{
	TypeFollow:     "%s님이 팔로우 하셨습니다.",
	TypeReviewLike: "%s님이 내 리뷰에 좋아요를 눌렀습니다!",
	TypeListLike:   "%s님이 내 목록에 좋아요를 눌렀습니다!",
}

// deletedName replaces the name of an actor whose account was deleted.
const deletedName = "탈퇴한 회원"

// show returns the response for a notification. An actor that actors does not contain was deleted.
func show(n Notification, actors map[int64]Actor, zone *time.Location) notificationResponse {
	out := notificationResponse{
		ID: n.ID, Seq: n.Seq, Type: n.Type, ReviewID: n.ReviewID, ListID: n.ListID, CreatedAt: n.CreatedAt.In(zone),
	}
	name := deletedName
	if n.ActorID != nil {
		if actor, ok := actors[*n.ActorID]; ok {
			out.Actor, name = &actor, actor.Username
		}
	}
	out.Message = fmt.Sprintf(messages[n.Type], name)
	if n.ReadAt != nil {
		at := n.ReadAt.In(zone)
		out.ReadAt = &at
	}
	return out
}
