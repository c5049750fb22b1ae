package follow

import (
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of follows. No response has a time, so the zone is unused.
func (s *Service) Routes(r *openapi.Router, _ *time.Location) {
	h := handler{s: s}
	const tag = "follows"
	r.POST("/users/:user_id/follow", auth.Member, h.follow, openapi.Op{
		Tag: tag, ID: "followUser", Summary: "Follow a user", Response: response{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelf},
		Description: "Idempotent. The user is notified when you start to follow them. The rate at which you can start to follow the same user is limited.",
	})
	r.POST("/users/:user_id/unfollow", auth.Member, h.unfollow, openapi.Op{
		Tag: tag, ID: "unfollowUser", Summary: "Unfollow a user", Response: response{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelf},
		Description: "Idempotent. The user is not notified.",
	})
	r.GET("/users/me/followings", auth.Member, h.myFollowings, openapi.Op{
		Tag: tag, ID: "listMyFollowings", Summary: "List the users that you follow", Query: pageQuery{}, Response: []followingResponse{},
		Description: "Ordered by the time of the follow, latest first.",
	})
	r.GET("/users/me/followers", auth.Member, h.myFollowers, openapi.Op{
		Tag: tag, ID: "listMyFollowers", Summary: "List your followers", Query: pageQuery{}, Response: []followerResponse{},
		Description: "Ordered by the time of the follow, latest first.",
	})
	r.GET("/users/:user_id/followings", auth.Public, h.followings, openapi.Op{
		Tag: tag, ID: "listUserFollowings", Summary: "List the users that a user follows", Query: pageQuery{}, Response: []followingResponse{},
		Description: "Ordered by the time of the follow, latest first.", Errors: []*apperr.Error{user.ErrNotFound},
	})
	r.GET("/users/:user_id/followers", auth.Public, h.followers, openapi.Op{
		Tag: tag, ID: "listUserFollowers", Summary: "List the followers of a user", Query: pageQuery{}, Response: []followerResponse{},
		Description: "Ordered by the time of the follow, latest first.", Errors: []*apperr.Error{user.ErrNotFound},
	})
}
