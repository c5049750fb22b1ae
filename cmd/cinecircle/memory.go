package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// When memory is given back: since the last look the process allocated less than one part in calmPart of
// what it holds, or than calmBytes, and at least one part in wastedPart of that, and wastedBytes, is of no use.
const (
	lookPeriod  = 10 * time.Second
	calmPart    = 8
	calmBytes   = 16 << 20
	wastedPart  = 20
	wastedBytes = 4 << 20
)

// memory is what the runtime holds, in bytes.
type memory struct {
	allocated uint64 // since the start
	used      uint64 // by objects that the last collection found, and by stacks
	held      uint64 // of the system's memory, in use or not
}

// giveBack returns memory to the system when it is calm, until ctx ends. A storm of clients that connect
// leaves the heap twice as large as it need be, and the runtime would keep it so for as long as little
// is allocated: with 10,000 idle sockets that is a third of the process. While there is work it does
// nothing, so no request pays for it.
func giveBack(ctx context.Context) error {
	look := time.NewTicker(lookPeriod)
	defer look.Stop()
	last := readMemory()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		now := readMemory()
		if now.wasteful(last) {
			debug.FreeOSMemory()
			now = readMemory()
		}
		last = now
	}
}

// wasteful reports whether giving memory back is worth a collection, and disturbs nobody.
func (m memory) wasteful(before memory) bool {
	wasted := m.held - min(m.used, m.held)
	calm := m.allocated-before.allocated < max(calmBytes, m.held/calmPart)
	return calm && wasted >= wastedBytes && wasted >= m.held/wastedPart
}

func readMemory() memory {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(samples)
	value := func(i int) uint64 { return samples[i].Value.Uint64() }
	return memory{allocated: value(0), used: value(1) + value(2), held: value(2) + value(3) + value(4)}
}
