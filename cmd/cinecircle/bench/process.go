package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopGrace is how long a process may take to end before it is killed.
const stopGrace = 10 * time.Second

// launch says which process to start.
type launch struct {
	path string
	args []string
	env  []string // nil for that of this process
	dir  string
	name string // of the file in dir that gets its output
	addr string // where it listens once it is up
}

// process is a child that answers HTTP.
type process struct {
	cmd    *exec.Cmd
	base   string // the URL before the path
	start  time.Duration
	output string
	ended  chan struct{} // closed when it is over; err is set before
	err    error
}

// startProcess starts a process and waits until it answers on /healthz. It ends with ctx.
func startProcess(ctx context.Context, l launch) (*process, error) {
	p := &process{base: "http://" + l.addr, output: filepath.Join(l.dir, l.name+".log"), ended: make(chan struct{})}
	output, err := os.OpenFile(p.output, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the output of %s: %w", l.name, err)
	}
	defer output.Close() // the child has its own
	p.cmd = exec.CommandContext(ctx, l.path, l.args...)
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = l.dir, l.env, output, output
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopGrace
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", l.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	if err := p.awaitHealth(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", l.name, err), p.stop())
	}
	p.start = time.Since(began)
	return p, nil
}

// awaitHealth asks every millisecond, because the time until the first answer is a figure too.
func (p *process) awaitHealth(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("no answer after a minute"))
	defer cancel()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	c := newClient(1, nil)
	defer c.close()
	for {
		if _, err := c.do(ctx, p.base, request{method: http.MethodGet, path: "/healthz"}); err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-p.ended:
			return fmt.Errorf("it ended (%w) and said: %s", p.err, p.lastWords())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// lastWords is the end of what the process wrote.
func (p *process) lastWords() string {
	said, err := os.ReadFile(p.output)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(said[max(0, len(said)-1000):]))
}

// stop ends the process and waits for that. It may be called on nil and more than once.
func (p *process) stop() error {
	if p == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may be over already
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopGrace):
		killed := fmt.Errorf("%s did not end in %s and had to be killed", filepath.Base(p.cmd.Path), stopGrace)
		return errors.Join(killed, p.cmd.Process.Kill())
	}
}

// cpu returns the CPU time that the process has used, in user and kernel mode.
func (p *process) cpu() (time.Duration, error) { return processCPU(p.cmd.Process.Pid) }

// memory is what a process takes in bytes. The rest of what is resident is pages of files, its
// program above all, which the kernel may drop and which several processes share.
type memory struct{ resident, own int64 }

// memory returns what the process takes now.
func (p *process) memory() (memory, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return memory{}, fmt.Errorf("read memory: %w", err)
	}
	return parseMemory(string(status))
}

// parseMemory reads VmRSS and RssAnon of proc_pid_status(5).
func parseMemory(status string) (memory, error) {
	var m memory
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		to := map[string]*int64{"VmRSS": &m.resident, "RssAnon": &m.own}[name]
		if to == nil {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return m, fmt.Errorf("read memory: %s: %w", name, err)
		}
		*to = kilobytes << 10
	}
	if m.resident == 0 || m.own == 0 {
		return m, errors.New("read memory: the kernel does not say what is resident")
	}
	return m, nil
}

// freeAddr returns a loopback address that nobody listens on.
func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
