// Package user owns accounts: profiles, sign-in, and the sessions of signed-in devices.
//
// It guarantees that a username is unique regardless of case and Unicode form, that passwords are stored
// only as hashes and refresh tokens only as digests, that the next request of an ended session is refused,
// and that the last admin cannot be removed. Other domains attach to an account through [Lock], [AddCounts],
// [Service.OnDelete] and [Service.OnSessionsEnded]; this package imports none of them.
package user

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Gender is male or female.
type Gender string

// The values of [Gender].
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// The limits of an age, in years.
const (
	minAge = 1
	maxAge = 150
)

// maxBio is the limit of a bio, in characters.
const maxBio = 500

// User is a row of the table users. Responses are built from it; it is never sent to a client itself.
type User struct {
	ID             int64       `gorm:"primaryKey;autoIncrement;index:idx_users_age,priority:3;index:idx_users_gender,priority:3;index:idx_users_search_key,priority:2;index:idx_users_status,priority:2;index:idx_users_invited,priority:2"`
	Username       string      `gorm:"size:50;not null"`                                     // the display form, in NFC
	UsernameKey    string      `gorm:"size:255;not null;uniqueIndex:idx_users_username_key"` // see Username.Key
	PasswordHash   string      `gorm:"size:100;not null"`
	Age            int64       `gorm:"not null;index:idx_users_age,priority:1"`
	Gender         Gender      `gorm:"size:10;not null;index:idx_users_gender,priority:1"`
	Role           auth.Role   `gorm:"size:10;not null;index:idx_users_role"`
	ProfileImage   string      `gorm:"size:255;not null"` // a storage key of platform/media, or ""
	LastLogin      *time.Time  `gorm:"precision:6"`
	FollowerCount  int64       `gorm:"not null"`
	FollowingCount int64       `gorm:"not null"`
	ReviewCount    int64       `gorm:"not null"`
	RatingCount    int64       `gorm:"not null"` // films that the member rated
	WatchedCount   int64       `gorm:"not null"` // films that the member has marked watched
	DiaryVersion   int64       `gorm:"not null"` // changes with every viewing; not shown
	ListCount      int64       `gorm:"not null"` // public ones
	CreatedAt      time.Time   `gorm:"not null;precision:6"`
	UpdatedAt      time.Time   `gorm:"not null;precision:6"`
	SearchKey      string      `gorm:"size:745;not null;index:idx_users_search_key,priority:1"` // textindex.Key of Username
	Bio            string      `gorm:"size:500;not null"`                                       // what members say of themselves, "" for nothing
	IsPrivate      bool        `gorm:"not null"`                                                // followers need the member's consent
	HidesCount     int64       `gorm:"not null"`                                                // whom the member has blocked and muted; not shown
	Preferences    Preferences `gorm:"embedded"`
	Status         auth.Status `gorm:"size:10;not null;index:idx_users_status,priority:1"` // see StatusAt
	StatusReason   string      `gorm:"size:500;not null"`                                  // of a suspension
	SuspendedUntil *time.Time  `gorm:"precision:6"`                                        // nil: until it is lifted
	Application    string      `gorm:"size:500;not null"`                                  // what a member wrote to be let in
	InvitedBy      *int64      `gorm:"index:idx_users_invited,priority:1"`                 // also of an account that is deleted; nil: nobody
}

// StatusAt returns the status of the account at a time: a suspension ends by itself.
func (u User) StatusAt(now time.Time) auth.Status { return statusAt(u.Status, u.SuspendedUntil, now) }

func statusAt(stored auth.Status, until *time.Time, now time.Time) auth.Status {
	switch {
	case stored == auth.StatusPending:
		return auth.StatusPending
	case stored == auth.StatusSuspended && (until == nil || until.After(now)):
		return auth.StatusSuspended
	}
	return auth.StatusActive
}

// ShowsFactsTo reports whether a reader sees the age and the gender of the account.
func (u User) ShowsFactsTo(reader auth.Viewer) bool {
	return u.Preferences.ShowFacts || reader.Admin() || reader.UserID == u.ID
}

