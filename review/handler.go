package review

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// movieQuery is the query of the reviews of a film.
type movieQuery struct {
	web.Paging
	spoiler.Query
	Sort *string `query:"sort" binding:"omitempty,oneof=id -id -like_count" default:"id" description:"id: oldest first. -id: newest first. -like_count: most liked first, then newest first."`
}

// userQuery is the query of the reviews of a user.
type userQuery struct {
	web.Paging
	spoiler.Query
}

// createRequest is the form of a new review. The maximum length of Content is configured, so [Service.CheckContent]
// checks it.
type createRequest struct {
	MovieID  int64       `formData:"movie_id" id:"true" binding:"required,min=1" example:"7" description:"Id of the film."`
	Title    string      `formData:"title" binding:"required,min=1,max=50" example:"다시 봐도 좋은 영화" description:"Title of the review."`
	Content  string      `formData:"content" binding:"required" example:"배우들의 연기가 훌륭했습니다." description:"Text of the review. See above for its maximum length."`
	Rating   stars.Stars `formData:"rating" binding:"omitempty" example:"4.5" description:"Your rating of the film, in stars. Absent: it stays as it is."`
	Spoiler  bool        `formData:"spoiler" description:"Whether it gives the plot away. By default it does not."`
	Comments Commenters  `formData:"comments" binding:"omitempty,oneof=everyone followed nobody" description:"Who may comment: everyone by default. followed: whom you follow."`
	Image    *web.File   `formData:"review_image" description:"JPEG, PNG, GIF (first frame only) or still WebP, at most 5 MiB and 40 megapixels."`
}

// createTextRequest is a new review without an image, as JSON.
type createTextRequest struct {
	MovieID  *int64      `json:"movie_id" binding:"required,min=1" example:"7" description:"Id of the film."`
	Title    string      `json:"title" binding:"required,min=1,max=50" example:"다시 봐도 좋은 영화" description:"Title of the review."`
	Content  string      `json:"content" binding:"required" example:"배우들의 연기가 훌륭했습니다." description:"Text of the review. See above for its maximum length."`
	Rating   stars.Stars `json:"rating" binding:"omitempty" example:"4.5" description:"Your rating of the film, in stars. Absent: it stays as it is."`
	Spoiler  bool        `json:"spoiler" description:"Whether it gives the plot away. By default it does not."`
	Comments Commenters  `json:"comments" binding:"omitempty,oneof=everyone followed nobody" description:"Who may comment: everyone by default. followed: whom you follow."`
}

// updateRequest is the form of a change of a review. Absent fields stay unchanged.
type updateRequest struct {
	Title    *string      `formData:"update_title" binding:"omitempty,filled,max=50" example:"다시 봐도 좋은 영화" description:"Title of the review."`
	Content  *string      `formData:"update_content" binding:"omitempty,filled" example:"배우들의 연기가 훌륭했습니다." description:"Text of the review. See above for its maximum length."`
	Rating   *stars.Stars `formData:"update_rating" example:"4.5" description:"Your rating of the film, in stars."`
	Spoiler  *bool        `formData:"update_spoiler" description:"Whether it gives the plot away."`
	Comments *Commenters  `formData:"update_comments" binding:"omitempty,oneof=everyone followed nobody" description:"Who may comment. followed: whom you follow."`
	Image    *web.File    `formData:"update_image" description:"The new image. It has the same limits as that of a new review."`
}

// updateTextRequest is a change of a review without an image, as JSON.
type updateTextRequest struct {
	Title    *string      `json:"update_title" binding:"omitempty,filled,max=50" example:"다시 봐도 좋은 영화" description:"Title of the review."`
	Content  *string      `json:"update_content" binding:"omitempty,filled" example:"배우들의 연기가 훌륭했습니다." description:"Text of the review. See above for its maximum length."`
	Rating   *stars.Stars `json:"update_rating" example:"4.5" description:"Your rating of the film, in stars."`
	Spoiler  *bool        `json:"update_spoiler" description:"Whether it gives the plot away."`
	Comments *Commenters  `json:"update_comments" binding:"omitempty,oneof=everyone followed nobody" description:"Who may comment. followed: whom you follow."`
}

