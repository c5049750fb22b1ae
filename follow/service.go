package follow

import (
	"context"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs; all fields are required.
type Deps struct {
	DB      *database.DB
	Users   *user.Service
	Toggles *toggle.Switch
}

// Service holds the rules of following. It is safe for concurrent use.
type Service struct {
	db      *database.DB
	users   *user.Service
	toggles *toggle.Switch
}

// New returns a service. Register [Service.PurgeUser] with user.Service.OnDelete.
func New(d Deps) *Service { return &Service{db: d.DB, users: d.Users, toggles: d.Toggles} }

// Set makes one member follow another (on) or unfollow them, and returns the follow as it is afterwards. It is
// idempotent. Unfollowing a member who was never followed stores nothing and returns a Follow without an ID.
//
// Set returns [ErrSelf], user.ErrNotFound when the followed account does not exist, auth.ErrUserGone when the
// follower's account does not, and apperr.ErrTooMany when the member followed the other one too often lately.
func (s *Service) Set(ctx context.Context, followerID, followingID int64, on bool) (Follow, error) {
	if followerID == followingID {
		return Follow{}, ErrSelf
	}
	return toggle.Set(ctx, s.toggles, Follow{FollowerID: followerID, FollowingID: followingID}, on)
}
