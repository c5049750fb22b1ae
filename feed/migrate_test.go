package feed_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// TestWhatMembersDidBeforeThereWereActivitiesIsBackfilled migrates a database of the version before activities.
func TestWhatMembersDidBeforeThereWereActivitiesIsBackfilled(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, a, b, c := s.Join(t, 2), s.film(t), s.film(t), s.film(t)
	me, other := ids[0], ids[1]
	next := func() { s.Clock.Advance(time.Minute) }
	s.list(t, other, false)
	s.rate(t, me, a, 7)
	next()
	s.write(t, me, a, 0, false)
	next()
	s.log(t, other, b, new(stars.Stars(5)))
	next()
	s.write(t, other, a, 9, false)
	next()
	s.rate(t, other, c, 2)
	next()
	s.list(t, me, true)
	next()
	s.log(t, me, c, nil)
	wanted := s.recorded(t)
	for {
		step, err := s.DB.MigrateDown(t.Context())
		if err != nil || step == nil {
			t.Fatalf("migrate down: %v, %v", step, err)
		}
		if step.Version == 27 {
			break
		}
	}
	if _, err := s.DB.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, "backfilled", wanted, s.recorded(t))
	var rows []activity.Activity
	s.Write(t, func(tx *gorm.DB) error { return tx.Order("id").Find(&rows).Error })
	if at := database.Time(s.Clock.Now()); !rows[len(rows)-1].CreatedAt.Equal(at) {
		t.Errorf("the last one is of %s, want %s", rows[len(rows)-1].CreatedAt, at)
	}
}
