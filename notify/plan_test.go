package notify_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// TestInboxAndReplayReadAlongTheirIndex looks at a member who has read nearly everything: walking back
// from the newest in search of what is unread would take long.
func TestInboxAndReplayReadAlongTheirIndex(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	by := st.user("by")
	to := st.user("to")
	st.fill(to, by, 5000)
	for i := range 5 {
		st.fill(st.user(fmt.Sprint("other", i)), by, 200)
	}
	read := func(tx *gorm.DB) error {
		return tx.Model(&notify.Notification{}).Where("seq % 200 > 0").UpdateColumn("read_at", database.Time(st.Clock.Now())).Error
	}
	if err := st.DB.Tx(t.Context(), read); err != nil {
		t.Fatalf("mark as read: %v", err)
	}
	testkit.Analyze(t, st.DB, "notifications", "notification_states")
	for _, after := range []*page.Key{nil, {Num: 4500, ID: 1}} {
		for unread, index := range map[bool]string{false: "idx_notifications_user_seq", true: "idx_notifications_unread"} {
			testkit.WantIndexed(t, st.DB, index, func() {
				if _, err := st.s.Inbox(t.Context(), to, unread, page.Page{Limit: 5, After: after}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	testkit.WantIndexed(t, st.DB, "idx_notifications_user_seq", func() {
		if err := st.s.Load(t.Context(), to, 100); err != nil {
			t.Error(err)
		}
	})
}
