package live

import (
	"testing"
	"time"
)

func TestSweepDeliversWhatAWakeUpMissed(t *testing.T) {
	t.Parallel()
	k := start(t)
	c := k.open(me)
	for seq := range int64(20) {
		k.store(me, 1)
		c.WantSeqs(seq+1, seq+1)
	}
	// The sweep counts what it has woken after waking it.
	eventually(t, "20 deliveries were healed", func() bool { return k.Stats().Healed == 20 })
}

func TestSweepThatFindsNothingHealsNothing(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 3)
	k.open(me)
	k.awaitSweeps(10)
	if got := k.Stats().Healed; got != 0 {
		t.Errorf("%d deliveries were healed", got)
	}
}

func TestSweepSendsNoQueryWithoutSockets(t *testing.T) {
	t.Parallel()
	k := start(t)
	c := k.open(me)
	k.awaitSweeps(2)
	_ = c.Conn.Close()
	eventually(t, "the socket is gone", func() bool { return k.sockets() == 0 })
	before := k.callsOf("ActiveSessions") + k.callsOf("Newest")
	<-time.After(100 * time.Millisecond)                                          // twenty sweeps
	if got := k.callsOf("ActiveSessions") + k.callsOf("Newest"); got > before+2 { // one sweep may have been in progress
		t.Errorf("%d queries without a socket", got-before)
	}
}

// Where several transactions insert at once, an id may become visible after a higher one, so the newest id
// does not tell of it. It is still found, though not by every sweep.
func TestSweepFindsANotificationThatBecomesVisibleLate(t *testing.T) {
	t.Parallel()
	k := start(t)
	mine, cats := k.open(me), k.open(cat)
	k.store(cat, 1)
	cats.WantSeqs(1, 1)
	k.awaitSweeps(10)
	k.set(func(m *memory) { m.lastSeq[me] = 1 }) // newest stays as it is
	mine.WantSeqs(1, 1)
}

func TestSweepChecksOnlyAPartOfTheUsersWhenNothingIsNew(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	for user := range int64(10) {
		k.open(user + 1)
	}
	s := &sweeper{Hub: k.Hub, newest: -1}
	for sweep, want := range []int{10, 2, 2, 2, 2, 2} {
		k.set(func(m *memory) {
			for user := range int64(10) {
				m.lastSeq[user+1]++
			}
		})
		if err := s.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(s.heads); got != want {
			t.Errorf("sweep %d checked %d users, want %d", sweep, got, want)
		}
	}
}
