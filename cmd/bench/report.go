package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// referenceStatic is the CPU time in microseconds of a static answer on the machine where the targets were set. It
// shows how much slower or faster another machine is.
const referenceStatic = 18

// tables returns a record as Markdown.
func tables(r *record) string {
	var b strings.Builder
	printConditions(&b, r)
	printKinds(&b, r)
	printOthers(&b, r)
	printSockets(&b, r)
	return b.String()
}

func printConditions(b *strings.Builder, r *record) {
	for _, name := range []string{"size", "machine", "database", "program", "rounds"} {
		if value := r.noted(name); value != "" {
			fmt.Fprintf(b, "- %s: %s\n", name, value)
		}
	}
	var cheapest float64
	for _, k := range kinds {
		if v := r.median(k.key, unitStatic); v > 0 && (cheapest == 0 || v < cheapest) {
			cheapest = v
		}
	}
	if cheapest > 0 {
		fmt.Fprintf(b, "- cheapest answer of static net/http: %s, on the machine where the targets were set %d µs\n", micros(cheapest), referenceStatic)
	}
	fmt.Fprintln(b)
}

// printKinds prints a row for each kind of request.
func printKinds(b *strings.Builder, r *record) {
	if !slices.ContainsFunc(kinds, func(k kind) bool { return r.median(k.key, unitCPU) > 0 }) {
		return
	}
	engine, rule := "", ""
	if r.median("GetFilm", unitEngine) > 0 {
		engine, rule = " CPU of the database server |", "---|"
	}
	fmt.Fprintf(b, "| request | server CPU | target | |%s × static net/http | × database/sql | p50 | p99 | at rate | allocations | allocated |\n", engine)
	fmt.Fprintf(b, "|---|---|---|---|%s---|---|---|---|---|---|---|\n", rule)
	for _, k := range kinds {
		if r.median(k.key, unitCPU) > 0 {
			printKind(b, r, k, engine != "")
		}
	}
	fmt.Fprintln(b)
}

func printKind(b *strings.Builder, r *record, k kind, engine bool) {
	cpu := r.median(k.key, unitCPU)
	fmt.Fprintf(b, "| %s | %s | %s | %s |", k.title, micros(cpu), micros(k.target*1e3), within(cpu, k.target*1e3))
	if engine {
		fmt.Fprintf(b, " %s |", micros(r.median(k.key, unitEngine)))
	}
	fmt.Fprintf(b, " %s | %s | %s | %s | %s/s | %s | %s |\n",
		times(r.median(k.key, unitToStatic)), times(r.median(k.key, unitToSQL)),
		millis(r.median(k.key, unitP50)), millis(r.median(k.key, unitP99)), short(r.median(k.key, unitRate)),
		count(r.median(k.key, unitObjects)), kilobytes(r.median(k.key, unitBytes)))
}

// others are the measurements that are not about a kind of request.
var others = []struct {
	key, title, unit string
	target           float64
	show             func(float64) string
}{
	{"Start", "from the start of the process to the first 200 of /healthz", unitTime, 300e6, millis},
	{"StartUsual", "the same of gin, GORM and melody", unitTime, 0, millis},
	{"IdleMemory", "resident memory after the start", unitMemory, 30e6, megabytes},
	{"IdleMemoryOwn", "the same, anonymous pages only", unitMemory, 9e6, megabytes},
	{"IdleMemoryUsualOwn", "the same of gin, GORM and melody", unitMemory, 0, megabytes},
	{"LoadedMemory", "resident memory after the load", unitMemory, 0, megabytes},
	{"LoadedMemoryOwn", "the same, anonymous pages only", unitMemory, 0, megabytes},
	{"Binary", "binary of `make build`", unitMemory, 0, mebibytes},
	{"ReleaseBinary", "static binary of a release", unitMemory, 25 << 20, mebibytes},
	{"LikeToFrame0", "like → frame, p50", unitP50, 1e6, millis},
	{"LikeToFrame0", "like → frame, p99", unitP99, 3e6, millis},
	{"LikeToFrame1000", "like → frame, 1,000 other sockets, p50", unitP50, 1.2e6, millis},
	{"LikeToFrame1000", "like → frame, 1,000 other sockets, p99", unitP99, 5e6, millis},
	{"LikeToFrame0", "the p50 as a multiple of that of gin, GORM and melody", unitToUsual, 1.15, times},
	{"LikeToFrame1000", "the same with 1,000 other sockets", unitToUsual, 1.15, times},
	{"LikeToFrame10000", "like → frame, 10,000 other sockets, p50", unitP50, 0, millis},
	{"LikeToFrame10000", "like → frame, 10,000 other sockets, p99", unitP99, 0, millis},
	{"ImportFilms", "import of a film from JSON Lines into an empty catalogue", unitTime, 0, micros},
	{"ImportFilms", "the same, CPU", unitCPU, 0, micros},
	{"Demo", "`demo` on an empty database, CPU with children", unitCPU, 6e9, seconds},
	{"SignIns", "sign-ins a second at the default cost, four at a time", unitRate, 0, short},
	{"SignIns", "the same, as a multiple of a server that only compares hashes", unitToUsual, 0, times},
	{"SignIns", "requests of others meanwhile, p99", unitP99, 0, millis},
	{"SignInsUsual", "the same on that server", unitP99, 0, millis},
}

