package live

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestHiddenNotificationsAreSkipped(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 200)
	k.withdraw(1, 3)
	k.withdraw(50, 190)
	c := k.open(me, since(0)...)
	c.WantSeqs(4, 49)
	c.WantSeqs(191, 200)
	k.withdraw(201, 220)
	k.push(me, 21)
	c.WantSeqs(221, 221)
	if got := k.Stats(); got.Pushed+got.Replayed != 57 {
		t.Errorf("%d frames pushed and %d replayed, want 57 in all", got.Pushed, got.Replayed)
	}
}

// A delivery that began before Forget hands over nothing after it.
func TestADeliveryFromBeforeForgetHandsOverNothing(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	k.open(me)
	k.Hub.mu.Lock()
	r := k.recipients[me]
	r.busy, r.lastSeq = true, 1 // a worker has taken it
	k.Hub.mu.Unlock()
	ds, missing := k.deliveries([]*recipient{r})
	missing[0].Append(1, []byte(`{"seq":1}`))
	k.Forget(me)
	if session := k.handOver(ds[0], 1, 1, k.clock.Now()); session != nil {
		t.Error("it is handed over, want nothing")
	}
	if ds, _ = k.deliveries([]*recipient{r}); ds[0].after != 0 {
		t.Errorf("the next delivery is after %d, want 0", ds[0].after)
	}
	k.done([]*recipient{r})
}

// A slow reader gets what was loaded ahead for it, but not what was hidden meanwhile.
func TestFramesLoadedAheadAreForgotten(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(*kit){
		"by a message":     func(k *kit) { k.Forget(me) },
		"without message":  func(k *kit) { k.clock.Advance(maxAge + time.Millisecond) },
		"by both":          func(k *kit) { k.Forget(me); k.clock.Advance(maxAge + time.Millisecond) },
		"by many messages": func(k *kit) { k.Forget(me); k.Forget(me); k.Forget(cat) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := start(t, noSweep)
			k.store(me, BatchSize)
			reader := k.openUnbuffered(me, since(0)...)
			eventually(t, "its window is full", func() bool {
				k.Hub.mu.Lock()
				defer k.Hub.mu.Unlock()
				sockets := k.recipients[me].sockets
				return sockets[0].sentSeq >= window && sockets[0].room() == 0
			})
			k.Hub.mu.Lock()
			sent := k.recipients[me].sockets[0].sentSeq
			k.Hub.mu.Unlock()
			k.withdraw(sent+1, BatchSize)
			hide(k)
			k.push(me, 1)
			for want := int64(1); want <= BatchSize+1; want++ {
				if want > sent && want <= BatchSize {
					continue
				}
				if got := readSeq(t, reader); got != want {
					t.Fatalf("seq %d, want %d", got, want)
				}
			}
		})
	}
}

func readSeq(t *testing.T, conn *websocket.Conn) int64 {
	t.Helper()
	_, data, err := conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Seq int64 }
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f.Seq
}
