package siege

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

const (
	fansCount    = 20
	missedFrames = 1500 // that a stalled socket is owed: more than kernels keep
	liveFrames   = 60
)

// stalled has one socket in ten ask for everything and read nothing, and times frames to the others.
func (s *siege) stalled(ctx context.Context) error {
	all, err := s.signUp(ctx, fansCount+1)
	if err != nil {
		return err
	}
	star, fans := all[0], all[1:]
	if err := s.cheer(ctx, star, fans, missedFrames); err != nil {
		return err
	}
	healthy := s.scaled(900)
	var readers []*rig.Listener
	for range healthy {
		readers = append(readers, rig.ListenFrom(ctx, s.api.Base, star.token, star.from, missedFrames))
	}
	defer func() {
		for _, l := range readers {
			l.Close()
		}
	}()
	if !rig.Eventually(ctx, rig.ReadyPatience, func() bool { return opened(readers) }) {
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
		return errors.Join(append(problems, err)...)
	})
	s.want("frames to who reads: p99, against twice calm", milliseconds(busy), 2*milliseconds(calm), "ms")
	s.want("who does not read is closed after", closed.Seconds(), 15, "s")
	s.note("frames before it: p99 %.1f ms to %d sockets at once", milliseconds(calm), healthy)
	lost := 0
	for _, l := range readers {
		if skipped, repeated := rig.Misordered(l.Frames(), missedFrames); skipped+repeated > 0 || l.Last() != missedFrames+2*liveFrames {
			lost++
		}
	}
	s.want("sockets that lost or repeated a frame", float64(lost), 0, "")
	return errors.Join(err, s.returns(ctx, star))
}

// returns opens a socket as one of those that were closed would, and wants everything.
func (s *siege) returns(ctx context.Context, star member) error {
	l := rig.ListenFrom(ctx, s.api.Base, star.token, star.from, 0)
	defer l.Close()
	const all = missedFrames + 2*liveFrames
	if !rig.Eventually(ctx, 20*time.Second, func() bool { return l.Last() >= all }) {
		return fmt.Errorf("who comes back has %d of %d frames", l.Last(), all)
	}
	skipped, repeated := rig.Misordered(l.Frames(), 0)
	s.want("frames lost by who comes back", float64(skipped+repeated), 0, "")
	return nil
}

// cheer makes n notifications of a member.
func (s *siege) cheer(ctx context.Context, star member, fans []member, n int) error {
	errs := make([]error, len(fans))
	var crew sync.WaitGroup
	for k, fan := range fans {
		crew.Go(func() {
			for range n / len(fans) {
				errs[k] = errors.Join(errs[k], s.follow(ctx, fan, star, true), s.follow(ctx, fan, star, false))
			}
		})
	}
	crew.Wait()
	return errors.Join(errs...)
}

// timeFrames makes notifications one after the other, and returns the p99 from the answer to the last socket.
func (s *siege) timeFrames(ctx context.Context, star member, fans []member, readers []*rig.Listener, seq int64) (time.Duration, error) {
	var took []time.Duration
	for n := range liveFrames {
		fan := fans[n%len(fans)]
		if err := s.follow(ctx, fan, star, true); err != nil {
			return 0, err
		}
		acked := time.Now()
		seq++
		if !rig.Eventually(ctx, 20*time.Second, func() bool { return reached(readers, seq) }) {
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
	return quantile(took, 0.99), nil
}

func opened(all []*rig.Listener) bool {
	for _, l := range all {
		if l.Opened() == 0 {
			return false
		}
	}
	return true
}

func reached(all []*rig.Listener, seq int64) bool {
	for _, l := range all {
		if l.Last() < seq {
			return false
		}
	}
	return true
}

// neverRead opens a socket that is owed a lot, reads nothing for longer than a socket may, and returns once it is closed.
func (s *siege) neverRead(ctx context.Context, m member) error {
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
