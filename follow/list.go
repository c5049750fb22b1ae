package follow

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

// Person is a member in a list of followers or followings.
type Person struct {
	ID              int64
	Username        string
	ProfileImageURL *string // nil without an image
}

// end is an end of a follow: owner is the column of the account whose list it is, other that of the listed accounts.
type end struct{ owner, other string }

var (
	followings = end{owner: "follower_id", other: "following_id"}
	followers  = end{owner: "following_id", other: "follower_id"}
)

// Followings returns a page of the members whom an account follows, the latest follow first, and the key of the
// next page, nil on the last.
func (s *Service) Followings(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, followings, userID, reader, p)
}

// Followers returns a page of the members who follow an account, as [Service.Followings] does.
func (s *Service) Followers(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, followers, userID, reader, p)
}

// FollowedBy returns the members among ids whom a follower follows. Absent ids are not followed.
func (s *Service) FollowedBy(ctx context.Context, followerID int64, ids []int64) (map[int64]bool, error) {
	return toggle.Which(ctx, s.toggles, Follow{FollowerID: followerID}, ids)
}

// FollowedIDs returns the ids of at most limit members whom an account follows, the latest follow first.
func (s *Service) FollowedIDs(ctx context.Context, userID int64, limit int) ([]int64, error) {
	var ids []int64
	err := s.db.Reader(ctx).Model(&Follow{}).Where("follower_id = ? AND is_following = ?", userID, true).
		Order("followed_at DESC, id DESC").Limit(limit).Pluck("following_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("list whom user %d follows: %w", userID, err)
	}
	return ids, nil
}

// row is a row of listQuery.
type row struct {
	follow Follow
	person user.User
}

const rowColumns = "follows.id, follows.followed_at, users.id, users.username, users.profile_image"

// targets returns the fields that receive rowColumns.
func (r *row) targets() []any {
	return []any{&r.follow.ID, &r.follow.FollowedAt, &r.person.ID, &r.person.Username, &r.person.ProfileImage}
}

func (s *Service) list(ctx context.Context, e end, userID int64, _ auth.Viewer, p page.Page) ([]Person, *page.Key, error) {
	rows, err := database.Scan(listQuery(s.db.Reader(ctx), e, userID, p), (*row).targets)
	if err != nil {
		return nil, nil, fmt.Errorf("list follows by %s %d: %w", e.owner, userID, err)
	}
	rows, next := page.Cut(rows, p, func(r row) page.Key {
		return page.TimeKey(r.follow.FollowedAt, r.follow.ID)
	})
	people := make([]Person, len(rows))
	for i, r := range rows {
		people[i] = s.person(r.person)
	}
	return people, next, nil
}

// listQuery returns the query of one page. It reads along an index in the order of the page. The bound on
// The bound on followed_at is a separate condition outside the OR, because both databases start their index range from it.
func listQuery(db *gorm.DB, e end, userID int64, p page.Page) *gorm.DB {
	q := db.Model(&Follow{}).Select(rowColumns).Joins("JOIN users ON users.id = follows."+e.other).
		Where("follows."+e.owner+" = ? AND is_following = ?", userID, true)
	if p.After != nil {
		at := p.After.Time()
		q = q.Where("followed_at <= ? AND (followed_at < ? OR follows.id < ?)", at, at, p.After.ID)
	}
	return q.Order("followed_at DESC, follows.id DESC").Limit(p.Fetch())
}

func (s *Service) person(u user.User) Person {
	return Person{ID: u.ID, Username: u.Username, ProfileImageURL: s.users.ImageURL(u)}
}
