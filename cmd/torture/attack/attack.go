// Package attack attacks a running program with requests that cost it more than the attacker: sign-ins, images, half
// requests, sockets, addresses. Each attack prints the memory it took and the 99th percentile of GET /movies for
// bystanders, who read at a steady rate and are timed from when each request was due, beside the goals. The soak looks
// for leaks over hours of ordinary use instead.
package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// Options configure Run.
type Options struct {
	Attacks []string // by name; all when empty
	Bin     string   // the program, built when it is empty
	Dir     string   // to work in
	Seed    uint64
	Scale   int // of the number of attackers, in percent of what the goals ask for

	Duration time.Duration // of a soak; 0 for five minutes

	Database *harness.Engine // a MariaDB server; nil for SQLite
}

// attack is one kind of attack. It runs against a separate process with its own settings.
type attack struct {
	name, what string
	settings   []string
	run        func(*target, context.Context) error
}

var attacks = []attack{
	{"login", "200 wrong sign-ins at once, from many addresses", []string{"CINECIRCLE_AUTH_BCRYPT_COST=12"}, (*target).login},
	{"fair", "five addresses that sign in and up as fast as their limits allow", []string{"CINECIRCLE_AUTH_BCRYPT_COST=12"}, (*target).fair},
	{"slow", "half headers, half bodies, and clients that do not read the answer", nil, (*target).slow},
	{"bodies", "large and slow bodies to every page that reads one", nil, (*target).bodies},
	{"bombs", "images that are small as files and large as pixels", nil, (*target).bombs},
	{"stalled", "sockets of which one in ten never reads", []string{"CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER=1200", "CINECIRCLE_LIMITS_SOCKET=off"}, (*target).stalled},
	{"storm", "sockets that are all cut and all reconnect", nil, (*target).storm},
	{"addresses", "a million addresses, each for one request", nil, (*target).addresses},
	{"pages", "last pages of lists, and pages that do not exist", nil, (*target).pages},
	{"stop", "SIGTERM under load", nil, (*target).stop},
	{"soak", "ordinary use for hours", nil, (*target).soak},
	{"races", "equal requests at the same time", []string{"CINECIRCLE_LIMITS_ENABLED=false"}, (*target).races},
}

// onlyNamed lists the attacks that take so long that they run only when they are named.
var onlyNamed = []string{"soak"}

// All names every attack except those.
const All = "all"

// Names returns the names of the attacks.
func Names() (names []string) {
	for _, a := range attacks {
		names = append(names, a.name)
	}
	return names
}

// target is the program under one attack.
type target struct {
	Options
	scratch string
	meter   string // address of /metrics
	proc    *harness.Process
	api     *harness.Client
	goals   []goal
	notes   []string
	films   int // that were imported
}

// goal is a measured figure and its upper limit.
type goal struct {
	what      string
	got, most float64
	unit      string
}

// Run attacks and writes the results. A missed goal is written as MISSED and is not an error. It is an error when the
// program died or refused other clients.
func Run(ctx context.Context, o Options, out, progress io.Writer) error {
	for _, name := range o.Attacks {
		if name != All && !slices.Contains(Names(), name) {
			return fmt.Errorf("unknown attack %q; known are: %s", name, strings.Join(Names(), ", "))
		}
	}
	if o.Bin == "" {
		fmt.Fprintln(progress, "building")
		o.Bin = filepath.Join(o.Dir, "cinecircle")
		if err := harness.Build(ctx, o.Bin); err != nil {
			return err
		}
	}
	var problems []error
	for _, a := range attacks {
		if !o.wants(a) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Fprintln(progress, "attack: "+a.name)
		s := &target{Options: o, scratch: filepath.Join(o.Dir, a.name)}
		if err := s.attack(ctx, a); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", a.name, err))
		}
		s.print(out, a)
	}
	return errors.Join(problems...)
}

// wants reports whether an attack was chosen.
func (o Options) wants(a attack) bool {
	all := len(o.Attacks) == 0 || slices.Contains(o.Attacks, All)
	return slices.Contains(o.Attacks, a.name) || all && !slices.Contains(onlyNamed, a.name)
}

// attack starts a program, attacks it, and ends it.
func (s *target) attack(ctx context.Context, a attack) (err error) {
	if err := s.open(ctx, a); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, s.proc.End(syscall.SIGTERM))
		if err == nil {
			err = os.RemoveAll(s.scratch)
		}
	}()
	err = a.run(s, ctx)
	if !s.proc.Running() && a.name != "stop" {
		err = errors.Join(err, fmt.Errorf("the program died: %s", s.proc.LogTail()))
	}
	return err
}

// filmCount is how many films there are.
const filmCount = 5000

