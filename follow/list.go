package follow

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// Person is who is at the other end of a following.
type Person struct {
	ID              int64
	Username        string
	ProfileImageURL *string // nil without an image
}

// end is one end of a following, by the columns that name whose list it is and who stands in it.
type end struct{ owner, other string }

var (
	followings = end{owner: "follower_id", other: "following_id"}
	followers  = end{owner: "following_id", other: "follower_id"}
)

// Followings returns a page of those whom an account follows, the latest follow first.
func (s *Service) Followings(ctx context.Context, userID int64, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, followings, userID, p)
}

// Followers returns a page of those who follow an account, the latest follow first.
func (s *Service) Followers(ctx context.Context, userID int64, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, followers, userID, p)
}

// row is a following, and who is at its other end.
type row struct {
	follow Follow
	person user.User
}

func (r *row) places() []any {
	return []any{&r.follow.ID, &r.follow.FollowedAt, &r.person.ID, &r.person.Username, &r.person.ProfileImage}
}

func (s *Service) list(ctx context.Context, e end, userID int64, p page.Page) ([]Person, *page.Key, error) {
	rows, err := database.Scan(listQuery(s.db.Reader(ctx), e, userID, p), (*row).places)
	if err != nil {
		return nil, nil, fmt.Errorf("list follows by %s %d: %w", e.owner, userID, err)
	}
	rows, next := page.Cut(rows, p, func(r row) page.Key {
		return page.Key{Num: r.follow.FollowedAt.UnixMicro(), ID: r.follow.ID}
	})
	people := make([]Person, len(rows))
	for i, r := range rows {
		people[i] = s.person(r.person)
	}
	return people, next, nil
}

// listQuery reads along the index of its order. The bound on the time stands alone, outside of the
// OR, because that is what both databases begin their walk of the index by.
func listQuery(db *gorm.DB, e end, userID int64, p page.Page) *gorm.DB {
	q := db.Model(&Follow{}).Select("follows.id, follows.followed_at, users.id, users.username, users.profile_image").
		Joins("JOIN users ON users.id = follows."+e.other).
		Where("follows."+e.owner+" = ? AND is_following = ?", userID, true)
	if p.After != nil {
		at := moment(p.After.Num)
		q = q.Where("followed_at <= ? AND (followed_at < ? OR follows.id < ?)", at, at, p.After.ID)
	}
	return q.Order("followed_at DESC, follows.id DESC").Limit(p.Fetch())
}

// lastMicro is the end of the year 9999, after which no database has a time.
const lastMicro = 253_402_300_799_999_999

// moment returns the time of a cursor, which anybody may have made up.
func moment(micros int64) time.Time {
	return database.Time(time.UnixMicro(min(max(micros, 0), lastMicro)))
}

func (s *Service) person(u user.User) Person {
	return Person{ID: u.ID, Username: u.Username, ProfileImageURL: s.users.ImageURL(u)}
}
