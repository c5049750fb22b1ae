package attack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
)

const (
	fansCount    = 20
	missedFrames = 30_000 // pending for a stalled socket: more than the kernels buffer
	liveFrames   = 60
)

// stalled opens sockets of which one in ten requests everything and reads nothing, and times the frames to the others.
func (s *target) stalled(ctx context.Context) error {
	all, err := s.signUp(ctx, fansCount+1)
	if err != nil {
		return err
	}
	star, fans := all[0], all[1:]
	if err := s.owe(ctx, star, fans[0], missedFrames); err != nil {
		return err
	}
	healthy := s.scaled(900)
	var readers []*harness.Listener
	for range healthy {
		readers = append(readers, harness.ListenFrom(ctx, s.api.Base, star.token, star.from, missedFrames))
	}
	defer func() {
		for _, l := range readers {
			l.Close()
		}
	}()
	if !harness.Eventually(ctx, harness.ReadyTimeout, func() bool { return opened(readers) }) {
		return errors.New("not every socket could be opened")
	}
	calm, err := s.timeFrames(ctx, star, fans, readers, missedFrames)
	if err != nil {
		return err
	}
	var busy, closed time.Duration
	err = s.between(ctx, 500*time.Millisecond, 64<<20, func(ctx context.Context) error {
		var crew sync.WaitGroup
		var mu sync.Mutex
		begin := time.Now()
		problems := make([]error, s.scaled(100))
		for k := range problems {
			crew.Go(func() {
				problems[k] = s.neverRead(ctx, star)
				mu.Lock()
				defer mu.Unlock()
				closed = max(closed, time.Since(begin))
			})
		}
		var err error
		busy, err = s.timeFrames(ctx, star, fans, readers, missedFrames+liveFrames)
		crew.Wait()
		return errors.Join(err, errors.Join(problems...))
	})
	s.want("frames to who reads: p99, against twice calm", milliseconds(busy), 2*milliseconds(calm), "ms")
	s.want("who does not read is closed after", closed.Seconds(), 15, "s")
	s.note("frames before it: p99 %.1f ms to %d sockets at once", milliseconds(calm), healthy)
	lost := 0
	for _, l := range readers {
		if skipped, repeated := harness.Misordered(l.Frames(), missedFrames); skipped+repeated > 0 || l.Last() != missedFrames+2*liveFrames {
			lost++
		}
	}
	s.want("sockets that lost or repeated a frame", float64(lost), 0, "")
	return errors.Join(err, s.returns(ctx, star))
}

// returns reopens a closed socket, as its client would, and checks that it receives every frame.
func (s *target) returns(ctx context.Context, star member) error {
	l := harness.ListenFrom(ctx, s.api.Base, star.token, star.from, 0)
	defer l.Close()
	const all = missedFrames + 2*liveFrames
	if !harness.Eventually(ctx, 20*time.Second, func() bool { return l.Last() >= all }) {
		return fmt.Errorf("who comes back has %d of %d frames", l.Last(), all)
	}
	skipped, repeated := harness.Misordered(l.Frames(), 0)
	s.want("frames lost by who comes back", float64(skipped+repeated), 0, "")
	return nil
}

// owe inserts notifications of a member into the database, because creating them through the API would take minutes.
func (s *target) owe(ctx context.Context, star, fan member, n int) error {
	if s.Database != nil {
		return errors.New("it writes notifications beside the program, which it can on SQLite only")
	}
	dsn := filepath.Join(s.scratch, "data", "cinecircle.db")
	db, err := database.Open(ctx, database.Config{Driver: database.SQLite, DSN: dsn})
	if err != nil {
		return err
	}
	err = db.Tx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO notifications (user_id, seq, type, actor_id, created_at)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			SELECT ?, i, 'follow', ?, '2026-01-01 00:00:00+00:00' FROM n`, n, star.id, fan.id).Error
		if err != nil {
			return fmt.Errorf("insert notifications: %w", err)
		}
		return tx.Exec("INSERT INTO notification_states (user_id, last_seq, unread_count) VALUES (?, ?, ?)", star.id, n, n).Error
	})
	return errors.Join(err, db.Close())
}

// timeFrames creates notifications one after the other, and returns the p99 from the answer to the last socket.
func (s *target) timeFrames(ctx context.Context, star member, fans []member, readers []*harness.Listener, seq int64) (time.Duration, error) {
	var took harness.Delays
	for n := range liveFrames {
		fan := fans[n%len(fans)]
		if err := s.follow(ctx, fan, star, true); err != nil {
			return 0, err
		}
		acked := time.Now()
		seq++
		if !harness.Eventually(ctx, 20*time.Second, func() bool { return reached(readers, seq) }) {
			return 0, fmt.Errorf("frame %d did not reach every socket", seq)
		}
		for _, l := range readers {
			all := l.Frames()
			took = append(took, max(0, all[len(all)-1].At.Sub(acked)))
		}
		if err := s.follow(ctx, fan, star, false); err != nil {
			return 0, err
		}
	}
	return took.Quantile(0.99), nil
}

func opened(all []*harness.Listener) bool {
	for _, l := range all {
		if l.Opened() == 0 {
			return false
		}
	}
	return true
}

func reached(all []*harness.Listener, seq int64) bool {
	for _, l := range all {
		if l.Last() < seq {
			return false
		}
	}
	return true
}

// neverRead opens a socket with a large backlog, reads nothing, and returns once it is closed.
func (s *target) neverRead(ctx context.Context, m member) error {
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 512, NetDialContext: dialSmall}
	header := http.Header{"Authorization": {"Bearer " + m.token}, "X-Forwarded-For": {m.from}}
	conn, res, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(s.api.Base, "http")+"/notifications?since=0", header)
	if res != nil {
		_ = res.Body.Close() // the library has read what there is
	}
	if err != nil {
		return fmt.Errorf("open a socket: %w", err)
	}
	defer conn.Close()
	again := time.NewTicker(dribbleEvery)
	defer again.Stop()
	for begin := time.Now(); time.Since(begin) < time.Minute; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
		// A pong that nobody asked for may be sent at any time; a connection that was closed refuses it.
		if conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second)) != nil {
			return nil
		}
	}
	return errors.New("a socket that was not read was open for a minute")
}
