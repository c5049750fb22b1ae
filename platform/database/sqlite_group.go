package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The limits of a transaction that several callers share. The first caller waits for the others to write.
const (
	maxMembers   = 64
	maxBatchTime = 5 * time.Millisecond
)

// maxLockTime is how long writers wait for another program that has locked the file. It leaves most of the time
// of a request for the rest of its work.
const maxLockTime = 5 * time.Second

// errLost is the error of callers whose shared transaction failed because of another caller. Tx retries it.
var errLost = errors.New("database: the transaction ended with that of another caller")

// group implements group commit for the one writing connection of SQLite: callers who wait for the connection
// share a commit, and so an fsync, which takes most of the time of a commit. They run one after another, each
// in a savepoint of the open transaction. The caller who finds an empty queue commits for all. So a single
// caller runs a plain transaction, no caller waits for others to join, and no caller returns before the commit.
//
// The connection is protected by a lock with a queue, which a caller can leave when its context ends.
//
// When another program holds the write lock of the file, the first caller in the queue polls it for all. After
// lockTimeout everybody in the queue gets errFileLocked: one after another they would wait that long each.
type group struct {
	conn         *writer   // used by the holder of the lock
	open         *batch    // likewise; nil without an open transaction
	blockedSince time.Time // likewise: since when the file is locked by another program; zero when it is not

	batchTime   time.Duration // after which a batch admits nobody else
	lockTimeout time.Duration // how long callers wait for another program
	onBusy      func()        // called after each failed attempt to lock the file; nil outside of tests

	mu     sync.Mutex
	locked bool        // guarded by mu
	queue  []chan turn // guarded by mu: one for each waiting caller, in order
}

// turn is what a waiting caller gets: the lock, or the reason why it does not get it.
type turn struct{ err error }

// errFileLocked is the error of callers that waited for another program in vain.
var errFileLocked = fmt.Errorf("%w: another program has locked the database file for writing", apperr.ErrBusy.After(retryAfter))

// batch is a transaction with its members. The holder of the lock owns its fields but done.
type batch struct {
	began   time.Time
	members int           // callers whose writes are in the transaction
	done    chan struct{} // closed at the end of the transaction
	err     error         // set before done is closed
}

// do runs body in a transaction and returns after the commit. When body fails or panics, or ctx ends, its writes
// are rolled back. Even then do returns after the commit: body may have failed because of the writes of another
// member, which its caller will want to read. When the transaction is lost, the member that broke it gets its
// error, and the others get errLost.
func (g *group) do(ctx context.Context, body func(gorm.ConnPool) error) error {
	if err := g.lock(ctx); err != nil {
		return err
	}
	b, err := g.join(ctx)
	if err != nil {
		g.unlock()
		return err
	}
	broke, err := g.write(ctx, b, body)
	<-b.done // even if ctx ends, because the writes are in the transaction
	switch {
	case err == nil:
		return b.err
	case b.err != nil && !broke: // the writes that made it fail are rolled back, too
		return errors.Join(errLost, err)
	}
	return err
}

// alone calls fn with the connection, outside of transactions.
func (g *group) alone(ctx context.Context, fn func(*sql.Conn) error) error {
	if err := g.lock(ctx); err != nil {
		return err
	}
	defer g.unlock()
	if g.open != nil {
		g.finish(g.conn.run(ctx, "COMMIT"))
	}
	if err := g.conn.connect(ctx); err != nil {
		return err
	}
	return fn(g.conn.conn)
}

// join opens a savepoint in the open transaction, or a new transaction.
func (g *group) join(ctx context.Context) (*batch, error) {
	if g.open != nil {
		if err := g.conn.run(ctx, "SAVEPOINT member"); err != nil {
			g.finish(errLost)
			return nil, errors.Join(errLost, err)
		}
		return g.open, nil
	}
	if err := g.begin(ctx); err != nil {
		return nil, err
	}
	g.open = &batch{began: time.Now(), done: make(chan struct{})}
	return g.open, nil
}

