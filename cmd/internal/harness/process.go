package harness

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ReadyTimeout bounds the start of a process or server, EndTimeout the end of a process.
const (
	ReadyTimeout = 60 * time.Second
	EndTimeout   = 30 * time.Second
	pollEvery    = 50 * time.Millisecond
)

// Process is one process of the program, running or not.
type Process struct {
	Name string // of its log in Dir
	Bin  string
	Args []string // nil for serve
	Dir  string
	Addr string // where it listens
	Env  []string
	HTTP *http.Client // for its readiness

	PollEvery time.Duration // of Await and AwaitHealth; 0 for 50 ms
	Unread    bool          // its log is a pipe that nobody reads, and not a file

	cmd   *exec.Cmd
	ended chan struct{}
	err   error // of its end; set before ended is closed
}

// Start starts the process without waiting for it to be ready.
func (p *Process) Start(more ...string) error {
	output, reader, err := p.openLog()
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", p.Name, err)
	}
	defer output.Close() // the child has its own
	args := p.Args
	if args == nil {
		args = []string{"serve"}
	}
	cmd := exec.Command(p.Bin, args...) // without a context: End ends it
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.Dir, slices.Concat(p.Env, more), output, output
	if err := cmd.Start(); err != nil {
		_ = reader.Close() // it was never read
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	ended := make(chan struct{})
	p.cmd, p.ended = cmd, ended
	go func() {
		p.err = cmd.Wait() // usually: it was killed
		_ = reader.Close() // before this, a write to the pipe would fail and not wait
		close(ended)
	}()
	return nil
}

// openLog returns what the process writes its log to, and what has to be closed at its end.
func (p *Process) openLog() (output *os.File, reader io.Closer, err error) {
	if p.Unread {
		reader, output, err := os.Pipe()
		return output, reader, err
	}
	output, err = os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return output, io.NopCloser(nil), err
}

// Command returns another command of the program with the same folder and environment.
func (p *Process) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.Bin, args...)
	cmd.Dir, cmd.Env = p.Dir, slices.Clone(p.Env)
	return cmd
}

// Run runs another command of the program to its end.
func (p *Process) Run(ctx context.Context, args ...string) error {
	if output, err := p.Command(ctx, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("cinecircle %s: %w\n%s", strings.Join(args, " "), err, tail(output))
	}
	return nil
}

// URL returns the address of the process as a URL without a path.
func (p *Process) URL() string { return "http://" + p.Addr }

// PID returns the id of the process that was started last.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ended is closed once the process that was started last has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// WaitKilled waits for the end of the process, and returns an error unless it was killed by SIGKILL.
func (p *Process) WaitKilled() error {
	<-p.ended
	if exit, ok := errors.AsType[*exec.ExitError](p.err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
			return nil
		}
	}
	return fmt.Errorf("%s was not killed: %w: %s", p.Name, p.err, p.LogTail())
}

// Running reports whether the process runs.
func (p *Process) Running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// End sends a signal and waits for the end of the process. It returns nil when the process exits with 0, when the
// signal was SIGKILL, and when there is no process. It may be called on nil.
func (p *Process) End(s syscall.Signal) error {
	if p == nil || p.cmd == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(s) // it may have ended already
	select {
	case <-p.ended:
		p.cmd = nil
		if s != syscall.SIGKILL && p.err != nil {
			return fmt.Errorf("%s ended with an error: %w: %s", p.Name, p.err, p.LogTail())
		}
		return nil
	case <-time.After(EndTimeout):
		_ = p.cmd.Process.Kill() // the complaint is below
		return fmt.Errorf("%s did not end within %s", p.Name, EndTimeout)
	}
}

// Await waits until readiness reports one of the states.
func (p *Process) Await(ctx context.Context, states ...string) error {
	return p.await(ctx, func() bool {
		state, _ := p.Readiness(ctx)
		return slices.Contains(states, state)
	})
}

// AwaitHealth waits until GET /healthz answers with 200.
func (p *Process) AwaitHealth(ctx context.Context) error {
	return p.await(ctx, func() bool {
		status, _ := p.get(ctx, "/healthz")
		return status == http.StatusOK
	})
}

func (p *Process) await(ctx context.Context, cond func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, ReadyTimeout, fmt.Errorf("%s is not ready after %s: %s", p.Name, ReadyTimeout, p.log()))
	defer cancel()
	every := time.NewTicker(cmp.Or(p.PollEvery, pollEvery))
	defer every.Stop()
	for !cond() {
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended by itself: %w: %s", p.Name, p.err, p.LogTail())
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-every.C:
		}
	}
	return nil
}

// Readiness asks the process itself: ok, degraded or down, and whether a load balancer would send requests to it.
func (p *Process) Readiness(ctx context.Context) (state string, ready bool) {
	status, text := p.get(ctx, "/readyz")
	var body struct{ Status string }
	if json.Unmarshal(text, &body) != nil {
		return "", false
	}
	return body.Status, status == http.StatusOK
}

// get returns the status 0 without an answer within a second.
func (p *Process) get(ctx context.Context, path string) (status int, body []byte) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL()+path, http.NoBody)
	if err != nil {
		return 0, nil
	}
	res, err := p.HTTP.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	if body, err = io.ReadAll(res.Body); err != nil {
		return 0, nil
	}
	return res.StatusCode, body
}

// LogTail returns the end of the log of the process.
func (p *Process) LogTail() string {
	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	return tail(text)
}

func tail(text []byte) string { return string(bytes.TrimSpace(text[max(0, len(text)-1000):])) }

func (p *Process) log() string { return filepath.Join(p.Dir, p.Name+".log") }
