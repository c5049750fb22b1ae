package database

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"
)

// What bounds a transaction that several callers share: whoever wrote first waits for the others.
const (
	mostMembers  = 64
	longestBatch = 5 * time.Millisecond
)

// errLost says that the shared transaction failed for another reason than one's own part in it.
var errLost = errors.New("database: the transaction ended with that of another caller")

// group lets those who wait for the one writing connection of SQLite share a commit, and with it the
// fsync that most of a commit is. They run one after the other, each in a savepoint of the
// transaction that is open; whoever finds nobody waiting behind commits for all. So a caller alone
// pays for a plain transaction, nobody ever waits for company, and nobody returns before the commit.
type group struct {
	conn *writer // used by whoever has the turn
	open *batch  // likewise; nil while no transaction is open

	mu      sync.Mutex
	taken   bool            // guarded by mu: somebody has the turn
	waiting []chan struct{} // guarded by mu: who wants it next, in order; closed to hand it over
}

// batch is a transaction and who takes part in it. Its fields but done belong to whoever has the turn.
type batch struct {
	began   time.Time
	members int           // those whose part is in it
	done    chan struct{} // closed when it is over
	err     error         // why it failed; set before done is closed
}

// do runs body in a transaction and returns once that has committed, with an error if it has not. What
// a body has written is gone when it fails, panics, or finds ctx at its end; it returns no sooner for that,
// as it may have failed for what another member wrote, and its caller will want to read that. Of the members of a
// batch that is lost all but the one to blame get errLost, which is to be tried again.
func (g *group) do(ctx context.Context, body func(gorm.ConnPool) error) error {
	if err := g.take(ctx); err != nil {
		return err
	}
	b, err := g.join(ctx)
	if err != nil {
		g.pass()
		return err
	}
	broke, err := g.write(ctx, b, body)
	<-b.done // ctx may end meanwhile, but not what was written
	switch {
	case err == nil:
		return b.err
	case b.err != nil && !broke: // what it failed for is gone, too
		return errors.Join(errLost, err)
	}
	return err
}

// alone lends the connection outside of transactions.
func (g *group) alone(ctx context.Context, fn func(*sql.Conn) error) error {
	if err := g.take(ctx); err != nil {
		return err
	}
	defer g.pass()
	if g.open != nil {
		g.finish(g.conn.run(ctx, "COMMIT"))
	}
	if err := g.conn.connect(ctx); err != nil {
		return err
	}
	return fn(g.conn.conn)
}

// join opens a transaction, or a savepoint in the one that is open.
func (g *group) join(ctx context.Context) (*batch, error) {
	if g.open != nil {
		if err := g.conn.run(ctx, "SAVEPOINT member"); err != nil {
			g.finish(errLost)
			return nil, errors.Join(errLost, err)
		}
		return g.open, nil
	}
	if err := g.conn.begin(ctx); err != nil {
		return nil, err
	}
	g.open = &batch{began: time.Now(), done: make(chan struct{})}
	return g.open, nil
}

// write runs body and leaves what it wrote in the transaction, or takes it out again. It reports whether that broke
// the transaction.
func (g *group) write(ctx context.Context, b *batch, body func(gorm.ConnPool) error) (broke bool, err error) {
	keep := false
	defer func() { broke = g.settle(ctx, b, keep) }() // also when body panics
	if err = ctx.Err(); err == nil {                  // it may have ended while another caller handed over
		err = body(g.conn)
	}
	if err == nil {
		err = ctx.Err()
	}
	keep = err == nil
	return false, err
}

// settle ends the part of one member, and the transaction with it unless there is company to hand it to. It reports
// whether the part could not be ended, which ends everybody's.
func (g *group) settle(ctx context.Context, b *batch, keep bool) (broke bool) {
	err := g.leave(ctx, b, keep)
	switch {
	case err != nil:
		g.finish(errLost)
	case b.members == 0:
		g.finish(nil) // rolled back, and nobody's
	case b.members < mostMembers && time.Since(b.began) < longestBatch && g.hand():
		return false // to somebody who will commit or hand on in turn
	default:
		g.finish(g.conn.run(ctx, "COMMIT"))
	}
	g.pass()
	return err != nil
}

// leave closes the savepoint of a member. The first one needs none: the transaction is its own.
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

// finish closes the batch. A connection on which that failed may be in the middle of anything.
func (g *group) finish(err error) {
	b := g.open
	g.open, b.err = nil, err
	if err != nil {
		g.conn.drop()
	}
	close(b.done)
}

// close closes the connection once nobody writes. Whoever wants to write afterwards gets an error.
func (g *group) close() {
	<-g.ask()
	g.conn.drop()
	g.pass()
}

// take waits for the turn. Whoever is handed it in the moment in which ctx ends has it all the same.
func (g *group) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	mine := g.ask()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	if g.giveUp(mine) {
		return ctx.Err()
	}
	<-mine
	return nil
}

// ask returns what is closed once the caller has the turn.
func (g *group) ask() chan struct{} {
	mine := make(chan struct{})
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.taken {
		g.waiting = append(g.waiting, mine)
	} else {
		g.taken = true
		close(mine)
	}
	return mine
}

// giveUp reports whether the caller still waited, which it does no more.
func (g *group) giveUp(mine chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, mine)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return true
}

// hand hands the turn to the next who waits, and reports whether there was one.
func (g *group) hand() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return false
	}
	close(g.waiting[0])
	g.waiting = g.waiting[1:]
	return true
}

// pass hands the turn on, or leaves it for whoever comes.
func (g *group) pass() {
	for !g.hand() {
		g.mu.Lock()
		free := len(g.waiting) == 0
		g.taken = !free
		g.mu.Unlock()
		if free {
			return
		}
	}
}
