package notify

import (
	"context"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/ops"
)

// Run delivers and sweeps until ctx ends, and returns when it has stopped. Sockets that are open then
// stay open: Shutdown closes them.
func (s *Service) Run(ctx context.Context) error {
	s.hub.run()
	unhook := context.AfterFunc(ctx, s.hub.stop)
	defer unhook()
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { s.work(ctx) })
	}
	all.Go(func() { s.sweepEvery(ctx, s.SweepInterval) })
	all.Wait()
	return nil
}

// reserve takes a place for one socket, which release gives back.
func (s *Service) reserve() error {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.hub.closing {
		return apperr.ErrUnavailable.After(time.Second)
	}
	if s.hub.places >= s.MaxSockets {
		return apperr.ErrBusy.After(10 * time.Second)
	}
	s.hub.places++
	s.open.Add(1)
	return nil
}

func (s *Service) release() {
	s.hub.mu.Lock()
	s.hub.places--
	s.hub.mu.Unlock()
	s.open.Done()
}

// Shutdown lets no socket in any more and closes all with 1012. It returns when none is left; at the
// end of ctx they are cut off.
func (s *Service) Shutdown(ctx context.Context) error {
	s.hub.mu.Lock()
	s.hub.closing = true
	s.hub.each(func(k *socket) { s.condemn(k, restart) })
	s.hub.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.open.Wait()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	for _, conn := range s.hub.connections() {
		_ = conn.Close() // they had their time
	}
	<-ended // soon: what is left waits a second or two at most
	return ctx.Err()
}

func (h *hub) connections() []*websocket.Conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []*websocket.Conn
	h.each(func(k *socket) {
		if k.session != nil {
			all = append(all, k.session.WebsocketConnection())
		}
	})
	return all
}

// socketsAllowed is how many sockets the limit on open files leaves room for, beside the database,
// requests and stored images.
func socketsAllowed() int {
	const reserved, most = 500, 1 << 20
	limit, known := ops.OpenFiles()
	switch {
	case !known || limit > most:
		return most
	case limit < 2*reserved:
		return int(limit / 2)
	}
	return int(limit) - reserved
}
