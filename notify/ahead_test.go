package notify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
)

// deaf makes an instance without messages and sweeps: only what the writer pushes itself arrives.
func deaf(t *testing.T) *instance {
	t.Helper()
	in := newInstance(t, noSweep)
	in.bus.loseAll()
	return in
}

// What the writer pushes is what a worker would have loaded, byte for byte.
func TestPushedFramesAreTheOnesThatAReplayHas(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"", "en"} {
		in := deaf(t)
		me, cat, gone := in.user("me"), in.user("고양이 🐈"), in.user("gone")
		in.accounts.set(func(a *accounts) { a.languages, a.deleted[gone] = map[int64]string{me: language}, true })
		id := int64(8)
		list, report, done := event(notify.TypeListLike, me, cat), told(me, notify.TypeReport, "", ""), told(me, notify.TypeImportDone, "", "120개 ")
		list.ListID, report.ReportID, done.ImportID = &id, &id, &id
		events := []notify.Event{
			follow(me, cat), like(me, cat, 5), like(me, cat, 5), comment(me, cat, 5, 1), reply(me, cat, 5, 2, 1), list, report, done,
			event(notify.TypeFollowRequest, me, cat), event(notify.TypeFollowAccepted, me, cat),
			about(told(me, notify.TypeModeration, "hide", " <욕설> & \n"), "comment", 5), told(me, notify.TypeAccount, "role", ""),
			like(me, gone, 6),
		}
		c := in.connect(me)
		var pushed, replayed []string
		for _, e := range events {
			in.send(e)
			pushed = append(pushed, string(<-c.Frames))
		}
		in.write(func(tx *gorm.DB) error { return tx.Exec("UPDATE notifications SET read_at = NULL").Error }) // of the first like
		again := in.connect(me, since(0))
		for range events {
			replayed = append(replayed, string(<-again.Frames))
		}
		if diff := cmp.Diff(replayed, pushed); diff != "" {
			t.Errorf("%q: pushed frames (-replayed +pushed):\n%s", language, diff)
		}
	}
}

func TestSeveralNotificationsOfATransactionArePushed(t *testing.T) {
	t.Parallel()
	in := deaf(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	mine, cats := in.connect(me), in.connect(cat)
	in.send(follow(me, cat), follow(cat, me), like(me, dog, 5), follow(cat, dog), like(me, cat, 5))
	mine.WantSeqs(1, 3)
	cats.WantSeqs(1, 2)
}

// What the same transaction changes after Send is what sockets get.
func TestChangesWithinTheTransactionAreInTheFrame(t *testing.T) {
	t.Parallel()
	in := newInstance(t, noSweep)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	c := in.connect(me)
	then := func(e notify.Event, change func(tx *gorm.DB) error) {
		t.Helper()
		in.write(func(tx *gorm.DB) error {
			if err := notify.Send(tx, e); err != nil {
				return err
			}
			return change(tx)
		})
	}
	then(like(me, dog, 5), func(tx *gorm.DB) error { return in.s.ReplaceReview(tx, me, 5, 6) })
	if f := c.next(); f.Seq != 1 || *f.ReviewID != 6 {
		t.Errorf("frame %+v, want seq 1 about review 6", f)
	}
	then(about(told(me, notify.TypeModeration, "hide", ""), "movie", 3), func(tx *gorm.DB) error { return in.s.MergeMovies(tx, 3, 4) })
	if f := c.next(); f.Seq != 2 || *f.MovieID != 4 {
		t.Errorf("frame %+v, want seq 2 about film 4", f)
	}
	then(follow(me, cat), func(tx *gorm.DB) error { return notify.SilenceBoth(tx, me, cat) })
	in.send(follow(me, dog))
	c.WantSeqs(4, 4)
}

// A mute that is answered keeps back what was committed before it and not pushed yet.
func TestAMuteOvertakesThePush(t *testing.T) {
	t.Parallel()
	in := newInstance(t, mutesOnly, noSweep)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	c := in.connect(me)
	muted := false
	in.bus.before = func(topic string) { // the first notification is pushed, the second is not yet
		if topic == "notify.wake" && !muted {
			muted = true
			if err := in.mute(me, cat); err != nil {
				t.Error(err)
			}
		}
	}
	in.send(follow(me, dog), follow(me, cat))
	c.WantSeqs(1, 1)
	in.send(like(me, dog, 5))
	c.WantSeqs(3, 3)
}
