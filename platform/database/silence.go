package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const (
	probeTimeout = 2 * time.Second        // of an attempt to reach a server that has been silent
	probeRest    = 500 * time.Millisecond // between two of them
)

// mysqlServer dials the server; every failure to do so means that it is down. A server that refuses says so
// at once, but one that says nothing costs whoever asks the whole of a timeout. So from the first question
// that stays without an answer until it is heard of again, one caller at a time tries it. The others wait
// for what becomes of the first try, and fail at once after that; between two tries everybody does,
// because a pool that is full opens its connections one after the other. Idle connections from
// before are closed: the network may have forgotten them.
type mysqlServer struct {
	driver.Connector
	timeout    time.Duration // of a connection with its handshake
	forgetIdle func()

	mu     sync.Mutex // guards what follows
	silent bool
	probe  chan struct{} // closed once who is trying it knows; nil when nobody is
	restTo time.Time     // when the next may try it; zero before the first try
}

// errSilent is why nobody was asked.
var errSilent = errors.New("the database server does not answer")

// Connect implements [driver.Connector].
func (s *mysqlServer) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := s.connect(ctx)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", apperr.ErrUnavailable.After(retryAfter), err)
	}
	return conn, err
}

func (s *mysqlServer) connect(ctx context.Context) (driver.Conn, error) {
	probing, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	timeout := s.timeout
	if probing {
		timeout = min(timeout, probeTimeout)
	}
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := s.Connector.Connect(bounded)
	s.leave(probing, err, ctx.Err() != nil)
	return conn, err
}

// enter waits for its turn and reports whether it is that of trying a silent server.
func (s *mysqlServer) enter(ctx context.Context) (probing bool, err error) {
	for {
		s.mu.Lock()
		silent, confirmed, probe := s.silent, !s.restTo.IsZero(), s.probe
		resting := time.Now().Before(s.restTo)
		probing = silent && probe == nil && !resting
		if probing {
			s.probe = make(chan struct{})
		}
		s.mu.Unlock()
		switch {
		case !silent, probing:
			return probing, nil
		case confirmed:
			return false, errSilent
		}
		select {
		case <-probe:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// leave notes what came of it. Of a caller who went away meanwhile nothing is learnt.
func (s *mysqlServer) leave(probing bool, err error, gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if probing {
		close(s.probe)
		s.probe = nil
	}
	if gone {
		return
	}
	s.silent, s.restTo = false, time.Time{}
	if !isWord(err) {
		s.silent, s.restTo = true, time.Now().Add(probeRest)
	}
}

// isWord reports whether an attempt to connect ended with a sign of life, be it a refusal.
func isWord(err error) bool {
	_, said := errors.AsType[*mysql.MySQLError](err)
	return err == nil || said || errors.Is(err, syscall.ECONNREFUSED)
}

// fallSilent is told of a question that was not answered in time.
func (s *mysqlServer) fallSilent() {
	s.mu.Lock()
	s.silent = true
	s.mu.Unlock()
	s.forgetIdle()
}

func (s *mysqlServer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if tcp, ok := conn.(*net.TCPConn); ok {
		return attentive{tcp, s.fallSilent}, nil
	}
	return conn, err
}

// attentive is a connection that tells when it waited in vain. The driver still finds in it what it needs
// to see whether the other end has closed it.
type attentive struct {
	*net.TCPConn
	inVain func()
}

// Read implements [net.Conn].
func (c attentive) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.inVain()
	}
	return n, err
}
