package apptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Binary returns the path of the built program, with the race detector if the test has it. All test binaries share one
// file in bin/test: the first one builds it, and for the others the go command finds that it is up to date.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var binary = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, "bin", "test", "cinecircle"+variant)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", fmt.Errorf("make a folder for the program: %w", err)
	}
	lock, err := lockFile(path)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := noteSources(filepath.Join(root, "cmd", "cinecircle")); err != nil {
		return "", err
	}
	if err := harness.Build(context.Background(), path, raceFlag); err != nil {
		return "", err
	}
	return path, nil
})

// moduleRoot returns the folder of go.mod. Tests run in the folder of their package.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("find the module: there is no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// lockFile waits until no other test binary is building the file.
func lockFile(path string) (io.Closer, error) {
	for deadline := time.Now().Add(10 * time.Minute); ; {
		lock, err := database.Lock(path)
		if err == nil {
			return lock, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("wait for another build: %w", err)
		}
		<-time.After(20 * time.Millisecond) // polling interval of the lock
	}
}

// noteSources reads package main, so that the cache of `go test` knows that the result depends on it. This package
// imports the other packages of the program.
func noteSources(main string) error {
	files, err := filepath.Glob(filepath.Join(main, "*.go"))
	if err != nil {
		return fmt.Errorf("list the sources of the program: %w", err)
	}
	for _, name := range files {
		if _, err := os.ReadFile(name); err != nil {
			return fmt.Errorf("read the sources of the program: %w", err)
		}
	}
	return nil
}
