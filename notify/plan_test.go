package notify_test

import (
	"errors"
	"fmt"
	"slices"
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

// One of the groups is larger than all others together. Its actors and its newest notification must not cost more for that.
func TestGroupsUseTheirIndexes(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	by, to := in.user("by"), in.user("to")
	in.fill(to, by, 3000)
	for i := range 5 {
		in.fill(in.user(fmt.Sprint("other", i)), by, 200)
	}
	grow := func(tx *gorm.DB) error {
		return tx.Model(&notify.Notification{}).Where("user_id = ? AND seq <= 2000", to).UpdateColumn("target_id", 1).Error
	}
	read := func(tx *gorm.DB) error {
		return tx.Model(&notify.Group{}).Where("target_id % 200 > 0").UpdateColumns(map[string]any{"unread": 0, "is_unread": false}).Error
	}
	if err := in.DB.Tx(t.Context(), func(tx *gorm.DB) error { return errors.Join(grow(tx), read(tx)) }); err != nil {
		t.Fatal(err)
	}
	testkit.Analyze(t, in.DB, "notifications", "notification_states", "notification_groups")
	for _, after := range []*page.Key{nil, {Num: 2900, ID: 1}} {
		for unread, index := range map[bool]string{false: "idx_notification_groups_last", true: "idx_notification_groups_unread"} {
			for _, index := range []string{index, "idx_notifications_user_seq", "idx_notifications_group"} {
				testkit.WantIndexed(t, in.DB, index, func() {
					if _, err := in.s.Groups(t.Context(), to, unread, page.Page{Limit: 5, After: after}); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

// A like of the most liked review must not read the likes of all others.
func TestAnEarlierNotificationIsFoundByItsActor(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	if in.DB.Driver() != database.SQLite {
		t.Skip("MySQL has statistics to choose by")
	}
	statement, args := in.s.Numbering(notify.Event{UserID: in.user("to"), ActorID: in.user("by"), Type: notify.TypeReviewLike, ReviewID: new(int64(1))})
	var steps []testkit.Step
	err := in.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Raw("EXPLAIN QUERY PLAN "+statement, args...).Scan(&steps).Error })
	if err != nil {
		t.Fatal(err)
	}
	const search = "SEARCH e USING INDEX idx_notifications_actor (actor_id=? AND user_id=? AND type=? AND target_id=?)"
	if !slices.ContainsFunc(steps, func(s testkit.Step) bool { return s.Detail == search }) {
		t.Errorf("the plan is %+v, want %s in it", steps, search)
	}
}
