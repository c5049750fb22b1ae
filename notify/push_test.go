package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
)

func TestAFrameIsTheNotification(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("고양이 🐈")
	c := st.connect(me)
	at := st.Clock.Now().In(st.Zone).Format(time.RFC3339)

	st.send(follow(me, cat))
	want := fmt.Sprintf(`{"id":1,"seq":1,"type":"follow","message":"고양이 🐈님이 팔로우 하셨습니다.",`+
		`"actor":{"id":%d,"username":"고양이 🐈","profile_image_url":null},"created_at":%q,"read_at":null}`, cat, at)
	if diff := cmp.Diff(want, string(<-c.frames)); diff != "" {
		t.Errorf("follow (-want +got):\n%s", diff)
	}
	st.send(like(me, cat, 5))
	want = fmt.Sprintf(`{"id":2,"seq":2,"type":"review_like","message":"고양이 🐈님이 내 리뷰에 좋아요를 눌렀습니다!",`+
		`"actor":{"id":%d,"username":"고양이 🐈","profile_image_url":null},"review_id":5,"created_at":%q,"read_at":null}`, cat, at)
	if diff := cmp.Diff(want, string(<-c.frames)); diff != "" {
		t.Errorf("review like (-want +got):\n%s", diff)
	}
}

func TestARollbackTellsNobody(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat, dog := st.user("me"), st.user("cat"), st.user("dog")
	c := st.connect(me)
	changedMind := errors.New("changed my mind")
	err := st.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := notify.Send(tx, follow(me, cat)); err != nil {
			return err
		}
		return changedMind
	})
	if !errors.Is(err, changedMind) {
		t.Fatalf("Tx: %v", err)
	}
	if hints := st.wire.hints(); len(hints) != 0 {
		t.Errorf("hints went out: %v", hints)
	}
	st.send(follow(me, dog))
	if f := c.next(); f.Seq != 1 || f.Actor.ID != dog {
		t.Errorf("the first frame is %+v, want seq 1 by the dog", f)
	}
	var rows int64
	if err := st.DB.Reader(t.Context()).Model(&notify.Notification{}).Count(&rows).Error; err != nil || rows != 1 {
		t.Errorf("%d rows, %v; want 1", rows, err)
	}
}

