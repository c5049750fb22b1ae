package memory

import (
	"context"
	"runtime/metrics"
	"time"
)

// Reclaim frees memory if, since it last looked, the process allocated less than one part in idleShare of what it holds
// (or less than idleBytes), and at least one part in wasteShare of what it holds, and wasteBytes, are unused.
const (
	settled    = time.Second // after the start, when requests that waited for it are answered
	lookPeriod = 10 * time.Second
	idleShare  = 8
	idleBytes  = 16 << 20
	wasteShare = 20
	wasteBytes = 4 << 20
)

// usage is what the runtime accounts for, in bytes.
type usage struct {
	allocated uint64 // since the start
	used      uint64 // by stacks and by the objects that survived the last collection
	held      uint64 // obtained from the system for heap and stacks, in use or not
}

// Reclaim frees what the start has left, and then returns unused memory to the system whenever the process is idle, until
// ctx ends. Its error is always nil. After many clients have connected at once, the heap is twice as large as it needs to be, and the runtime keeps it
// until enough is allocated again: a third of a process with 10,000 idle sockets. Under load it does nothing, so that no
// request waits for it.
func Reclaim(ctx context.Context) error {
	if !passes(ctx, settled) {
		return nil
	}
	Free()
	last := readUsage()
	for passes(ctx, lookPeriod) {
		now := readUsage()
		if now.wasteful(last) {
			Free()
			now = readUsage()
		}
		last = now
	}
	return nil
}

// passes waits, and reports whether ctx has not ended before.
func passes(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// wasteful reports whether freeing memory is worth a collection and delays no request.
func (u usage) wasteful(before usage) bool {
	unused := u.held - min(u.used, u.held)
	idle := u.allocated-before.allocated < max(idleBytes, u.held/idleShare)
	return idle && unused >= wasteBytes && unused >= u.held/wasteShare
}

func readUsage() usage {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(samples)
	value := func(i int) uint64 { return samples[i].Value.Uint64() }
	return usage{allocated: value(0), used: value(1) + value(2), held: value(2) + value(3) + value(4)}
}
