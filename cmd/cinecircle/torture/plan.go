package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// The kinds of faults.
const (
	kindKill  = "kill"  // SIGKILL at a random moment
	kindPoint = "point" // SIGKILL at a named one
	kindStop  = "stop"  // SIGTERM under load, which nothing in flight may suffer from
	kindNet   = "net"   // the connections of clients
	kindClock = "clock" // the wall clock is set while it runs
)

var allKinds = []string{kindKill, kindPoint, kindStop, kindNet, kindClock}

// points are the fail points of a running service, and how often the rarest of them are reached before it is their turn.
var points = []struct {
	name string
	most int
}{
	{"before-commit", 200},
	{"after-commit", 200},
	{"row-before-push", 60},
	{"file-before-row", 25},
	{"file-written", 25},
	{"file-removed", 8},
}

// fault is one thing that is done to the program. Everything about it comes from the seed.
type fault struct {
	kind    string
	name    string        // for the report
	env     []string      // with which the process is started
	after   time.Duration // of use, until it comes, or at the latest
	last    time.Duration // how long it lasts
	weather rig.Weather
	by      []time.Duration // to which the clock is set, one after the other
}

// plan draws faults: every kind comes once, in any order, before one comes again.
type plan struct {
	r     *rand.Rand
	kinds []string
	deck  []string
}

func newPlan(seed uint64, kinds []string) *plan {
	return &plan{r: rand.New(rand.NewPCG(seed, 2)), kinds: kinds}
}

func (p *plan) next() fault {
	if len(p.deck) == 0 {
		p.deck = append(p.deck, p.kinds...)
		p.r.Shuffle(len(p.deck), func(i, j int) { p.deck[i], p.deck[j] = p.deck[j], p.deck[i] })
	}
	f := fault{kind: p.deck[0], name: p.deck[0], after: p.between(20*time.Millisecond, 700*time.Millisecond)}
	p.deck = p.deck[1:]
	switch f.kind {
	case kindPoint:
		at := points[p.r.IntN(len(points))]
		f.name = at.name
		f.env = []string{fmt.Sprintf("FAILPOINT=%s@%d", at.name, 1+p.r.IntN(at.most))}
		f.after = pointPatience
	case kindNet:
		all := rig.Weathers(p.between(5*time.Millisecond, 200*time.Millisecond), 1+p.r.IntN(400), 1+p.r.IntN(2000))
		f.weather = all[p.r.IntN(len(all))]
		f.name = "clients: " + f.weather.Name
		f.last = p.between(200*time.Millisecond, 1500*time.Millisecond)
	case kindClock:
		for range 2 + p.r.IntN(3) {
			f.by = append(f.by, p.between(-time.Hour, time.Hour))
		}
		f.last = p.between(200*time.Millisecond, 800*time.Millisecond)
	}
	return f
}

// pointPatience is how long a fail point is waited for; a process that has not reached it by then is killed.
const pointPatience = 4 * time.Second

func (p *plan) between(least, most time.Duration) time.Duration {
	return least + time.Duration(p.r.Int64N(int64(most-least)))
}
