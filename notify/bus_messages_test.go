package notify_test

import (
	"testing"
)

func TestCommitOnOneInstanceArrivesOnAnother(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	other := in.another(t, noSweep)
	me, cat := in.user("me"), in.user("cat")
	here, there := in.connect(me), other.connect(me)
	in.send(follow(me, cat), like(me, cat, 1))
	here.WantSeqs(1, 2)
	there.WantSeqs(1, 2)
}

func TestLostWakeIsHealedByTheSweep(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	other := in.another(t)
	me, cat := in.user("me"), in.user("cat")
	here, there := in.connect(me), other.connect(me)
	in.bus.loseAll()
	for seq := range int64(20) {
		in.send(like(me, cat, seq+1))
		here.WantSeqs(seq+1, seq+1)
		there.WantSeqs(seq+1, seq+1)
	}
	if healed := other.s.Stats().Healed; healed == 0 {
		t.Error("no sweep healed anything, so this shows nothing")
	}
}

func TestCloseSessionsReachesAllInstances(t *testing.T) {
	t.Parallel()
	in := newInstance(t, noSweep)
	other := in.another(t, noSweep)
	me, cat := in.user("me"), in.user("cat")
	phone := func(in *instance) client { return in.open(bearer(in.tokenOf(me, 71))) }
	laptop := func(in *instance) client { return in.open(bearer(in.tokenOf(me, 72))) }
	phoneHere, phoneThere, laptopHere, laptopThere, cats := phone(in), phone(other), laptop(in), laptop(other), in.connect(cat)

	in.s.CloseSessions(me, []int64{71})
	phoneHere.WantEnd(4003, "Session ended")
	phoneThere.WantEnd(4003, "Session ended")
	in.s.CloseSessions(me, []int64{}) // closes none
	in.send(follow(me, cat))
	laptopHere.WantSeqs(1, 1)
	laptopThere.WantSeqs(1, 1)

	other.s.CloseSessions(me, nil) // closes all
	laptopHere.WantEnd(4003, "Session ended")
	laptopThere.WantEnd(4003, "Session ended")
	in.send(follow(cat, me))
	cats.WantSeqs(1, 1)
}

func TestSessionThatEndedInTheDatabaseIsClosed(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	c := in.connect(in.user("me"))
	in.accounts.set(func(a *accounts) { a.ended[10] = true })
	c.WantEnd(4003, "Session ended")
}

func TestUndecodableMessagesAreIgnored(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	c := in.connect(me)
	for _, payload := range []string{"", "nonsense", `{"u":"x"}`, `[]`, `{}`, `{"u":-1,"s":5}`} {
		in.bus.Publish("notify.wake", payload)
		in.bus.Publish("notify.end", payload)
	}
	in.send(follow(me, cat))
	c.WantSeqs(1, 1)
}
