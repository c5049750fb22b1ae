package follow

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct{ s *Service }

// response is a follow.
type response struct {
	FollowerID  int64 `json:"follower_id" example:"3" description:"Your id."`
	FollowingID int64 `json:"following_id" example:"7" description:"Id of the other user."`
	IsFollowing bool  `json:"is_following" example:"true" description:"Whether you follow the user now."`
}

// followingResponse is a user in a list of followings.
type followingResponse struct {
	FollowingID     int64   `json:"following_id" example:"7" description:"Id of the followed user."`
	Username        string  `json:"username" example:"고양이" description:"Username of the followed user."`
	ProfileImageURL *string `json:"profile_image_url" example:"/media/users/profile_images/5f0c6a52-54c1-4b0e-8f0e-3d4f2f1f0a11.jpg" description:"URL of the profile image; null without one."`
}

// followerResponse is a user in a list of followers.
type followerResponse struct {
	FollowerID      int64   `json:"follower_id" example:"3" description:"Id of the follower."`
	Username        string  `json:"username" example:"고양이" description:"Username of the follower."`
	ProfileImageURL *string `json:"profile_image_url" example:"/media/users/profile_images/5f0c6a52-54c1-4b0e-8f0e-3d4f2f1f0a11.jpg" description:"URL of the profile image; null without one."`
}

// pageQuery is the query of a list.
type pageQuery struct{ web.Paging }

func (h handler) follow(c *gin.Context) error { return h.set(c, true) }

func (h handler) unfollow(c *gin.Context) error { return h.set(c, false) }

func (h handler) set(c *gin.Context, on bool) error {
	f, err := h.s.Set(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "user_id"), on)
	if err != nil {
		return web.Blame(err, "user_id")
	}
	return web.OK(c, response{FollowerID: f.FollowerID, FollowingID: f.FollowingID, IsFollowing: f.IsFollowing})
}

func (h handler) myFollowings(c *gin.Context) error {
	return list(c, h.s.Followings, auth.MustViewer(c).UserID, showFollowing)
}

func (h handler) myFollowers(c *gin.Context) error {
	return list(c, h.s.Followers, auth.MustViewer(c).UserID, showFollower)
}

func (h handler) followings(c *gin.Context) error {
	u, err := h.s.users.Get(c.Request.Context(), web.PathID(c, "user_id"))
	if err != nil {
		return err
	}
	return list(c, h.s.Followings, u.ID, showFollowing)
}

func (h handler) followers(c *gin.Context) error {
	u, err := h.s.users.Get(c.Request.Context(), web.PathID(c, "user_id"))
	if err != nil {
		return err
	}
	return list(c, h.s.Followers, u.ID, showFollower)
}

// lister is [Service.Followings] or [Service.Followers].
type lister func(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error)

func list[R any](c *gin.Context, of lister, userID int64, show func(Person) R) error {
	rows, next, err := of(c.Request.Context(), userID, auth.Reader(c), web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, show)
}

func showFollowing(p Person) followingResponse {
	return followingResponse{FollowingID: p.ID, Username: p.Username, ProfileImageURL: p.ProfileImageURL}
}

func showFollower(p Person) followerResponse {
	return followerResponse{FollowerID: p.ID, Username: p.Username, ProfileImageURL: p.ProfileImageURL}
}
