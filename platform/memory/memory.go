// Package memory is the only one that interferes with the garbage collector. The runtime paces collections by the size
// of the live heap, and keeps the memory that a peak needed. That fits a heap of constant size. Ours is small at rest,
// so it would be collected dozens of times a second under load, and large for a moment, such as while thousands of
// sockets connect. [Headroom] makes collections of a small heap rarer, and [Reclaim] and [Free] return the memory of a
// peak to the system.
//
// debug.SetMemoryLimit does neither: a limit only adds collections. To make them rarer it needs GOGC=off, and then a live
// heap above the limit would be collected without pause. [Bound] uses it for programs that allocate much and keep little.
package memory

import (
	"runtime"
	"runtime/debug"
)

// headroom is how many bytes the heap grows further between two collections than without it.
const headroom = 16 << 20

// Headroom makes collections of a small heap rarer until release is called. A read takes a tenth less CPU with it. It
// allocates memory that is never touched, so it takes address space only, and it matters less the larger the heap is.
func Headroom() (release func()) {
	ballast := make([]byte, headroom)
	return func() { runtime.KeepAlive(ballast) }
}

// bound is twice what an import has on its heap.
const bound = 32 << 20

// Bound makes collections more frequent while Go holds more than 32 MiB, until release is called. SQLite takes 10 MB beside it,
// and the pages of the program's file up to 54 MB, of which some systems keep all in memory. From then on new threads share what
// C has freed, also after release. It is for the begin of a program.
func Bound() (release func()) {
	oneArena()
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, bound))
	return func() { debug.SetMemoryLimit(before) }
}

// Free collects garbage and returns free memory to the system at once. It is for code that has just dropped far more
// memory than the rest of the program uses.
func Free() { debug.FreeOSMemory() }
