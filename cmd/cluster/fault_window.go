package main

import (
	"slices"
	"sync"
	"time"
)

// window is the time of a fault: from just before it until everything has been ready for a while.
type window struct {
	what     string
	from, to time.Time // to is zero while it lasts
}

// faultWindows are the windows of all faults.
type faultWindows struct {
	mu  sync.Mutex
	all []window // guarded by mu
}

// begin opens a window and returns a function that closes it.
func (w *faultWindows) begin(what string) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := len(w.all)
	w.all = append(w.all, window{what: what, from: time.Now()})
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.all[k].to = time.Now()
	}
}

// during returns the fault at any time between from and to, "" for none. Faults in ignore do not count.
func (w *faultWindows) during(from, to time.Time, ignore ...string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range w.all {
		if x.from.Before(to) && (x.to.IsZero() || from.Before(x.to)) && !slices.Contains(ignore, x.what) {
			return x.what
		}
	}
	return ""
}

// counts returns how often each fault occurred, and the time of all of them.
func (w *faultWindows) counts() (map[string]int, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, took := map[string]int{}, time.Duration(0)
	for _, x := range w.all {
		n[x.what]++
		took += x.to.Sub(x.from)
	}
	return n, took
}

// failure is a request that did not succeed.
type failure struct {
	what     string
	status   int // 0 without an answer
	from, to time.Time
}

// failures are all of them. Each was repeated.
type failures struct {
	mu  sync.Mutex
	all []failure // guarded by mu
}

func (f *failures) add(x failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, x)
}
