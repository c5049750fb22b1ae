package feed

import (
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of activities. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "feed"
	r.GET("/users/me/feed", auth.Member, h.feed, openapi.Op{
		Tag: tag, ID: "getMyFeed", Summary: "List what the users that you follow did", Query: feedQuery{}, Response: []activityResponse{},
		Description: "Newest first. A review or a viewing with a rating is one activity, and a list is one when it is first public. " +
			"A page can be shorter than its limit, also when there is a next one.",
	})
	r.GET("/users/:user_id/activity", auth.Optional, h.activity, openapi.Op{
		Tag: tag, ID: "listUserActivity", Summary: "List what a user did", Query: feedQuery{}, Response: []activityResponse{},
		Description: "As in the feed.", Errors: []*apperr.Error{user.ErrNotFound, follow.ErrPrivateAccount},
	})
}
