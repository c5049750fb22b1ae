package follow

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// The tags in the OpenAPI document.
const (
	tag        = "follows"
	tagPrivacy = "privacy"
)

// Routes registers the routes of follows, requests, blocks and mutes. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s, zone}
	h.follows(r)
	h.followRequests(r)
	h.hiding(r)
}

func (h handler) follows(r *openapi.Router) {
	r.POST("/users/:user_id/follow", auth.Member, h.follow, openapi.Op{
		Tag: tag, ID: "followUser", Summary: "Follow a user", Response: response{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelf, ErrBlocked},
		Description: "Idempotent. The user is notified when you start to follow them. If the user is private, you ask to follow them: `is_following` stays false and `requested` is true until they accept or decline. The rate at which you can start to follow the same user is limited.",
	})
	r.POST("/users/:user_id/unfollow", auth.Member, h.unfollow, openapi.Op{
		Tag: tag, ID: "unfollowUser", Summary: "Unfollow a user", Response: response{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelf},
		Description: "Idempotent. Also takes a request to follow the user back. The user is not notified.",
	})
	r.GET("/users/me/followings", auth.Member, h.myFollowings, openapi.Op{
		Tag: tag, ID: "listMyFollowings", Summary: "List the users that you follow", Query: pageQuery{}, Response: []followingResponse{},
		Description: "Ordered by the time of the follow, latest first.",
	})
	r.GET("/users/me/followers", auth.Member, h.myFollowers, openapi.Op{
		Tag: tag, ID: "listMyFollowers", Summary: "List your followers", Query: pageQuery{}, Response: []followerResponse{},
		Description: "Ordered by the time of the follow, latest first.",
	})
	r.GET("/users/:user_id/followings", auth.Optional, h.followings, openapi.Op{
		Tag: tag, ID: "listUserFollowings", Summary: "List the users that a user follows", Query: pageQuery{}, Response: []followingResponse{},
		Description: "Ordered by the time of the follow, latest first.", Errors: []*apperr.Error{user.ErrNotFound, ErrPrivateAccount},
	})
	r.GET("/users/:user_id/followers", auth.Optional, h.followers, openapi.Op{
		Tag: tag, ID: "listUserFollowers", Summary: "List the followers of a user", Query: pageQuery{}, Response: []followerResponse{},
		Description: "Ordered by the time of the follow, latest first.", Errors: []*apperr.Error{user.ErrNotFound, ErrPrivateAccount},
	})
}

func (h handler) followRequests(r *openapi.Router) {
	r.GET("/users/me/follow_requests", auth.Member, h.requests, openapi.Op{
		Tag: tag, ID: "listMyFollowRequests", Summary: "List the users who ask to follow you", Query: pageQuery{}, Response: []requestResponse{},
		Description: "Ordered by the time of the request, latest first.",
	})
	r.POST("/users/me/follow_requests/:user_id/accept", auth.Member, h.accept, openapi.Op{
		Tag: tag, ID: "acceptFollowRequest", Summary: "Let a user follow you", Response: response{}, Errors: []*apperr.Error{ErrNoRequest},
		Description: "The user is notified.",
	})
	r.POST("/users/me/follow_requests/:user_id/decline", auth.Member, h.decline, openapi.Op{
		Tag: tag, ID: "declineFollowRequest", Summary: "Decline a request to follow you", Status: http.StatusNoContent,
		Errors: []*apperr.Error{ErrNoRequest}, Description: "The user is not notified.",
	})
}

func (h handler) hiding(r *openapi.Router) {
	r.POST("/users/:user_id/block", auth.Member, h.block, openapi.Op{
		Tag: tagPrivacy, ID: "blockUser", Summary: "Block a user", Response: blockResponse{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelfBlock},
		Description: "Idempotent. Ends follows and follow requests between the two of you. Neither can follow the other, or like or comment on what the other wrote. You no longer see the user in lists, searches, feeds and notifications. The user is not notified.",
	})
	r.POST("/users/:user_id/unblock", auth.Member, h.unblock, openapi.Op{
		Tag: tagPrivacy, ID: "unblockUser", Summary: "Unblock a user", Response: blockResponse{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelfBlock},
		Description: "Idempotent. Does not restore follows.",
	})
	r.POST("/users/:user_id/mute", auth.Member, h.mute, openapi.Op{
		Tag: tagPrivacy, ID: "muteUser", Summary: "Mute a user", Response: muteResponse{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelfMute},
		Description: "Idempotent. You no longer see the user in lists, searches, feeds and notifications. The user is not told.",
	})
	r.POST("/users/:user_id/unmute", auth.Member, h.unmute, openapi.Op{
		Tag: tagPrivacy, ID: "unmuteUser", Summary: "Unmute a user", Response: muteResponse{}, Errors: []*apperr.Error{user.ErrNotFound, ErrSelfMute},
		Description: "Idempotent.",
	})
	r.GET("/users/me/blocks", auth.Member, h.blocks, openapi.Op{
		Tag: tagPrivacy, ID: "listMyBlocks", Summary: "List the users that you block", Query: pageQuery{}, Response: []hiddenResponse{},
		Description: "Ordered by the time of the block, latest first.",
	})
	r.GET("/users/me/mutes", auth.Member, h.mutes, openapi.Op{
		Tag: tagPrivacy, ID: "listMyMutes", Summary: "List the users that you mute", Query: pageQuery{}, Response: []hiddenResponse{},
		Description: "Ordered by the time of the mute, latest first.",
	})
}