// The errors of this package.
var (
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such user.", "탈퇴했거나 없는 회원입니다.")
	ErrUsernameTaken = apperr.New(apperr.Conflict, "username_taken",
		"This username is already taken.", "이미 사용 중인 닉네임입니다.")
	ErrLastAdmin = apperr.New(apperr.Conflict, "last_admin",
		"This is the last admin. Make another user an admin first.",
		"마지막 관리자입니다. 먼저 다른 관리자를 지정해 주세요.")
)

// Counts holds the changes of an account's counters, each positive or negative.
type Counts struct{ Followers, Followings, Reviews, Ratings, Watched, Lists, Hides int64 }

// Lock locks the rows of the accounts until the transaction ends, in ascending order of their ids, so that
// two transactions that lock the same accounts cannot deadlock. It returns [ErrNotFound] when one of the
// accounts does not exist.
func Lock(tx *gorm.DB, ids ...int64) error {
	want := slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(want) == 0 {
		return nil
	}
	in, args := database.InList(want)
	query := "SELECT id FROM users WHERE id IN " + in
	if tx.Name() == database.MySQL {
		query += " ORDER BY id FOR UPDATE"
	}
	found := 0
	err := database.Each(tx, query, args, func(database.Scanner) error { found++; return nil })
	if err != nil {
		return fmt.Errorf("lock users %v: %w", want, err)
	}
	if found < len(want) {
		return ErrNotFound
	}
	return nil
}

// LockThen locks the accounts of members and then, by target, what one of them refers to: the order of all domains. It
// returns the error of target before auth.ErrUserGone.
func LockThen(tx *gorm.DB, target func() error, members ...int64) error {
	gone := Lock(tx, members...)
	if gone != nil && !errors.Is(gone, ErrNotFound) {
		return gone
	}
	if err := target(); err != nil {
		return err
	}
	if gone != nil {
		return auth.ErrUserGone
	}
	return nil
}

// The statements of AddCounts. The one with hides_count has all sessions looked up anew, see readsOfActive.
const (
	setCounts = `UPDATE users SET follower_count = follower_count + ?, following_count = following_count + ?,
	review_count = review_count + ?, rating_count = rating_count + ?, watched_count = watched_count + ?, list_count = list_count + ?`
	addCounts = setCounts + " WHERE id = ?"
	addHides  = setCounts + ", hides_count = hides_count + ? WHERE id = ?"
)

// AddCounts changes the counters of an account and leaves updated_at unchanged. It locks the row; call it
// before writing the rows that the counters count, or two transactions can deadlock on the foreign key. It
// returns [ErrNotFound] when the account does not exist.
func AddCounts(tx *gorm.DB, id int64, c Counts) error {
	if c == (Counts{}) {
		return nil
	}
	statement, args := addCounts, []any{c.Followers, c.Followings, c.Reviews, c.Ratings, c.Watched, c.Lists, id}
	if c.Hides != 0 {
		statement, args = addHides, append(args[:6], c.Hides, id)
	}
	changed, err := database.Affect(tx, statement, args...)
	if err != nil {
		return fmt.Errorf("change the counters of user %d: %w", id, err)
	}
	if changed == 0 {
		return ErrNotFound
	}
	return nil
}

const addFollow = `UPDATE users SET following_count = following_count + CASE id WHEN ? THEN ? ELSE 0 END,
	follower_count = follower_count + CASE id WHEN ? THEN ? ELSE 0 END WHERE id IN (?, ?)`

// AddFollow adds delta to the followings of one account and to the followers of another, as [AddCounts] does.
func AddFollow(tx *gorm.DB, followerID, followingID, delta int64) error {
	changed, err := database.Affect(tx, addFollow, followerID, delta, followingID, delta, followerID, followingID)
	if err != nil {
		return fmt.Errorf("count that user %d follows user %d: %w", followerID, followingID, err)
	}
	if changed < 2 {
		return ErrNotFound
	}
	return nil
}

// AddDiaryVersion marks that the diary of an account has changed, in the transaction of the change.
func AddDiaryVersion(tx *gorm.DB, id int64) error {
	if err := tx.Exec("UPDATE users SET diary_version = diary_version + 1 WHERE id = ?", id).Error; err != nil {
		return fmt.Errorf("change the version of the diary of user %d: %w", id, err)
	}
	return nil
}

// lockOne returns the account and locks its row until the transaction ends.
func lockOne(tx *gorm.DB, id int64) (User, error) {
	return one(database.ForUpdate(tx), "id = ?", id)
}
