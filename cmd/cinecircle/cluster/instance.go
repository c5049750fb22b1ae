package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
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

// What is waited for at most: for an instance or a server to be ready again, and for an instance to end.
const (
	readyPatience = 60 * time.Second
	endPatience   = 30 * time.Second
	pollEvery     = 50 * time.Millisecond
)

// instance is one process of the program, running or not.
type instance struct {
	name, bin, dir string
	addr           string
	env            []string
	client         *http.Client

	cmd   *exec.Cmd
	ended chan struct{}
}

// start starts the process without waiting for it to be ready.
func (i *instance) start() error {
	output, err := os.OpenFile(filepath.Join(i.dir, i.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", i.name, err)
	}
	defer output.Close() // the child has its own
	i.cmd = exec.Command(i.bin, "serve")
	i.cmd.Dir, i.cmd.Env, i.cmd.Stdout, i.cmd.Stderr = i.dir, i.env, output, output
	if err := i.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", i.name, err)
	}
	cmd, ended := i.cmd, make(chan struct{})
	i.ended = ended
	go func() {
		_ = cmd.Wait() // how it ended is in its log, and most are killed
		close(ended)
	}()
	return nil
}

// end sends a signal and waits for the process to be gone. It is fine when there is none.
func (i *instance) end(s syscall.Signal) error {
	if i.cmd == nil {
		return nil
	}
	_ = i.cmd.Process.Signal(s) // it may be over already
	select {
	case <-i.ended:
		i.cmd = nil
		return nil
	case <-time.After(endPatience):
		_ = i.cmd.Process.Kill() // the complaint is below
		return fmt.Errorf("%s did not end within %s", i.name, endPatience)
	}
}

// await waits until readiness says one of the states.
func (i *instance) await(ctx context.Context, states ...string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyPatience, fmt.Errorf("%s is not ready after %s; see its log", i.name, readyPatience))
	defer cancel()
	for {
		if state, _ := i.readiness(ctx); slices.Contains(states, state) {
			return nil
		}
		select {
		case <-i.ended:
			return fmt.Errorf("%s ended by itself; see its log", i.name)
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pollEvery):
		}
	}
}

// readiness asks the instance itself: ok, degraded or down, and whether a balancer would send requests there.
func (i *instance) readiness(ctx context.Context) (state string, ready bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+i.addr+"/readyz", http.NoBody)
	if err != nil {
		return "", false
	}
	res, err := i.client.Do(req)
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

// buildProgram makes the program as `make build` does.
func buildProgram(ctx context.Context, path string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "nomsgpack", "-o", path,
		"github.com/cinecircle/cinecircle/cmd/cinecircle")
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, said)
	}
	return nil
}

// environment configures an instance as in production. Limits count through Redis, but let one machine
// send what many people would.
func (t *trial) environment(addr string) ([]string, error) {
	access, bucket, secret, endpoint, err := splitStore(t.store.url)
	if err != nil {
		return nil, err
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CINECIRCLE_") })
	env = append(env,
		"CINECIRCLE_SERVER_ADDR="+addr,
		"CINECIRCLE_SERVER_TRUSTED_PROXIES=127.0.0.1",
		"CINECIRCLE_DATABASE_DRIVER=mysql",
		"CINECIRCLE_DATABASE_DSN="+t.database.url+databaseName,
		"CINECIRCLE_AUTH_SECRET="+strings.Repeat("the cluster's own ", 3),
		"CINECIRCLE_AUTH_ACCESS_TTL=24h", // a trial must not outlive its tokens
		"CINECIRCLE_AUTH_BCRYPT_COST=4",
		"CINECIRCLE_MEDIA_DRIVER=s3", "CINECIRCLE_MEDIA_S3_ENDPOINT="+endpoint, "CINECIRCLE_MEDIA_S3_BUCKET="+bucket,
		"CINECIRCLE_MEDIA_S3_ACCESS_KEY="+access, "CINECIRCLE_MEDIA_S3_SECRET_KEY="+secret, "CINECIRCLE_MEDIA_S3_PATH_STYLE=true",
		"CINECIRCLE_NOTIFY_BROKER=redis", "CINECIRCLE_NOTIFY_REDIS_URL="+t.redis.url,
		"CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER="+strconv.Itoa(4*t.sockets), // old ones may outlive their proxy for a while
	)
	for _, class := range []string{"READ", "WRITE", "SIGNUP", "LOGIN_ADDRESS", "LOGIN_ACCOUNT", "UPLOAD", "SOCKET", "TOGGLE"} {
		env = append(env, "CINECIRCLE_LIMITS_"+class+"=100000/1s")
	}
	return env, nil
}

// freeAddr returns a loopback address that nobody listens on.
func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
