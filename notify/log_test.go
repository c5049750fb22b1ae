package notify_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/notify"
)

// journal is a log that a test reads.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) count(what string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), what)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// logTo has an instance write into a journal.
func (j *journal) logTo(d *notify.Deps) { d.Log = slog.New(slog.NewTextHandler(j, nil)) }

func TestADeliveryThatFailsIsInTheLog(t *testing.T) {
	t.Parallel()
	var log journal
	st := newStation(t, log.logTo)
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	st.send(follow(me, cat))
	c.wantSeqs(1, 1)
	st.people.set(func(p *people) { p.failed = errors.New("the database is away") })
	st.send(like(me, cat, 1))
	c.wantSeqs(2, 2)
	st.send(like(me, cat, 2))
	c.wantSeqs(3, 3)
	if got := log.count("the database is away"); got != 1 || log.count("delivering failed") != 1 {
		t.Errorf("one failure was logged %d times: %s", got, &log)
	}
}

// A sweep comes all the time: a log of all that fail would hide everything else.
func TestSweepsThatFailAreInTheLogOnce(t *testing.T) {
	t.Parallel()
	var log journal
	st := newStation(t, log.logTo)
	st.connect(st.user("me"))
	sweep := func(outcome error) {
		t.Helper()
		st.people.set(func(p *people) { p.unsure = outcome })
		before := st.sweeps()
		eventually(t, "sweeps passed", func() bool { return st.sweeps() > before+5 })
	}
	away := errors.New("the database is away")
	for want := 1; want <= 2; want++ {
		sweep(away)
		if got := log.count("sweeping over the sockets fails"); got != want {
			t.Errorf("after failing %d times, each for some sweeps, there are %d lines", want, got)
		}
		sweep(nil)
	}
}