// response is a review as a client sees it.
type response struct {
	ID             int64        `json:"id" example:"11" description:"Id of the review."`
	UserID         int64        `json:"user_id" example:"3" description:"Id of the author."`
	MovieID        int64        `json:"movie_id" example:"7" description:"Id of the film."`
	Title          *string      `json:"title" example:"다시 봐도 좋은 영화" description:"Title of the review; null while it is masked."`
	Content        *string      `json:"content" example:"배우들의 연기가 훌륭했습니다." description:"Text of the review; null while it is masked."`
	ReviewImageURL *string      `json:"review_image_url" example:"/media/reviews/images/0b0f3c1e-6f0e-4c2e-9a52-0d5a4f6f2c11.jpg" description:"URL of the image; null without one, and while the review is masked or hidden."`
	Spoiler        bool         `json:"spoiler" example:"false" description:"Whether the author says that it gives the plot away."`
	Masked         bool         `json:"masked" example:"false" description:"Whether title, content and image are null because of that. Never in a single review."`
	Hidden         bool         `json:"hidden" example:"false" description:"Whether a moderator has hidden the review or its film: only you and moderators see it then."`
	Comments       Commenters   `json:"comments" enum:"everyone,followed,nobody" example:"everyone" description:"Who may comment. followed: whom the author follows. The author always may."`
	CommentCount   int64        `json:"comment_count" example:"2" description:"Number of comments, without deleted ones."`
	CreatedAt      time.Time    `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the review was written."`
	UpdatedAt      time.Time    `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the last edit. Likes do not change it."`
	LikeCount      int64        `json:"like_count" example:"12" description:"Number of likes."`
	Username       string       `json:"username" example:"영화광" description:"Username of the author."`
	MovieTitle     string       `json:"movie_title" example:"기생충" description:"Title of the film."`
	Rating         *stars.Stars `json:"rating" example:"4.5" description:"The author's rating of the film now, in stars; null without one."`
	IsLiked        *bool        `json:"is_liked,omitempty" example:"false" description:"Whether you like the review. Absent unless you are signed in."`
}

func (h handler) listMine(c *gin.Context) error {
	return h.listOfUser(c, auth.MustViewer(c).UserID)
}

func (h handler) listTheirs(c *gin.Context) error {
	return h.listOfUser(c, web.PathID(c, "user_id"))
}

