//go:build !linux

package main

import (
	"fmt"
	"runtime"
	"time"
)

func processCPU(int) (time.Duration, error) {
	return 0, fmt.Errorf("the CPU time of another process cannot be read on %s: run it on Linux", runtime.GOOS)
}