func TestNothingIsPushedBeforeTheCommit(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	err := st.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := notify.Send(tx, follow(me, cat)); err != nil {
			return err
		}
		if hints := st.wire.hints(); len(hints) != 0 {
			t.Errorf("hints within the transaction: %v", hints)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if hints := st.wire.hints(); len(hints) != 1 {
		t.Errorf("hints after it: %v, want one", hints)
	}
}

func TestOnlyTheRecipientIsTold(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	mine, cats := st.connect(me), st.connect(cat)
	st.send(follow(me, cat))
	mine.wantSeqs(1, 1)
	st.send(follow(cat, me))
	if f := cats.next(); f.Actor.ID != me {
		t.Errorf("the cat's first frame is %+v", f)
	}
}

func TestNobodyIsToldOfTheirOwnDeeds(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	st.send(like(me, me, 5), follow(me, cat))
	if f := c.next(); f.Seq != 1 || f.Actor.ID != cat {
		t.Errorf("first frame %+v, want the cat's, seq 1", f)
	}
}

// Sixteen writers at once: every socket sees 1, 2, 3, … although commits and wakes race.
func TestManyWritersAtOnceAreSeenInOrder(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	const writers, each = 16, 25
	me := st.user("me")
	var actors []int64
	for i := range writers {
		actors = append(actors, st.user(fmt.Sprintf("writer %d", i)))
	}
	clients := []*client{st.connect(me), st.connect(me), st.connect(me)}
	var all sync.WaitGroup
	for _, actor := range actors {
		all.Go(func() {
			for i := range each {
				if err := st.trySend(like(me, actor, int64(i+1))); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	for _, c := range clients {
		c.wantSeqs(1, writers*each)
	}
	all.Wait()
	st.wantState(me, writers*each, writers*each)
}

func (st *station) wantState(userID, lastSeq, unread int64) {
	st.t.Helper()
	var got notify.State
	if err := st.DB.Reader(st.t.Context()).Take(&got, "user_id = ?", userID).Error; err != nil {
		st.t.Fatal(err)
	}
	if want := (notify.State{UserID: userID, LastSeq: lastSeq, UnreadCount: unread}); got != want {
		st.t.Errorf("state %+v, want %+v", got, want)
	}
	var rows int64
	err := st.DB.Reader(st.t.Context()).Model(&notify.Notification{}).Where("user_id = ? AND read_at IS NULL", userID).Count(&rows).Error
	if err != nil || rows != unread {
		st.t.Errorf("%d unread rows, %v; the state says %d", rows, err, unread)
	}
}

func TestALostWakeIsHealedByTheSweep(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	st.wire.lose(true)
	for seq := range int64(20) {
		st.send(like(me, cat, seq+1))
		c.wantSeqs(seq+1, seq+1)
	}
	if healed := st.s.Stats().Healed; healed == 0 {
		t.Error("no sweep healed anything, so this shows nothing")
	}
}

func TestWhatIsCommittedOnOneInstanceArrivesOnAnother(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	other := st.instance(t, func(d *notify.Deps) { d.SweepInterval = time.Hour })
	me, cat := st.user("me"), st.user("cat")
	here, there := st.connect(me), other.connect(me)
	st.send(follow(me, cat), like(me, cat, 1))
	here.wantSeqs(1, 2)
	there.wantSeqs(1, 2)
}

func TestSecondTabDoesNotSilenceTheFirst(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	first, second := st.connect(me), st.connect(me)
	st.send(follow(me, cat))
	first.wantSeqs(1, 1)
	second.wantSeqs(1, 1)
	if got := st.s.Stats(); got.Sockets != 2 || got.Users != 1 || got.Stored != 1 {
		t.Errorf("stats %+v, want two sockets of one member and one notification", got)
	}
	_ = second.conn.Close()
	eventually(t, "the closed tab is forgotten", func() bool { return st.s.Stats().Sockets == 1 })
	st.send(like(me, cat, 1))
	first.wantSeqs(2, 2)
}

func TestWithoutSinceNothingOldIsSent(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 3)
	c := st.connect(me)
	st.send(like(me, cat, 1))
	c.wantSeqs(4, 4)
}

func TestSinceReplaysWhatIsNewerAndGoesLive(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ since, first int64 }{
		"everything":         {0, 1},
		"the last two":       {3, 4},
		"nothing is newer":   {5, 6},
		"more than there is": {99, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStation(t, nil)
			me, cat := st.user("me"), st.user("cat")
			st.fill(me, cat, 5)
			c := st.connect(me, since(tc.since))
			st.send(like(me, cat, 1))
			c.wantSeqs(tc.first, 6)
		})
	}
}

// Sockets come and go with since while notifications are committed: together they see each exactly once.
func TestReconnectingUnderWritesHasNoGapAndNoRepeat(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	const total = 400
	me, cat := st.user("me"), st.user("cat")
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range total {
			if err := st.trySend(like(me, cat, int64(i+1))); err != nil {
				t.Errorf("send: %v", err)
			}
		}
	})
	for seq := int64(0); seq < total; {
		c := st.connect(me, since(seq))
		upTo := min(seq+17, total)
		c.wantSeqs(seq+1, upTo)
		seq = upTo
		_ = c.conn.Close()
	}
	writer.Wait()
}

// Whatever is committed after the handshake was answered reaches the socket, without since and without
// a sweep that could make up for it.
func TestNothingIsMissedWhileConnecting(t *testing.T) {
	t.Parallel()
	st := newStation(t, func(d *notify.Deps) { d.SweepInterval = time.Hour })
	me, cat := st.user("me"), st.user("cat")
	for i := range int64(50) {
		c := st.connect(me)
		st.send(like(me, cat, i+1))
		if got := c.next().Seq; got != i+1 {
			t.Fatalf("socket %d got seq %d first", i+1, got)
		}
		_ = c.conn.Close()
	}
}

func TestReplayOfTenThousandIsCompleteAndInOrder(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 10_000)
	c := st.connect(me, since(0))
	c.wantSeqs(1, 10_000)
	st.send(like(me, cat, 1))
	c.wantSeqs(10_001, 10_001)
	if got := st.s.Stats(); got.Replayed < 10_000 || got.Slow != 0 {
		t.Errorf("stats %+v", got)
	}
}

// Each frame that is taken makes room for the next: nothing waits for the sweep.
func TestAReplayGoesOnByItself(t *testing.T) {
	t.Parallel()
	st := newStation(t, func(d *notify.Deps) { d.SweepInterval = time.Hour })
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 1_000)
	c := st.connect(me, since(0))
	c.wantSeqs(1, 1_000)
}

