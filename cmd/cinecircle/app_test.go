package main

import (
	"log/slog"
	"path/filepath"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// testConfig is the default configuration on a database of the test's own, fast and without limits.
func testConfig(t testing.TB) Config {
	t.Helper()
	c := defaults()
	fresh := testkit.Fresh(t)
	c.Database.Driver, c.Database.DSN = fresh.Driver, maskedText(fresh.DSN)
	c.Media.Dir = filepath.Join(t.TempDir(), "media")
	c.Auth.Secret = "a secret of the tests, 32 bytes or more"
	c.Auth.BcryptCost = 4
	c.Limits.Enabled = false
	return c
}

// newTestApp returns the whole program in this process, migrated, not listening.
func newTestApp(t testing.TB) *app {
	t.Helper()
	return newAppWith(t, testConfig(t))
}

// newAppWith is newTestApp with a configuration of its own.
func newAppWith(t testing.TB, c Config) *app {
	t.Helper()
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := a.db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestNotificationsGoBeforeTheRowOfTheirAccount holds that the purge of notifications is wired: the foreign keys would hide
// that it is not.
func TestNotificationsGoBeforeTheRowOfTheirAccount(t *testing.T) {
	t.Parallel()
	a := newTestApp(t)
	gone, friend := member(t, a, "gone", auth.RoleMember), member(t, a, "friend", auth.RoleMember)
	for _, pair := range [][2]int64{{gone.ID, friend.ID}, {friend.ID, gone.ID}} {
		if _, err := a.follows.Set(t.Context(), pair[0], pair[1], true); err != nil {
			t.Fatal(err)
		}
	}
	left := int64(-1)
	a.users.OnDelete(func(tx *gorm.DB, userID int64) error {
		return tx.Model(&notify.Notification{}).Where("user_id = ? OR actor_id = ?", userID, userID).Count(&left).Error
	})
	if err := a.users.Delete(t.Context(), gone.ID); err != nil || left != 0 {
		t.Errorf("%d are left, %v", left, err)
	}
}
