package limit

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTheNumberOfKeysIsBounded is not parallel, because it measures the heap.
func TestTheNumberOfKeysIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it fills all 262,144 buckets; make check runs it")
	}
	before := heap()
	clock := newFakeClock()
	m := NewMemory(clock.now)
	r := Rate{Count: 10, Per: time.Hour}
	for range 10 {
		take(t, m, "guesser", r)
	}
	long := strings.Repeat("x", 1000) // a long key costs no more than a short one
	for i := range 400_000 {
		take(t, m, long[:i%2*1000]+strconv.Itoa(i), r)
	}
	const most = shardCount * shardCap
	if n := m.Len(); n > most || n < most*9/10 {
		t.Errorf("%d buckets, want at most %d and not far below", n, most)
	}
	perBucket := float64(heap()-before) / float64(m.Len())
	t.Logf("%d buckets, %.0f bytes each, %.0f MiB", m.Len(), perBucket, float64(heap()-before)/(1<<20))
	if perBucket > 300 {
		t.Errorf("%.0f bytes per bucket, want at most 300", perBucket)
	}
	if wait := take(t, m, "guesser", r); wait == 0 {
		t.Error("a flood of other keys gave the guesser a new burst")
	}
	runtime.KeepAlive(m)
}

func TestNewKeysEvictFullBuckets(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	m := NewMemory(clock.now)
	r := Rate{Count: 1, Per: time.Second}
	for i := range 100_000 {
		take(t, m, fmt.Sprint("old", i), r)
	}
	clock.advance(time.Minute)
	for i := range 100_000 {
		take(t, m, fmt.Sprint("new", i), r)
	}
	// All 100,000 new ones count, and next to nothing of the old ones is left.
	if n := m.Len(); n < 100_000 || n > 105_000 {
		t.Errorf("%d buckets after the old ones were full again, want some 100,000", n)
	}
}

func heap() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

func BenchmarkMemoryAllow(b *testing.B) {
	m := NewMemory(time.Now)
	r := Rate{Count: 10, Per: time.Second}
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprint("read:", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		take(b, m, keys[i%len(keys)], r)
	}
}

func BenchmarkMemoryAllowOfNewKeysAtTheCap(b *testing.B) {
	m := NewMemory(time.Now)
	r := Rate{Count: 10, Per: time.Hour}
	for i := 0; b.Loop(); i++ {
		take(b, m, fmt.Sprint("read:", i), r)
	}
}
