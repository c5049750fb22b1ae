package main

import (
	"os"
	"testing"
	"time"
)

func TestCPUTimeGrowsWithWork(t *testing.T) {
	t.Parallel()
	before, deadline := ownCPU(t), time.Now().Add(30*time.Second)
	for ownCPU(t) < before+20*time.Millisecond {
		if time.Now().After(deadline) {
			t.Fatal("no CPU time was counted in 30 s of work")
		}
	}
	if _, err := processCPU(1 << 22); err == nil {
		t.Error("reading the CPU time of a process that does not exist succeeds")
	}
}

func ownCPU(t *testing.T) time.Duration {
	t.Helper()
	used, err := processCPU(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	return used
}
