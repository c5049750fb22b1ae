package apptest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Instance is the built program with its own folder. It can be started any number of times.
type Instance struct {
	Dir    string
	Env    []string
	Prefix []string // a command that runs the program, such as nohup
	Args   []string // of Start

	t       testing.TB
	servers servers
}

// NewInstance returns an instance in a new folder. Settings have the form CINECIRCLE_KEY=value.
func NewInstance(t testing.TB, settings ...string) *Instance {
	t.Helper()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GORACE=halt_on_error=1",
		"CINECIRCLE_SERVER_ADDR=127.0.0.1:0", "CINECIRCLE_AUTH_BCRYPT_COST=4",
	}
	return &Instance{t: t, Dir: t.TempDir(), Env: append(env, settings...)}
}

// Command prepares a command of the program.
func (i *Instance) Command(args ...string) *exec.Cmd {
	i.t.Helper()
	args = slices.Concat(i.Prefix, []string{Binary(i.t)}, args)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = i.Dir, i.Env
	return cmd
}

// Run runs a command to its end and returns its exit status and its output.
func (i *Instance) Run(args ...string) (status int, output string) {
	i.t.Helper()
	out, err := i.Command(args...).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		i.t.Fatal(err)
	}
	return 0, string(out)
}

// Server is a running program.
type Server struct {
	Client

	cmd  *exec.Cmd
	done chan error // receives the result of the process, once

	mu  sync.Mutex
	log bytes.Buffer // guarded by mu
}

// Start starts the program and waits until it announces its address.
func (i *Instance) Start() *Server {
	i.t.Helper()
	s := &Server{Client: Client{T: i.t}, cmd: i.Command(i.Args...), done: make(chan error, 1)}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	up := make(chan string, 1)
	go s.follow(stderr, up)
	i.t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // most tests have ended it already
		if i.t.Failed() {
			i.t.Logf("log of the program:\n%s", s.Log())
		}
	})
	select {
	case s.Base = <-up:
	case err := <-s.done:
		i.t.Fatalf("the program ended at its start: %v", err)
	case <-time.After(Patience):
		i.t.Fatal("the program did not start")
	}
	return s
}

func (s *Server) follow(stderr io.Reader, up chan<- string) {
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		s.mu.Lock()
		s.log.Write(lines.Bytes())
		s.log.WriteByte('\n')
		s.mu.Unlock()
		var line struct{ Msg, API string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "cinecircle is up" {
			up <- line.API
		}
	}
	s.done <- s.cmd.Wait()
}

// Log returns what the program has logged so far.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// Process returns the process.
func (s *Server) Process() *os.Process { return s.cmd.Process }

// End sends a signal and waits until the process has ended. The error is nil for exit status 0.
func (s *Server) End(signal syscall.Signal) error {
	s.T.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.T.Fatal(err)
	}
	select {
	case err := <-s.done:
		return err
	case <-time.After(Patience):
		s.T.Fatal("the process did not end")
		return nil
	}
}
