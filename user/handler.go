package user

import (
	"errors"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

type createRequest struct {
	Username string `json:"username" binding:"required,min=2,max=50" example:"영화광" description:"2 to 50 characters of any script, except control, bidirectional and invisible characters. Unique regardless of case and Unicode form."`
	Password string `json:"password" raw:"true" binding:"required,min=8,max=128" example:"correct horse battery" description:"8 to 128 characters of any script. Leading and trailing white space is part of the password."`
	Age      *int64 `json:"age" binding:"required,min=1,max=150" example:"27" description:"In years."`
	Gender   string `json:"gender" binding:"required,oneof=male female" example:"female"`

	Invite      *string `json:"invite" binding:"omitempty,max=100" example:"7HVQ3OYX5KJ2DNB6" description:"The code of an invite."`
	Application *string `json:"application" binding:"omitempty,max=500" example:"매주 극장에 갑니다." description:"For moderators, where they let new members in."`
}

type patchRequest struct {
	Username        *string `json:"username" binding:"omitempty,filled,min=2,max=50" example:"영화광" description:"2 to 50 characters, with the same rules as at sign-up."`
	Password        *string `json:"password" raw:"true" binding:"omitempty,min=8,max=128" example:"an even better password" description:"A new password, 8 to 128 characters."`
	CurrentPassword *string `json:"current_password" raw:"true" example:"correct horse battery" description:"Required with password, unless an admin sets the password of another user."`
	Age             *int64  `json:"age" binding:"omitempty,min=1,max=150" example:"28" description:"In years."`
	Gender          *string `json:"gender" binding:"omitempty,oneof=male female" example:"female"`
	Bio             *string `json:"bio" binding:"omitempty,max=500" example:"매주 한 편씩 봅니다." description:"What you say about yourself. Can be empty."`
	IsPrivate       *bool   `json:"is_private" example:"true" description:"true: only followers whom you accept see your reviews, ratings, lists and diary. Setting it to false accepts all requests to follow you."`
}

func (r patchRequest) patch() Patch {
	return Patch{
		Username: r.Username, Password: r.Password, CurrentPassword: r.CurrentPassword,
		Age: r.Age, Gender: (*Gender)(r.Gender), Bio: r.Bio, IsPrivate: r.IsPrivate,
	}
}

type listQuery struct{ web.Paging }

type searchQuery struct {
	web.Paging
	Username *string `query:"username" binding:"omitempty,min=1,max=50" example:"영화광" description:"The whole username, regardless of case."`
	Q        *string `query:"q" binding:"omitempty,min=1,max=50" example:"영화" description:"A part of the username, as people type it: see above."`
	Age      *int64  `query:"age" binding:"omitempty,min=1" example:"27" description:"In years."`
	Gender   *string `query:"gender" binding:"omitempty,oneof=male female" example:"female"`
}

type removeQuery struct {
	With *string `query:"with" binding:"omitempty,oneof=movies" example:"movies" description:"movies: also delete the films that the user added, with their posters and reviews. For admins."`
}

type imageForm struct {
	Image *web.File `formData:"image" binding:"required" description:"A JPEG, PNG, GIF (first frame only) or still WebP file."`
}

type response struct {
	ID              int64     `json:"id" example:"7"`
	Username        string    `json:"username" example:"영화광"`
	Age             *int64    `json:"age" example:"27" description:"In years; null when the user does not show it to you."`
	Gender          *Gender   `json:"gender" enum:"male,female" example:"female" description:"null when the user does not show it to you."`
	ProfileImageURL *string   `json:"profile_image_url" example:"/media/users/profile_images/0b9f6f0e-6c1c-4a7e-9a53-0f4f1de1d5c3.jpg" description:"URL of the profile image; null without one."`
	CreatedAt       time.Time `json:"created_at" example:"2026-03-01T21:30:00+09:00" description:"Time of the sign-up."`
	FollowerCount   int64     `json:"follower_count" example:"12" description:"Number of followers."`
	FollowingCount  int64     `json:"following_count" example:"5" description:"Number of users that this user follows."`
	ReviewCount     int64     `json:"review_count" example:"3" description:"Number of reviews by this user."`
	RatingCount     int64     `json:"rating_count" example:"31" description:"Number of films that this user rated."`
	WatchedCount    int64     `json:"watched_count" example:"42" description:"Number of films that this user has marked watched."`
	ListCount       int64     `json:"list_count" example:"2" description:"Number of public lists of this user."`
	Bio             string    `json:"bio" example:"매주 한 편씩 봅니다." description:"What the user says about themselves. Can be empty."`
	IsPrivate       bool      `json:"is_private" example:"false" description:"Whether only followers whom the user accepts see their reviews, ratings, lists and diary."`
	Viewer          *Relation `json:"viewer,omitempty" description:"How you relate to the user. Absent if you are not signed in."`
}

type meResponse struct {
	response
	TOTP      bool       `json:"totp" example:"false" description:"Whether signing in needs a code of an authenticator app as well."`
	LastLogin *time.Time `json:"last_login" example:"2026-03-02T09:00:00+09:00" description:"Time of the latest login, or null before the first."`
}

// reader shows accounts to whoever sent a request.
type reader struct {
	handler
	viewer    auth.Viewer
	relations map[int64]Relation
}

// reader returns the reader of a request, to whom members are shown, in one query for all of them.
func (h handler) reader(c *gin.Context, members ...User) (reader, error) {
	viewer, signedIn := auth.ViewerOf(c)
	r := reader{handler: h, viewer: viewer}
	if !signedIn {
		return r, nil
	}
	var err error
	r.relations, err = h.s.RelationsOf(c.Request.Context(), viewer.UserID, members...)
	return r, err
}

func (r reader) show(u User) response {
	out := response{
		ID: u.ID, Username: u.Username, ProfileImageURL: r.s.ImageURL(u.Face()),
		CreatedAt: u.CreatedAt.In(r.zone), FollowerCount: u.FollowerCount, FollowingCount: u.FollowingCount,
		ReviewCount: u.ReviewCount, RatingCount: u.RatingCount, WatchedCount: u.WatchedCount, ListCount: u.ListCount, Bio: u.Bio,
		IsPrivate: u.IsPrivate,
	}
	if u.ShowsFactsTo(r.viewer) {
		out.Age, out.Gender = &u.Age, &u.Gender
	}
	if r.viewer.UserID != 0 {
		relation := r.relations[u.ID]
		out.Viewer = &relation
	}
	return out
}

// ok responds with an account.
func (h handler) ok(c *gin.Context, u User) error {
	r, err := h.reader(c, u)
	if err != nil {
		return err
	}
	return web.OK(c, r.show(u))
}

// okMe responds with the account of the viewer.
func (h handler) okMe(c *gin.Context, u User) error {
	on, err := h.s.hasTOTP(c.Request.Context(), u.ID)
	if err != nil {
		return err
	}
	me := meResponse{response: reader{handler: h, viewer: auth.MustViewer(c)}.show(u), TOTP: on}
	if u.LastLogin != nil {
		at := u.LastLogin.In(h.zone)
		me.LastLogin = &at
	}
	return web.OK(c, me)
}

func (h handler) create(c *gin.Context) error {
	var req createRequest
	if err := web.BindJSON(c, &req); err != nil {
		if errors.Is(err, apperr.ErrValidation) && req.Invite == nil {
			err = h.s.closedOr(c.Request.Context(), err)
		}
		return err
	}
	d := Draft{
		Username: req.Username, Password: req.Password, Age: *req.Age, Gender: Gender(req.Gender),
		Address: web.ClientIP(c),
	}
	if req.Invite != nil {
		d.Invite = *req.Invite
	}
	if req.Application != nil {
		d.Application = *req.Application
	}
	u, err := h.s.Create(c.Request.Context(), d)
	if err != nil {
		return err
	}
	return web.Created(c, fmt.Sprintf("/users/%d", u.ID), reader{handler: h}.show(u))
}

func (h handler) list(c *gin.Context) error { return h.found(c, Filter{}) }

func (h handler) search(c *gin.Context) error {
	q := web.Query[searchQuery](c)
	return h.found(c, Filter{Username: q.Username, Part: q.Q, Age: q.Age, Gender: (*Gender)(q.Gender)})
}

func (h handler) found(c *gin.Context, f Filter) error {
	rows, next, err := h.s.Search(c.Request.Context(), auth.Reader(c), f, web.PageOf(c))
	if err != nil {
		return err
	}
	r, err := h.reader(c, rows...)
	if err != nil {
		return err
	}
	return web.List(c, rows, next, r.show)
}

func (h handler) get(c *gin.Context) error {
	u, err := h.s.Visible(c.Request.Context(), auth.Reader(c), web.PathID(c, "user_id"))
	if err != nil {
		return err
	}
	return h.ok(c, u)
}

// editable returns the account in the path if the viewer may change it, or apperr.ErrForbidden.
func (h handler) editable(c *gin.Context) (User, error) {
	u, err := h.s.Get(c.Request.Context(), web.PathID(c, "user_id"))
	if err != nil {
		return User{}, err
	}
	if !auth.MustViewer(c).MayEdit(u.ID) {
		return User{}, apperr.ErrForbidden
	}
	return u, nil
}

func (h handler) patch(c *gin.Context) error {
	u, err := h.editable(c)
	if err != nil {
		return err
	}
	if u, err = h.change(c, u.ID); err != nil {
		return err
	}
	return h.ok(c, u)
}

func (h handler) change(c *gin.Context, id int64) (User, error) {
	var req patchRequest
	if err := web.BindJSON(c, &req); err != nil {
		return User{}, err
	}
	return h.s.Change(c.Request.Context(), auth.MustViewer(c), c.ClientIP(), id, req.patch())
}

func (h handler) remove(c *gin.Context) error {
	u, err := h.editable(c)
	if err != nil {
		return err
	}
	if web.Query[removeQuery](c).With == nil {
		return h.removed(c, u.ID, h.s.Delete(c.Request.Context(), u.ID))
	}
	by := auth.MustViewer(c)
	if !by.Admin() {
		return apperr.ErrForbidden
	}
	return h.removed(c, u.ID, h.s.DeleteWithMovies(c.Request.Context(), u.ID, by))
}

// removed responds to a deletion of an account that ended with err.
func (h handler) removed(c *gin.Context, id int64, err error) error {
	if err != nil {
		return err
	}
	if id == auth.MustViewer(c).UserID {
		h.clearCookies(c)
	}
	return web.NoContent(c)
}

func (h handler) getMe(c *gin.Context) error {
	u, err := h.s.Get(c.Request.Context(), auth.MustViewer(c).UserID)
	if err != nil {
		return err
	}
	return h.okMe(c, u)
}

func (h handler) patchMe(c *gin.Context) error {
	u, err := h.change(c, auth.MustViewer(c).UserID)
	if err != nil {
		return err
	}
	return h.okMe(c, u)
}

func (h handler) removeMe(c *gin.Context) error {
	id := auth.MustViewer(c).UserID
	return h.removed(c, id, h.s.Delete(c.Request.Context(), id))
}

func (h handler) setImage(c *gin.Context) error {
	viewer := auth.MustViewer(c)
	var req imageForm
	if err := web.BindForm(c, &req, picture.MaxBytes); err != nil {
		return err
	}
	pic, err := h.s.Decode(c.Request.Context(), picture.Upload{Name: req.Image.Name, Data: req.Image.Data, By: viewer.UserID})
	if err != nil {
		return web.Blame(err, "image")
	}
	u, err := h.s.SetImage(c.Request.Context(), viewer.UserID, pic)
	if err != nil {
		return err
	}
	return h.ok(c, u)
}

func (h handler) removeImage(c *gin.Context) error {
	u, err := h.s.Get(c.Request.Context(), web.PathID(c, "user_id"))
	if err != nil {
		return err
	}
	if by := auth.MustViewer(c); !by.MayEdit(u.ID) && !by.Moderates() {
		return apperr.ErrForbidden
	}
	return h.removeImageOf(c, u.ID)
}

func (h handler) removeMyImage(c *gin.Context) error {
	return h.removeImageOf(c, auth.MustViewer(c).UserID)
}

func (h handler) removeImageOf(c *gin.Context, id int64) error {
	if _, err := h.s.SetImage(c.Request.Context(), id, nil); err != nil {
		return err
	}
	return web.NoContent(c)
}
