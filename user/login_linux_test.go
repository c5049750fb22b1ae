package user_test

import (
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// It counts the processor's time of the one thread that answers, which does not depend on what else
// the machine does.
func TestUnknownNamesCostAsMuchAsWrongPasswords(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(k *testkit.Kit) { k.Hasher = auth.NewHasher(7) }) // dear enough to stand out from the rest of a login
	k.signUp(t, "alice")
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	known, unknown := time.Hour, time.Hour
	for range 6 {
		known = min(known, k.costOfRefusal(t, "alice"))
		unknown = min(unknown, k.costOfRefusal(t, "nobody"))
	}
	if unknown < known*2/3 || unknown > known*3/2 {
		t.Errorf("a wrong password takes %v, an unknown name %v", known, unknown)
	}
}

func (k *kit) costOfRefusal(t *testing.T, name string) time.Duration {
	t.Helper()
	start := threadTime(t)
	k.tryLogin(t, name, "wrong password").Want(http.StatusUnauthorized)
	return threadTime(t) - start
}

func threadTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &used); err != nil {
		t.Fatalf("read the processor's time: %v", err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
