package main

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
)

// disk is where a program keeps its data, and can be filled.
type disk struct {
	fill func()
	free func() // undoes fill
}

// smallDisk gives a home a data folder of eight megabytes. Where nothing may be mounted it is the process
// that may not write: its files cannot grow past what they have.
func smallDisk(t *testing.T, h *home) func(*server) disk {
	t.Helper()
	data := filepath.Join(h.dir, "data")
	if err := os.Mkdir(data, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=8m"); err != nil {
		t.Logf("no file system of its own (%v): the size of its files is bounded instead", err)
		return boundedFiles
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	ballast := filepath.Join(data, "ballast")
	return func(*server) disk {
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
			chunk = chunk[:len(chunk)/2] // down to the last byte
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func boundedFiles(s *server) disk {
	bound := func(soft uint64) {
		limit := unix.Rlimit{Cur: soft, Max: unix.RLIM_INFINITY}
		if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
			s.t.Fatal(err)
		}
	}
	return disk{fill: func() { bound(1) }, free: func() { bound(unix.RLIM_INFINITY) }}
}

// TestAFullDiskRefusesWritesAndNothingElse fills the disk under writes again and again.
func TestAFullDiskRefusesWritesAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHome(t, "CINECIRCLE_LIMITS_ENABLED=false")
	onDisk := smallDisk(t, h)
	s := h.start()
	d := onDisk(s)
	_, token := s.signUp("writer")
	w := &diskWriter{server: s, token: token, picture: photograph(t), written: map[string]bool{}}
	for range 10 {
		w.until(http.StatusCreated, 3)
		full := make(chan struct{})
		go func() { defer close(full); d.fill() }() // at any moment of a write
		w.until(http.StatusServiceUnavailable, 3)
		<-full
		w.until(http.StatusServiceUnavailable, 2)
		s.get("", "/movies?sort=-id")
		s.get(token, "/users/me")
		s.get("", "/healthz")
		s.want(http.StatusServiceUnavailable, "", http.MethodGet, "/readyz", "", "")
		d.free()
		freed := time.Now()
		w.until(http.StatusCreated, 1)
		if took := time.Since(freed); took > 5*time.Second {
			t.Errorf("it took %v to be back", took)
		}
		s.get("", "/readyz")
	}
	for target := range w.written {
		s.get("", target)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	s = h.start() // what could not be removed while the disk was full goes now
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	checkFile(t, h)
	t.Logf("%d writes acknowledged", len(w.written))
}

// diskWriter adds films and reviews with an image in turn.
type diskWriter struct {
	*server
	token   string
	picture []byte
	film    int64 // without a review, 0 when there is none
	written map[string]bool
}

// until writes until so many writes in a row had the status. All others are acknowledged or 503.
func (w *diskWriter) until(status, times int) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for row := 0; row < times; {
		if time.Now().After(deadline) {
			w.t.Fatalf("no %d in time\n%s", status, w.logged())
		}
		a := w.write()
		switch a.status {
		case http.StatusCreated:
		case http.StatusServiceUnavailable:
			if a.header.Get("Retry-After") == "" || a.json(w.t)["code"] != "unavailable" {
				w.t.Fatalf("%v %s", a.header, a.body)
			}
		default:
			w.t.Fatalf("status %d: %s\n%s", a.status, a.body, w.logged())
		}
		if row++; a.status != status {
			row = 0
		}
	}
}

func (w *diskWriter) write() answer {
	w.t.Helper()
	kind, body, target := asJSON, `{"title": "film", "plot": "", "cast": [], "playtime": 1, "genre": "Drama"}`, "/movies"
	if w.film != 0 {
		texts := map[string]string{"movie_id": fmt.Sprint(w.film), "title": "t", "content": "c"}
		kind, body = upload(w.t, texts, "review_image", "a.jpg", w.picture)
		target = "/reviews"
	}
	a, err := w.try(w.token, http.MethodPost, target, kind, body)
	if err != nil {
		w.t.Fatal(err)
	}
	if a.status != http.StatusCreated {
		return a
	}
	id := a.id(w.t)
	w.written[fmt.Sprintf("%s/%d", target, id)] = true
	if w.film = id; target == "/reviews" {
		w.film = 0
		w.written[a.json(w.t)["review_image_url"].(string)] = true
	}
	return a
}
