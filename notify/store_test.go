package notify_test

import (
	"context"
	"database/sql"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// counting counts the statements of a transaction.
type counting struct {
	gorm.ConnPool
	n int
}

func (c *counting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.n++
	return c.ConnPool.ExecContext(ctx, query, args...)
}

func (c *counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.n++
	return c.ConnPool.QueryContext(ctx, query, args...)
}

// statements commits what fn does, and returns how many statements it took.
func (in *instance) statements(fn func(tx *gorm.DB) error) (n int) {
	in.t.Helper()
	in.write(func(tx *gorm.DB) error {
		c := &counting{ConnPool: tx.Statement.ConnPool}
		tx.Statement.ConnPool = c
		defer func() { tx.Statement.ConnPool = c.ConnPool }()
		err := fn(tx)
		n = c.n
		return err
	})
	return n
}

// A statement is a round trip while the accounts of both members are locked.
func TestSendTakesFewStatements(t *testing.T) {
	t.Parallel()
	in := newInstance(t, mutesOnly)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	send := func(e notify.Event) int {
		return in.statements(func(tx *gorm.DB) error { return notify.Send(tx, e) })
	}
	want := func(what string, got, most int) {
		t.Helper()
		if in.DB.Driver() == database.SQLite && most > 1 { // one statement numbers and returns the number
			most--
		}
		if got > most {
			t.Errorf("%s takes %d statements, want at most %d", what, got, most)
		}
	}
	want("a new like", send(like(me, cat, 5)), 4)
	want("another like", send(like(me, dog, 5)), 4)
	want("an unread like again", send(like(me, cat, 5)), 6)
	in.api.POST(t, "/notifications/read", testkit.As(in.token(me)), testkit.JSON(map[string]any{"up_to": 9})).Want(204)
	want("a read like again", send(like(me, cat, 5)), 5)
	want("a comment", send(comment(me, cat, 5, 1)), 4)
	want("another comment", send(comment(me, cat, 5, 2)), 5)
	if err := in.mute(me, dog); err != nil {
		t.Fatal(err)
	}
	want("a like that is not heard", send(like(me, dog, 6)), 1)
}

// A like that is read while it comes again is not counted twice.
func TestSupersedingBesideAReader(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	for range 30 {
		in.send(like(me, cat, 5))
		read := make(chan error, 1)
		go func() { read <- in.s.MarkRead(context.WithoutCancel(t.Context()), me, nil, 1<<40) }()
		in.send(like(me, cat, 5))
		if err := <-read; err != nil {
			t.Fatal(err)
		}
	}
	in.wantCounters()
	in.wantGapless(me)
}
