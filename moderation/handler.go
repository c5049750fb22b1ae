package moderation

import (
	"net/http"
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

type reportRequest struct {
	TargetType string `json:"target_type" binding:"required,oneof=review comment user movie list" example:"review"`
	TargetID   int64  `json:"target_id" binding:"required,min=1" example:"5" description:"Id of what you report."`
	Reason     string `json:"reason" binding:"required,oneof=spam abuse spoiler illegal copyright other" example:"spoiler"`
	Note       string `json:"note" binding:"max=1000" example:"마지막 장면을 그대로 적었습니다." description:"For the moderators."`
}

// reportResponse is a report as its reporter sees it.
type reportResponse struct {
	ID         int64     `json:"id" example:"8" description:"Id of the report."`
	TargetType string    `json:"target_type" enum:"review,comment,user,movie,list" example:"review"`
	TargetID   int64     `json:"target_id" example:"5" description:"Id of what is reported, which may have been deleted since."`
	Reason     string    `json:"reason" enum:"spam,abuse,spoiler,illegal,copyright,other" example:"spoiler"`
	Note       string    `json:"note" example:"마지막 장면을 그대로 적었습니다." description:"Empty without one."`
	Status     string    `json:"status" enum:"open,closed" example:"open"`
	CreatedAt  time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00"`
}

// queuedReportResponse is a report as moderators see it.
type queuedReportResponse struct {
	reportResponse
	Reporter    *personResponse `json:"reporter" description:"Who reported it; null once the account is deleted."`
	Author      *personResponse `json:"author" description:"Whose it is; null for a film that nobody added, and once the account is deleted."`
	Snapshot    *Snapshot       `json:"snapshot" description:"The target as it was when it was reported. Null once the account of its author is deleted and the report closed."`
	ReportCount int64           `json:"report_count" example:"3" description:"Number of open reports of the same target."`
	Action      *string         `json:"action" enum:"dismiss,mark_spoiler,hide,delete,warn,suspend" example:"hide" description:"What closed it; null while it is open."`
	ClosedAt    *time.Time      `json:"closed_at" example:"2026-11-23T11:00:00+09:00" description:"Null while it is open."`
	ClosedBy    *personResponse `json:"closed_by" description:"Null while it is open, and once the account is deleted."`
}

type personResponse struct {
	ID              int64   `json:"id" example:"3"`
	Username        string  `json:"username" example:"고양이"`
	ProfileImageURL *string `json:"profile_image_url" example:"/media/users/profile_images/5f0c6a52-54c1-4b0e-8f0e-3d4f2f1f0a11.jpg" description:"Null without one."`
}

func (h handler) report(c *gin.Context) error {
	var req reportRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	r, created, err := h.s.Report(c.Request.Context(), auth.MustViewer(c), Draft{
		TargetType: req.TargetType, TargetID: req.TargetID, Reason: Reason(req.Reason), Note: req.Note,
	})
	if err != nil {
		return err
	}
	if created {
		return web.JSON(c, http.StatusCreated, h.brief(r))
	}
	return web.OK(c, h.brief(r))
}

func (h handler) brief(r Report) reportResponse {
	return reportResponse{
		ID: r.ID, TargetType: r.TargetType, TargetID: r.TargetID, Reason: string(r.Reason), Note: r.Note, Status: r.Status(),
		CreatedAt: r.CreatedAt.In(h.zone),
	}
}

func (h handler) whole(r Shown) (queuedReportResponse, error) {
	was, err := r.SnapshotOf()
	if err != nil {
		return queuedReportResponse{}, err
	}
	out := queuedReportResponse{
		reportResponse: h.brief(r.Report), Reporter: (*personResponse)(r.Reporter), Author: (*personResponse)(r.Author),
		ClosedBy: (*personResponse)(r.Closer), Snapshot: was, ReportCount: r.ReportCount,
	}
	if was != nil {
		was.CreatedAt, was.UpdatedAt = was.CreatedAt.In(h.zone), was.UpdatedAt.In(h.zone)
	}
	if !r.Open() {
		out.Action = new(string(r.Action))
	}
	if r.ClosedAt != nil {
		out.ClosedAt = new(r.ClosedAt.In(h.zone))
	}
	return out, nil
}

type reportsQuery struct {
	web.Paging
	Status     *string `query:"status" binding:"omitempty,oneof=open closed" example:"open" description:"Without it the open ones come first."`
	TargetType *string `query:"target_type" binding:"omitempty,oneof=review comment user movie list" example:"review"`
}

func (h handler) reports(c *gin.Context) error {
	if !auth.MustViewer(c).Moderates() {
		return apperr.ErrForbidden
	}
	q, f := web.Query[reportsQuery](c), Filter{}
	if q.Status != nil {
		f.Open = new(*q.Status == "open")
	}
	if q.TargetType != nil {
		f.TargetType = *q.TargetType
	}
	rows, next, err := h.s.Reports(c.Request.Context(), f, web.PageOf(c))
	if err != nil {
		return err
	}
	shown := make([]queuedReportResponse, len(rows))
	for i, r := range rows {
		if shown[i], err = h.whole(r); err != nil {
			return err
		}
	}
	return web.List(c, shown, next, func(r queuedReportResponse) queuedReportResponse { return r })
}

type closeRequest struct {
	Action      string `json:"action" binding:"required,oneof=dismiss mark_spoiler hide delete warn suspend" example:"hide"`
	Note        string `json:"note" binding:"max=500" example:"욕설이 있습니다." description:"The reason, which the author is told. With suspend also the reason of the suspension."`
	SuspendDays *int64 `json:"suspend_days" binding:"omitempty,min=1,max=3650" example:"7" description:"With suspend only. Without it the suspension lasts until it is lifted."`
}

func (h handler) close(c *gin.Context) error {
	by, id := auth.MustViewer(c), web.PathID(c, "report_id")
	if _, err := one(h.s.db.Reader(c.Request.Context()), "id = ?", id); err != nil {
		return err
	}
	if !by.Moderates() {
		return apperr.ErrForbidden
	}
	var req closeRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	decision := Closing{Action: Action(req.Action), Note: req.Note}
	if req.SuspendDays != nil {
		decision.Days = *req.SuspendDays
	}
	r, err := h.s.Close(c.Request.Context(), by, id, decision)
	if err != nil {
		return err
	}
	out, err := h.whole(r)
	if err != nil {
		return err
	}
	return web.OK(c, out)
}

type hideRequest struct {
	TargetType string `json:"target_type" binding:"required,oneof=review comment movie list" example:"review"`
	TargetID   int64  `json:"target_id" binding:"required,min=1" example:"5"`
	Note       string `json:"note" binding:"max=500" example:"욕설이 있습니다." description:"The reason, which the author is told."`
}

// setHidden returns the handler that hides or restores something.
func (h handler) setHidden(hidden bool) web.Handler {
	return func(c *gin.Context) error {
		by := auth.MustViewer(c)
		if !by.Moderates() {
			return apperr.ErrForbidden
		}
		var req hideRequest
		if err := web.BindJSON(c, &req); err != nil {
			return err
		}
		if err := h.s.SetHidden(c.Request.Context(), by, req.TargetType, req.TargetID, hidden, req.Note); err != nil {
			return err
		}
		return web.NoContent(c)
	}
}

type logQuery struct {
	web.Paging
	Action     *string `query:"action" binding:"omitempty,min=1,max=20" example:"hide" description:"Only entries with this action."`
	Actor      *int64  `query:"actor" binding:"omitempty,min=1" example:"3" description:"Only what the user with this id did."`
	TargetType *string `query:"target_type" binding:"omitempty,oneof=review comment user movie list" example:"review"`
	TargetID   *int64  `query:"target_id" binding:"omitempty,min=1" example:"5" description:"Together with target_type."`
}

// Check implements [web.Checked].
func (q logQuery) Check() []apperr.Field {
	if q.TargetID != nil && *q.TargetID > 0 && q.TargetType == nil {
		return []apperr.Field{{Name: "target_type", Code: "required", Text: apperr.Text{
			EN: "target_id needs a target_type.", KO: "target_id에는 target_type이 필요합니다.",
		}}}
	}
	return nil
}

func (q logQuery) filter() (f LogFilter) {
	if q.Action != nil {
		f.Action = Action(*q.Action)
	}
	if q.Actor != nil {
		f.ActorID = *q.Actor
	}
	if q.TargetType != nil {
		f.TargetType = *q.TargetType
	}
	if q.TargetID != nil {
		f.TargetID = *q.TargetID
	}
	return f
}

type logResponse struct {
	ID         int64          `json:"id" example:"31" description:"Id of the entry."`
	Actor      *actorResponse `json:"actor" description:"Who did it; null for the command line, and once the account is deleted."`
	Action     string         `json:"action" example:"hide" description:"A stable word: hide, restore, delete, edit, delete_image, mark_spoiler, dismiss, warn, suspend, unsuspend, approve, reject, remove_content, role, password_set, reset_link, totp_off, merge, and others in future versions."`
	TargetType string         `json:"target_type" enum:"user,review,comment,movie,list" example:"review"`
	TargetID   int64          `json:"target_id" example:"5" description:"Of what it was done to, which may have been deleted since."`
	Note       string         `json:"note" example:"욕설이 있습니다." description:"The reason, or what else there is to know."`
	CreatedAt  time.Time      `json:"created_at" example:"2026-11-23T10:00:00+09:00"`
}

type actorResponse struct {
	ID       int64  `json:"id" example:"3"`
	Username string `json:"username" example:"고양이"`
}

func (h handler) log(c *gin.Context) error {
	if !auth.MustViewer(c).Moderates() {
		return apperr.ErrForbidden
	}
	rows, next, err := h.s.Log(c.Request.Context(), web.Query[logQuery](c).filter(), web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, func(e Logged) logResponse {
		out := logResponse{
			ID: e.ID, Action: string(e.Action), TargetType: e.TargetType, TargetID: e.TargetID, Note: e.Note, CreatedAt: e.CreatedAt.In(h.zone),
		}
		if e.Actor != nil {
			out.Actor = &actorResponse{ID: e.Actor.ID, Username: e.Actor.Username}
		}
		return out
	})
}

type removeRequest struct {
	What   []string `json:"what" binding:"required,min=1,max=4,dive,oneof=reviews comments lists movies" example:"[\"reviews\",\"comments\"]" description:"What is deleted."`
	Reason string   `json:"reason" binding:"required,max=500" example:"Spam" description:"The member is told it."`
}

type removedResponse struct {
	Reviews  int64 `json:"reviews" example:"120" description:"Number of deleted reviews."`
	Comments int64 `json:"comments" example:"80" description:"Number of deleted comments."`
	Lists    int64 `json:"lists" example:"0" description:"Number of deleted lists."`
	Movies   int64 `json:"movies" example:"0" description:"Number of deleted films."`
	Kept     int64 `json:"kept" example:"0" description:"Number of films that stay because others have reviewed them."`
	Done     bool  `json:"done" example:"false" description:"Whether everything is deleted. If not, repeat the request."`
}

func (h handler) removeContent(c *gin.Context) error {
	by, id := auth.MustViewer(c), web.PathID(c, "user_id")
	if _, err := h.s.users.Moderated(c.Request.Context(), by, id); err != nil { // before the body is read
		return err
	}
	var req removeRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	what := Removal{Reason: req.Reason}
	for _, kind := range req.What {
		switch kind {
		case "reviews":
			what.Reviews = true
		case "comments":
			what.Comments = true
		case "lists":
			what.Lists = true
		case "movies":
			what.Movies = true
		}
	}
	done, err := h.s.RemoveContent(c.Request.Context(), by, id, what)
	if err != nil {
		return err
	}
	return web.OK(c, removedResponse(done))
}
