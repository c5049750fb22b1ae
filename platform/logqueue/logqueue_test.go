package logqueue_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cinecircle/cinecircle/platform/logqueue"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 30 * time.Second

var errGone = errors.New("the reader is gone")

// reader takes lines only while its gate is open.
type reader struct {
	gate  chan struct{} // one value lets one line through; closed lets all through
	began chan struct{} // receives a value when a write has begun, if there is room

	mu    sync.Mutex
	err   error    // guarded by mu: what writes return
	lines []string // guarded by mu
}

func newReader() *reader {
	return &reader{gate: make(chan struct{}), began: make(chan struct{}, 1)}
}

func (r *reader) Write(p []byte) (int, error) {
	select {
	case r.began <- struct{}{}:
	default:
	}
	<-r.gate
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return 0, r.err
	}
	r.lines = append(r.lines, string(p))
	return len(p), nil
}

func (r *reader) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

func (r *reader) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines
}

func TestEveryLineIsWrittenInOrderBeforeCloseReturns(t *testing.T) {
	t.Parallel()
	r := newReader()
	close(r.gate)
	w := logqueue.New(r)
	const lines = 500
	for n := range lines {
		fmt.Fprintf(w, "line %d\n", n)
	}
	if !w.Close(patience) {
		t.Fatal("Close gave up")
	}
	got := r.all()
	if len(got) != lines || w.Dropped() != 0 {
		t.Fatalf("%d lines were written and %d dropped, want %d and 0", len(got), w.Dropped(), lines)
	}
	for n, line := range got {
		if line != fmt.Sprintf("line %d\n", n) {
			t.Fatalf("line %d is %q", n, line)
		}
	}
}

// TestAReaderThatPausesMissesLinesAndIsToldHowMany fills the queue while the reader holds its first line.
func TestAReaderThatPausesMissesLinesAndIsToldHowMany(t *testing.T) {
	t.Parallel()
	r := newReader()
	w := logqueue.New(r)
	line := strings.Repeat("x", 1<<10-1) + "\n"
	const lines = 2 * logqueue.Size >> 10
	for i := range lines { // returns, though nobody reads
		if i == 1 {
			<-r.began // or what the reader takes first may have a gap already, and there are two notices
		}
		if n, err := io.WriteString(w, line); n != len(line) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	dropped := w.Dropped()
	if dropped == 0 || dropped >= lines {
		t.Fatalf("%d of %d lines are dropped", dropped, lines)
	}
	close(r.gate)
	for len(r.all()) <= int(lines-dropped) { // until the notice has been written
		<-time.After(time.Millisecond) // polls the condition above
	}
	fmt.Fprintln(w, "after the pause")
	if !w.Close(patience) {
		t.Fatal("Close gave up")
	}
	got := r.all()
	notice := fmt.Sprintf("%d lines of the log were dropped\n", dropped)
	if n := len(got); n != int(lines-dropped)+2 || got[n-2] != notice || got[n-1] != "after the pause\n" {
		t.Errorf("%d lines, the last are %q", len(got), got[max(0, len(got)-2):])
	}
	if w.Dropped() != dropped {
		t.Errorf("%d are dropped afterwards, want %d", w.Dropped(), dropped)
	}
}

func TestLinesThatTheReaderRefusesAreCounted(t *testing.T) {
	t.Parallel()
	r := newReader()
	w := logqueue.New(r)
	r.fail(errGone)
	fmt.Fprintln(w, "lost")
	fmt.Fprintln(w, "lost too")
	close(r.gate)
	for w.Dropped() < 2 {
		<-time.After(time.Millisecond) // polls the condition above
	}
	r.fail(nil)
	fmt.Fprintln(w, "there")
	if !w.Close(patience) {
		t.Fatal("Close gave up")
	}
	if got := strings.Join(r.all(), ""); got != "2 lines of the log were dropped\nthere\n" {
		t.Errorf("the log is %q", got)
	}
}

func TestCloseDoesNotWaitForAReaderThatStopped(t *testing.T) {
	t.Parallel()
	r := newReader()
	w := logqueue.New(r)
	fmt.Fprintln(w, "a line")
	<-r.began
	if w.Close(time.Millisecond) {
		t.Error("Close says that the line is written")
	}
	fmt.Fprintln(w, "too late")
	if w.Dropped() != 1 {
		t.Errorf("%d lines are dropped, want the one after Close", w.Dropped())
	}
	close(r.gate)
	if !w.Close(patience) {
		t.Error("a second Close gave up")
	}
}

func TestALineLargerThanTheQueueIsWritten(t *testing.T) {
	t.Parallel()
	r := newReader()
	close(r.gate)
	w := logqueue.New(r)
	line := strings.Repeat("x", 2*logqueue.Size) + "\n"
	if _, err := io.WriteString(w, line); err != nil {
		t.Fatal(err)
	}
	if !w.Close(patience) || len(r.all()) != 1 || r.all()[0] != line {
		t.Error("the line is not written whole")
	}
}
