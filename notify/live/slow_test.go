package live

import (
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
)

// A reader that takes nothing for ten seconds is disconnected. Other sockets of the same user are not
// affected, and it catches up with since.
func TestStalledReaderIsClosedAndCatchesUp(t *testing.T) {
	t.Parallel()
	k := start(t)
	stuck, healthy := k.openUnbuffered(me), k.open(me)
	k.push(me, 1)
	healthy.WantSeqs(1, 1)
	k.clock.Advance(stallLimit - time.Second)
	k.push(me, 1)
	healthy.WantSeqs(2, 2)
	k.awaitSweeps(2)
	if got := k.Stats(); got.Slow != 0 || got.Sockets != 2 {
		t.Fatalf("closed too early: %+v", got)
	}
	k.clock.Advance(time.Second)
	eventually(t, "the stalled socket is gone", func() bool { return k.sockets() == 1 })
	if got := k.Stats().Slow; got != 1 {
		t.Errorf("%d slow readers, want 1", got)
	}
	_ = stuck.Close()
	k.push(me, 1)
	healthy.WantSeqs(3, 3)
	k.open(me, since(0)...).WantSeqs(1, 3)
}

// A reader that is more than 256 frames behind is closed sooner, with a close frame if it reads again.
func TestLaggingReaderIsClosedAfterAGrace(t *testing.T) {
	t.Parallel()
	k := start(t)
	stuck, healthy := k.openUnbuffered(me), k.open(me)
	k.push(me, maxBehind)
	healthy.WantSeqs(1, maxBehind)
	k.awaitSweeps(2)
	k.clock.Advance(lagGrace) // 256 are not too many
	k.awaitSweeps(2)
	if got := k.Stats(); got.Slow != 0 || got.Sockets != 2 {
		t.Fatalf("closed too early: %+v", got)
	}

	k.push(me, 1)
	healthy.WantSeqs(maxBehind+1, maxBehind+1)
	k.awaitSweeps(2)
	if got := k.Stats().Slow; got != 0 {
		t.Fatal("closed without a grace")
	}
	k.clock.Advance(lagGrace)
	eventually(t, "it is closed", func() bool { return k.Stats().Slow == 1 })
	var err error
	for err == nil { // frames that were written before the close frame
		_, _, err = stuck.ReadMessage()
	}
	sockettest.WantClose(t, err, 4008, "Too slow, come again with since")
}

// A long replay may be far behind, as long as its reader takes frames.
func TestReplayIsNotSlow(t *testing.T) {
	t.Parallel()
	k := start(t)
	const total = 3 * maxBehind
	k.store(me, total)
	reader := k.openUnbuffered(me, since(0)...)
	for seq := range total {
		k.clock.Advance(100 * time.Millisecond) // 77 seconds in all
		if seq%64 == 0 {
			k.awaitSweeps(1)
		}
		if _, _, err := reader.ReadMessage(); err != nil {
			t.Fatalf("frame %d: %v", seq+1, err)
		}
	}
	if got := k.Stats(); got.Slow != 0 || got.Replayed != total {
		t.Errorf("stats %+v", got)
	}
}

// However many frames a socket lacks, at most a window of them waits in memory.
func TestOnlyAWindowIsHandedToASocket(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 1_000)
	reader := k.openUnbuffered(me, since(0)...)
	eventually(t, "the window is full", func() bool { return k.Stats().Replayed >= window })
	k.awaitSweeps(3)
	if got := k.Stats().Replayed; got != window {
		t.Errorf("%d frames were handed over, want %d", got, window)
	}
	if got := k.behind(me); len(got) != 1 || got[0] != 1_000 {
		t.Errorf("behind %v, want 1000", got)
	}
	for range 1_000 {
		if _, _, err := reader.ReadMessage(); err != nil {
			t.Fatal(err)
		}
	}
}
