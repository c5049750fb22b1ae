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
	probeTimeout = 2 * time.Second        // of an attempt to connect to an unresponsive server
	probePause   = 500 * time.Millisecond // between two attempts
)

// mysqlDialer connects to the server and is a circuit breaker. A server that refuses connections fails fast, but
// each connection to an unresponsive server costs its caller a whole timeout. So from the first read that times
// out until the server responds again, one caller at a time probes the server with a connection. The others wait
// for the result of the first probe, and fail at once after it. Between two probes all callers fail at once,
// because a full pool opens its connections one after another. When the server becomes unresponsive the idle
// connections are closed: a firewall may have dropped their state.
type mysqlDialer struct {
	driver.Connector
	timeout   time.Duration // of connecting, with the handshake
	closeIdle func()
	limit     *connLimit

	mu        sync.Mutex // guards the fields below
	silent    bool
	probe     chan struct{} // closed when the running probe ends; nil without one
	nextProbe time.Time     // zero before the first probe
}

// errSilent fails callers without a connection attempt.
var errSilent = errors.New("the database server does not answer")

// Connect implements [driver.Connector].
func (d *mysqlDialer) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := d.limit.connect(ctx, d.connect)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", apperr.ErrUnavailable.After(retryAfter), err)
	}
	return conn, err
}

func (d *mysqlDialer) connect(ctx context.Context) (driver.Conn, error) {
	probing, err := d.enter(ctx)
	if err != nil {
		return nil, err
	}
	timeout := d.timeout
	if probing {
		timeout = min(timeout, probeTimeout)
	}
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := d.Connector.Connect(bounded)
	if err == nil {
		err = isolate(bounded, conn)
	}
	d.leave(probing, err, ctx.Err() != nil)
	return conn, err
}

// isolate sets the isolation level of all transactions of a connection, so that no transaction needs a statement for it.
// The services lock the rows that they depend on; the gap locks of the default level would only make unrelated
// transactions wait for each other. The two servers have different names for the variable. If isolate fails, it closes the
// connection.
func isolate(ctx context.Context, conn driver.Conn) error {
	on, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil
	}
	_, err := on.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	return nil
}

// enter blocks until the caller may connect, and reports whether its connection is a probe.
func (d *mysqlDialer) enter(ctx context.Context) (probing bool, err error) {
	for {
		d.mu.Lock()
		silent, confirmed, probe := d.silent, !d.nextProbe.IsZero(), d.probe
		pausing := time.Now().Before(d.nextProbe)
		probing = silent && probe == nil && !pausing
		if probing {
			d.probe = make(chan struct{})
		}
		d.mu.Unlock()
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

// leave records the result. The result of a caller whose context ended says nothing about the server.
func (d *mysqlDialer) leave(probing bool, err error, gone bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if probing {
		close(d.probe)
		d.probe = nil
	}
	if gone {
		return
	}
	d.silent, d.nextProbe = false, time.Time{}
	if !isResponse(err) {
		d.silent, d.nextProbe = true, time.Now().Add(probePause)
	}
}

// isResponse reports whether the server responded to an attempt to connect, even with a refusal.
func isResponse(err error) bool {
	_, refused := errors.AsType[*mysql.MySQLError](err)
	return err == nil || refused || errors.Is(err, syscall.ECONNREFUSED)
}

// markSilent is called when a read times out.
func (d *mysqlDialer) markSilent() {
	d.mu.Lock()
	d.silent = true
	d.mu.Unlock()
	d.closeIdle()
}

func (d *mysqlDialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if tcp, ok := conn.(*net.TCPConn); ok {
		return timeoutConn{tcp, d.markSilent}, nil
	}
	return conn, err
}

// timeoutConn calls onTimeout when a read times out. It embeds the TCPConn because the driver needs its
// SyscallConn to see whether the server has closed the connection.
type timeoutConn struct {
	*net.TCPConn
	onTimeout func()
}

// Read implements [net.Conn].
func (c timeoutConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.onTimeout()
	}
	return n, err
}
