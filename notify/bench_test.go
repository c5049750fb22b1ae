package notify_test

import (
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/notify"
)

// BenchmarkSendToFrame measures from the call of Send in a transaction of its own to the frame at the client.
func BenchmarkSendToFrame(b *testing.B) {
	for _, others := range []int{0, 1000} {
		b.Run(fmt.Sprintf("beside %d sockets", others), func(b *testing.B) {
			st := newStation(b, func(d *notify.Deps) { d.SweepInterval = time.Second })
			me, cat := st.user("me"), st.user("cat")
			for i := range others {
				st.raw(st.token(st.user(fmt.Sprintf("other %d", i))))
			}
			c := st.connect(me)
			took := make([]time.Duration, 0, b.N)
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				st.send(like(me, cat, int64(i+1)))
				<-c.frames
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkIdleSocket measures what an idle socket keeps of heap and stacks; its client is in the same
// process and counted, too.
func BenchmarkIdleSocket(b *testing.B) {
	const sockets = 4000
	st := newStation(b, func(d *notify.Deps) { d.SweepInterval = time.Second })
	var tokens []string
	for i := range sockets {
		tokens = append(tokens, st.token(st.user(fmt.Sprintf("user %d", i))))
	}
	for b.Loop() {
		before := inUse()
		conns := make([]net.Conn, sockets)
		for i, token := range tokens {
			conns[i], _ = st.raw(token)
		}
		b.ReportMetric(float64(inUse()-before)/sockets, "B/socket")
		for _, conn := range conns {
			_ = conn.Close()
		}
		eventually(b, "they are gone", func() bool { return st.s.Stats().Sockets == 0 })
	}
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// BenchmarkFanOut measures frames per second to ten sockets of each of fifty members, clients included.
func BenchmarkFanOut(b *testing.B) {
	const members, each, burst = 50, 10, 100
	st := newStation(b, func(d *notify.Deps) { d.SweepInterval = time.Second })
	cat := st.user("cat")
	var clients []*client
	var events []notify.Event
	for i := range members {
		me := st.user(fmt.Sprintf("member %d", i))
		for range each {
			clients = append(clients, st.connect(me))
		}
		for range burst {
			events = append(events, like(me, cat, 1))
		}
	}
	for b.Loop() {
		b.StopTimer()
		st.wire.lose(true) // all at once, at the first wake
		st.send(events...)
		st.wire.lose(false)
		b.StartTimer()
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() {
				for range burst {
					c.next()
				}
			})
		}
		all.Wait()
	}
	b.ReportMetric(float64(b.N*members*each*burst)/b.Elapsed().Seconds(), "frames/s")
}
