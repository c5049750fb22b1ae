package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// describeMachine returns the processor, system, Go version and commit, without those that are unknown.
func describeMachine(ctx context.Context) string {
	what := fmt.Sprintf("%d cores", runtime.NumCPU())
	if model := processorModel(); model != "" {
		what += " of " + model
	}
	what += fmt.Sprintf(", %s/%s, %s", runtime.GOOS, runtime.GOARCH, runtime.Version())
	commit, err := exec.CommandContext(ctx, "git", "describe", "--tags", "--always", "--dirty").Output()
	if err != nil {
		return what // not a checkout
	}
	return what + ", commit " + strings.TrimSpace(string(commit))
}

func processorModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
