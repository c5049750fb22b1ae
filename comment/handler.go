package comment

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// reviewQuery is the query of the comments on a review.
type reviewQuery struct {
	web.Paging
	spoiler.Query
	Sort *string `query:"sort" binding:"omitempty,oneof=id -id" default:"id" description:"id: oldest first. -id: newest first."`
}

type createRequest struct {
	Content string `json:"content" binding:"required,max=2000" example:"저도 그 장면에서 울었어요." description:"Text of the comment."`
	Spoiler bool   `json:"spoiler" description:"Whether it gives the plot of the film away. By default it does not."`
	ReplyTo *int64 `json:"reply_to" binding:"omitempty,min=1" example:"31" description:"The comment that it answers, on the same review."`
}

// updateRequest is the body of PATCH /comments/{comment_id}. Absent fields stay unchanged.
type updateRequest struct {
	Content *string `json:"content" binding:"omitempty,filled,max=2000" example:"저도 그 장면에서 울었어요." description:"Text of the comment."`
	Spoiler *bool   `json:"spoiler" description:"Whether it gives the plot of the film away."`
}

// response is a comment as a client sees it.
type response struct {
	ID              int64     `json:"id" example:"31" description:"Id of the comment."`
	ReviewID        int64     `json:"review_id" example:"11" description:"Id of the review."`
	UserID          *int64    `json:"user_id" example:"3" description:"Id of the author; null once it is deleted."`
	Username        *string   `json:"username" example:"영화광" description:"Username of the author; null once it is deleted."`
	ProfileImageURL *string   `json:"profile_image_url" example:"/media/users/profile_images/5f0c.jpg" description:"URL of the author's profile image, or null."`
	Content         *string   `json:"content" example:"저도 그 장면에서 울었어요." description:"Text of the comment; null once it is deleted, and while it is masked."`
	Spoiler         bool      `json:"spoiler" example:"false" description:"Whether the author says that it gives the plot of the film away."`
	Masked          bool      `json:"masked" example:"false" description:"Whether the content is null because of that. Never in a single comment."`
	Hidden          bool      `json:"hidden" example:"false" description:"Whether a moderator has hidden it: only you and moderators see it then. For others it is as if deleted."`
	ReplyTo         *int64    `json:"reply_to" example:"30" description:"Id of the comment that it answers; null for none."`
	Deleted         bool      `json:"deleted" example:"false" description:"Whether the comment is deleted and stays for the replies to it."`
	CreatedAt       time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the comment was written."`
	UpdatedAt       time.Time `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the last edit."`
}

func (h handler) create(c *gin.Context) error {
	ctx, id, by := c.Request.Context(), web.PathID(c, "review_id"), auth.MustViewer(c)
	if err := h.s.CheckMayComment(ctx, id, by); err != nil {
		return err
	}
	var req createRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	idempotency.Respond(c, h.created)
	made, err := h.s.Create(ctx, by, Draft{ReviewID: id, Content: req.Content, Spoiler: req.Spoiler, ReplyTo: req.ReplyTo})
	if err != nil {
		return err
	}
	_, location, body := h.created(made)
	return web.Created(c, location, body)
}

// created is the response about a new comment.
func (h handler) created(made Shown) (status int, location string, body any) {
	return http.StatusCreated, "/comments/" + strconv.FormatInt(made.ID, 10), h.show(made)
}

func (h handler) ofReview(c *gin.Context) error {
	by, q := SortOldest, web.Query[reviewQuery](c)
	if q.Sort != nil {
		by = Sort(*q.Sort)
	}
	rows, next, err := h.s.OfReview(c.Request.Context(), web.PathID(c, "review_id"), q.Of(auth.Reader(c)), by, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) get(c *gin.Context) error {
	shown, err := h.s.Show(c.Request.Context(), web.PathID(c, "comment_id"), auth.Reader(c))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(shown))
}

func (h handler) update(c *gin.Context) error {
	ctx := c.Request.Context()
	mine, err := h.s.Editable(ctx, web.PathID(c, "comment_id"), auth.MustViewer(c))
	if err != nil {
		return err
	}
	var req updateRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	after, err := h.s.Update(ctx, mine.ID, Patch(req))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(after))
}

func (h handler) delete(c *gin.Context) error {
	ctx := c.Request.Context()
	found, err := h.s.Deletable(ctx, web.PathID(c, "comment_id"), auth.MustViewer(c))
	if err != nil {
		return err
	}
	if err := h.s.Delete(ctx, found.ID); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) show(c Shown) response {
	out := response{
		ID: c.ID, ReviewID: c.ReviewID, UserID: c.UserID, Username: c.Username, ProfileImageURL: c.ProfileImageURL,
		Content: c.Content.Pointer(), Spoiler: c.Spoiler, Masked: c.Masked(), Hidden: c.Hidden, ReplyTo: c.ReplyTo, Deleted: c.Deleted(),
		CreatedAt: c.CreatedAt.In(h.zone), UpdatedAt: c.UpdatedAt.In(h.zone),
	}
	if c.Deleted() {
		out.Content = nil
	}
	return out
}
