package rig

import (
	"bytes"
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
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What is waited for at most: for a process or a server to be ready again, and for a process to end.
const (
	ReadyPatience = 60 * time.Second
	EndPatience   = 30 * time.Second
	pollEvery     = 50 * time.Millisecond
)

// Process is one process of the program, running or not.
type Process struct {
	Name string // of its log in Dir
	Bin  string
	Dir  string
	Addr string // where it listens
	Env  []string
	HTTP *http.Client // for its readiness

	PollEvery time.Duration // for Await; 0 means 50 ms

	cmd   *exec.Cmd
	ended chan struct{}
	err   error // of its end; set before ended is closed
}

// Start starts the process without waiting for it to be ready.
func (p *Process) Start(more ...string) error {
	output, err := os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", p.Name, err)
	}
	defer output.Close()                // the child has its own
	cmd := exec.Command(p.Bin, "serve") // of no context: it ends when it is told to
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.Dir, slices.Concat(p.Env, more), output, output
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	ended := make(chan struct{})
	p.cmd, p.ended = cmd, ended
	go func() {
		p.err = cmd.Wait() // which most of the time says that it was killed
		close(ended)
	}()
	return nil
}

// Command is another command of the program in the same place.
func (p *Process) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.Bin, args...)
	cmd.Dir, cmd.Env = p.Dir, slices.Clone(p.Env)
	return cmd
}

// Ended is closed once the process that was started last is over.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Killed waits for the end of a process, and returns an error unless it was killed.
func (p *Process) Killed() error {
	<-p.ended
	if exit, ok := errors.AsType[*exec.ExitError](p.err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
			return nil
		}
	}
	return fmt.Errorf("%s was not killed: %w: %s", p.Name, p.err, p.LastWords())
}

// Running reports whether there is a process.
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

// End sends a signal, waits for the process to be gone, and returns how it ended by that: nil for the status 0 and for
// a signal that cannot be caught. It is fine when there is none.
func (p *Process) End(s syscall.Signal) error {
	if p.cmd == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(s) // it may be over already
	select {
	case <-p.ended:
		p.cmd = nil
		if s != syscall.SIGKILL && p.err != nil {
			return fmt.Errorf("%s, told to end: %w: %s", p.Name, p.err, p.LastWords())
		}
		return nil
	case <-time.After(EndPatience):
		_ = p.cmd.Process.Kill() // the complaint is below
		return fmt.Errorf("%s did not end within %s", p.Name, EndPatience)
	}
}

// Await waits until readiness says one of the states.
func (p *Process) Await(ctx context.Context, states ...string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, ReadyPatience, fmt.Errorf("%s is not ready after %s: %s", p.Name, ReadyPatience, p.log()))
	defer cancel()
	every := p.PollEvery
	if every == 0 {
		every = pollEvery
	}
	for {
		if state, _ := p.Readiness(ctx); slices.Contains(states, state) {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended by itself: %w: %s", p.Name, p.err, p.LastWords())
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(every):
		}
	}
}

// Readiness asks the process itself: ok, degraded or down, and whether a balancer would send requests there.
func (p *Process) Readiness(ctx context.Context) (state string, ready bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Addr+"/readyz", http.NoBody)
	if err != nil {
		return "", false
	}
	res, err := p.HTTP.Do(req)
	if err != nil {
		return "", false
	}
	defer res.Body.Close()
	var body struct{ Status string }
	text, err := io.ReadAll(res.Body)
	if err != nil || json.Unmarshal(text, &body) != nil {
		return "", false
	}
	return body.Status, res.StatusCode == http.StatusOK
}

// Memory is what a process takes in bytes: now, and at most since it was started (proc_pid_status(5)).
type Memory struct{ Resident, Peak int64 }

// Memory asks the kernel, which tells on Linux only.
func (p *Process) Memory() (m Memory, err error) { return memoryOf(strconv.Itoa(p.cmd.Process.Pid)) }

// ChildrenMemory is what the processes that the process has started take now, in bytes; one that is over takes nothing.
func (p *Process) ChildrenMemory() (sum int64) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid)) // the pattern is a good one
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // the thread is over
		}
		for child := range strings.FieldsSeq(string(children)) {
			if m, err := memoryOf(child); err == nil {
				sum += m.Resident
			}
		}
	}
	return sum
}

func memoryOf(pid string) (m Memory, err error) {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return m, fmt.Errorf("read memory: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		to := map[string]*int64{"VmRSS": &m.Resident, "VmHWM": &m.Peak}[name]
		if to == nil {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return m, fmt.Errorf("read memory: %s: %w", name, err)
		}
		*to = kilobytes << 10
	}
	return m, nil
}

// LastWords is the end of what the process wrote.
func (p *Process) LastWords() string {
	said, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(said[max(0, len(said)-1000):]))
}

func (p *Process) log() string { return filepath.Join(p.Dir, p.Name+".log") }
