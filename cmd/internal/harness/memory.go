package harness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Memory is the memory of a process in bytes (proc_pid_status(5)). What is resident but not anonymous is pages of
// files, mostly of the program itself, which the kernel can drop and which processes share.
type Memory struct {
	Resident  int64
	Peak      int64 // of Resident since the start
	Anonymous int64
}

// Memory returns the memory use as the kernel reports it. It works on Linux only.
func (p *Process) Memory() (Memory, error) { return memoryOf(strconv.Itoa(p.PID())) }

// ChildrenMemory returns the resident memory of the child processes in bytes.
func (p *Process) ChildrenMemory() (sum int64) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.PID())) // the pattern is valid
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for child := range strings.FieldsSeq(string(children)) {
			if m, err := memoryOf(child); err == nil {
				sum += m.Resident
			}
		}
	}
	return sum
}

func memoryOf(pid string) (Memory, error) {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return Memory{}, fmt.Errorf("read memory: %w", err)
	}
	return parseMemory(string(status))
}

func parseMemory(status string) (m Memory, err error) {
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		to := map[string]*int64{"VmRSS": &m.Resident, "VmHWM": &m.Peak, "RssAnon": &m.Anonymous}[name]
		if to == nil {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return m, fmt.Errorf("read memory: %s: %w", name, err)
		}
		*to = kilobytes << 10
	}
	if m.Resident == 0 || m.Peak == 0 || m.Anonymous == 0 {
		return m, errors.New("read memory: VmRSS, VmHWM or RssAnon is missing")
	}
	return m, nil
}
