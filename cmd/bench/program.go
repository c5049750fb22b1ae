package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
)

const (
	startCount = 6                                                // how often the start is timed
	rateLimit  = "1000000/1s"                                     // of every class: requests are counted and never refused
	secret     = "a secret of the benchmark, of 32 bytes or more" // signs the tokens of a run
)

// program is cinecircle with a database of its own, running or not.
type program struct{ *harness.Process }

// newProgram builds the program, unless the options name one.
func newProgram(ctx context.Context, o options, dir string) (*program, error) {
	bin, err := filepath.Abs(o.bin)
	if o.bin == "" {
		bin = filepath.Join(dir, "cinecircle")
		err = harness.Build(ctx, bin, "-trimpath") // as make build does, since its size is measured
	}
	if err != nil {
		return nil, err
	}
	p, err := newProcess(ctx, "server", bin, dir)
	if err != nil {
		return nil, err
	}
	p.Env = environment(o, dir, p.Addr)
	return &program{p}, nil
}

func newProcess(ctx context.Context, name, bin, dir string) (*harness.Process, error) {
	addr, err := harness.FreeAddr(ctx)
	if err != nil {
		return nil, err
	}
	return &harness.Process{
		Name: name, Bin: bin, Dir: dir, Addr: addr, HTTP: newClient(1, nil).http, Env: harness.Environment(),
		PollEvery: time.Millisecond, // because the time until the first answer is measured
	}, nil
}

// start starts a process and returns the time until its first 200 of /healthz.
func start(ctx context.Context, p *harness.Process) (time.Duration, error) {
	began := time.Now()
	if err := p.Start(); err != nil {
		return 0, err
	}
	err := p.AwaitHealth(ctx)
	took := time.Since(began)
	p.HTTP.CloseIdleConnections()
	if err != nil {
		return 0, errors.Join(err, p.End(syscall.SIGKILL))
	}
	return took, nil
}

// environment configures the server as in production: it writes its log, and every middleware and metric is on.
func environment(o options, dir, addr string) []string {
	env := append(harness.Environment(),
		"CINECIRCLE_SERVER_ADDR="+addr,
		"CINECIRCLE_DATABASE_DSN="+filepath.Join(dir, "cinecircle.db"),
		"CINECIRCLE_MEDIA_DIR="+filepath.Join(dir, "media"),
		"CINECIRCLE_LOG_LEVEL=info",
		"CINECIRCLE_AUTH_ACCESS_TTL=12h", // longer than a run
		"CINECIRCLE_AUTH_BCRYPT_COST="+strconv.Itoa(o.cost),
		"CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER=1000",
	)
	if o.metrics != "" {
		env = append(env, "CINECIRCLE_METRICS_ADDR="+o.metrics)
	}
	return append(env, harness.RateLimits(rateLimit)...)
}

// use configures the program for another database. It takes effect at the next start.
func (p *program) use(c database.Config) {
	p.Env = append(p.Env, "CINECIRCLE_DATABASE_DRIVER="+c.Driver, "CINECIRCLE_DATABASE_DSN="+c.DSN, "CINECIRCLE_AUTH_SECRET="+secret)
}

// clone returns a program that is not running, with a configuration of its own.
func (p *program) clone() *program {
	return &program{&harness.Process{Name: p.Name, Bin: p.Bin, Dir: p.Dir, Env: slices.Clone(p.Env)}}
}

// up starts the server and returns the time until its first answer.
func (p *program) up(ctx context.Context) (time.Duration, error) { return start(ctx, p.Process) }

func (p *program) down() error { return p.End(syscall.SIGTERM) }

// restart starts the server again, so that it has no memory of an earlier load.
func (p *program) restart(ctx context.Context) (time.Duration, error) {
	if err := p.down(); err != nil {
		return 0, err
	}
	return p.up(ctx)
}

// idleMemory returns the memory after two seconds without a request.
func (p *program) idleMemory(ctx context.Context) (harness.Memory, error) {
	if err := pause(ctx, 2*time.Second); err != nil {
		return harness.Memory{}, err
	}
	return p.Memory()
}

// version returns the version, commit and Go version of the server in one line, without those that are unknown.
func (p *program) version(ctx context.Context) string {
	answer, err := newClient(1, nil).do(ctx, p.URL(), request{method: http.MethodGet, path: "/version"})
	var build struct{ Version, Commit, Go string }
	if err != nil || json.Unmarshal(answer.body, &build) != nil {
		return "unknown"
	}
	return strings.Join(slices.DeleteFunc([]string{build.Version, build.Commit, build.Go}, func(s string) bool { return s == "" }), " ")
}
