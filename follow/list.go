package follow

import (
	"context"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

// Person is a member in a list of followers, followings, requests, blocks or mutes.
type Person struct {
	ID              int64
	Username        string
	ProfileImageURL *string   // nil without an image
	Since           time.Time // when the follow last began, or the request, block or mute was made
}

// relation is a table of pairs of members: owner is the column of the account whose list it is, other that of the listed
// accounts, since that of the time.
type relation struct{ table, owner, other, since string }

var (
	followings = relation{"follows", "follower_id", "following_id", "followed_at"}
	followers  = relation{"follows", "following_id", "follower_id", "followed_at"}
	requests   = relation{"follow_requests", "following_id", "follower_id", "requested_at"}
	blocks     = relation{"blocks", "user_id", "blocked_id", "blocked_at"}
	mutes      = relation{"mutes", "user_id", "muted_id", "muted_at"}
)

// Followings returns a page of the members whom an account follows, the latest follow first, and the key of the
// next page, nil on the last. Whom the reader has blocked or muted is left out. The error is [ErrPrivateAccount] when the
// reader may not see the list, and user.ErrNotFound when the account does not exist.
func (s *Service) Followings(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error) {
	if err := CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	return s.list(ctx, followings, userID, reader, p)
}

// Followers returns a page of the members who follow an account, as [Service.Followings] does.
func (s *Service) Followers(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error) {
	if err := CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	return s.list(ctx, followers, userID, reader, p)
}

// Requests returns a page of the members who ask to follow the reader, as [Service.Followings] does.
func (s *Service) Requests(ctx context.Context, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, requests, reader.UserID, reader, p)
}

// Blocks returns a page of the members whom an account has blocked, as [Service.Followings] does.
func (s *Service) Blocks(ctx context.Context, userID int64, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, blocks, userID, auth.Viewer{}, p) // nobody is left out
}

// Mutes returns a page of the members whom an account has muted, as [Service.Followings] does.
func (s *Service) Mutes(ctx context.Context, userID int64, p page.Page) ([]Person, *page.Key, error) {
	return s.list(ctx, mutes, userID, auth.Viewer{}, p) // nobody is left out
}

// FollowedBy returns the members among ids whom a follower follows. Absent ids are not followed.
func (s *Service) FollowedBy(ctx context.Context, followerID int64, ids []int64) (map[int64]bool, error) {
	return toggle.Which(ctx, s.toggles, Follow{FollowerID: followerID}, ids)
}

// row is a row of listQuery.
type row struct {
	id, userID      int64 // of the pair and of the listed account
	since           time.Time
	username, image string
}

// targets returns the fields that receive the columns of listQuery.
func (r *row) targets() []any {
	return database.Into(&r.id, &r.since, &r.userID, &r.username, &r.image)
}

func (s *Service) list(ctx context.Context, of relation, userID int64, reader auth.Viewer, p page.Page) ([]Person, *page.Key, error) {
	query, args := listQuery(s.db.Driver(), of, userID, reader, p)
	rows, err := database.Collect(s.db.Reader(ctx), (*row).targets, p.Fetch(), query, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("list %s by %s %d: %w", of.table, of.owner, userID, err)
	}
	rows, next := page.Cut(rows, p, func(r row) page.Key { return page.TimeKey(r.since, r.id) })
	people := make([]Person, len(rows))
	for i, r := range rows {
		people[i] = Person{ID: r.userID, Username: r.username, ProfileImageURL: s.users.ImageURL(user.Face{ProfileImage: r.image}), Since: r.since}
	}
	return people, next, nil
}

// listQuery returns the query of one page, and its arguments. It reads along an index in the order of the page. The bound on
// the time is a separate condition outside the OR, because both databases start their index range from it.
func listQuery(driver string, of relation, userID int64, reader auth.Viewer, p page.Page) (string, []any) {
	unhidden, more := Unhidden(reader, "pairs."+of.other)
	conditions, args := "pairs."+of.owner+" = ? AND "+unhidden, append([]any{userID}, more...)
	if of.table == followings.table {
		conditions += " AND pairs.is_following = TRUE"
	}
	if p.After != nil {
		at := p.After.Time()
		conditions += " AND pairs." + of.since + " <= ? AND (pairs." + of.since + " < ? OR pairs.id < ?)"
		args = append(args, at, at, p.After.ID)
	}
	return "SELECT pairs.id, " + database.AsText("pairs."+of.since) + ", users.id, users.username, users.profile_image FROM " + of.table +
		" pairs JOIN users ON users.id = pairs." + of.other + " WHERE " + conditions +
		" ORDER BY pairs." + of.since + " DESC, pairs.id DESC" + database.Limit(driver), append(args, p.Fetch())
}