func printOthers(b *strings.Builder, r *record) {
	heading := "| other figures | measured | target | |\n|---|---|---|---|\n"
	for _, x := range others {
		got := r.median(x.key, x.unit)
		if got == 0 {
			continue
		}
		target := none
		if x.target > 0 {
			target = x.show(x.target)
		}
		fmt.Fprintf(b, "%s| %s | %s | %s | %s |\n", heading, x.title, x.show(got), target, within(got, x.target))
		heading = ""
	}
	fmt.Fprintln(b)
}

// none is printed where there is no figure.
const none = "–"

// growth returns a table that compares what requests cost at two sizes.
func growth(small, large *record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- small: %s\n- large: %s\n- commits: %s; %s\n\n", small.noted("size"), large.noted("size"), commitOf(small), commitOf(large))
	fmt.Fprintln(&b, "| request | server CPU, small | large | growth | × database/sql, small | large | growth of allocations |")
	fmt.Fprintln(&b, "|---|---|---|---|---|---|---|")
	for _, k := range kinds {
		before, after := small.median(k.key, unitCPU), large.median(k.key, unitCPU)
		if before == 0 || after == 0 {
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", k.title, micros(before), micros(after), flat(after/before),
			times(small.median(k.key, unitToSQL)), times(large.median(k.key, unitToSQL)),
			times(large.median(k.key, unitObjects)/max(small.median(k.key, unitObjects), 1)))
	}
	return b.String()
}

// maxGrowth is the goal for growth.
const maxGrowth = 2

func flat(ratio float64) string {
	if ratio <= maxGrowth {
		return times(ratio) + ", flat"
	}
	return "**" + times(ratio) + ", not flat**"
}

// commitOf returns the commit from the note about the machine.
func commitOf(r *record) string {
	_, commit, ok := strings.Cut(r.noted("machine"), "commit ")
	if !ok {
		return "unknown"
	}
	return commit
}

// within compares a figure with a target, 0 for none.
func within(got, target float64) string {
	switch {
	case target == 0:
		return ""
	case got <= target:
		return "reached"
	case got <= 2*target:
		return "missed, within 2×"
	}
	return "**missed, " + times(got/target) + "**"
}

func micros(ns float64) string {
	switch {
	case ns == 0:
		return none
	case ns < 10e3:
		return fmt.Sprintf("%.1f µs", ns/1e3)
	}
	return fmt.Sprintf("%.0f µs", ns/1e3)
}

func millis(ns float64) string { return fmt.Sprintf("%.2f ms", time.Duration(ns).Seconds()*1e3) }

func seconds(ns float64) string { return fmt.Sprintf("%.1f s", time.Duration(ns).Seconds()) }

func megabytes(v float64) string { return fmt.Sprintf("%.1f MB", v/1e6) }

func mebibytes(v float64) string { return fmt.Sprintf("%.1f MiB", v/(1<<20)) }

func kilobytes(v float64) string {
	if v == 0 {
		return none
	}
	return fmt.Sprintf("%.1f KB", v/1e3)
}

func count(v float64) string {
	if v == 0 {
		return none
	}
	return fmt.Sprintf("%.0f", v)
}

func short(v float64) string { return fmt.Sprintf("%.3g", v) }

func times(v float64) string {
	switch {
	case v == 0:
		return none
	case v < 0.095:
		return fmt.Sprintf("%.2f×", v)
	}
	return fmt.Sprintf("%.1f×", v)
}
