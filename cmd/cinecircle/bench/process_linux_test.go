package main

import (
	"os"
	"testing"
	"time"
)

func TestCPUTimeGrowsWithWork(t *testing.T) {
	before, deadline := ownCPU(t), time.Now().Add(30*time.Second)
	for ownCPU(t) < before+2*tick {
		if time.Now().After(deadline) {
			t.Fatal("no CPU time was counted in 30 s of work")
		}
	}
}

func ownCPU(t *testing.T) time.Duration {
	t.Helper()
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	used, err := cpuTime(string(stat))
	if err != nil {
		t.Fatal(err)
	}
	return used
}
