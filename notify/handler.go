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
	Unread  *bool `query:"unread" default:"false" description:"true lists only unread notifications, or groups that have some."`
	Grouped *bool `query:"grouped" default:"false" description:"true lists groups: one for all notifications of one type and target."`
}

// inbox answers GET /notifications/inbox.
func (h handler) inbox(c *gin.Context) error {
	viewer, q := auth.MustViewer(c), web.Query[inboxQuery](c)
	unread := q.Unread != nil && *q.Unread
	if q.Grouped != nil && *q.Grouped {
		return h.groups(c, unread)
	}
	in, err := h.s.Inbox(c.Request.Context(), viewer.UserID, unread, web.PageOf(c))
	if err != nil {
		return err
	}
	c.Header("X-Unread-Count", strconv.FormatInt(in.Unread, 10))
	return web.List(c, in.Rows, in.Next, func(n Shown) notificationResponse {
		return show(n, in.Language, h.zone)
	})
}

// groups answers GET /notifications/inbox?grouped=true.
func (h handler) groups(c *gin.Context, unread bool) error {
	found, err := h.s.Groups(c.Request.Context(), auth.MustViewer(c).UserID, unread, web.PageOf(c))
	if err != nil {
		return err
	}
	c.Header("X-Unread-Count", strconv.FormatInt(found.Unread, 10))
	return web.List(c, found.Rows, found.Next, func(g GroupRow) notificationGroupResponse {
		return showGroup(g, found.Actors, found.Language, h.zone)
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
	Seq       int64      `json:"seq" example:"12" description:"Numbers the notifications of a user 1, 2, 3, … without a gap. Hidden ones keep their number."`
	Type      Type       `json:"type" enum:"follow,follow_request,follow_accepted,review_like,review_comment,comment_reply,list_like,report,report_closed,moderation,account,import_ready,import_done" example:"follow" description:"What happened."`
	Message   string     `json:"message" example:"고양이님이 팔로우 하셨습니다." description:"The text to display, in the language of your preferences: Korean unless you choose English."`
	Actor     *Actor     `json:"actor" description:"The user who did it, null if their account was deleted. Always null with report, report_closed, moderation, account, import_ready and import_done."`
	ReviewID  *int64     `json:"review_id,omitempty" example:"5" description:"With review_like, review_comment, comment_reply, and moderation of a review or comment: the review, which may have been deleted since."`
	ListID    *int64     `json:"list_id,omitempty" example:"9" description:"With list_like and moderation of a list: the list, which may have been deleted since."`
	CommentID *int64     `json:"comment_id,omitempty" example:"17" description:"With review_comment and comment_reply: the new comment. With moderation of a comment: that comment. It may have been deleted since."`
	MovieID   *int64     `json:"movie_id,omitempty" example:"3" description:"With review_id: the film of the review, unless that was deleted before notifications told of films. With moderation of a film: that film."`
	ReportID  *int64     `json:"report_id,omitempty" example:"8" description:"With report and report_closed: the report."`
	ImportID  *int64     `json:"import_id,omitempty" example:"2" description:"With import_ready and import_done: the import."`
	Action    string     `json:"action,omitempty" example:"hide" description:"With moderation, account and report_closed: what was done, a word of the moderation log."`
	Note      string     `json:"note,omitempty" example:"The review quotes a whole newspaper article." description:"The reason or remark at the end of message, as it was written."`
	CreatedAt time.Time  `json:"created_at" example:"2026-05-01T20:15:00+09:00" description:"When it happened."`
	ReadAt    *time.Time `json:"read_at" example:"2026-05-01T20:16:00+09:00" description:"When it was marked as read, null if it is unread."`
}

// show returns the response for a notification in the language of its reader.
func show(n Shown, language string, zone *time.Location) notificationResponse {
	out := notificationResponse{
		ID: n.ID, Seq: n.Seq, Type: n.Type, Actor: n.Actor, ReviewID: n.ReviewID, ListID: n.ListID, CommentID: n.CommentID, MovieID: n.MovieID,
		ReportID: n.ReportID, ImportID: n.ImportID, Action: n.Action, Note: n.Note,
		CreatedAt: n.CreatedAt.In(zone),
	}
	var name string
	if n.Actor != nil {
		name = n.Actor.Username
	}
	out.Message = wordingOf(language).message(n.Notification, name, 0)
	if n.ReadAt != nil {
		at := n.ReadAt.In(zone)
		out.ReadAt = &at
	}
	return out
}

// with returns the notification with its actor, who was deleted if actors does not contain them.
func (n Notification) with(actors map[int64]Actor) Shown {
	shown := Shown{Notification: n}
	if n.ActorID != nil {
		if actor, ok := actors[*n.ActorID]; ok {
			shown.Actor = &actor
		}
	}
	return shown
}

// notificationGroupResponse is an entry of the grouped inbox.
type notificationGroupResponse struct {
	Type      Type                 `json:"type" enum:"follow,follow_request,follow_accepted,review_like,review_comment,comment_reply,list_like,report,report_closed,moderation,account,import_ready,import_done" example:"review_like" description:"What happened."`
	Message   string               `json:"message" example:"고양이님 외 3명이 내 리뷰에 좋아요를 눌렀습니다!" description:"The text to display: who did it last, and how many others. In the language of your preferences: Korean unless you choose English."`
	ReviewID  *int64               `json:"review_id,omitempty" example:"5" description:"With review_like, review_comment, comment_reply, and moderation of a review or comment: the review, which may have been deleted since."`
	ListID    *int64               `json:"list_id,omitempty" example:"9" description:"With list_like and moderation of a list: the list, which may have been deleted since."`
	CommentID *int64               `json:"comment_id,omitempty" example:"15" description:"With comment_reply: your comment that the replies answer; the new comment is in latest. With moderation of a comment: that comment."`
	MovieID   *int64               `json:"movie_id,omitempty" example:"3" description:"With review_id: the film of the review. With moderation of a film: that film."`
	ReportID  *int64               `json:"report_id,omitempty" example:"8" description:"With report_closed: the report. With report: the latest of them."`
	ImportID  *int64               `json:"import_id,omitempty" example:"2" description:"With import_ready and import_done: the import."`
	Count     int64                `json:"count" example:"4" description:"How many notifications the group has. Its other members are in the list without grouped."`
	Unread    int64                `json:"unread" example:"2" description:"How many of them are unread."`
	Actors    []Actor              `json:"actors" description:"The last three users who did it, or fewer, newest first. Each user is here once, and deleted accounts are not."`
	Latest    notificationResponse `json:"latest" description:"The newest notification of the group. Its seq as up_to, or its id and others, mark it as read."`
}

// showGroup returns the response for a group, as show does for a notification.
func showGroup(g GroupRow, users map[int64]Actor, language string, zone *time.Location) notificationGroupResponse {
	latest := show(g.Latest.with(users), language, zone)
	out := notificationGroupResponse{
		Type: g.Type, ReviewID: latest.ReviewID, ListID: latest.ListID, MovieID: latest.MovieID, ReportID: latest.ReportID, ImportID: latest.ImportID,
		Count: g.Total, Unread: g.Unread, Actors: []Actor{}, Latest: latest,
	}
	switch g.Type {
	case TypeCommentReply:
		out.CommentID = &g.TargetID
	case TypeModeration:
		out.CommentID = latest.CommentID
	}
	for _, id := range g.ActorIDs {
		if actor, ok := users[id]; ok { // it may have been deleted meanwhile
			out.Actors = append(out.Actors, actor)
		}
	}
	var name string
	if len(out.Actors) > 0 {
		name = out.Actors[0].Username
	}
	if out.Message = g.Told(language); out.Message == "" {
		out.Message = wordingOf(language).message(g.Latest, name, g.People-1)
	}
	return out
}