// begin opens a transaction. While another program has locked the file it tries again, until ctx ends or the callers
// in the queue have waited for lockTimeout; then it refuses them all.
func (g *group) begin(ctx context.Context) error {
	for {
		began := time.Now()
		err := g.conn.begin(ctx)
		if !isLocked(err) {
			g.blockedSince = time.Time{}
			return err
		}
		if g.blockedSince.IsZero() {
			g.blockedSince = began
		}
		if g.onBusy != nil {
			g.onBusy()
		}
		if time.Since(g.blockedSince) >= g.lockTimeout {
			g.blockedSince = time.Time{}
			g.refuse(errFileLocked)
			return errFileLocked
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// write runs body and keeps its writes in the transaction, or rolls them back. It reports whether that broke the
// transaction.
func (g *group) write(ctx context.Context, b *batch, body func(gorm.ConnPool) error) (broke bool, err error) {
	keep := false
	defer func() { broke = g.endPart(ctx, b, keep) }() // also when body panics
	if err = ctx.Err(); err == nil {                   // it may have ended while the lock was passed on
		err = body(g.conn)
	}
	if err == nil {
		err = ctx.Err()
	}
	keep = err == nil
	return false, err
}

// endPart ends the part of one member and passes the lock on. It commits the transaction unless another caller
// joins it. It reports whether the part could not be ended, which ends the transaction for all members.
func (g *group) endPart(ctx context.Context, b *batch, keep bool) (broke bool) {
	err := g.leave(ctx, b, keep)
	switch {
	case err != nil:
		g.finish(errLost)
	case b.members == 0:
		g.finish(nil) // rolled back, without members
	case b.members < maxMembers && time.Since(b.began) < g.batchTime && g.passOn():
		return false // the next caller commits or passes the lock on in turn
	default:
		g.finish(g.conn.run(ctx, "COMMIT"))
	}
	g.unlock()
	return err != nil
}

// leave closes the savepoint of a member. The first member has none: its part is the transaction.
func (g *group) leave(ctx context.Context, b *batch, keep bool) error {
	first := b.members == 0
	switch {
	case keep && first:
		b.members = 1
		return nil
	case keep:
		b.members++
		return g.conn.run(ctx, "RELEASE member")
	case first:
		return g.conn.run(ctx, "ROLLBACK")
	}
	return errors.Join(g.conn.run(ctx, "ROLLBACK TO member"), g.conn.run(ctx, "RELEASE member"))
}

// finish ends the batch. After an error it discards the connection, whose state is unknown.
func (g *group) finish(err error) {
	b := g.open
	g.open, b.err = nil, err
	g.conn.ended(err == nil && b.members > 0)
	if err != nil {
		g.conn.discard()
	}
	close(b.done)
}

// close waits for running writes and closes the connection. Later writes fail.
func (g *group) close() {
	<-g.enqueue()
	g.conn.discard()
	g.unlock()
}

// lock waits for the lock. It returns nil when the lock is passed to the caller at the moment ctx ends, and the error
// of refuse.
func (g *group) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	mine := g.enqueue()
	select {
	case t := <-mine:
		return t.err
	case <-ctx.Done():
	}
	if g.leaveQueue(mine) {
		return ctx.Err()
	}
	return (<-mine).err
}

// enqueue returns a channel from which the caller receives its turn.
func (g *group) enqueue() chan turn {
	mine := make(chan turn, 1)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.locked {
		g.queue = append(g.queue, mine)
	} else {
		g.locked = true
		mine <- turn{}
	}
	return mine
}

// refuse empties the queue: everybody in it gets err instead of the lock.
func (g *group) refuse(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, waiting := range g.queue {
		waiting <- turn{err}
	}
	g.queue = nil
}

// leaveQueue removes the caller from the queue, and returns false when it is not there any more.
func (g *group) leaveQueue(mine chan turn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.queue, mine)
	if i < 0 {
		return false
	}
	g.queue = slices.Delete(g.queue, i, i+1)
	return true
}

// passOn passes the lock to the first caller in the queue, and returns false when the queue is empty.
func (g *group) passOn() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.queue) == 0 {
		return false
	}
	g.queue[0] <- turn{}
	g.queue = g.queue[1:]
	return true
}

// unlock passes the lock on or releases it.
func (g *group) unlock() {
	for !g.passOn() {
		g.mu.Lock()
		free := len(g.queue) == 0
		if free {
			g.blockedSince = time.Time{} // nobody waits
		}
		g.locked = !free
		g.mu.Unlock()
		if free {
			return
		}
	}
}
