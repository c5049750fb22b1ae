// Package logqueue puts a bounded queue between those who log and the reader of the log, so that a reader that stops
// reading, or is gone, holds up nobody.
package logqueue

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Size is the capacity of a queue in bytes, about a thousand lines of the access log.
const Size = 256 << 10

// Notice writes to out that so many lines were dropped. Its error is that of the write.
type Notice func(out io.Writer, lines uint64) error

// Writer is an [io.Writer] that never blocks. A goroutine writes the lines to the underlying writer, one call for each.
// Lines that do not fit into the queue, or that the underlying writer does not take, are dropped and counted; once it
// takes lines again, a notice says how many are missing there.
type Writer struct {
	out     io.Writer
	dropped atomic.Uint64
	missing uint64 // lines dropped since the last notice; used by the goroutine only

	mu      sync.Mutex
	notice  Notice        // guarded by mu
	queue   []byte        // guarded by mu: lines that the goroutine has not taken yet
	spare   []byte        // guarded by mu: the memory of the next queue
	taken   int           // guarded by mu: bytes that the goroutine is writing
	gap     uint64        // guarded by mu: lines dropped behind those in the queue
	closing bool          // guarded by mu
	wake    chan struct{} // receives a value when there is work, or closing is set
	done    chan struct{} // closed when the goroutine has ended
}

// New returns a queue in front of out. The caller closes it.
func New(out io.Writer) *Writer {
	w := &Writer{out: out, wake: make(chan struct{}, 1), done: make(chan struct{})}
	w.SetNotice(func(out io.Writer, lines uint64) error {
		_, err := fmt.Fprintf(out, "%d lines of the log were dropped\n", lines)
		return err //nolint:wrapcheck // only compared with nil
	})
	go w.run()
	return w
}

// SetNotice replaces the notice, which is a plain line of text at first.
func (w *Writer) SetNotice(n Notice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notice = n
}

// Dropped returns how many lines were dropped so far.
func (w *Writer) Dropped() uint64 { return w.dropped.Load() }

// Write queues p, which is one or more whole lines, or drops it. It never blocks and returns no error.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	used := len(w.queue) + w.taken
	// After a gap nothing is queued until the goroutine has taken the gap, so that its notice is at the right place.
	switch {
	case w.closing:
		w.dropped.Add(countLines(p))
	case w.gap > 0, used > 0 && used+len(p) > Size:
		w.gap += countLines(p)
		w.dropped.Add(countLines(p))
	default:
		w.queue = append(w.queue, p...)
	}
	w.signal()
	return len(p), nil
}

// signal wakes the goroutine.
func (w *Writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // it has yet to see the last signal
	}
}

// Close waits until every line is written, but no longer than patience, and reports whether it is. Lines that are
// written afterwards are dropped.
func (w *Writer) Close(patience time.Duration) bool {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
	w.signal()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-w.done:
		return true
	case <-timer.C:
		return false
	}
}

func (w *Writer) run() {
	defer close(w.done)
	for {
		lines, gap, notice, closing := w.take()
		switch {
		case len(lines) > 0, gap > 0:
			w.deliver(lines, gap, notice)
		case closing:
			return
		default:
			<-w.wake
		}
	}
}

// take empties the queue.
func (w *Writer) take() (lines []byte, gap uint64, notice Notice, closing bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines, gap = w.queue, w.gap
	w.queue, w.spare = w.spare[:0], lines
	w.taken, w.gap = len(lines), 0
	return lines, gap, w.notice, w.closing
}

// deliver writes lines, and notices at the places where lines are missing.
func (w *Writer) deliver(lines []byte, gap uint64, notice Notice) {
	for line := range bytes.Lines(lines) {
		if !w.explain(notice) || !w.write(line) {
			w.missing++
			w.dropped.Add(1)
		}
	}
	w.missing += gap
	w.explain(notice)
	w.mu.Lock()
	w.taken = 0
	w.mu.Unlock()
}

func (w *Writer) write(line []byte) bool {
	_, err := w.out.Write(line)
	return err == nil
}

// explain writes the notice of missing lines, and reports whether it is written or not needed.
func (w *Writer) explain(notice Notice) bool {
	if w.missing > 0 && notice(w.out, w.missing) == nil {
		w.missing = 0
	}
	return w.missing == 0
}

func countLines(p []byte) uint64 { return uint64(max(1, bytes.Count(p, []byte{'\n'}))) }
