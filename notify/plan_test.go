package notify_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/notify/live"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// The user has read nearly everything: scanning back from the newest for unread rows would be slow.
func TestInboxAndReplayUseTheirIndex(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	by := in.user("by")
	to := in.user("to")
	in.fill(to, by, 5000)
	for i := range 5 {
		in.fill(in.user(fmt.Sprint("other", i)), by, 200)
	}
	read := func(tx *gorm.DB) error {
		return tx.Model(&notify.Notification{}).Where("seq % 200 > 0").UpdateColumn("read_at", database.Time(in.Clock.Now())).Error
	}
	if err := in.DB.Tx(t.Context(), read); err != nil {
		t.Fatalf("mark as read: %v", err)
	}
	testkit.Analyze(t, in.DB, "notifications", "notification_states")
	for _, after := range []*page.Key{nil, {Num: 4500, ID: 1}} {
		for unread, index := range map[bool]string{false: "idx_notifications_user_seq", true: "idx_notifications_unread"} {
			testkit.WantIndexed(t, in.DB, index, func() {
				if _, err := in.s.Inbox(t.Context(), to, unread, page.Page{Limit: 5, After: after}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	testkit.WantIndexed(t, in.DB, "idx_notifications_user_seq", func() {
		if err := in.s.Load(t.Context(), &live.Batch{UserID: to, After: 100}); err != nil {
			t.Error(err)
		}
	})
}
