package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
)

// programPackage is what is built, from wherever in the module.
const programPackage = "github.com/cinecircle/cinecircle/cmd/cinecircle"

// starts is how often the start is timed.
const starts = 6

// generous is every request rate: they are on and counted, and never reached.
const generous = "1000000/1s"

// program is cinecircle with a database of its own, running or not.
type program struct {
	*process // nil while it is down
	path     string
	dir      string
	addr     string
	env      []string
}

func newProgram(ctx context.Context, o options, dir string) (*program, error) {
	p := &program{path: filepath.Join(dir, "cinecircle"), dir: dir}
	var err error
	if o.bin != "" {
		p.path, err = filepath.Abs(o.bin)
	} else {
		err = build(ctx, p.path)
	}
	if err != nil {
		return nil, err
	}
	if p.addr, err = freeAddr(ctx); err != nil {
		return nil, err
	}
	p.env = environment(o, dir, p.addr)
	return p, nil
}

// build makes the program as `make build` does.
func build(ctx context.Context, path string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "nomsgpack", "-o", path, programPackage)
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, said)
	}
	return nil
}

// buildRelease makes the program as `make release` does, to see how large that is.
func buildRelease(ctx context.Context, path string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "nomsgpack", "-ldflags", "-s -w", "-o", path, programPackage)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the release: %w\n%s", err, said)
	}
	return nil
}

// environment configures the server as in production, with its log written and every middleware and
// metric on; request rates are counted, and so high that one machine may send what many people would.
func environment(o options, dir, addr string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CINECIRCLE_") })
	env = append(env,
		"CINECIRCLE_SERVER_ADDR="+addr,
		"CINECIRCLE_DATABASE_DSN="+filepath.Join(dir, "cinecircle.db"),
		"CINECIRCLE_MEDIA_DIR="+filepath.Join(dir, "media"),
		"CINECIRCLE_LOG_LEVEL=info",
		"CINECIRCLE_AUTH_ACCESS_TTL=12h", // a run must not outlive its tokens
		"CINECIRCLE_AUTH_BCRYPT_COST="+strconv.Itoa(o.cost),
		"CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER=1000",
	)
	for _, limit := range []string{"READ", "WRITE", "SIGNUP", "LOGIN_ADDRESS", "LOGIN_ACCOUNT", "UPLOAD", "SOCKET", "TOGGLE"} {
		env = append(env, "CINECIRCLE_LIMITS_"+limit+"="+generous)
	}
	if o.metrics != "" {
		env = append(env, "CINECIRCLE_METRICS_ADDR="+o.metrics)
	}
	return env
}

// on has the program use another database from now on.
func (p *program) on(c database.Config) {
	p.env = append(slices.Clip(p.env), "CINECIRCLE_DATABASE_DRIVER="+c.Driver, "CINECIRCLE_DATABASE_DSN="+c.DSN, "CINECIRCLE_AUTH_SECRET="+secret)
}

// secret signs the tokens of a run.
const secret = "a secret of the benchmark, of 32 bytes or more"

// command runs a subcommand to its end.
func (p *program) command(ctx context.Context, args ...string) error {
	c := exec.CommandContext(ctx, p.path, args...)
	c.Dir, c.Env = p.dir, p.env
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("cinecircle %s: %w\n%s", strings.Join(args, " "), err, said[max(0, len(said)-2000):])
	}
	return nil
}

func (p *program) up(ctx context.Context) (err error) {
	p.process, err = startProcess(ctx, launch{path: p.path, args: []string{"serve"}, env: p.env, dir: p.dir, name: "server", addr: p.addr})
	return err
}

func (p *program) down() error {
	running := p.process
	p.process = nil
	return running.stop()
}

// timeStarts starts the server a few times and leaves it up. It returns the times from the start of
// the process to the first 200 of /healthz, and the memory of the last one when it has settled.
func (p *program) timeStarts(ctx context.Context) ([]time.Duration, memory, error) {
	var took []time.Duration
	for range starts {
		if err := p.down(); err != nil {
			return nil, memory{}, err
		}
		if err := p.up(ctx); err != nil {
			return nil, memory{}, err
		}
		took = append(took, p.start)
	}
	idle, err := p.settledMemory(ctx)
	return took, idle, err
}

// settledMemory returns what the process takes after two seconds in which nothing is asked.
func (p *program) settledMemory(ctx context.Context) (memory, error) {
	select {
	case <-time.After(2 * time.Second):
		return p.memory()
	case <-ctx.Done():
		return memory{}, context.Cause(ctx)
	}
}

// version is what `cinecircle version` says, in one line; what is unknown is left out.
func (p *program) version(ctx context.Context) string {
	answer, err := newClient(1, nil).do(ctx, p.base, request{method: "GET", path: "/version"})
	var build struct{ Version, Commit, Go string }
	if err != nil || json.Unmarshal(answer.body, &build) != nil {
		return "unknown"
	}
	return strings.Join(slices.DeleteFunc([]string{build.Version, build.Commit, build.Go}, func(s string) bool { return s == "" }), " ")
}
