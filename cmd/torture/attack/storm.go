package attack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	socketsOfEach = 10
	missedByEach  = 10
)

// storm cuts every socket at once, makes each miss a few notifications, and reconnects all at once.
func (s *target) storm(ctx context.Context) error {
	members, err := s.signUp(ctx, s.scaled(3000)/socketsOfEach)
	if err != nil {
		return err
	}
	front, err := harness.NewProxy(ctx, s.proc.Addr)
	if err != nil {
		return err
	}
	defer front.Close()
	var all []*harness.Listener
	defer func() {
		for _, l := range all {
			l.Close()
		}
	}()
	for _, m := range members {
		for range socketsOfEach {
			all = append(all, harness.ListenFrom(ctx, "http://"+front.Addr, m.token, m.from, 0))
		}
	}
	if !harness.Eventually(ctx, harness.ReadyTimeout, func() bool { return opened(all) }) {
		return errors.New("not every socket could be opened")
	}
	var back time.Duration
	err = s.between(ctx, 500*time.Millisecond, 256<<20, func(ctx context.Context) error {
		front.Set(harness.Conditions{Reset: true})
		if err := s.missed(ctx, members); err != nil {
			return err
		}
		begin := time.Now()
		front.Set(harness.Conditions{})
		if !harness.Eventually(ctx, time.Minute, func() bool { return reached(all, missedByEach) }) {
			return errors.New("not every socket has seen everything within a minute")
		}
		back = time.Since(begin)
		return nil
	})
	s.want(fmt.Sprintf("all of %d are back and know everything after", len(all)), back.Seconds(), 10, "s")
	wrong := 0
	for _, l := range all {
		if skipped, repeated := harness.Misordered(l.Frames(), 0); skipped+repeated > 0 {
			wrong++
		}
	}
	s.want("sockets that lost or repeated a frame", float64(wrong), 0, "")
	return err
}

// missed makes ten others follow each member.
func (s *target) missed(ctx context.Context, members []member) error {
	return concurrently(len(members), func(k int) (err error) {
		for n := range missedByEach {
			whom := members[(k+1+n)%len(members)]
			err = errors.Join(err, s.follow(ctx, members[k], whom, true))
		}
		return err
	})
}
