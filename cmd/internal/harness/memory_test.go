package harness

import "testing"

func TestMemoryIsReadInBytes(t *testing.T) {
	t.Parallel()
	const status = "Name:\ta\nVmHWM:\t   60000 kB\nVmRSS:\t   56276 kB\n"
	got, err := parseMemory(status + "RssAnon:\t   16292 kB\nThreads:\t9\n")
	if want := (Memory{Resident: 56276 << 10, Peak: 60000 << 10, Anonymous: 16292 << 10}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if got, err := parseMemory(status); err == nil {
		t.Errorf("got %+v without RssAnon, want an error", got)
	}
}
