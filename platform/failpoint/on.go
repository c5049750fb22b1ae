//go:build failpoint

package failpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

// point is where this process dies.
type point struct {
	name string
	left atomic.Int64 // how many times it has yet to be reached
}

// chosen is the point of this process.
var chosen = choose(os.Getenv("FAILPOINT"))

// choose parses NAME@COUNT. It panics if text is invalid, so that no campaign runs without its faults.
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

// Reach kills the process when the chosen point is reached for the chosen time.
func Reach(name string) {
	if name != chosen.name || chosen.left.Add(-1) != 0 {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // until the signal arrives
}
