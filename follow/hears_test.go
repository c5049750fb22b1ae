package follow_test

import (
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/page"
)

// send sends events as the hooks do, in a transaction that has locked the accounts.
func (s *stage) send(t testing.TB, events ...notify.Event) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		for _, e := range events {
			if err := notify.Send(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestATypeThatIsSwitchedOffIsNotStored(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	me, cat := ids[0], ids[1]
	types := []notify.Type{
		notify.TypeFollow, notify.TypeFollowRequest, notify.TypeFollowAccepted, notify.TypeReviewLike, notify.TypeReviewComment,
		notify.TypeCommentReply, notify.TypeListLike,
	}
	for i, silenced := range []string{"", "follow", "follow_request", "review_like,follow", "list_like,review_comment,comment_reply", "follow_accepted,follow_request"} {
		s.Write(t, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE users SET silenced = ? WHERE id = ?", silenced, me).Error
		})
		off := map[notify.Type]bool{}
		for _, kind := range types {
			off[kind] = silenced == string(kind)
		}
		switch i {
		case 3:
			off[notify.TypeReviewLike], off[notify.TypeFollow] = true, true
		case 4:
			off[notify.TypeListLike], off[notify.TypeReviewComment], off[notify.TypeCommentReply] = true, true, true
		case 5:
			off[notify.TypeFollowAccepted], off[notify.TypeFollowRequest] = true, true
		}
		for _, kind := range types {
			before, _ := s.notified(t, me)
			s.send(t, notify.Event{UserID: me, Type: kind, ActorID: cat})
			after, _ := s.notified(t, me)
			if stored := after > before; stored == off[kind] {
				t.Errorf("%q are off: %s is stored: %v", silenced, kind, stored)
			}
		}
	}
	s.send(t, notify.Event{UserID: cat, Type: notify.TypeFollow, ActorID: me})
	s.wantNotified(t, cat, 1, 1) // what I switch off others still hear
	_, last, err := s.inbox.Unread(t.Context(), me)
	if all, _ := s.notified(t, me); err != nil || int64(all) != last {
		t.Errorf("the last seq is %d, %v, of %d notifications", last, err, all)
	}
}

func TestBlocksAndMutesKeepNotificationsAway(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	me, cat, dog := ids[0], ids[1], ids[2]
	want := func(mine, cats int) {
		t.Helper()
		s.send(t, event(me, cat), event(cat, me), event(me, dog), event(dog, me), event(dog, cat))
		for id, want := range map[int64]int{me: mine + 1, cat: cats, dog: 2} {
			in, err := s.inbox.Groups(t.Context(), id, true, page.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			if len(in.Rows) == 0 && want > 0 || len(in.Rows) > 0 && in.Rows[0].People != int64(want) || in.Unread != int64(want) {
				t.Errorf("member %d has %+v and %d unread, want %d", id, in.Rows, in.Unread, want)
			}
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want(1, 1)
	must(s.follows.SetMute(t.Context(), me, cat, true))
	want(0, 1)
	must(s.follows.SetMute(t.Context(), me, cat, false))
	want(1, 1)
	must(s.follows.SetBlock(t.Context(), cat, me, true))
	want(0, 0)
	must(s.follows.SetBlock(t.Context(), cat, me, false))
	want(1, 1)
	must(s.follows.SetBlock(t.Context(), me, cat, true))
	want(0, 0)
}

func event(to, by int64) notify.Event {
	return notify.Event{UserID: to, Type: notify.TypeFollowAccepted, ActorID: by}
}

// A block and a follow at the same time: whichever is first, no notification between the two is left.
func TestABlockLeavesNoNotificationOfAFollowBesideIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const rounds = 20
	ids := s.Join(t, 2*rounds)
	for i := range rounds {
		me, cat := ids[2*i], ids[2*i+1]
		var both sync.WaitGroup
		both.Go(func() {
			if err := s.follows.SetBlock(t.Context(), me, cat, true); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			_, _ = s.follows.Set(t.Context(), cat, me, true) // refused when the block is first
		})
		both.Wait()
		s.wantNotified(t, me, 0, 0)
	}
}
