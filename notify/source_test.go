package notify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/notify/live"
)

func TestFailedQueryIsAnError(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me := in.user("me")
	in.fill(me, in.user("cat"), 4)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := in.s.Load(ctx, &live.Batch{UserID: me}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestFailureToLoadDelaysButLosesNothing(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	c := in.connect(me)
	for seq := range int64(8) { // the writer fails, and every second time a worker, too
		in.accounts.set(func(a *accounts) { a.actorsErr, a.actorsFail = errors.New("the database is down"), 1+int(seq%2) })
		in.send(like(me, cat, seq+1))
		c.WantSeqs(seq+1, seq+1)
	}
}

func TestMissingTableClosesNoSocket(t *testing.T) {
	t.Parallel()
	var log sockettest.Journal
	in := newInstance(t)
	other := in.another(t, func(d *notify.Deps) { d.Log = log.Logger() }) // which does not push itself
	me, cat := in.user("me"), in.user("cat")
	c := other.connect(me)
	rename := func(from, to string) {
		in.write(func(tx *gorm.DB) error { return tx.Exec("ALTER TABLE " + from + " RENAME TO " + to).Error })
	}
	rename("notification_states", "away")
	eventually(t, "a sweep fails", func() bool { return log.Count("sweeping the sockets fails") > 0 })
	rename("away", "notification_states")
	in.bus.loseAll()
	in.send(follow(me, cat))
	c.WantSeqs(1, 1)
}

// A transaction that inserts a lower seq may become visible later: the frames behind it wait.
func TestDeliveryWaitsAtAGap(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	in.fill(me, cat, 4)
	var third notify.Notification
	if err := in.DB.Reader(t.Context()).Take(&third, "seq = 3").Error; err != nil {
		t.Fatal(err)
	}
	in.write(func(tx *gorm.DB) error { return tx.Delete(&third).Error })
	c := in.connect(me, since(0))
	c.WantSeqs(1, 2)
	in.send(like(me, cat, 1)) // must not skip the gap
	in.write(func(tx *gorm.DB) error { return tx.Create(&third).Error })
	c.WantSeqs(3, 5)
}

func TestUsersShareTheQueryForTheirActors(t *testing.T) {
	t.Parallel()
	in := newInstance(t, noSweep)
	cat := in.user("cat")
	var batches []*live.Batch
	for i := range 20 {
		me := in.user(fmt.Sprintf("user %d", i))
		in.fill(me, cat, 1)
		batches = append(batches, &live.Batch{UserID: me})
	}
	if err := in.s.Load(t.Context(), batches...); err != nil {
		t.Fatal(err)
	}
	in.accounts.set(func(a *accounts) {
		if a.actorCalls != 1 {
			t.Errorf("%d queries for actors, want 1", a.actorCalls)
		}
	})
	for _, b := range batches {
		if b.Append(2, nil) == false {
			t.Errorf("the batch of user %d does not end after seq 1", b.UserID)
		}
	}
}