// open imports films and starts a program that trusts X-Forwarded-For, so that one machine can have many addresses.
func (s *target) open(ctx context.Context, a attack) error {
	if err := errors.Join(os.RemoveAll(s.scratch), os.MkdirAll(s.scratch, 0o700)); err != nil { // left by an earlier attack
		return fmt.Errorf("make a folder: %w", err)
	}
	addr, err := harness.FreeAddr(ctx)
	if err != nil {
		return err
	}
	if s.meter, err = harness.FreeAddr(ctx); err != nil {
		return err
	}
	s.api = harness.NewClient("http://" + addr)
	s.proc = &harness.Process{Name: "cinecircle", Bin: s.Bin, Dir: s.scratch, Addr: addr, HTTP: s.api.HTTP}
	s.proc.Env = append(harness.Environment(),
		"CINECIRCLE_SERVER_ADDR="+addr, "CINECIRCLE_METRICS_ADDR="+s.meter, "CINECIRCLE_SERVER_TRUSTED_PROXIES=127.0.0.1", "CINECIRCLE_AUTH_BCRYPT_COST=4",
		"CINECIRCLE_LOG_LEVEL=warn", "CINECIRCLE_LIMITS_TOGGLE=off", "CINECIRCLE_AUTH_ACCESS_TTL=24h")
	s.proc.Env = append(s.proc.Env, "TMPDIR="+s.scratch) // where bodies would be spooled to
	s.proc.Env = append(s.proc.Env, a.settings...)
	if err := s.useDatabase(ctx, a.name); err != nil {
		return err
	}
	s.films = filmCount
	if err := s.importFilms(ctx, s.films); err != nil {
		return err
	}
	if err := s.proc.Start(); err != nil {
		return err
	}
	return s.proc.Await(ctx, "ok")
}

// useDatabase configures the program for the database server, if there is one, with a new schema.
func (s *target) useDatabase(ctx context.Context, name string) error {
	if s.Database == nil {
		return nil
	}
	schema := fmt.Sprintf("%s_%d", name, time.Now().UnixNano()) // an earlier attack in the same folder had another one
	s.proc.Env = append(s.proc.Env, "CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN="+s.Database.URL+schema,
		"CINECIRCLE_AUTH_SECRET="+strings.Repeat("the target's own ", 3))
	return s.Database.MakeSchema(ctx, schema)
}

func (s *target) importFilms(ctx context.Context, n int) error {
	cmd := s.proc.Command(ctx, "import", "movies", "-")
	var lines strings.Builder
	for k := range n {
		fmt.Fprintf(&lines, `{"title": "film %d", "plot": "", "cast": [], "playtime": 100, "genre": "Drama"}`+"\n", k)
	}
	cmd.Stdin = strings.NewReader(lines.String())
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import films: %w: %s", err, said)
	}
	return nil
}

// scaled returns n at the scale of the options.
func (s *target) scaled(n int) int { return max(1, n*s.Scale/100) }

func (s *target) want(what string, got, most float64, unit string) {
	s.goals = append(s.goals, goal{what, got, most, unit})
}

func (s *target) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

func (s *target) print(out io.Writer, a attack) {
	fmt.Fprintf(out, "%-10s %s\n", a.name, a.what)
	for _, g := range s.goals {
		result := "met"
		if g.got > g.most {
			result = "MISSED"
		}
		fmt.Fprintf(out, "           %-44s %8.1f %-3s  goal %.4g  %s\n", g.what, g.got, g.unit, g.most, result)
	}
	for _, n := range s.notes {
		fmt.Fprintln(out, "           "+n)
	}
}

// between runs an attack while bystanders read, and compares their p99 and the memory with the goals.
func (s *target) between(ctx context.Context, p99 time.Duration, memory int64, during func(ctx context.Context) error) error {
	calm := s.watchOthers(ctx)
	pause(ctx, calmFor)
	quiet, err := calm.stop()
	if err != nil {
		return fmt.Errorf("before the attack: %w", err)
	}
	before, err := s.proc.Memory()
	if err != nil {
		return err
	}
	w := s.watchOthers(ctx)
	attacked := during(ctx)
	busy, err := w.stop()
	after, unknown := s.proc.Memory()
	if unknown != nil && s.proc.Running() {
		return errors.Join(attacked, err, unknown)
	}
	s.want("others: p99 of GET /movies", milliseconds(busy), milliseconds(p99), "ms")
	s.note("others before it: p99 %.1f ms", milliseconds(quiet))
	if unknown == nil {
		s.want("memory: more at its peak than before", megabytes(after.Peak-before.Resident), megabytes(memory), "MiB")
		s.note("memory: %.0f MiB before, %.0f at its peak, %.0f after it", megabytes(before.Resident), megabytes(after.Peak), megabytes(after.Resident))
	}
	return errors.Join(attacked, err)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
func megabytes(b int64) float64            { return float64(b) / (1 << 20) }

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
