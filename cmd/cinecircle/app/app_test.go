package app_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
)

// TestNotificationsAreDeletedBeforeTheirAccount holds that the purge of notifications is wired: the foreign keys would hide
// that it is not.
func TestNotificationsAreDeletedBeforeTheirAccount(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	gone, friend := apptest.Member(t, a, "gone", auth.RoleMember), apptest.Member(t, a, "friend", auth.RoleMember)
	for _, pair := range [][2]int64{{gone.ID, friend.ID}, {friend.ID, gone.ID}} {
		if _, err := a.Follows.Set(t.Context(), pair[0], pair[1], true); err != nil {
			t.Fatal(err)
		}
	}
	left := int64(-1)
	a.Users.OnDelete(func(tx *gorm.DB, userID int64) error {
		return tx.Model(&notify.Notification{}).Where("user_id = ? OR actor_id = ?", userID, userID).Count(&left).Error
	})
	if err := a.Users.Delete(t.Context(), gone.ID); err != nil || left != 0 {
		t.Errorf("%d are left, %v", left, err)
	}
}

func TestDeletingAnAccountCorrectsTheCountersOfOthers(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	gone, friend := apptest.Member(t, a, "gone", auth.RoleMember), apptest.Member(t, a, "friend", auth.RoleMember)
	film := apptest.Film(t, a, 0)
	written, err := a.Reviews.Create(t.Context(), review.Draft{UserID: gone.ID, MovieID: film, Title: "t", Content: "c"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Reactions.React(t.Context(), gone.ID, film, "like"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Follows.Set(t.Context(), gone.ID, friend.ID, true); err != nil {
		t.Fatal(err)
	}
	if err := a.Users.Delete(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	m, err := a.Movies.Get(t.Context(), film)
	if err != nil || m.ReviewCount != 0 || m.LikeCount != 0 {
		t.Errorf("the film of review %d has %d reviews and %d likes, %v", written.ID, m.ReviewCount, m.LikeCount, err)
	}
	u, err := a.Users.Get(t.Context(), friend.ID)
	if err != nil || u.FollowerCount != 0 {
		t.Errorf("the friend has %d followers, %v", u.FollowerCount, err)
	}
}
