//go:build failpoint

package clock

import (
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"
)

// process is the clock of this process.
var process = &skewed{file: os.Getenv("FAILPOINT_CLOCK")}

// skewed is a wall clock that is wrong by the duration in a file.
type skewed struct {
	file string
	by   atomic.Int64
	read atomic.Int64 // when the file was last read, in Unix nanoseconds
}

// rereadEvery is how often the file is read at most.
const rereadEvery = 20 * time.Millisecond

// Now returns the current time with a wrong wall clock and the right monotonic reading, like [time.Now] on a
// machine whose clock was set.
func Now() time.Time {
	now := time.Now()
	if process.file == "" {
		return now
	}
	last := process.read.Load()
	if now.UnixNano()-last > int64(rereadEvery) && process.read.CompareAndSwap(last, now.UnixNano()) {
		process.reread()
	}
	return setWall(now, time.Duration(process.by.Load()))
}

func (c *skewed) reread() {
	text, err := os.ReadFile(c.file)
	if err != nil {
		return // the file does not exist yet
	}
	if by, err := time.ParseDuration(strings.TrimSpace(string(text))); err == nil {
		c.by.Store(int64(by))
	}
}

// setWall moves the wall clock of t by whole seconds and keeps its monotonic reading, which package time cannot
// do. A Time with a monotonic reading begins with a word of one flag, 33 bits of seconds and 30 of nanoseconds.
func setWall(t time.Time, by time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(int64(by/time.Second)) << 30
	return t
}
