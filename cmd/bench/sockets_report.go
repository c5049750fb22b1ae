package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// addSockets adds samples with names that begin with the number of sockets.
func (r *record) addSockets(f socketFigures) {
	name := "Held" + strconv.Itoa(f.held)
	r.single(name, f.perSocket, unitMemory)
	r.single(name+"Process", float64(f.total.Resident), unitMemory)
	r.single(name+"Idle", f.idleCPU, unitShare)
	r.samples = append(r.samples,
		sample{name + "Frame", 1, []measured{{float64(f.loaded.p50), unitP50}, {float64(f.loaded.p99), unitP99}}},
		sample{name + "Tabs", f.tabs.frames, []measured{{f.tabs.perSecond(), unitPerSec}, {float64(f.tabs.perFrame()), unitCPU}}},
		sample{name + "Members", f.members.frames, []measured{{f.members.perSecond(), unitPerSec}, {float64(f.members.perFrame()), unitCPU}}},
		sample{name + "Storm", f.held, []measured{{float64(f.storm), unitTime}, {float64(f.stormCPU), unitCPU}}})
}

// socketRows are the rows of the table of sockets.
var socketRows = []struct {
	title, suffix, unit string
	show                func(float64) string
	target              float64
	least               bool // the target is a minimum
}{
	{"memory of an idle socket", "", unitMemory, kilobytes, 14e3, false},
	{"resident memory of the process", "Process", unitMemory, megabytes, 0, false},
	{"CPU of the idle server, of one core", "Idle", unitShare, percent, 0, false},
	{"follow → frame with all sockets open, p50", "Frame", unitP50, millis, 0, false},
	{"the same, p99", "Frame", unitP99, millis, 0, false},
	{"pushes to 400 sockets of one member", "Tabs", unitPerSec, perSecond, 95_000, true},
	{"server CPU of each push", "Tabs", unitCPU, micros, 0, false},
	{"pushes of ten frames to each member, found by the sweep", "Members", unitPerSec, perSecond, 0, false},
	{"server CPU of each push", "Members", unitCPU, micros, 0, false},
	{"all sockets closed at once, until each is back and has what it missed", "Storm", unitTime, millis, 0, false},
	{"server CPU of each client", "Storm", unitCPU, micros, 0, false},
}

func printSockets(b *strings.Builder, r *record) {
	held := r.held()
	if len(held) == 0 {
		return
	}
	fmt.Fprint(b, "| idle sockets, one of each member |")
	for _, n := range held {
		fmt.Fprintf(b, " %d |", n)
	}
	fmt.Fprintf(b, " target | |\n|---|%s---|---|\n", strings.Repeat("---|", len(held)))
	for _, row := range socketRows {
		fmt.Fprintf(b, "| %s |", row.title)
		var got float64
		for _, n := range held {
			got = r.median("Held"+strconv.Itoa(n)+row.suffix, row.unit)
			fmt.Fprintf(b, " %s |", row.show(got))
		}
		fmt.Fprintf(b, " %s |\n", judged(got, row.target, row.least, row.show))
	}
	fmt.Fprintln(b)
}

// judged compares the figure of the most sockets with its target.
func judged(got, target float64, least bool, show func(float64) string) string {
	switch {
	case target == 0:
		return none + " |"
	case least: // compares times, of which more is worse, too
		return show(target) + " | " + within(1/got, 1/target)
	}
	return show(target) + " | " + within(got, target)
}

// held returns the measured numbers of sockets in ascending order.
func (r *record) held() []int {
	var all []int
	for _, s := range r.samples {
		if n, err := strconv.Atoi(strings.TrimPrefix(s.name, "Held")); err == nil {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

func perSecond(v float64) string { return fmt.Sprintf("%.0f/s", v) }
