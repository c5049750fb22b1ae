package notify_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/platform/page"
)

// BenchmarkSendToFrame measures the time from Send, in a transaction of its own, to the frame at the client.
func BenchmarkSendToFrame(b *testing.B) {
	for _, others := range []int{0, 1000} {
		b.Run(fmt.Sprintf("beside %d sockets", others), func(b *testing.B) {
			in := newInstance(b, func(d *notify.Deps) { d.SweepInterval = time.Second })
			me, cat := in.user("me"), in.user("cat")
			for i := range others {
				in.raw(in.token(in.user(fmt.Sprintf("other %d", i))))
			}
			c := in.connect(me)
			took := make([]time.Duration, 0, b.N)
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				in.send(like(me, cat, int64(i+1)))
				<-c.Frames
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkGroups reads a page of 50 groups of one notification each, and one where the first has 100,000, in turns so that
// both meet the same load of the machine.
func BenchmarkGroups(b *testing.B) {
	const large, page50 = 100_000, 50
	in := newInstance(b, noSweep)
	by, few, many := in.user("by"), in.user("few"), in.user("many")
	in.fill(few, by, page50)
	in.fill(many, by, large+page50-1)
	in.write(func(tx *gorm.DB) error {
		return errors.Join(
			tx.Exec("UPDATE notifications SET target_id = ? WHERE user_id = ? AND seq <= ?", large, many, large).Error,
			tx.Exec("DELETE FROM notification_groups WHERE user_id = ? AND target_id < ?", many, large).Error,
			tx.Exec("UPDATE notification_groups SET total = ?, unread = ? WHERE user_id = ? AND target_id = ?", large, large, many, large).Error,
		)
	})
	took := map[int64]time.Duration{}
	for b.Loop() {
		for _, id := range []int64{few, many} {
			start := time.Now()
			found, err := in.s.Groups(b.Context(), id, false, page.Page{Limit: page50})
			if err != nil || len(found.Rows) != page50 {
				b.Fatalf("%d groups, %v", len(found.Rows), err)
			}
			took[id] += time.Since(start)
		}
	}
	b.ReportMetric(float64(took[few].Microseconds())/float64(b.N), "µs/small")
	b.ReportMetric(float64(took[many].Microseconds())/float64(b.N), "µs/large")
}

// BenchmarkIdleSocket measures the heap and stacks of an idle socket, including its client, which is in the
// same process.
func BenchmarkIdleSocket(b *testing.B) {
	const sockets = 4000
	in := newInstance(b, func(d *notify.Deps) { d.SweepInterval = time.Second })
	var tokens []string
	for i := range sockets {
		tokens = append(tokens, in.token(in.user(fmt.Sprintf("user %d", i))))
	}
	for b.Loop() {
		before := sockettest.InUse()
		conns := make([]net.Conn, sockets)
		for i, token := range tokens {
			conns[i] = in.raw(token)
		}
		b.ReportMetric(float64(sockettest.InUse()-before)/sockets, "B/socket")
		for _, conn := range conns {
			_ = conn.Close()
		}
		eventually(b, "all are gone", func() bool { return in.s.Stats().Sockets == 0 })
	}
}

// BenchmarkFanOut measures frames per second to ten sockets of each of fifty users, clients included. It
// compares with a broadcast of melody alone, which needs no database and guarantees nothing.
func BenchmarkFanOut(b *testing.B) {
	b.Run("notify", func(b *testing.B) { fanOut(b, fanOutToUsers) })
	b.Run("bare melody", func(b *testing.B) { fanOut(b, fanOutByMelody) })
}

const fanUsers, fanEach, fanBurst = 50, 10, 100

// fanOut measures how fast clients receive what push sends to each of them.
func fanOut(b *testing.B, start func(*testing.B) (conns []net.Conn, push func())) {
	conns, push := start(b)
	for b.Loop() {
		var all sync.WaitGroup
		for _, conn := range conns {
			all.Go(func() { sockettest.ReadSeqs(b, conn, fanBurst) })
		}
		push()
		all.Wait()
	}
	b.ReportMetric(float64(b.N*len(conns)*fanBurst)/b.Elapsed().Seconds(), "frames/s")
}

// fanOutToUsers stores notifications that one sweep delivers.
func fanOutToUsers(b *testing.B) ([]net.Conn, func()) {
	in := newInstance(b, func(d *notify.Deps) { d.SweepInterval = 50 * time.Millisecond })
	cat := in.user("cat")
	var conns []net.Conn
	var events []notify.Event
	for i := range fanUsers {
		me := in.user(fmt.Sprintf("user %d", i))
		for range fanEach {
			conns = append(conns, in.raw(in.token(me)))
		}
		for range fanBurst {
			events = append(events, like(me, cat, 1))
		}
	}
	in.bus.loseAll()
	return conns, func() {
		b.StopTimer()
		in.send(events...)
		b.StartTimer()
	}
}

func fanOutByMelody(b *testing.B) ([]net.Conn, func()) {
	m := melody.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = m.HandleRequest(w, r) }))
	b.Cleanup(server.Close)
	b.Cleanup(func() { _ = m.Close() })
	var conns []net.Conn
	for range fanUsers * fanEach {
		conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			b.Fatal(err)
		}
		_ = res.Body.Close() // it was read already, up to a kilobyte
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