func TestALiveSocketDoesNotWaitForOneThatReplays(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 2_000)
	live, replaying := st.connect(me), st.connect(me, since(0))
	st.send(like(me, cat, 1))
	live.wantSeqs(2_001, 2_001)
	replaying.wantSeqs(1, 2_001)
}

// A gap is a row that is about to become visible: what comes after it has to wait.
func TestDeliveryWaitsAtAGap(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 4)
	var third notify.Notification
	if err := st.DB.Reader(t.Context()).Take(&third, "seq = 3").Error; err != nil {
		t.Fatal(err)
	}
	st.write(func(tx *gorm.DB) error { return tx.Delete(&third).Error })
	c := st.connect(me, since(0))
	c.wantSeqs(1, 2)
	st.send(like(me, cat, 1)) // wakes it, and must not carry it over the gap
	eventually(t, "the socket knows what is there", func() bool { return st.s.Behind(me)[0] == 3 })
	st.write(func(tx *gorm.DB) error { return tx.Create(&third).Error })
	c.wantSeqs(3, 5)
}

// The gap may stay for long, where a transaction does: until something changes nobody looks again.
func TestNobodyIsBusyAtAGap(t *testing.T) {
	t.Parallel()
	st := newStation(t, func(d *notify.Deps) { d.SweepInterval = time.Hour })
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 4)
	st.write(func(tx *gorm.DB) error { return tx.Delete(&notify.Notification{}, "seq = 3").Error })
	st.connect(me, since(0)).wantSeqs(1, 2)
	eventually(t, "the socket rests", func() bool { return st.s.Rests(me) })
}

func TestAQueryThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me := st.user("me")
	st.fill(me, st.user("cat"), 4)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := st.s.Load(ctx, me, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestASweepThatFindsNothingHealsNothing(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 3)
	st.connect(me)
	before := st.sweeps()
	eventually(t, "sweeps passed", func() bool { return st.sweeps() > before+10 })
	if got := st.s.Stats().Healed; got != 0 {
		t.Errorf("%d deliveries were healed", got)
	}
}

func (st *station) write(fn func(tx *gorm.DB) error) {
	st.t.Helper()
	if err := st.DB.Tx(st.t.Context(), fn); err != nil {
		st.t.Fatal(err)
	}
}

func TestAFailureDelaysButLosesNothing(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*people){
		"an error": func(p *people) { p.failed = errors.New("the database is away") },
		"a panic":  func(p *people) { p.panics = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStation(t, nil)
			me, cat := st.user("me"), st.user("cat")
			c := st.connect(me)
			for seq := range int64(8) { // more than there are workers
				st.people.set(breaks)
				st.send(like(me, cat, seq+1))
				c.wantSeqs(seq+1, seq+1)
			}
		})
	}
}

func TestAnActorWhoIsGoneHasNoName(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat, dog := st.user("me"), st.user("cat"), st.user("dog")
	st.send(follow(me, cat), like(me, dog, 5))
	st.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM users WHERE id = ?", cat).Error })
	st.people.set(func(p *people) { p.gone[dog] = true }) // between the row and the look at it
	c := st.connect(me, since(0))
	for _, want := range []string{"탈퇴한 회원님이 팔로우 하셨습니다.", "탈퇴한 회원님이 내 리뷰에 좋아요를 눌렀습니다!"} {
		if f := c.next(); f.Actor != nil || f.Message != want {
			t.Errorf("frame %+v, want no actor and %q", f, want)
		}
	}
	st.send(follow(me, st.user("hen")))
	c.wantSeqs(3, 3) // seq has no gap
}

func TestARecipientWhoIsGoneTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.send(follow(me, cat))
	st.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM users WHERE id = ?", me).Error })
	for _, model := range []any{&notify.Notification{}, &notify.State{}} {
		var rows int64
		if err := st.DB.Reader(t.Context()).Model(model).Count(&rows).Error; err != nil || rows != 0 {
			t.Errorf("%T: %d rows, %v", model, rows, err)
		}
	}
	if err := st.trySend(follow(me, cat)); !errors.Is(err, gorm.ErrForeignKeyViolated) {
		t.Errorf("Send to nobody: %v, want a violated foreign key", err)
	}
}

func TestSendNeedsTheServiceInstalled(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Tx(t.Context(), func(tx *gorm.DB) error { return notify.Send(tx, follow(1, 2)) })
	if err == nil || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("Send: %v", err)
	}
}