func (h handler) listOfUser(c *gin.Context, userID int64) error {
	reader := web.Query[userQuery](c).Of(auth.Reader(c))
	rows, next, err := h.s.OfUser(c.Request.Context(), userID, reader, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) listOfMovie(c *gin.Context) error {
	by, q := SortOldest, web.Query[movieQuery](c)
	if q.Sort != nil {
		by = Sort(*q.Sort)
	}
	rows, next, err := h.s.OfMovie(c.Request.Context(), web.PathID(c, "movie_id"), q.Of(auth.Reader(c)), by, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) create(c *gin.Context) error {
	draft, err := h.draft(c)
	if err != nil {
		return err
	}
	idempotency.Respond(c, h.created)
	made, err := h.s.Create(c.Request.Context(), draft)
	if err != nil {
		return web.Blame(err, "review_image")
	}
	_, location, body := h.created(made)
	return web.Created(c, location, body)
}

// created is the response about a new review.
func (h handler) created(made Shown) (status int, location string, body any) {
	return http.StatusCreated, "/reviews/" + strconv.FormatInt(made.ID, 10), h.show(made)
}

// draft binds a new review.
func (h handler) draft(c *gin.Context) (Draft, error) {
	req, err := bindCreate(c)
	by := auth.MustViewer(c).UserID
	return Draft{
		UserID: by, MovieID: req.MovieID,
		Title: req.Title, Content: req.Content, Image: upload(req.Image, by), Rating: req.Rating,
		Spoiler: req.Spoiler, Comments: req.Comments,
	}, apperr.Join(err, h.s.CheckContent("content", req.Content))
}

func bindCreate(c *gin.Context) (req createRequest, err error) {
	if web.IsForm(c) {
		return req, web.BindForm(c, &req, picture.MaxBytes)
	}
	var text createTextRequest
	if err = web.BindJSON(c, &text); text.MovieID != nil {
		req.MovieID = *text.MovieID
	}
	req.Title, req.Content, req.Rating = text.Title, text.Content, text.Rating
	req.Spoiler, req.Comments = text.Spoiler, text.Comments
	return req, err
}

func (h handler) get(c *gin.Context) error {
	return h.ok(c, web.PathID(c, "review_id"))
}

func (h handler) update(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	patch, err := h.patch(c)
	if err != nil {
		return err
	}
	if err := h.s.Update(c.Request.Context(), id, patch); err != nil {
		return web.Blame(err, "update_image")
	}
	return h.ok(c, id)
}

// patch binds a change.
func (h handler) patch(c *gin.Context) (Patch, error) {
	req, err := bindUpdate(c)
	var tooLong error
	if req.Content != nil {
		tooLong = h.s.CheckContent("update_content", *req.Content)
	}
	return Patch{
		Title: req.Title, Content: req.Content, Image: upload(req.Image, auth.MustViewer(c).UserID), Rating: req.Rating,
		Spoiler: req.Spoiler, Comments: req.Comments,
	}, apperr.Join(err, tooLong)
}

func bindUpdate(c *gin.Context) (req updateRequest, err error) {
	if web.IsForm(c) {
		return req, web.BindForm(c, &req, picture.MaxBytes)
	}
	var text updateTextRequest
	err = web.BindJSON(c, &text)
	req.Title, req.Content, req.Rating = text.Title, text.Content, text.Rating
	req.Spoiler, req.Comments = text.Spoiler, text.Comments
	return req, err
}

func (h handler) delete(c *gin.Context) error {
	id, err := h.removable(c)
	if err != nil {
		return err
	}
	if err := h.s.Delete(c.Request.Context(), id); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) removeImage(c *gin.Context) error {
	id, err := h.removable(c)
	if errors.Is(err, apperr.ErrForbidden) && auth.MustViewer(c).Moderates() {
		id, err = web.PathID(c, "review_id"), nil
	}
	if err != nil {
		return err
	}
	if err := h.s.RemoveImage(c.Request.Context(), id); err != nil {
		return err
	}
	return web.NoContent(c)
}

// removable returns the id of the review in the path when the viewer is its author or an admin, and else [ErrNotFound] or
// apperr.ErrForbidden.
func (h handler) removable(c *gin.Context) (int64, error) {
	r, err := h.s.Get(c.Request.Context(), web.PathID(c, "review_id"), auth.Reader(c))
	if err != nil {
		return 0, err
	}
	if !auth.MustViewer(c).MayEdit(r.UserID) {
		return 0, apperr.ErrForbidden
	}
	return r.ID, nil
}

// own returns the id of the review in the path when the viewer is its author, and else [ErrNotFound] or
// apperr.ErrForbidden, which admins get as well.
func (h handler) own(c *gin.Context) (int64, error) {
	r, err := h.s.Get(c.Request.Context(), web.PathID(c, "review_id"), auth.Reader(c))
	if err != nil {
		return 0, err
	}
	if r.UserID != auth.MustViewer(c).UserID {
		return 0, apperr.ErrForbidden
	}
	return r.ID, nil
}

func (h handler) ok(c *gin.Context, id int64) error {
	shown, err := h.s.Show(c.Request.Context(), id, auth.Reader(c))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(shown))
}

func (h handler) show(r Shown) response {
	return response{
		ID: r.ID, UserID: r.UserID, MovieID: r.MovieID, Title: r.Title.Pointer(), Content: r.Content.Pointer(),
		ReviewImageURL: h.s.media.URLOrNil(imageOf(r.Review)), Spoiler: r.Spoiler, Masked: r.Masked(), Hidden: r.Hidden != 0, Comments: r.Comments, CommentCount: r.CommentCount,
		CreatedAt: r.CreatedAt.In(h.zone), UpdatedAt: r.UpdatedAt.In(h.zone),
		LikeCount: r.LikeCount, Username: r.Username, MovieTitle: r.MovieTitle, Rating: r.Rating, IsLiked: r.Liked,
	}
}

func upload(f *web.File, by int64) *picture.Upload {
	if f == nil {
		return nil
	}
	return &picture.Upload{Name: f.Name, Data: f.Data, By: by}
}
