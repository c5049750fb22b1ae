package browser

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// chromiumVariable names the program to drive.
const chromiumVariable = "CINECIRCLE_TEST_CHROMIUM"

// What every test shares: one Chromium and the rules of accessibility.
var shared struct {
	browser context.Context
	axe     string
}

func TestMain(m *testing.M) {
	if os.Getenv(chromiumVariable) == "" {
		fmt.Printf("needs a Chromium in %s: make test-browser\n", chromiumVariable)
		os.Exit(0)
	}
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func run(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "cinecircle-browser-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	if shared.axe, err = unpack("testdata/axe.min.js.gz"); err != nil {
		return 1, err
	}
	chrome, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(os.Getenv(chromiumVariable)), chromedp.NoSandbox, chromedp.UserDataDir(filepath.Join(folder, "profile")),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("font-render-hinting", "none"))...)
	defer stop()
	first, end := chromedp.NewContext(chrome)
	defer end()
	if err := chromedp.Do(first); err != nil {
		return 1, fmt.Errorf("start Chromium: %w", err)
	}
	shared.browser = first //nolint:fatcontext // one browser for all tests, each with a context of its own in it
	return m.Run(), nil
}

func unpack(file string) (string, error) {
	packed, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

// serve runs the program on a database of its own and returns its address; commands run beside it.
func serve(t *testing.T, commands ...[]string) string {
	t.Helper()
	folder, addr := t.TempDir(), freeAddress(t)
	env := append(outside(), "CINECIRCLE_SERVER_ADDR="+addr, "CINECIRCLE_AUTH_BCRYPT_COST=4", "CINECIRCLE_LIMITS_ENABLED=false")
	command := func(args ...string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), apptest.Binary(t), args...)
		c.Dir, c.Env = folder, env
		return c
	}
	server := command()
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("the program's log is cut to its end:\n%s", tail(log.Name()))
		}
		_ = log.Close()
	})
	base := "http://" + addr
	await(t, "the program answers", func() bool {
		r, err := http.Get(base + "/healthz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	for _, c := range commands {
		if out, err := command(c...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", c, err, out)
		}
	}
	return base
}

// outside is the environment without what configures the program or its tests.
func outside() []string {
	return slices.DeleteFunc(os.Environ(), func(one string) bool { return strings.HasPrefix(one, "CINECIRCLE_") })
}

func tail(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// patience is how long something may take to happen before it counts as not happening.
const patience = 30 * time.Second

// await fails the test unless condition holds within patience.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
