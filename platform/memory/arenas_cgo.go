//go:build cgo && linux

package memory

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static void one_arena(void) {
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1);
#endif
}
*/
import "C"

// oneArena makes threads that are started from now on share the memory that C has freed (https://man7.org/linux/man-pages/man3/mallopt.3.html).
// Each has its own otherwise, and SQLite moves from thread to thread with its goroutine.
func oneArena() { C.one_arena() }
