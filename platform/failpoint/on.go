//go:build failpoint

package failpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"
)

// point is the one at which this process dies.
type point struct {
	name string
	left atomic.Int64 // how often it may still be reached
}

// chosen and skew are read from the environment once; a build with the tag is for nothing else.
var (
	chosen = choose(os.Getenv("FAILPOINT"))
	skew   = &clock{file: os.Getenv("FAILPOINT_CLOCK")}
)

// choose reads NAME@COUNT. What makes no sense ends the process, so that no campaign runs without its faults.
func choose(text string) *point {
	if text == "" {
		return &point{}
	}
	name, count, _ := strings.Cut(text, "@")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || n < 1 {
		panic(fmt.Sprintf("FAILPOINT=%s: want NAME@COUNT", text))
	}
	p := &point{name: name}
	p.left.Store(n)
	return p
}

// Reach ends the process as SIGKILL does when the point is the chosen one and its time has come.
func Reach(name string) {
	if name != chosen.name || chosen.left.Add(-1) != 0 {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill() // nothing after this line runs
	}
	select {}
}

// clock is a wall clock that is wrong by what a file says.
type clock struct {
	file string
	by   atomic.Int64
	read atomic.Int64 // when, in nanoseconds of the true clock
}

// rereadEvery is how long a change of the file may go unnoticed.
const rereadEvery = 20 * time.Millisecond

// Now is the true time with its wall clock set wrong. Its monotonic reading stays right, as it does when somebody sets
// the clock of a machine.
func Now() time.Time {
	now := time.Now()
	if skew.file == "" {
		return now
	}
	last := skew.read.Load()
	if now.UnixNano()-last > int64(rereadEvery) && skew.read.CompareAndSwap(last, now.UnixNano()) {
		skew.reread()
	}
	return setWall(now, time.Duration(skew.by.Load()))
}

func (c *clock) reread() {
	text, err := os.ReadFile(c.file)
	if err != nil {
		return // not written yet
	}
	if by, err := time.ParseDuration(strings.TrimSpace(string(text))); err == nil {
		c.by.Store(int64(by))
	}
}

// setWall changes the wall clock of t by whole seconds and leaves its monotonic reading: package time has no way to do
// that. A Time with such a reading begins with a word of one flag, 33 bits of seconds and 30 of nanoseconds.
func setWall(t time.Time, by time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(int64(by/time.Second)) << 30
	return t
}
