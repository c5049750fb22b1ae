package user_test

import (
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// TestEveryAccountListUsesAnIndex checks the query plans of a first and of a later page.
func TestEveryAccountListUsesAnIndex(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	if k.DB.Driver() == database.MySQL { // its planner ignores indexes of small tables
		k.addAccounts(t, 2000)
	} else {
		k.addAccounts(t, 200)
	}
	lists := map[string]struct {
		filter user.Filter
		index  string
	}{
		"all":                 {user.Filter{}, testkit.PrimaryKey},
		"by name":             {user.Filter{Username: new("member7")}, "idx_users_username_key"},
		"by a part of a name": {user.Filter{Part: new("ember7")}, testkit.PrimaryKey},
		"by age":              {user.Filter{Age: new(int64(7))}, "idx_users_age"},
		"by gender":           {user.Filter{Gender: new(user.Female)}, "idx_users_gender"},
		"by age and gender":   {user.Filter{Age: new(int64(7)), Gender: new(user.Female)}, "idx_users_age"},
	}
	for name, list := range lists {
		for _, after := range []*page.Key{nil, {ID: 5}} {
			t.Run(fmt.Sprintf("%s, later: %t", name, after != nil), func(t *testing.T) {
				testkit.WantIndexed(t, k.DB, list.index, func() {
					if _, _, err := k.users.Search(t.Context(), auth.Viewer{}, list.filter, page.Page{Limit: 5, After: after}); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

func TestSessionQueriesUseAnIndex(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.addAccounts(t, 200)
	for _, after := range []*page.Key{nil, {ID: 500}} {
		testkit.WantIndexed(t, k.DB, "idx_sessions_user", func() {
			if _, _, err := k.users.Sessions(t.Context(), 7, page.Page{Limit: 5, After: after}); err != nil {
				t.Error(err)
			}
		})
	}
	testkit.WantIndexed(t, k.DB, testkit.PrimaryKey, func() {
		if _, err := k.users.ActiveSessions(t.Context(), []int64{3, 5, 7}); err != nil {
			t.Error(err)
		}
	})
}

// addAccounts adds n accounts with ten sessions each.
func (k *kit) addAccounts(t *testing.T, n int) {
	t.Helper()
	now := database.Time(k.Clock.Now())
	members, devices := make([]user.User, n), make([]user.Session, 0, 10*n)
	for i := range members {
		id, name := int64(i+1), fmt.Sprintf("member%d", i)
		members[i] = user.User{
			ID: id, Username: name, UsernameKey: name, Age: int64(1 + i%90), Gender: []user.Gender{user.Female, user.Male}[i%2],
			Role: auth.RoleMember, CreatedAt: now, UpdatedAt: now, Preferences: user.DefaultPreferences(),
		}
		for range 10 {
			devices = append(devices, user.Session{UserID: id, RotatedAt: now, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(time.Hour)})
		}
	}
	fill := func(tx *gorm.DB) error {
		if err := tx.CreateInBatches(&members, 500).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(&devices, 500).Error
	}
	if err := k.DB.Tx(t.Context(), fill); err != nil {
		t.Fatalf("fill: %v", err)
	}
	if err := user.IndexAll(t.Context(), k.DB); err != nil {
		t.Fatalf("fill: %v", err)
	}
	testkit.Analyze(t, k.DB, "users", "sessions")
}
