package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecordSurvivesWritingAndReading(t *testing.T) {
	t.Parallel()
	r := &record{}
	r.note("size", "three films")
	s := sample{name: "GetFilm", n: 2000}
	s.add(90_123.5, unitCPU)
	s.add(0.05, unitToSQL)
	r.samples = append(r.samples, s)
	r.single("Start", 34e6, unitTime)

	file := filepath.Join(t.TempDir(), "record.txt")
	var text strings.Builder
	if err := r.write(&text); err != nil {
		t.Fatal(err)
	}
	const want = "# size three films\nBenchmarkGetFilm 2000 90123.5 cpu-ns/op 0.05 x-sql\nBenchmarkStart 1 34000000 ns/op\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.WriteFile(file, []byte(text.String()+"PASS\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readRecord(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, got, cmp.AllowUnexported(record{}, sample{}, measured{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.noted("size") != "three films" || got.noted("siz") != "" {
		t.Errorf("noted %q and %q", got.noted("size"), got.noted("siz"))
	}
}

func TestMalformedSamplesAreRefused(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"BenchmarkA", "BenchmarkA 1", "BenchmarkA 1 2", "BenchmarkA x 2 ns/op", "BenchmarkA 1 x ns/op", "BenchmarkA 1 2 ns/op 3"} {
		if s, err := parseSample(line); err == nil {
			t.Errorf("%q is read as %v", line, s)
		}
	}
}

func TestMedianCoversAllSamplesWithTheName(t *testing.T) {
	t.Parallel()
	r := &record{}
	for _, v := range []float64{5, 1, 3} {
		r.single("A", v, unitCPU)
	}
	r.single("B", 100, unitCPU)
	r.single("A", 200, unitP50)
	if got := r.median("A", unitCPU); got != 3 {
		t.Errorf("the median is %v, want 3", got)
	}
	if got := r.median("C", unitCPU); got != 0 {
		t.Errorf("the median of nothing is %v, want 0", got)
	}
}
