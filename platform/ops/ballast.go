package ops

import "runtime"

// ballastSize is how much further than otherwise the heap may grow between two collections.
const ballastSize = 16 << 20

// Ballast keeps the collector from running dozens of times a second, which it does under load because this
// heap is small and doubles in no time: reads take a tenth less CPU without. It is memory that is never
// touched, and so takes address space alone. Unlike a greater GOGC it makes no difference to a large heap,
// such as that of thousands of sockets. It ends when release is called.
func Ballast() (release func()) {
	ballast := make([]byte, ballastSize)
	return func() { runtime.KeepAlive(ballast) }
}
