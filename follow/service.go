package follow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
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

// Service holds the rules of follows, requests, blocks and mutes. It is safe for concurrent use.
type Service struct {
	db      *database.DB
	users   *user.Service
	toggles *toggle.Switch
}

// New returns a service, which accepts the requests to accounts that stop being private, and makes accounts show how the
// reader relates to them. Register [Service.PurgeUser] with user.Service.OnDelete.
func New(d Deps) *Service {
	s := &Service{db: d.DB, users: d.Users, toggles: d.Toggles}
	d.Users.UseRelations(s)
	return s
}

// Set makes one member follow another (on) or unfollow them, and returns the follow as it is afterwards. It is
// idempotent. Following a private account asks for its consent: the follow that comes back is off and Requested.
// Unfollowing takes the request back. Unfollowing a member who was never followed stores nothing and returns a Follow
// without an ID.
//
// Set returns [ErrSelf], user.ErrNotFound when the followed account does not exist, auth.ErrUserGone when the
// follower's account does not, [ErrBlocked] for a follow between members of whom one has blocked the other, and
// apperr.ErrTooMany when the member followed the other one too often lately.
func (s *Service) Set(ctx context.Context, followerID, followingID int64, on bool) (Follow, error) {
	if followerID == followingID {
		return Follow{}, ErrSelf
	}
	start := Follow{FollowerID: followerID, FollowingID: followingID}
	allow := s.toggles.Once(ctx, start.Mapping())
	var f Follow
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		p, err := lockPair(tx, followerID, followingID)
		if err != nil {
			return err
		}
		if on {
			f, err = s.begin(tx, p, allow)
		} else {
			f, err = s.end(tx, p)
		}
		return err
	})
	if err != nil {
		return Follow{}, err
	}
	return f, nil
}

// pair is a member and an account that the member follows or not.
type pair struct {
	Follow         // as it is stored
	isPrivate bool // the account
	blocked   bool // one of them has blocked the other
	asked     bool // the member has asked to follow the account
}

// lockPair locks both accounts and returns what they are to each other. It returns user.ErrNotFound when the account does not
// exist or is pending, because members do not see it then, and auth.ErrUserGone when only the member's does not exist.
func lockPair(tx *gorm.DB, memberID, otherID int64) (pair, error) {
	p := pair{Follow: Follow{FollowerID: memberID, FollowingID: otherID, known: true}}
	if tx.Name() == database.MySQL { // on SQLite a transaction has locked everything
		if err := lock(tx, memberID, otherID); err != nil {
			return p, err
		}
	}
	blocked, args := Blocked(memberID, "users.id")
	query := "SELECT users.is_private, " + blocked + ", EXISTS (SELECT 1 FROM users WHERE id = ?)," +
		" EXISTS (SELECT 1 FROM follow_requests WHERE follower_id = ? AND following_id = users.id), COALESCE(f.id, 0), COALESCE(f.is_following, FALSE)" +
		" FROM users LEFT JOIN follows f ON f.follower_id = ? AND f.following_id = users.id WHERE users.id = ? AND users.status <> 'pending'"
	found, exists := false, false
	err := database.Each(tx, query, append(args, memberID, memberID, memberID, otherID), func(row database.Scanner) error {
		found = true
		return row.Scan(&p.isPrivate, &p.blocked, &exists, &p.asked, &p.ID, &p.IsFollowing)
	})
	switch {
	case err != nil:
		return p, fmt.Errorf("look how users %d and %d relate: %w", memberID, otherID, err)
	case !found:
		return p, user.ErrNotFound
	case !exists:
		return p, auth.ErrUserGone
	}
	return p, nil
}

// begin follows, or asks to, between two accounts that are locked.
func (s *Service) begin(tx *gorm.DB, p pair, allow func() error) (Follow, error) {
	switch {
	case p.blocked:
		return p.Follow, ErrBlocked
	case !p.needsConsent():
		return toggle.Turn(tx, s.toggles, p.Follow, true, allow)
	}
	p.Requested = true
	if p.asked {
		return p.Follow, nil
	}
	return p.Follow, s.request(tx, p.Follow, s.now(), allow)
}

// end unfollows, and takes a request back, between two accounts that are locked.
func (s *Service) end(tx *gorm.DB, p pair) (Follow, error) {
	if p.asked {
		if err := deleteRequest(tx, p.FollowerID, p.FollowingID); err != nil {
			return p.Follow, err
		}
	}
	return toggle.Turn(tx, s.toggles, p.Follow, false, nil)
}

// needsConsent reports whether a follow can only be requested: the account is private, and the follower does not follow it
// yet.
func (p pair) needsConsent() bool { return p.isPrivate && !p.IsFollowing }

// exists reports whether a query returns a row.
func exists(tx *gorm.DB, query string, args ...any) (found bool, err error) {
	err = database.Each(tx, query, args, func(database.Scanner) error { found = true; return nil })
	return found, err
}

// lock locks the account of a member and that of another one. It returns user.ErrNotFound when the other one does not
// exist, and auth.ErrUserGone when only the member's does not.
func lock(tx *gorm.DB, memberID, otherID int64) error {
	err := user.Lock(tx, memberID, otherID)
	if !errors.Is(err, user.ErrNotFound) {
		return err
	}
	if err := user.Lock(tx, otherID); err != nil {
		return err
	}
	return auth.ErrUserGone
}

// lockSeen is lock, which also returns user.ErrNotFound when the other account is pending, because members do not see it.
func lockSeen(tx *gorm.DB, memberID, otherID int64) error {
	if err := lock(tx, memberID, otherID); err != nil {
		return err
	}
	pending, err := exists(tx, "SELECT id FROM users WHERE id = ? AND status = 'pending'", otherID)
	if err != nil {
		return fmt.Errorf("load whether user %d is pending: %w", otherID, err)
	}
	if pending {
		return user.ErrNotFound
	}
	return nil
}

// now returns the current time in the precision of the database.
func (s *Service) now() time.Time { return database.Time(s.toggles.Clock()) }
