package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// The kinds of faults.
const (
	kindKill      = "kill"      // SIGKILL at a random moment
	kindPoint     = "point"     // SIGKILL at a named one
	kindStop      = "stop"      // SIGTERM under load
	kindNet       = "net"       // the connections of clients
	kindStorm     = "storm"     // many sockets that are cut at once and come back at once, several times
	kindClock     = "clock"     // the wall clock is set while it runs
	kindBackup    = "backup"    // a backup of the database in use, killed or not
	kindMigration = "migration" // SIGKILL while the tables are made
	kindDisk      = "disk"      // the disk is full
	kindLog       = "log"       // nobody reads the log; the program must keep running and stop in order
	kindServers   = "servers"   // the servers of the stack: their connections, or SIGKILL
	kindDatabase  = "database"  // SIGKILL of the database of the stack only; the program must keep running
)

// kinds lists all faults, those first that come several times before the others come again.
var (
	allKinds   = []string{kindKill, kindPoint, kindStop, kindNet, kindStorm, kindClock, kindBackup, kindMigration, kindDisk, kindLog, kindServers, kindDatabase}
	onlyStack  = []string{kindServers, kindDatabase}
	neverStack = []string{kindBackup, kindMigration, kindDisk} // backups and disks are the servers' own; migrations have their test
	often      = map[string]int{kindKill: 3, kindPoint: 4, kindServers: 4}
)

// point is a fail point of a running service, and the number of times it may be reached before the kill.
type point struct {
	name string
	most int
}

var (
	points = []point{
		{"before-commit", 200},
		{"after-commit", 200},
		{"row-before-push", 60},
		{"file-before-row", 25},
		{"file-removed", 8},
		{"file-moved", 4},      // of an image that is hidden or restored
		{"import-applied", 12}, // before the commit of a batch, also of one that is undone
		{"import-batch", 12},   // after it
		{"file-written", 10},   // of the local store
	}
	backupPoints = []string{"backup-begun", "backup-written"}
)

// migrationStatements is the approximate number of statements in the migrations.
const migrationStatements = 45

// fault is one fault. All its values are drawn from the seed.
type fault struct {
	kind       string
	name       string        // for the report
	env        []string      // environment of the process
	envs       []string      // of a migration: environments of its starts, in order
	after      time.Duration // time of use before it comes
	last       time.Duration // how long it lasts
	conditions harness.Conditions
	server     string // of the stack; killed if its conditions are normal

	backupEnv []string
	leave     []int64         // bytes of the disk, one time after the other
	times     int             // that sockets are cut
	by        []time.Duration // offsets of the clock, in order
	leap      bool            // more than tokens tolerate
}

// plan draws faults in random order. Every kind is drawn its number of times before any kind is drawn again.
type plan struct {
	r      *rand.Rand
	kinds  []string
	points []point
	deck   []string
}

func newPlan(seed uint64, kinds []string, stack bool) *plan {
	p := &plan{r: rand.New(rand.NewPCG(seed, 2)), kinds: kinds, points: points}
	if stack {
		p.points = points[:len(points)-1]
	}
	return p
}

func (p *plan) shuffle() {
	for _, kind := range p.kinds {
		for range max(1, often[kind]) {
			p.deck = append(p.deck, kind)
		}
	}
	p.r.Shuffle(len(p.deck), func(i, j int) { p.deck[i], p.deck[j] = p.deck[j], p.deck[i] })
}

func (p *plan) next() fault {
	if len(p.deck) == 0 {
		p.shuffle()
	}
	f := fault{kind: p.deck[0], name: p.deck[0], after: p.between(20*time.Millisecond, 1200*time.Millisecond)}
	p.deck = p.deck[1:]
	switch f.kind {
	case kindPoint:
		at := pick(p.r, p.points)
		f.name, f.after = at.name, pointPatience
		f.env = []string{failAt(at.name, 1+p.r.IntN(at.most))}
	case kindNet:
		f.conditions = pick(p.r, p.badConditions())
		f.name = "clients: " + f.conditions.Name
		f.last = p.between(200*time.Millisecond, 1500*time.Millisecond)
	case kindStorm:
		f.times, f.last = 2+p.r.IntN(3), p.between(50*time.Millisecond, 500*time.Millisecond)
	case kindClock:
		p.setClock(&f)
	case kindBackup:
		p.makeBackup(&f)
	case kindMigration:
		for range 3 {
			f.envs = append(f.envs, failAt("migration-statement", 1+p.r.IntN(migrationStatements)))
		}
	case kindDisk:
		for range 3 {
			f.leave = append(f.leave, p.r.Int64N(200<<10))
		}
		f.last = p.between(300*time.Millisecond, 1200*time.Millisecond)
	case kindLog:
		f.env = []string{"CINECIRCLE_LOG_LEVEL=info"} // a line for each request
	case kindServers:
		p.disturbServers(&f)
	case kindDatabase:
		f.server, f.last = nameDatabase, p.between(200*time.Millisecond, 2500*time.Millisecond)
	}
	return f
}

// badConditions draws one of each kind of bad network conditions.
func (p *plan) badConditions() []harness.Conditions {
	return harness.AllConditions(p.between(5*time.Millisecond, 200*time.Millisecond), 1+p.r.IntN(400), 1+p.r.IntN(2000))
}

func (p *plan) setClock(f *fault) {
	f.name = "clock: skewed"
	most := tolerated
	if f.leap = p.r.IntN(2) == 0; f.leap {
		f.name, most = "clock: leapt", time.Hour
	}
	for range 2 + p.r.IntN(3) {
		f.by = append(f.by, p.between(-most, most))
	}
	f.last = p.between(200*time.Millisecond, 800*time.Millisecond)
}

func (p *plan) makeBackup(f *fault) {
	switch n := p.r.IntN(4); n {
	case 0, 1:
		f.name = backupPoints[n]
		f.backupEnv = []string{failAt(f.name, 1)}
	case 2:
		f.name = "backup: killed"
		f.last = p.between(10*time.Millisecond, 200*time.Millisecond)
	}
}

func (p *plan) disturbServers(f *fault) {
	f.server = pick(p.r, []string{nameDatabase, nameRedis, nameStore})
	f.last = p.between(200*time.Millisecond, 2500*time.Millisecond)
	if p.r.IntN(4) == 0 {
		f.name = f.server + ": killed"
		return
	}
	f.conditions = pick(p.r, p.badConditions())
	f.name = f.server + ": " + f.conditions.Name
}

func failAt(point string, nth int) string { return fmt.Sprintf("FAILPOINT=%s@%d", point, nth) }

// tolerated is by how much a clock may be wrong without an effect. Tokens from further in the future are refused.
const tolerated = 25 * time.Second

// pointPatience is how long the program may take to reach its fail point. After that it is killed.
const pointPatience = 3 * time.Second

func (p *plan) between(least, most time.Duration) time.Duration {
	return least + time.Duration(p.r.Int64N(int64(most-least)))
}
