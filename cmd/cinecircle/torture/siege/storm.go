package siege

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

const (
	socketsOfEach = 10
	missedByEach  = 10
)

// storm cuts every socket at once, has each miss a few notifications, and has all come back at once.
func (s *siege) storm(ctx context.Context) error {
	members, err := s.signUp(ctx, s.scaled(3000)/socketsOfEach)
	if err != nil {
		return err
	}
	front, err := rig.NewProxy(ctx, s.proc.Addr)
	if err != nil {
		return err
	}
	defer front.Close()
	var all []*rig.Listener
	defer func() {
		for _, l := range all {
			l.Close()
		}
	}()
	for _, m := range members {
		for range socketsOfEach {
			all = append(all, rig.ListenFrom(ctx, "http://"+front.Addr, m.token, m.from, 0))
		}
	}
	if !rig.Eventually(ctx, rig.ReadyPatience, func() bool { return opened(all) }) {
		return errors.New("not every socket could be opened")
	}
	var back time.Duration
	err = s.between(ctx, 500*time.Millisecond, 256<<20, func(ctx context.Context) error {
		front.Set(rig.Weather{Reset: true})
		if err := s.missed(ctx, members); err != nil {
			return err
		}
		begin := time.Now()
		front.Set(rig.Weather{})
		if !rig.Eventually(ctx, time.Minute, func() bool { return reached(all, missedByEach) }) {
			return errors.New("not every socket has seen everything within a minute")
		}
		back = time.Since(begin)
		return nil
	})
	s.want(fmt.Sprintf("all of %d are back and know everything after", len(all)), back.Seconds(), 10, "s")
	wrong := 0
	for _, l := range all {
		if skipped, repeated := rig.Misordered(l.Frames(), 0); skipped+repeated > 0 {
			wrong++
		}
	}
	s.want("sockets that lost or repeated a frame", float64(wrong), 0, "")
	return err
}

// missed has everybody followed by ten others.
func (s *siege) missed(ctx context.Context, members []member) error {
	errs := make([]error, len(members))
	var crew sync.WaitGroup
	places := make(chan struct{}, 8)
	for k := range members {
		crew.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			for n := range missedByEach {
				whom := members[(k+1+n)%len(members)]
				errs[k] = errors.Join(errs[k], s.follow(ctx, members[k], whom, true))
			}
		})
	}
	crew.Wait()
	return errors.Join(errs...)
}
