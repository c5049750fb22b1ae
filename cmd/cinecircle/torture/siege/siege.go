// Package siege attacks a running program with what costs it more than the attacker: logins, images, half requests,
// sockets, addresses. Each attack prints what others noticed of it and what memory it took, beside the goal. What
// others notice is the 99th percentile of GET /movies at a steady rate, timed from when each was due. The soak looks
// for what is not given back instead, after hours of what is asked of the program every day.
package siege

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// Options say how to attack.
type Options struct {
	Attacks []string // by name; All for none
	Bin     string   // the program, built when it is empty
	Dir     string   // to work in
	Seed    uint64
	Scale   int // of the number of attackers, in percent of what the goals ask for

	Duration time.Duration // of a soak; 0 for five minutes

	Database *rig.Engine // MariaDB to live on; nil for SQLite
}

// attack is one of them. It runs against a program of its own, with settings of its own.
type attack struct {
	name, what string
	settings   []string
	run        func(*siege, context.Context) error
}

var attacks = []attack{
	{"login", "200 wrong logins at once, from everywhere", []string{"CINECIRCLE_AUTH_BCRYPT_COST=12"}, (*siege).login},
	{"slow", "half headers, half bodies, and nobody who reads the answer", nil, (*siege).slow},
	{"bombs", "images that are small as files and large as pixels", nil, (*siege).bombs},
	{"stalled", "sockets of which one in ten is never read", []string{"CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER=1200", "CINECIRCLE_LIMITS_SOCKET=off"}, (*siege).stalled},
	{"storm", "sockets that are cut at once and come back at once", nil, (*siege).storm},
	{"addresses", "a million addresses, each for one request", nil, (*siege).addresses},
	{"pages", "pages at the end of the world", nil, (*siege).pages},
	{"stop", "SIGTERM under load", nil, (*siege).stop},
	{"soak", "a community that stays for hours", nil, (*siege).soak},
	{"races", "equal requests at once", []string{"CINECIRCLE_LIMITS_ENABLED=false"}, (*siege).races},
}

// onlyNamed lists the attacks that take so long that they come only when they are asked for by name.
var onlyNamed = []string{"soak"}

// All stands for every attack but those.
const All = "all"

// Names lists the attacks.
func Names() (names []string) {
	for _, a := range attacks {
		names = append(names, a.name)
	}
	return names
}

// siege is one attack under way.
type siege struct {
	Options
	scratch string
	meter   string // where the program tells of itself
	proc    *rig.Process
	api     *rig.Client
	goals   []goal
	notes   []string
	films   int // that were imported
}

// goal is a figure and what it ought to be at most.
type goal struct {
	what      string
	got, most float64
	unit      string
}

// Run attacks, and writes what came of it. A goal that was missed is written down as missed and is no error; that the
// program died, or refused others, is one.
func Run(ctx context.Context, o Options, out, progress io.Writer) error {
	for _, name := range o.Attacks {
		if name != All && !slices.Contains(Names(), name) {
			return fmt.Errorf("there is no attack %q; there are: %s", name, strings.Join(Names(), ", "))
		}
	}
	if o.Bin == "" {
		fmt.Fprintln(progress, "building")
		o.Bin = filepath.Join(o.Dir, "cinecircle")
		if err := rig.Build(ctx, o.Bin); err != nil {
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
		s := &siege{Options: o, scratch: filepath.Join(o.Dir, a.name)}
		if err := s.attack(ctx, a); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", a.name, err))
		}
		s.print(out, a)
	}
	return errors.Join(problems...)
}

// wants reports whether an attack is to come.
func (o Options) wants(a attack) bool {
	all := len(o.Attacks) == 0 || slices.Contains(o.Attacks, All)
	return slices.Contains(o.Attacks, a.name) || all && !slices.Contains(onlyNamed, a.name)
}

// attack starts a program, attacks it, and ends it.
func (s *siege) attack(ctx context.Context, a attack) (err error) {
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
		err = errors.Join(err, fmt.Errorf("the program died: %s", s.proc.LastWords()))
	}
	return err
}

// filmCount is how many films there are.
const filmCount = 5000

// open imports films and starts a program that believes in X-Forwarded-For, so that one machine can be everybody.
func (s *siege) open(ctx context.Context, a attack) error {
	if err := errors.Join(os.RemoveAll(s.scratch), os.MkdirAll(s.scratch, 0o700)); err != nil { // of an attack before
		return fmt.Errorf("make a folder: %w", err)
	}
	addr, err := rig.FreeAddr(ctx)
	if err != nil {
		return err
	}
	if s.meter, err = rig.FreeAddr(ctx); err != nil {
		return err
	}
	s.api = rig.NewClient("http://" + addr)
	s.proc = &rig.Process{Name: "cinecircle", Bin: s.Bin, Dir: s.scratch, Addr: addr, HTTP: s.api.HTTP}
	s.proc.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CINECIRCLE_") }),
		"CINECIRCLE_SERVER_ADDR="+addr, "CINECIRCLE_METRICS_ADDR="+s.meter, "CINECIRCLE_SERVER_TRUSTED_PROXIES=127.0.0.1", "CINECIRCLE_AUTH_BCRYPT_COST=4",
		"CINECIRCLE_LOG_LEVEL=warn", "CINECIRCLE_LIMITS_TOGGLE=off", "CINECIRCLE_AUTH_ACCESS_TTL=24h")
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

// useDatabase has the program live on the server, if there is one, in a schema of its own.
func (s *siege) useDatabase(ctx context.Context, name string) error {
	if s.Database == nil {
		return nil
	}
	schema := fmt.Sprintf("%s_%d", name, time.Now().UnixNano()) // an attack before, in the same folder, had another
	s.proc.Env = append(s.proc.Env, "CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN="+s.Database.URL+schema,
		"CINECIRCLE_AUTH_SECRET="+strings.Repeat("the siege's own ", 3))
	return s.Database.MakeSchema(ctx, schema)
}

func (s *siege) importFilms(ctx context.Context, n int) error {
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

// scaled is n, or a part of it.
func (s *siege) scaled(n int) int { return max(1, n*s.Scale/100) }

func (s *siege) want(what string, got, most float64, unit string) {
	s.goals = append(s.goals, goal{what, got, most, unit})
}

func (s *siege) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

func (s *siege) print(out io.Writer, a attack) {
	fmt.Fprintf(out, "%-10s %s\n", a.name, a.what)
	for _, g := range s.goals {
		verdict := "met"
		if g.got > g.most {
			verdict = "MISSED"
		}
		fmt.Fprintf(out, "           %-44s %8.1f %-3s  goal %.4g  %s\n", g.what, g.got, g.unit, g.most, verdict)
	}
	for _, n := range s.notes {
		fmt.Fprintln(out, "           "+n)
	}
}

// between runs an attack while others go on, and holds them and the memory against their goals.
func (s *siege) between(ctx context.Context, p99 time.Duration, memory int64, during func(ctx context.Context) error) error {
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

// list is "3 × 503, 1 × no answer".
func list(counts map[string]int) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d × %s", counts[what], what))
	}
	return strings.Join(parts, ", ")
}
