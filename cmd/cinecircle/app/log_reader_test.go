//go:build unix

package app_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// unread is the program with a pipe for its log.
type unread struct {
	t    *testing.T
	base string
	log  *os.File // the end to read from
	cmd  *exec.Cmd
	done chan error
}

// startUnread starts the program without reading its log, and waits until it answers.
func startUnread(t *testing.T, settings ...string) *unread {
	t.Helper()
	addr, err := harness.FreeAddr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u := &unread{t: t, base: "http://" + addr, done: make(chan error, 1)}
	settings = append(settings, "CINECIRCLE_SERVER_ADDR="+addr, "CINECIRCLE_LIMITS_ENABLED=false")
	u.cmd = apptest.NewInstance(t, settings...).Command("serve")
	var write *os.File
	if u.log, write, err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.log.Close() }) // some tests have closed it
	u.cmd.Stderr = write
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	go func() { u.done <- u.cmd.Wait() }()
	t.Cleanup(func() { _ = u.cmd.Process.Kill() }) // most tests have ended it
	if !harness.Eventually(t.Context(), apptest.Patience, func() bool { return u.get("/healthz") == http.StatusOK }) {
		t.Fatal("it did not start")
	}
	return u
}

// get returns the status of a response, and 0 if there is none.
func (u *unread) get(path string) int {
	client := http.Client{Timeout: 10 * time.Second}
	res, err := client.Get(u.base + path)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body) // for the next request on the connection
	return res.StatusCode
}

// dropped returns cinecircle_log_lines_dropped_total.
func (u *unread) dropped() int {
	u.t.Helper()
	res, err := http.Get(u.base + "/metrics")
	if err != nil {
		u.t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "cinecircle_log_lines_dropped_total "); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				u.t.Fatal(err)
			}
			return int(n)
		}
	}
	u.t.Fatal("there is no cinecircle_log_lines_dropped_total")
	return 0
}

// fill sends requests until lines of the log are dropped, and every one of them must be answered.
func (u *unread) fill() {
	u.t.Helper()
	for round := range 100 {
		for n := range 200 {
			if got := u.get("/healthz"); got != http.StatusOK {
				u.t.Fatalf("request %d is answered with %d", 200*round+n, got)
			}
		}
		if u.dropped() > 0 {
			return
		}
	}
	u.t.Fatal("20,000 requests dropped no line")
}

// end sends a signal and returns what came of the process.
func (u *unread) end(signal syscall.Signal) error {
	u.t.Helper()
	if err := u.cmd.Process.Signal(signal); err != nil {
		u.t.Fatal(err)
	}
	select {
	case err := <-u.done:
		return err
	case <-time.After(apptest.Patience):
		u.t.Fatalf("%v did not end it", signal)
		return nil
	}
}

func TestALogThatNobodyReadsHoldsUpNothing(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "text"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			u := startUnread(t, "CINECIRCLE_LOG_FORMAT="+format)
			u.fill()
			if err := u.end(syscall.SIGTERM); err != nil {
				t.Errorf("SIGTERM: %v", err)
			}
		})
	}
}

// TestTheLogSaysHowManyLinesAreMissing begins to read once lines are dropped.
func TestTheLogSaysHowManyLinesAreMissing(t *testing.T) {
	t.Parallel()
	u := startUnread(t)
	u.fill()
	noticed := make(chan int, 1)
	ended := make(chan struct{})
	last := ""
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(u.log); lines.Scan(); {
			var line struct {
				Msg   string
				Level string
				Lines int
			}
			last = lines.Text()
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Errorf("%s: %v", lines.Text(), err)
			}
			if line.Msg == "lines of the log were dropped" && line.Level == "WARN" {
				noticed <- line.Lines
			}
		}
	}()
	select {
	case lines := <-noticed:
		if got := u.dropped(); got != lines {
			t.Errorf("the log says that %d lines are missing, and the metric %d", lines, got)
		}
	case <-time.After(apptest.Patience):
		t.Fatal("the log does not say that lines are missing")
	}
	if err := u.end(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	<-ended
	if !strings.Contains(last, "shutting down") {
		t.Errorf("the last line is %s", last)
	}
}

func TestTheServiceOutlivesTheReaderOfItsLog(t *testing.T) {
	t.Parallel()
	u := startUnread(t)
	if err := u.log.Close(); err != nil {
		t.Fatal(err)
	}
	u.fill()
	end := syscall.SIGHUP
	if signal.Ignored(end) {
		end = syscall.SIGTERM
	}
	if err := u.end(end); err != nil {
		t.Errorf("%v: %v", end, err)
	}
}

func TestSIGHUPShutsDownInOrder(t *testing.T) {
	t.Parallel()
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("the tests run under nohup(1), so the program ignores SIGHUP: TestNohupKeepsTheServiceRunning")
	}
	s := apptest.NewInstance(t).Start()
	if err := s.End(syscall.SIGHUP); err != nil || !strings.Contains(s.Log(), "shutting down") {
		t.Errorf("%v:\n%s", err, s.Log())
	}
}

// TestNohupKeepsTheServiceRunning starts it as nohup(1) does, with SIGHUP ignored.
func TestNohupKeepsTheServiceRunning(t *testing.T) {
	t.Parallel()
	nohup, err := exec.LookPath("nohup")
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("there is no nohup")
	}
	h := apptest.NewInstance(t)
	h.Prefix = []string{nohup}
	s := h.Start()
	if err := s.Process().Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.Get("", "/healthz")
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

// TestAStartThatFailsSaysWhy holds that the last line is written before the process ends, and that a log that nobody
// reads does not keep it.
func TestAStartThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t, "CINECIRCLE_SERVER_ADDR=256.256.256.256:80")
	if status, output := h.Run(); status == 0 || !strings.Contains(output, "256.256.256.256") {
		t.Errorf("%d %s", status, output)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	if err := write.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	_, err = write.Write(make([]byte, 1<<20)) // fills the pipe
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	cmd := h.Command()
	cmd.Stderr = write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() < 0 {
			t.Error(err)
		}
	case <-time.After(apptest.Patience):
		_ = cmd.Process.Kill() // the test has failed
		t.Error("it did not end")
	}
}
