// Package rig is what the programs that try cinecircle from the outside are built of: processes of the program and
// the servers beside it, requests, sockets that are opened again whenever they close, and a proxy that does to
// connections what networks do. It knows the API as a client does and nothing of the inside.
package rig

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strings"
	"time"
)

// Build makes the program at path as `make build` does, with further build tags.
func Build(ctx context.Context, path string, tags ...string) error {
	all := strings.Join(append([]string{"nomsgpack"}, tags...), ",")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags", all, "-o", path,
		"github.com/cinecircle/cinecircle/cmd/cinecircle")
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, said)
	}
	return nil
}

// The ports that FreeAddr picks from lie below those that systems hand out by themselves: a port of a process that is
// dead for a moment must not become the near end of somebody's connection.
const firstPort, ports, portTries = 20_000, 10_000, 200

// FreeAddr returns a loopback address that nobody listens on, and that nobody is given who does not ask for it.
func FreeAddr(ctx context.Context) (string, error) {
	for range portTries {
		addr := fmt.Sprintf("127.0.0.1:%d", firstPort+rand.N(ports))
		if l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("found no free port")
}

// Eventually polls what others bring about, and reports whether it came in time.
func Eventually(ctx context.Context, patience time.Duration, cond func() bool) bool {
	deadline := time.Now().Add(patience)
	for !cond() {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return false
		}
		<-time.After(20 * time.Millisecond)
	}
	return true
}
