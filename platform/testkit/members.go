package testkit

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Write runs fn in a transaction and fails the test when it returns an error.
func (k *Kit) Write(t testing.TB, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := k.DB.Tx(t.Context(), fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// As sends a request as a member. The guard of the API must accept session 1 of the member; see [Kit.Accounts].
func (k *Kit) As(t testing.TB, userID int64) Option {
	t.Helper()
	token, _, err := k.Tokens.Access(userID, 1)
	if err != nil {
		t.Fatalf("make a token: %v", err)
	}
	return As(token)
}

// member is a row of users with what every account has.
type member struct {
	ID                                         int64
	Username, UsernameKey, PasswordHash        string
	Gender, Role, ProfileImage                 string
	Age                                        int64
	FollowerCount, FollowingCount, ReviewCount int64
	CreatedAt, UpdatedAt                       time.Time
}

// TableName implements gorm's schema.Tabler.
func (member) TableName() string { return "users" }

// Join adds n members, who cannot log in, and returns their ids.
func (k *Kit) Join(t testing.TB, n int) []int64 {
	t.Helper()
	ids, rows, now := make([]int64, n), make([]member, n), database.Time(k.Clock.Now())
	k.Write(t, func(tx *gorm.DB) error {
		var last int64
		if err := tx.Raw("SELECT COALESCE(MAX(id), 0) FROM users").Scan(&last).Error; err != nil {
			return err
		}
		for i := range rows {
			ids[i] = last + int64(i) + 1
			name := fmt.Sprintf("회원%d", ids[i])
			rows[i] = member{
				ID: ids[i], Username: name, UsernameKey: name, Age: 20, Gender: "female", Role: string(auth.RoleMember),
				CreatedAt: now, UpdatedAt: now,
			}
		}
		return tx.CreateInBatches(&rows, 500).Error
	})
	return ids
}

// Accounts returns sessions in which every account of the database is signed in.
func (k *Kit) Accounts() auth.Sessions { return accounts{k.DB} }

type accounts struct{ db *database.DB }

// Active implements [auth.Sessions].
func (a accounts) Active(ctx context.Context, userID, _ int64) (account auth.Account, err error) {
	row := a.db.Row(ctx, "SELECT role, spoilers, hides_count > 0 FROM users WHERE id = ?", userID)
	if err := row.Scan(&account.Role, &account.Spoilers, &account.Hides); err != nil {
		return auth.Account{}, auth.ErrUserGone
	}
	return account, nil
}
