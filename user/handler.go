package user

import (
	"fmt"
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

type createRequest struct {
	Username string `json:"username" binding:"required,min=2,max=50" example:"영화광" description:"2 to 50 characters of any script, without control, bidirectional or invisible ones. Unique without regard to case or Unicode form."`
	Password string `json:"password" raw:"true" binding:"required,min=8,max=128" example:"correct horse battery" description:"8 to 128 characters of any script. White space around it counts."`
	Age      *int64 `json:"age" binding:"required,min=1,max=150" example:"27" description:"In years."`
	Gender   string `json:"gender" binding:"required,oneof=male female" example:"female"`
}

type patchRequest struct {
	Username        *string `json:"username" binding:"omitempty,min=2,max=50" example:"영화광" description:"2 to 50 characters, as at the sign-up."`
	Password        *string `json:"password" raw:"true" binding:"omitempty,min=8,max=128" example:"an even better password" description:"A new password, 8 to 128 characters."`
	CurrentPassword *string `json:"current_password" raw:"true" example:"correct horse battery" description:"Needed with password, unless an admin sets it for somebody else."`
	Age             *int64  `json:"age" binding:"omitempty,min=1,max=150" example:"28" description:"In years."`
	Gender          *string `json:"gender" binding:"omitempty,oneof=male female" example:"female"`
}

func (r patchRequest) patch() Patch {
	return Patch{
		Username: r.Username, Password: r.Password, CurrentPassword: r.CurrentPassword,
		Age: r.Age, Gender: (*Gender)(r.Gender),
	}
}

type listQuery struct{ web.Paging }

type searchQuery struct {
	web.Paging
	Username *string `query:"username" binding:"omitempty,min=1,max=50" example:"영화광" description:"The whole username, in any case."`
	Q        *string `query:"q" binding:"omitempty,min=1,max=50" example:"영화" description:"A part of the username, in any case."`
	Age      *int64  `query:"age" binding:"omitempty,min=1" example:"27" description:"In years."`
	Gender   *string `query:"gender" binding:"omitempty,oneof=male female" example:"female"`
}

type response struct {
	ID              int64     `json:"id" example:"7"`
	Username        string    `json:"username" example:"영화광"`
	Age             int64     `json:"age" example:"27" description:"In years."`
	Gender          string    `json:"gender" enum:"male,female" example:"female"`
	ProfileImageURL *string   `json:"profile_image_url" example:"/media/users/profile_images/0b9f6f0e-6c1c-4a7e-9a53-0f4f1de1d5c3.jpg" description:"Can be fetched as it is; null when there is none."`
	CreatedAt       time.Time `json:"created_at" example:"2026-03-01T21:30:00+09:00" description:"When they signed up."`
	FollowerCount   int64     `json:"follower_count" example:"12" description:"How many follow them."`
	FollowingCount  int64     `json:"following_count" example:"5" description:"How many they follow."`
	ReviewCount     int64     `json:"review_count" example:"3" description:"How many reviews they wrote."`
}

type meResponse struct {
	response
	LastLogin *time.Time `json:"last_login" example:"2026-03-02T09:00:00+09:00" description:"The latest login, null before the first."`
}

func (h handler) show(u User) response {
	return response{
		ID: u.ID, Username: u.Username, Age: u.Age, Gender: string(u.Gender), ProfileImageURL: h.s.ImageURL(u),
		CreatedAt: u.CreatedAt.In(h.zone), FollowerCount: u.FollowerCount, FollowingCount: u.FollowingCount,
		ReviewCount: u.ReviewCount,
	}
}

func (h handler) showMe(u User) meResponse {
	me := meResponse{response: h.show(u)}
	if u.LastLogin != nil {
		at := u.LastLogin.In(h.zone)
		me.LastLogin = &at
	}
	return me
}

func (h handler) create(c *gin.Context) error {
	var req createRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	u, err := h.s.Create(c.Request.Context(), Draft{
		Username: req.Username, Password: req.Password, Age: *req.Age, Gender: Gender(req.Gender),
	})
	if err != nil {
		return err
	}
	return web.Created(c, fmt.Sprintf("/users/%d", u.ID), h.show(u))
}

func (h handler) list(c *gin.Context) error { return h.found(c, Filter{}) }

func (h handler) search(c *gin.Context) error {
	q := web.Query[searchQuery](c)
	return h.found(c, Filter{Username: q.Username, Part: q.Q, Age: q.Age, Gender: (*Gender)(q.Gender)})
}

func (h handler) found(c *gin.Context, f Filter) error {
	rows, next, err := h.s.Search(c.Request.Context(), f, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) get(c *gin.Context) error {
	u, err := h.s.Get(c.Request.Context(), web.PathID(c, "user_id"))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(u))
}

// editable returns the account in the path if the viewer may change it.
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
	return web.OK(c, h.show(u))
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
	return h.removeUser(c, u.ID)
}

func (h handler) removeUser(c *gin.Context, id int64) error {
	if err := h.s.Delete(c.Request.Context(), id); err != nil {
		return err
	}
	if id == auth.MustViewer(c).UserID {
		h.clearCookies(c)
	}
	return web.NoContent(c)
}
