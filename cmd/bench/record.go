package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// The units of a record. Times are in nanoseconds, as everywhere in Go's benchmark format.
const (
	unitCPU      = "cpu-ns/op"    // CPU of the server per request
	unitEngine   = "engine-ns/op" // CPU of the database server per request
	unitStatic   = "static-ns/op" // CPU of the static yardstick per request
	unitSQL      = "sql-ns/op"    // CPU of the database/sql yardstick per request
	unitToStatic = "x-static"     // CPU as a multiple of the yardstick in the same round
	unitToSQL    = "x-sql"
	unitToUsual  = "x-usual"
	unitP50      = "p50-ns"
	unitP99      = "p99-ns"
	unitRate     = "req/s" // while latencies were measured
	unitObjects  = "allocs/op"
	unitBytes    = "B/op"
	unitAnswer   = "answer-bytes"
	unitTime     = "ns/op"
	unitMemory   = "mem-bytes"
	unitPerSec   = "frames/s"
	unitShare    = "core-share"
)

// record is the result of a run. It is kept in Go's benchmark format, which benchstat compares: a sample for each
// round, and notes, which benchstat ignores.
type record struct {
	notes   []string // "name value"
	samples []sample
}

// sample is a line of the record.
type sample struct {
	name   string
	n      int
	values []measured
}

type measured struct {
	value float64
	unit  string
}

func (s *sample) add(v float64, unit string) { s.values = append(s.values, measured{v, unit}) }

// note adds a text.
func (r *record) note(name, value string) { r.notes = append(r.notes, name+" "+value) }

// noted returns the note with this name, "" when there is none.
func (r *record) noted(name string) string {
	for _, n := range r.notes {
		if value, ok := strings.CutPrefix(n, name+" "); ok {
			return value
		}
	}
	return ""
}

// single adds a sample with one value.
func (r *record) single(name string, v float64, unit string) {
	r.samples = append(r.samples, sample{name, 1, []measured{{v, unit}}})
}

// median returns the median of all values with a name and unit, 0 when there are none.
func (r *record) median(name, unit string) float64 {
	var all []float64
	for _, s := range r.samples {
		for _, m := range s.values {
			if s.name == name && m.unit == unit {
				all = append(all, m.value)
			}
		}
	}
	return median(all)
}

// write writes the record (https://go.dev/design/14313-benchmark-format).
func (r *record) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, n := range r.notes {
		fmt.Fprintf(out, "# %s\n", n)
	}
	for _, s := range r.samples {
		fmt.Fprintf(out, "Benchmark%s %d", s.name, s.n)
		for _, m := range s.values {
			fmt.Fprintf(out, " %s %s", strconv.FormatFloat(m.value, 'f', -1, 64), m.unit)
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

// readRecord reads what write wrote.
func readRecord(file string) (*record, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err // it names the file
	}
	r := &record{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if note, ok := strings.CutPrefix(line, "# "); ok {
			r.notes = append(r.notes, note)
			continue
		}
		if !strings.HasPrefix(line, "Benchmark") {
			continue
		}
		s, err := parseSample(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		r.samples = append(r.samples, s)
	}
	return r, nil
}

func parseSample(line string) (sample, error) {
	fields := strings.Fields(strings.TrimPrefix(line, "Benchmark"))
	if len(fields) < 4 || len(fields)%2 != 0 {
		return sample{}, fmt.Errorf("%q is not a line of a benchmark", line)
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return sample{}, fmt.Errorf("%q: %w", line, err)
	}
	s := sample{name: fields[0], n: n}
	for i := 2; i < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return sample{}, fmt.Errorf("%q: %w", line, err)
		}
		s.add(v, fields[i+1])
	}
	return s, nil
}
