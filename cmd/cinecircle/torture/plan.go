package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
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
	kindDisk      = "disk"      // no room on the disk
	kindServers   = "servers"   // the servers of the stack: their connections, or SIGKILL
	kindDatabase  = "database"  // SIGKILL of the stack's database alone, which the program has to outlive
)

// kinds lists all faults, those first that come several times before the others come again.
var (
	allKinds   = []string{kindKill, kindPoint, kindStop, kindNet, kindStorm, kindClock, kindBackup, kindMigration, kindDisk, kindServers, kindDatabase}
	onlyStack  = []string{kindServers, kindDatabase}
	neverStack = []string{kindBackup, kindMigration, kindDisk} // backups and disks are the servers' own; migrations have their test
	often      = map[string]int{kindKill: 3, kindPoint: 4, kindServers: 4}
)

// point is a fail point of a running service, and how often it may have been reached before its turn.
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
		{"file-written", 10}, // of the local store
	}
	backupPoints = []string{"backup-begun", "backup-written"}
)

// migrationStatements is about how many statements the migrations have.
const migrationStatements = 45

// fault is one thing that is done to the program. Everything about it comes from the seed.
type fault struct {
	kind    string
	name    string        // for the report
	env     []string      // with which the process is started
	envs    []string      // with which it is started one time after the other, of a migration
	after   time.Duration // of use, until it comes, or at the latest
	last    time.Duration // how long it lasts
	weather rig.Weather
	server  string // of the stack; killed, where the weather is fair

	backupEnv []string
	leave     []int64         // bytes of the disk, one time after the other
	times     int             // that sockets are cut
	by        []time.Duration // to which the clock is set, one after the other
	leap      bool            // by more than tokens tolerate
}

// plan draws faults: every kind comes as often as it is to, in any order, before one comes more often.
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
		f.weather = pick(p.r, p.weathers())
		f.name = "clients: " + f.weather.Name
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
	case kindServers:
		p.troubleServers(&f)
	case kindDatabase:
		f.server, f.last = nameDatabase, p.between(200*time.Millisecond, 2500*time.Millisecond)
	}
	return f
}

// weathers are all kinds of bad weather, each as bad as it happens to be.
func (p *plan) weathers() []rig.Weather {
	return rig.Weathers(p.between(5*time.Millisecond, 200*time.Millisecond), 1+p.r.IntN(400), 1+p.r.IntN(2000))
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

func (p *plan) troubleServers(f *fault) {
	f.server = pick(p.r, []string{nameDatabase, nameRedis, nameStore})
	f.last = p.between(200*time.Millisecond, 2500*time.Millisecond)
	if p.r.IntN(4) == 0 {
		f.name = f.server + ": killed"
		return
	}
	f.weather = pick(p.r, p.weathers())
	f.name = f.server + ": " + f.weather.Name
}

func failAt(point string, nth int) string { return fmt.Sprintf("FAILPOINT=%s@%d", point, nth) }

// tolerated is by how much a clock may be wrong without anybody noticing; tokens of a later time are refused.
const tolerated = 25 * time.Second

// pointPatience is how long a fail point is waited for; a process that has not reached it by then is killed.
const pointPatience = 3 * time.Second

func (p *plan) between(least, most time.Duration) time.Duration {
	return least + time.Duration(p.r.Int64N(int64(most-least)))
}
