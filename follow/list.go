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

// end is one end of a following: whose list it is, and who stands in it.
type end struct {
	owner string // the column of whose list it is
	other func(Follow) int64
}

var (
	followings = end{owner: "follower_id", other: func(f Follow) int64 { return f.FollowingID }}
	followers  = end{owner: "following_id", other: func(f Follow) int64 { return f.FollowerID }}
)

// Followings returns a page of those whom an account follows, the latest follow first.
func (s *Service) Followings(ctx context.Context, userID int64, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, followings, userID, p)
}

// Followers returns a page of those who follow an account, the latest follow first.
func (s *Service) Followers(ctx context.Context, userID int64, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, followers, userID, p)
}

func (s *Service) list(ctx context.Context, e end, userID int64, p page.Page) ([]Person, *page.Key, error) {
	var rows []Follow
	if err := listQuery(s.db.Reader(ctx), e, userID, p).Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list follows by %s %d: %w", e.owner, userID, err)
	}
	rows, next := page.Cut(rows, p, func(f Follow) page.Key {
		return page.Key{Num: f.FollowedAt.UnixMicro(), ID: f.ID}
	})
	people, err := s.people(ctx, e, rows)
	return people, next, err
}

// listQuery reads along the index of its order. The bound on the time stands alone, outside of the
// OR, because that is what both databases begin their walk of the index by.
func listQuery(db *gorm.DB, e end, userID int64, p page.Page) *gorm.DB {
	q := db.Where(e.owner+" = ? AND is_following = ?", userID, true)
	if p.After != nil {
		at := moment(p.After.Num)
		q = q.Where("followed_at <= ? AND (followed_at < ? OR id < ?)", at, at, p.After.ID)
	}
	return q.Order("followed_at DESC, id DESC").Limit(p.Fetch())
}

// lastMicro is the end of the year 9999, after which no database has a time.
const lastMicro = 253_402_300_799_999_999

// moment returns the time of a cursor, which anybody may have made up.
func moment(micros int64) time.Time {
	return database.Time(time.UnixMicro(min(max(micros, 0), lastMicro)))
}

// people returns who stands in rows, in one query. Who is deleted meanwhile is left out.
func (s *Service) people(ctx context.Context, e end, rows []Follow) ([]Person, error) {
	ids := make([]int64, len(rows))
	for i, f := range rows {
		ids[i] = e.other(f)
	}
	found, err := s.users.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		if u, ok := found[id]; ok {
			out = append(out, s.person(u))
		}
	}
	return out, nil
}

func (s *Service) person(u user.User) Person {
	return Person{ID: u.ID, Username: u.Username, ProfileImageURL: s.users.ImageURL(u)}
}
