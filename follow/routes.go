package follow

import (
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of following. None of them shows a time, so the zone is not used.
func (s *Service) Routes(r *openapi.Router, _ *time.Location) {
	h := handler{s: s}
	const tag = "follows"
	r.POST("/users/:user_id/follow", auth.Member, h.follow, openapi.Op{
		Tag: tag, Summary: "Follow a user", Response: response{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelf},
		Description: "Safe to repeat: only the change from not following to following notifies the user. Beginning to follow the same user more than a few times a minute is 429.",
	})
	r.POST("/users/:user_id/unfollow", auth.Member, h.unfollow, openapi.Op{
		Tag: tag, Summary: "Follow a user no more", Response: response{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelf},
		Description: "Safe to repeat. Nobody is notified.",
	})
	r.GET("/users/me/followings", auth.Member, h.myFollowings, openapi.Op{
		Tag: tag, Summary: "List whom you follow", Query: pageQuery{}, Response: []followingResponse{},
		Description: "The latest follow first.",
	})
	r.GET("/users/me/followers", auth.Member, h.myFollowers, openapi.Op{
		Tag: tag, Summary: "List who follows you", Query: pageQuery{}, Response: []followerResponse{},
		Description: "The latest follow first.",
	})
	r.GET("/users/:user_id/followings", auth.Public, h.followings, openapi.Op{
		Tag: tag, Summary: "List whom a user follows", Query: pageQuery{}, Response: []followingResponse{},
		Description: "The latest follow first.", Errors: []*apperr.Error{user.ErrNotFound},
	})
	r.GET("/users/:user_id/followers", auth.Public, h.followers, openapi.Op{
		Tag: tag, Summary: "List who follows a user", Query: pageQuery{}, Response: []followerResponse{},
		Description: "The latest follow first.", Errors: []*apperr.Error{user.ErrNotFound},
	})
}
