package crash_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// disk is the data folder of a program, which can be filled.
type disk struct {
	fill func()
	free func() // undoes fill
}

// smallDisk gives an instance a data folder of 8 MiB. Where the test may not mount one, fill sets a limit on the size of
// the files that the process writes.
func smallDisk(t *testing.T, h *apptest.Instance) func(*apptest.Server) disk {
	t.Helper()
	data := filepath.Join(h.Dir, "data")
	if err := os.Mkdir(data, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=8m"); err != nil {
		t.Logf("cannot mount a file system (%v): limiting the size of files instead", err)
		return boundedFiles
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	ballast := filepath.Join(data, "ballast")
	return func(*apptest.Server) disk {
		return disk{fill: func() { fillDisk(t, ballast) }, free: func() { _ = os.Remove(ballast) }}
	}
}

func fillDisk(t *testing.T, ballast string) {
	t.Helper()
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for chunk := make([]byte, 64<<10); len(chunk) > 0; {
		if _, err := f.Write(chunk); errors.Is(err, syscall.ENOSPC) {
			chunk = chunk[:len(chunk)/2] // until the last byte is used
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func boundedFiles(s *apptest.Server) disk {
	bound := func(soft uint64) {
		limit := unix.Rlimit{Cur: soft, Max: unix.RLIM_INFINITY}
		if err := unix.Prlimit(s.Process().Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
			s.T.Fatal(err)
		}
	}
	return disk{fill: func() { bound(1) }, free: func() { bound(unix.RLIM_INFINITY) }}
}

// awaitReadiness waits until /readyz answers with a status: its checks are shared for some seconds.
func awaitReadiness(s *apptest.Server, status int) {
	s.T.Helper()
	if !harness.Eventually(s.T.Context(), apptest.Patience, func() bool {
		a, err := s.Try("", http.MethodGet, "/readyz", "", "")
		return err == nil && a.Status == status
	}) {
		s.T.Fatalf("/readyz does not answer %d", status)
	}
}

// TestAFullDiskRefusesOnlyWrites fills the disk during writes, and frees it, several times.
func TestAFullDiskRefusesOnlyWrites(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t, "CINECIRCLE_LIMITS_ENABLED=false")
	onDisk := smallDisk(t, h)
	s := h.Start()
	d := onDisk(s)
	_, token := s.SignUp("writer")
	w := &diskWriter{Server: s, token: token, picture: apptest.JPEG(t), written: map[string]bool{}}
	rounds := 10
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		w.until(http.StatusCreated, 3)
		full := make(chan struct{})
		go func() { defer close(full); d.fill() }() // at a random moment of a write
		w.until(http.StatusServiceUnavailable, 3)
		<-full
		w.until(http.StatusServiceUnavailable, 2)
		s.Get("", "/movies?sort=-id")
		s.Get(token, "/users/me")
		s.Get("", "/healthz")
		awaitReadiness(s, http.StatusServiceUnavailable)
		d.free()
		freed := time.Now()
		w.until(http.StatusCreated, 1)
		if took := time.Since(freed); took > 5*time.Second {
			t.Errorf("writes failed for %v after the disk was freed", took)
		}
		awaitReadiness(s, http.StatusOK)
	}
	for target := range w.written {
		s.Get("", target)
	}
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	s = h.Start() // removes the files that could not be removed while the disk was full
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	checkFile(t, h)
	t.Logf("%d writes acknowledged", len(w.written))
}

// diskWriter adds films and reviews with an image in turn.
type diskWriter struct {
	*apptest.Server
	token   string
	picture []byte
	film    int64 // without a review, 0 when there is none
	written map[string]bool
}

// until writes until this many writes in a row had the status. Every other write must be successful or 503.
func (w *diskWriter) until(status, times int) {
	w.T.Helper()
	deadline := time.Now().Add(apptest.Patience)
	for row := 0; row < times; {
		if time.Now().After(deadline) {
			w.T.Fatalf("no %d in time\n%s", status, w.Log())
		}
		a := w.write()
		switch a.Status {
		case http.StatusCreated:
		case http.StatusServiceUnavailable:
			if a.Header.Get("Retry-After") == "" || a.JSON(w.T)["code"] != "unavailable" {
				w.T.Fatalf("%v %s", a.Header, a.Body)
			}
		default:
			w.T.Fatalf("status %d: %s\n%s", a.Status, a.Body, w.Log())
		}
		if row++; a.Status != status {
			row = 0
		}
	}
}

func (w *diskWriter) write() apptest.Answer {
	w.T.Helper()
	kind, body, target := apptest.JSON, `{"title": "film", "plot": "", "cast": [], "playtime": 1, "genre": "Drama"}`, "/movies"
	if w.film != 0 {
		texts := map[string]string{"movie_id": fmt.Sprint(w.film), "title": "t", "content": "c"}
		kind, body = apptest.Upload(w.T, texts, "review_image", "a.jpg", w.picture)
		target = "/reviews"
	}
	a, err := w.Try(w.token, http.MethodPost, target, kind, body)
	if err != nil {
		w.T.Fatal(err)
	}
	if a.Status != http.StatusCreated {
		return a
	}
	id := a.ID(w.T)
	w.written[fmt.Sprintf("%s/%d", target, id)] = true
	if w.film = id; target == "/reviews" {
		w.film = 0
		w.written[a.JSON(w.T)["review_image_url"].(string)] = true
	}
	return a
}
