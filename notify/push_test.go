package notify_test

import (
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

func TestFrameIsTheNotification(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("고양이 🐈")
	c := in.connect(me)
	at := in.Clock.Now().In(in.Zone).Format(time.RFC3339)

	in.send(follow(me, cat))
	want := fmt.Sprintf(`{"id":1,"seq":1,"type":"follow","message":"고양이 🐈님이 팔로우 하셨습니다.",`+
		`"actor":{"id":%d,"username":"고양이 🐈","profile_image_url":null},"created_at":%q,"read_at":null}`, cat, at)
	if diff := cmp.Diff(want, string(<-c.Frames)); diff != "" {
		t.Errorf("follow (-want +got):\n%s", diff)
	}
	in.send(like(me, cat, 5))
	want = fmt.Sprintf(`{"id":2,"seq":2,"type":"review_like","message":"고양이 🐈님이 내 리뷰에 좋아요를 눌렀습니다!",`+
		`"actor":{"id":%d,"username":"고양이 🐈","profile_image_url":null},"review_id":5,"created_at":%q,"read_at":null}`, cat, at)
	if diff := cmp.Diff(want, string(<-c.Frames)); diff != "" {
		t.Errorf("review like (-want +got):\n%s", diff)
	}
}

var errAbort = errors.New("abort")

func TestRollbackNotifiesNobody(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	c := in.connect(me)
	err := in.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := notify.Send(tx, follow(me, cat)); err != nil {
			return err
		}
		return errAbort
	})
	if !errors.Is(err, errAbort) {
		t.Fatalf("Tx: %v", err)
	}
	if messages := in.bus.messages(); len(messages) != 0 {
		t.Errorf("published %v", messages)
	}
	in.send(follow(me, dog))
	if f := c.next(); f.Seq != 1 || f.Actor.ID != dog {
		t.Errorf("the first frame is %+v, want seq 1 by dog", f)
	}
	var rows int64
	if err := in.DB.Reader(t.Context()).Model(&notify.Notification{}).Count(&rows).Error; err != nil || rows != 1 {
		t.Errorf("%d rows, %v; want 1", rows, err)
	}
}

func TestNothingIsPushedBeforeTheCommit(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	err := in.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := notify.Send(tx, follow(me, cat)); err != nil {
			return err
		}
		if messages := in.bus.messages(); len(messages) != 0 {
			t.Errorf("published %v within the transaction", messages)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if messages := in.bus.messages(); len(messages) != 1 {
		t.Errorf("published %v after the commit, want one message", messages)
	}
}

func TestOnlyTheRecipientIsNotified(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	mine, cats := in.connect(me), in.connect(cat)
	in.send(follow(me, cat))
	mine.WantSeqs(1, 1)
	in.send(follow(cat, me))
	if f := cats.next(); f.Actor.ID != me {
		t.Errorf("the first frame is %+v, want one by me", f)
	}
}

func TestNobodyIsNotifiedOfTheirOwnActions(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	c := in.connect(me)
	in.send(like(me, me, 5), follow(me, cat))
	if f := c.next(); f.Seq != 1 || f.Actor.ID != cat {
		t.Errorf("the first frame is %+v, want seq 1 by cat", f)
	}
}

// Every socket gets the seqs 1, 2, 3, … although commits and wake-ups race.
func TestConcurrentWritersAreSeenInOrder(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	const writers, each = 16, 25
	me := in.user("me")
	var actors []int64
	for i := range writers {
		actors = append(actors, in.user(fmt.Sprintf("writer %d", i)))
	}
	clients := []client{in.connect(me), in.connect(me), in.connect(me)}
	var all sync.WaitGroup
	for _, actor := range actors {
		all.Go(func() {
			for i := range each {
				if err := in.trySend(like(me, actor, int64(i+1))); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	for _, c := range clients {
		c.WantSeqs(1, writers*each)
	}
	all.Wait()
	in.wantState(me, writers*each, writers*each)
}

// Sockets that reconnect with since while notifications are committed get each of them exactly once.
func TestReconnectingUnderWritesHasNoGapAndNoDuplicate(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	const total = 400
	me, cat := in.user("me"), in.user("cat")
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range total {
			if err := in.trySend(like(me, cat, int64(i+1))); err != nil {
				t.Errorf("send: %v", err)
			}
		}
	})
	for seq := int64(0); seq < total; {
		c := in.connect(me, since(seq))
		upTo := min(seq+17, total)
		c.WantSeqs(seq+1, upTo)
		seq = upTo
		_ = c.Conn.Close()
	}
	writer.Wait()
}

// A notification that is committed after the handshake reaches the socket, without since and without a sweep.
func TestNothingIsMissedWhileConnecting(t *testing.T) {
	t.Parallel()
	in := newInstance(t, noSweep)
	me, cat := in.user("me"), in.user("cat")
	for i := range int64(50) {
		c := in.connect(me)
		in.send(like(me, cat, i+1))
		if got := c.next().Seq; got != i+1 {
			t.Fatalf("socket %d got seq %d first", i+1, got)
		}
		_ = c.Conn.Close()
	}
}

func TestDeletedActorHasNoName(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	in.send(follow(me, cat), like(me, dog, 5))
	in.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM users WHERE id = ?", cat).Error })
	in.accounts.set(func(a *accounts) { a.deleted[dog] = true }) // after the row was read
	c := in.connect(me, since(0))
	for _, want := range []string{"탈퇴한 회원님이 팔로우 하셨습니다.", "탈퇴한 회원님이 내 리뷰에 좋아요를 눌렀습니다!"} {
		if f := c.next(); f.Actor != nil || f.Message != want {
			t.Errorf("frame %+v, want no actor and %q", f, want)
		}
	}
	in.send(follow(me, in.user("hen")))
	c.WantSeqs(3, 3) // seq has no gap
}

func TestDeletingTheRecipientDeletesTheirNotifications(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	in.send(follow(me, cat))
	in.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM users WHERE id = ?", me).Error })
	for _, model := range []any{&notify.Notification{}, &notify.State{}} {
		var rows int64
		if err := in.DB.Reader(t.Context()).Model(model).Count(&rows).Error; err != nil || rows != 0 {
			t.Errorf("%T: %d rows, %v", model, rows, err)
		}
	}
	if err := in.trySend(follow(me, cat)); !errors.Is(err, gorm.ErrForeignKeyViolated) {
		t.Errorf("Send to a deleted user: %v, want %v", err, gorm.ErrForeignKeyViolated)
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
