package notify_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

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

// BenchmarkFanOut measures frames per second to ten sockets of each of fifty members, clients included;
// the yardstick is melody's own broadcast to as many, which asks no database and keeps no promise.
func BenchmarkFanOut(b *testing.B) {
	b.Run("notify", func(b *testing.B) { fanOut(b, fanOutToMembers) })
	b.Run("bare melody", func(b *testing.B) { fanOut(b, fanOutByMelody) })
}

const fanMembers, fanEach, fanBurst = 50, 10, 100

// fanOut lets clients count what push sends to each of them.
func fanOut(b *testing.B, start func(*testing.B) (conns []net.Conn, push func())) {
	conns, push := start(b)
	for b.Loop() {
		var all sync.WaitGroup
		for _, conn := range conns {
			all.Go(func() { readSeqs(b, conn, fanBurst) })
		}
		push()
		all.Wait()
	}
	b.ReportMetric(float64(b.N*len(conns)*fanBurst)/b.Elapsed().Seconds(), "frames/s")
}

// fanOutToMembers has all of it found by one sweep.
func fanOutToMembers(b *testing.B) ([]net.Conn, func()) {
	st := newStation(b, func(d *notify.Deps) { d.SweepInterval = 50 * time.Millisecond })
	cat := st.user("cat")
	var conns []net.Conn
	var events []notify.Event
	for i := range fanMembers {
		me := st.user(fmt.Sprintf("member %d", i))
		for range fanEach {
			conn, _ := st.raw(st.token(me))
			conns = append(conns, conn)
		}
		for range fanBurst {
			events = append(events, like(me, cat, 1))
		}
	}
	st.wire.lose(true)
	return conns, func() {
		b.StopTimer()
		st.send(events...)
		b.StartTimer()
	}
}

func fanOutByMelody(b *testing.B) ([]net.Conn, func()) {
	m := melody.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = m.HandleRequest(w, r) }))
	b.Cleanup(server.Close)
	b.Cleanup(func() { _ = m.Close() })
	var conns []net.Conn
	for range fanMembers * fanEach {
		conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			b.Fatal(err)
		}
		_ = res.Body.Close() // nothing of the connection: it was read up to a kilobyte
		conns = append(conns, conn.NetConn())
	}
	frame := []byte(`{"id":31,"seq":12,"type":"review_like","message":"minjun님이 내 리뷰에 좋아요를 눌렀습니다!","actor":{"id":2,"username":"minjun",` +
		`"profile_image_url":null},"review_id":5,"created_at":"2026-11-23T10:20:32.524501+09:00","read_at":null}`)
	return conns, func() {
		for range fanBurst {
			_ = m.Broadcast(frame)
		}
	}
}
