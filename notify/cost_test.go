package notify_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
)

// A frame is encoded once for all sockets of a user. The test guards what it costs against a change that
// doubles it.
func TestFrameTakesFewAllocations(t *testing.T) {
	const most, sockets, frames = 20, 10, 400
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	var all sync.WaitGroup
	for range sockets {
		conn := in.raw(in.token(me))
		all.Go(func() { sockettest.ReadSeqs(t, conn, frames) })
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	in.fill(me, cat, frames)
	all.Wait()
	runtime.ReadMemStats(&after)
	got := float64(after.Mallocs-before.Mallocs) / (frames * sockets) // storing them counts, but is the smaller part
	t.Logf("%.1f allocations a frame", got)
	if got > most {
		t.Errorf("%.1f allocations a frame, want %d at most", got, most)
	}
}
