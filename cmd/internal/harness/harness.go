// Package harness builds, starts, waits for and kills the program and the servers beside it, for the programs that test
// cinecircle from the outside. It has an HTTP client, sockets that reconnect, and a proxy that imitates bad networks.
// It knows the API as a client does and nothing of the inside.
package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// programPackage is the import path of the program.
const programPackage = "github.com/cinecircle/cinecircle/cmd/cinecircle"

// Failpoints is a flag for Build that builds the program with its fail points.
const Failpoints = "-tags=nomsgpack,failpoint"

// Build builds the program at path, with further flags of go build, of which the last of a kind wins. It must be called
// in a folder of the module.
func Build(ctx context.Context, path string, flags ...string) error {
	return build(ctx, nil, path, flags)
}

// BuildRelease builds the program at path as scripts/release.sh does: static and stripped.
func BuildRelease(ctx context.Context, path string) error {
	return build(ctx, append(os.Environ(), "CGO_ENABLED=0"), path, []string{"-trimpath", "-ldflags=-s -w"})
}

func build(ctx context.Context, env []string, path string, flags []string) error {
	args := slices.Concat([]string{"build", "-buildvcs=false", "-tags=nomsgpack"}, flags, []string{"-o", path, programPackage})
	c := exec.CommandContext(ctx, "go", args...)
	c.Env = env
	if output, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, output)
	}
	return nil
}

// Environment returns the environment of this process without the variables that configure the program or its fail
// points.
func Environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "CINECIRCLE_") || strings.HasPrefix(v, "FAILPOINT")
	})
}

// RateLimits returns the settings that set every rate limit to rate, for example "100000/1s". A limit that is high but
// not off is still counted, as in production.
func RateLimits(rate string) []string {
	classes := []string{"READ", "WRITE", "SIGNUP", "LOGIN_ADDRESS", "LOGIN_ACCOUNT", "UPLOAD", "SOCKET", "TOGGLE"}
	for i, class := range classes {
		classes[i] = "CINECIRCLE_LIMITS_" + class + "=" + rate
	}
	return classes
}

// The ports of FreeAddr are below the range that systems use for outgoing connections, so that no connection takes the
// port of a process while it restarts.
const firstPort, ports, portTries = 20_000, 10_000, 200

// FreeAddr returns a loopback address on which nobody listens, from a range that the system does not use for outgoing
// connections.
func FreeAddr(ctx context.Context) (string, error) {
	for range portTries {
		addr := fmt.Sprintf("127.0.0.1:%d", firstPort+rand.N(ports))
		if l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("found no free port")
}

// Eventually polls a condition, and reports whether it held before the timeout.
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
