package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The other targets: memory after the start in bytes, the time to the frame alone and in a crowd,
// and the memory of a socket.
const (
	targetIdle      = 30e6
	targetPerSocket = 14e3
)

var (
	targetAlone   = delays{1000 * time.Microsecond, 3 * time.Millisecond}
	targetCrowded = delays{1200 * time.Microsecond, 5 * time.Millisecond}
)

// referenceStatic is the microseconds of CPU that a static answer took on the machine on which the
// targets were set: it tells how much slower or faster this one is at the moment.
const referenceStatic = 18

// report is everything that was found out.
type report struct {
	options
	machine, program string
	rows             []row
	start            []time.Duration
	idle, loaded     memory
	realtime         *realtime // nil when it was left out
}

// print writes the report as Markdown.
func (r report) print(w io.Writer) error {
	var b strings.Builder
	r.printConditions(&b)
	r.printCases(&b)
	r.printRest(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r report) printConditions(b *strings.Builder) {
	fmt.Fprintf(b, "%s; cinecircle %s.\n", r.machine, r.program)
	fmt.Fprintf(b, "%d films, %d members, %d reviews; %d rounds of %d requests over %d connections, seed %d.\n\n",
		r.films, r.users, r.reviews, r.rounds, r.perRound(1), r.conns, r.seed)
}

func (r report) printCases(b *strings.Builder) {
	if len(r.rows) == 0 {
		return
	}
	fmt.Fprintln(b, "| request | server CPU | target | within 2× | static net/http | net/http + database/sql | × static | × database/sql (target) | p50 | p99 | bytes |")
	fmt.Fprintln(b, "|---|---|---|---|---|---|---|---|---|---|---|")
	var static []float64
	for _, x := range r.rows {
		static = append(static, x.static)
		fmt.Fprintf(b, "| %s | %.0f µs | %s | %s | %.0f µs | %s | %.1f | %s | %s | %s | %d |\n",
			x.name, x.cpu, micros(x.target.cpu), within(x.cpu, x.target.cpu), x.static, micros(x.sql),
			x.toStatic, x.ratioToSQL(), millis(x.p50), millis(x.p99), x.bytes)
	}
	fmt.Fprintf(b, "\nThe cheapest static answer took %.0f µs; where the targets were set it took %d µs.\n", slices.Min(static), referenceStatic)
	fmt.Fprintf(b, "CPU time is counted in steps of %s, so the figures of one round are good to %.0f µs, and fewer requests make them worse.\n\n",
		tick, float64(tick.Microseconds())/float64(r.perRound(1)))
}

// ratioToSQL shows the ratio to database/sql and the one that the target has.
func (x row) ratioToSQL() string {
	switch {
	case x.toSQL == 0:
		return "–"
	case x.target.sql == 0:
		return fmt.Sprintf("%.1f", x.toSQL)
	}
	return fmt.Sprintf("%.1f (%.1f)", x.toSQL, x.target.cpu/x.target.sql)
}

func (r report) printRest(b *strings.Builder) {
	fmt.Fprintln(b, "| the rest | measured | target | within 2× |")
	fmt.Fprintln(b, "|---|---|---|---|")
	fmt.Fprintf(b, "| start of the process to the first 200 of /healthz, median of %d | %s | – | – |\n", len(r.start), millis(middle(r.start)))
	for _, m := range []struct {
		when   string
		took   memory
		target float64
	}{{"start", r.idle, targetIdle}, {"load", r.loaded, 0}} {
		fmt.Fprintf(b, "| resident memory after the %s, and without pages of files | %s, %s | %s | %s |\n",
			m.when, megabytes(float64(m.took.resident)), megabytes(float64(m.took.own)), megabytes(m.target), within(float64(m.took.resident), m.target))
	}
	if r.realtime == nil {
		return
	}
	printDelays(b, "like → frame", r.realtime.alone, targetAlone)
	if r.realtime.sockets == 0 {
		return
	}
	printDelays(b, fmt.Sprintf("like → frame, %d others connected", r.realtime.sockets), r.realtime.crowded, targetCrowded)
	fmt.Fprintf(b, "| memory of an idle socket | %.1f KB | %.0f KB | %s |\n",
		r.realtime.perSocket/1e3, targetPerSocket/1e3, within(r.realtime.perSocket, targetPerSocket))
}

func printDelays(b *strings.Builder, what string, got, want delays) {
	for _, q := range []struct {
		name      string
		got, want time.Duration
	}{{"p50", got.p50, want.p50}, {"p99", got.p99, want.p99}} {
		fmt.Fprintf(b, "| %s, %s | %s | %s | %s |\n", what, q.name, millis(q.got), millis(q.want), within(float64(q.got), float64(q.want)))
	}
}

// within says whether got is at most twice the target; a target of 0 is none.
func within(got, target float64) string {
	switch {
	case target == 0:
		return "–"
	case got <= target:
		return "yes, reached"
	case got <= 2*target:
		return "yes"
	}
	return "**no**"
}

func micros(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f µs", v)
}

func megabytes(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f MB", v/1e6)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1e3) }

// middle returns the median, 0 of none.
func middle(took []time.Duration) time.Duration {
	return quantile(slices.Sorted(slices.Values(took)), 0.5)
}
