package notify_test

import (
	"net/http"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// silence commits what a mute does.
func (in *instance) silence(userID, actorID int64) {
	in.t.Helper()
	in.write(func(tx *gorm.DB) error { return notify.Silence(tx, userID, actorID) })
}

func TestSilenceHidesWhatIsStored(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	mine := testkit.As(in.token(me))
	in.send(like(me, cat, 5), like(me, dog, 5), follow(me, cat), like(me, cat, 6), like(me, cat, 5), comment(me, dog, 5, 1)) // 1 to 6
	in.send(follow(cat, me), follow(dog, cat))
	in.silence(me, cat)
	in.wantGroups(me, "review_comment 1/1 [dog] seq 6", "review_like 1/1 [dog] seq 2")
	wantInbox(t, in.api.GET(t, "/notifications/inbox", mine), 2, 6, 2)
	wantInbox(t, in.api.GET(t, "/notifications/inbox?unread=true", mine), 2, 6, 2)
	wantInbox(t, in.api.GET(t, "/notifications/inbox?limit=1", mine), 2, 6)
	c := in.connect(me, since(0))
	for _, want := range []int64{2, 6} {
		if f := c.next(); f.Seq != want {
			t.Errorf("replayed seq %d, want %d", f.Seq, want)
		}
	}
	if _, err := in.s.Open(t.Context(), me, 3); err == nil {
		t.Error("a hidden notification was opened, want an error")
	}
	in.silence(me, cat) // again
	in.silence(cat+1000, me)
	in.wantState(me, 6, 2)
	in.wantGroups(cat, "follow 1/1 [me] seq 1") // the other direction, and others, keep theirs
	in.wantGroups(dog, "follow 1/1 [cat] seq 1")

	in.send(like(me, cat, 5), follow(me, cat)) // after an unmute
	in.wantGroups(me, "follow 1/1 [cat] seq 8", "review_like 2/2 [cat dog] seq 7", "review_comment 1/1 [dog] seq 6")
	if f := c.next(); f.Seq != 7 {
		t.Errorf("seq %d, want 7", f.Seq)
	}
	in.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"up_to": 8})).Want(http.StatusNoContent)
	in.wantState(me, 8, 0)
}

func TestSilenceInBothDirections(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	for range 2 {
		in.send(follow(me, cat), follow(cat, me))
		in.write(func(tx *gorm.DB) error { return notify.SilenceBoth(tx, cat, me) })
		in.wantGroups(me)
		in.wantGroups(cat)
	}
	in.wantState(me, 2, 0)
	in.wantState(cat, 2, 0)
}

// Many more frames are hidden than a batch and the window of a socket hold.
func TestHiddenFramesAreSkipped(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	in.fill(me, cat, 300)
	in.send(follow(me, dog))
	in.silence(me, cat)
	in.send(like(me, dog, 1))
	c := in.connect(me, since(0))
	c.WantSeqs(301, 302)
	in.wantGroups(me, "review_like 1/1 [dog] seq 302", "follow 1/1 [dog] seq 301")
}

// A transaction that is rolled back hides nothing.
func TestSilenceIsRolledBack(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	in.send(follow(me, cat))
	_ = in.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := notify.Silence(tx, me, cat); err != nil {
			t.Error(err)
		}
		return errAbort
	})
	in.wantGroups(me, "follow 1/1 [cat] seq 1")
	in.wantState(me, 1, 1)
	if got := len(in.bus.messages()); got != 1 {
		t.Errorf("%d messages on the bus, want the one of the follow", got)
	}
}

func TestNothingIsStoredForWhoDoesNotHear(t *testing.T) {
	t.Parallel()
	in := newInstance(t, func(d *notify.Deps) { d.Hears = "@actor <> 2 AND @type <> 'follow' AND @recipient > 0" })
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog") // 1, 2, 3
	c := in.connect(me)
	in.send(like(me, cat, 5), follow(me, dog), like(me, dog, 5), like(me, cat, 5), like(me, dog, 6), follow(dog, cat))
	c.WantSeqs(1, 2)
	in.wantGroups(me, "review_like 1/1 [dog] seq 2", "review_like 1/1 [dog] seq 1")
	in.wantState(me, 2, 2)
	in.wantGroups(dog)
	if got := in.s.Stats().Stored; got != 2 {
		t.Errorf("%d stored, want 2", got)
	}
}
