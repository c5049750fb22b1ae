package follow

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// response is a follow.
type response struct {
	FollowerID  int64 `json:"follower_id" example:"3" description:"Id of the user who follows or asks to."`
	FollowingID int64 `json:"following_id" example:"7" description:"Id of the user who is followed."`
	IsFollowing bool  `json:"is_following" example:"true" description:"Whether the one follows the other now."`
	Requested   bool  `json:"requested" example:"false" description:"Whether the follower waits for the consent of the other, who is private."`
}

func show(f Follow) response {
	return response{FollowerID: f.FollowerID, FollowingID: f.FollowingID, IsFollowing: f.IsFollowing, Requested: f.Requested}
}

// blockResponse says whether you block a user.
type blockResponse struct {
	UserID  int64 `json:"user_id" example:"7" description:"Id of the other user."`
	Blocked bool  `json:"blocked" example:"true" description:"Whether you block the user now."`
}

// muteResponse says whether you mute a user.
type muteResponse struct {
	UserID int64 `json:"user_id" example:"7" description:"Id of the other user."`
	Muted  bool  `json:"muted" example:"true" description:"Whether you mute the user now."`
}

// hiddenResponse is a user in a list of blocks or mutes.
type hiddenResponse struct {
	UserID          int64     `json:"user_id" example:"7" description:"Id of the user."`
	Username        string    `json:"username" example:"고양이" description:"Username of the user."`
	ProfileImageURL *string   `json:"profile_image_url" example:"/media/users/profile_images/5f0c6a52-54c1-4b0e-8f0e-3d4f2f1f0a11.jpg" description:"URL of the profile image; null without one."`
	Since           time.Time `json:"since" example:"2026-05-01T20:15:00+09:00" description:"When you blocked or muted the user."`
}

// requestResponse is a user in a list of follow requests.
type requestResponse struct {
	UserID          int64     `json:"user_id" example:"3" description:"Id of the user who asks to follow you."`
	Username        string    `json:"username" example:"고양이" description:"Username of the user."`
	ProfileImageURL *string   `json:"profile_image_url" example:"/media/users/profile_images/5f0c6a52-54c1-4b0e-8f0e-3d4f2f1f0a11.jpg" description:"URL of the profile image; null without one."`
	RequestedAt     time.Time `json:"requested_at" example:"2026-05-01T20:15:00+09:00" description:"When the user asked."`
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
	return web.OK(c, show(f))
}

func (h handler) block(c *gin.Context) error { return h.setBlock(c, true) }

func (h handler) unblock(c *gin.Context) error { return h.setBlock(c, false) }

func (h handler) setBlock(c *gin.Context, on bool) error {
	id := web.PathID(c, "user_id")
	if err := h.s.SetBlock(c.Request.Context(), auth.MustViewer(c).UserID, id, on); err != nil {
		return web.Blame(err, "user_id")
	}
	return web.OK(c, blockResponse{UserID: id, Blocked: on})
}

func (h handler) mute(c *gin.Context) error { return h.setMute(c, true) }

func (h handler) unmute(c *gin.Context) error { return h.setMute(c, false) }

func (h handler) setMute(c *gin.Context, on bool) error {
	id := web.PathID(c, "user_id")
	if err := h.s.SetMute(c.Request.Context(), auth.MustViewer(c).UserID, id, on); err != nil {
		return web.Blame(err, "user_id")
	}
	return web.OK(c, muteResponse{UserID: id, Muted: on})
}

func (h handler) accept(c *gin.Context) error {
	f, err := h.s.Accept(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "user_id"))
	if err != nil {
		return err
	}
	return web.OK(c, show(f))
}

func (h handler) decline(c *gin.Context) error {
	if err := h.s.Decline(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "user_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) requests(c *gin.Context) error {
	people, next, err := h.s.Requests(c.Request.Context(), auth.MustViewer(c), web.PageOf(c))
	return listed(c, people, next, err, h.showRequest)
}

func (h handler) blocks(c *gin.Context) error {
	people, next, err := h.s.Blocks(c.Request.Context(), auth.MustViewer(c).UserID, web.PageOf(c))
	return listed(c, people, next, err, h.showHidden)
}

func (h handler) mutes(c *gin.Context) error {
	people, next, err := h.s.Mutes(c.Request.Context(), auth.MustViewer(c).UserID, web.PageOf(c))
	return listed(c, people, next, err, h.showHidden)
}

func (h handler) myFollowings(c *gin.Context) error {
	return list(c, h.s.Followings, auth.MustViewer(c).UserID, showFollowing)
}

func (h handler) myFollowers(c *gin.Context) error {
	return list(c, h.s.Followers, auth.MustViewer(c).UserID, showFollower)
}

func (h handler) followings(c *gin.Context) error {
	return list(c, h.s.Followings, web.PathID(c, "user_id"), showFollowing)
}

func (h handler) followers(c *gin.Context) error {
	return list(c, h.s.Followers, web.PathID(c, "user_id"), showFollower)
}

// lister is [Service.Followings] or [Service.Followers].
type lister func(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error)

func list[R any](c *gin.Context, of lister, userID int64, show func(Person) R) error {
	people, next, err := of(c.Request.Context(), userID, auth.Reader(c), web.PageOf(c))
	return listed(c, people, next, err, show)
}

// listed responds with a page, or with err.
func listed[R any](c *gin.Context, people []Person, next *page.Key, err error, show func(Person) R) error {
	if err != nil {
		return err
	}
	return web.List(c, people, next, show)
}

func showFollowing(p Person) followingResponse {
	return followingResponse{FollowingID: p.ID, Username: p.Username, ProfileImageURL: p.ProfileImageURL}
}

func showFollower(p Person) followerResponse {
	return followerResponse{FollowerID: p.ID, Username: p.Username, ProfileImageURL: p.ProfileImageURL}
}

func (h handler) showRequest(p Person) requestResponse {
	return requestResponse{UserID: p.ID, Username: p.Username, ProfileImageURL: p.ProfileImageURL, RequestedAt: p.Since.In(h.zone)}
}

func (h handler) showHidden(p Person) hiddenResponse {
	return hiddenResponse{UserID: p.ID, Username: p.Username, ProfileImageURL: p.ProfileImageURL, Since: p.Since.In(h.zone)}
}
