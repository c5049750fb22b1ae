// Package user owns accounts: who somebody is, how they sign in, and which devices are signed in.
//
// It promises that a username is unique whatever its case or Unicode form, that a password is
// stored only as a hash and a refresh token only as a digest, that a session which ended is refused
// on the next request, and that at least one admin stays once there was one. Other domains hang on to an account through
// [Lock], [AddCounts], [Service.OnDelete] and [Service.OnSessionsEnded]; this package knows none of them.
package user

import (
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

// The genders.
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// The ages that an account may have, in years.
const (
	MinAge = 1
	MaxAge = 150
)

// User is an account as it is stored. It is never sent to a client as it is.
type User struct {
	ID             int64      `gorm:"primaryKey;autoIncrement;index:idx_users_age,priority:2;index:idx_users_gender,priority:2"`
	Username       string     `gorm:"size:50;not null"`                                     // as it is shown, in NFC
	UsernameKey    string     `gorm:"size:255;not null;uniqueIndex:idx_users_username_key"` // see Username.Key
	PasswordHash   string     `gorm:"size:100;not null"`
	Age            int64      `gorm:"not null;index:idx_users_age,priority:1"`
	Gender         Gender     `gorm:"size:10;not null;index:idx_users_gender,priority:1"`
	Role           auth.Role  `gorm:"size:10;not null;index:idx_users_role"`
	ProfileImage   string     `gorm:"size:255;not null"` // a key of the media store, "" for none
	LastLogin      *time.Time `gorm:"precision:6"`
	FollowerCount  int64      `gorm:"not null"`
	FollowingCount int64      `gorm:"not null"`
	ReviewCount    int64      `gorm:"not null"`
	CreatedAt      time.Time  `gorm:"not null;precision:6"`
	UpdatedAt      time.Time  `gorm:"not null;precision:6"`
}

// The errors of accounts.
var (
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such user.", "해당 사용자를 찾을 수 없습니다.")
	ErrUsernameTaken = apperr.New(apperr.Conflict, "username_taken",
		"This username is already taken.", "이미 사용 중인 사용자 이름입니다.")
	ErrLastAdmin = apperr.New(apperr.Conflict, "last_admin",
		"The last admin has to stay. Make somebody else an admin first.",
		"마지막 관리자입니다. 먼저 다른 관리자를 지정해 주세요.")
)

// Counts is by how much the counters of an account change.
type Counts struct{ Followers, Followings, Reviews int64 }

// Lock holds the rows of the accounts until the transaction ends. They are locked in the order of
// their ids, so that two transactions over the same accounts cannot deadlock. It returns
// [ErrNotFound] when one of them does not exist.
func Lock(tx *gorm.DB, ids ...int64) error {
	want := slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(want) == 0 {
		return nil
	}
	var found []int64
	err := database.ForUpdate(tx).Model(&User{}).Where("id IN ?", want).Order("id").Pluck("id", &found).Error
	if err != nil {
		return fmt.Errorf("lock users %v: %w", want, err)
	}
	if len(found) < len(want) {
		return ErrNotFound
	}
	return nil
}

const addCounts = `UPDATE users SET follower_count = follower_count + ?, following_count = following_count + ?,
	review_count = review_count + ? WHERE id = ?`

// AddCounts changes the counters of an account and nothing else of it, updated_at included. It
// locks the row, so it comes before the rows that are counted are written. It returns [ErrNotFound]
// when there is no such account.
func AddCounts(tx *gorm.DB, id int64, c Counts) error {
	if c == (Counts{}) {
		return nil
	}
	done := tx.Exec(addCounts, c.Followers, c.Followings, c.Reviews, id)
	if done.Error != nil {
		return fmt.Errorf("count for user %d: %w", id, done.Error)
	}
	if done.RowsAffected == 0 {
		return ErrNotFound
	}
	return nil
}

// lockOne returns the account and holds its row until the transaction ends.
func lockOne(tx *gorm.DB, id int64) (User, error) {
	return one(database.ForUpdate(tx), "id = ?", id)
}
