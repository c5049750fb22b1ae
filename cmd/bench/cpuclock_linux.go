package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// cpuScheduled selects the clock that counts the CPU time of all threads of a process in nanoseconds (CPUCLOCK_SCHED of
// the kernel; clock_getcpuclockid(3) makes the same number).
const cpuScheduled = 2

// processCPU returns the CPU time that a process has used so far, in user and kernel mode.
func processCPU(pid int) (time.Duration, error) {
	var used unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|cpuScheduled, &used); err != nil {
		return 0, fmt.Errorf("read the CPU time of process %d: %w", pid, err)
	}
	return time.Duration(used.Nano()), nil
}
