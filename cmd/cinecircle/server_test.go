package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience bounds every wait of a story; nothing should ever come near it.
const patience = 30 * time.Second

// buildBinary builds the program once for all stories and returns where it is.
var buildBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cinecircle-binary-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "cinecircle")
	out, err := exec.Command("go", "build", raceFlag, "-tags", "nomsgpack", "-buildvcs=false", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := buildBinary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // a temporary folder
	}
	os.Exit(code)
}

// home is where a program lives between its starts.
type home struct {
	t   testing.TB
	dir string
	env []string

	servers servers
}

func newHome(t testing.TB, settings ...string) *home {
	t.Helper()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GORACE=halt_on_error=1",
		"CINECIRCLE_SERVER_ADDR=127.0.0.1:0", "CINECIRCLE_AUTH_BCRYPT_COST=4",
	}
	return &home{t: t, dir: t.TempDir(), env: append(env, settings...)}
}

func (h *home) command(args ...string) *exec.Cmd {
	h.t.Helper()
	path, err := buildBinary()
	if err != nil {
		h.t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = h.dir, h.env
	return cmd
}

// run runs a command to its end and returns its exit status and all that it wrote.
func (h *home) run(args ...string) (status int, output string) {
	h.t.Helper()
	out, err := h.command(args...).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return 0, string(out)
}

// server is a running program.
type server struct {
	t    testing.TB
	cmd  *exec.Cmd
	base string
	done chan error // gets the end of the process, once

	mu  sync.Mutex
	log bytes.Buffer // guarded by mu
}

// start starts the program and waits until it says where it listens.
func (h *home) start() *server {
	h.t.Helper()
	s := &server{t: h.t, cmd: h.command(), done: make(chan error, 1)}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	up := make(chan string, 1)
	go s.follow(stderr, up)
	h.t.Cleanup(func() { _ = s.cmd.Process.Kill() }) // most stories have ended it already
	select {
	case s.base = <-up:
	case err := <-s.done:
		h.t.Fatalf("the program ended at its start: %v\n%s", err, s.logged())
	case <-time.After(patience):
		h.t.Fatalf("the program did not start\n%s", s.logged())
	}
	return s
}

func (s *server) follow(stderr io.Reader, up chan<- string) {
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		s.mu.Lock()
		s.log.Write(lines.Bytes())
		s.log.WriteByte('\n')
		s.mu.Unlock()
		var line struct{ Msg, API string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "cinecircle is up" {
			up <- line.API
		}
	}
	s.done <- s.cmd.Wait()
}

func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// end sends a signal and waits for the process to be gone.
func (s *server) end(signal syscall.Signal) error {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.done:
		return err
	case <-time.After(patience):
		s.t.Fatalf("the process did not end\n%s", s.logged())
		return nil
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return m
}

func (a answer) id(t testing.TB) int64 {
	t.Helper()
	id, ok := a.json(t)["id"].(float64)
	if !ok {
		t.Fatalf("no id: %s", a.body)
	}
	return int64(id)
}

func (a answer) list(t testing.TB) []map[string]any {
	t.Helper()
	var l []map[string]any
	if err := json.Unmarshal(a.body, &l); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return l
}

// try sends a request; an error means that nobody answered. A target may also be the whole URL of an image that
// is stored elsewhere.
func (s *server) try(token, method, target, contentType, body string) (answer, error) {
	if !strings.Contains(target, "://") {
		target = s.base + target
	}
	r, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	data, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, header: res.Header, body: data}, errors.Join(err, res.Body.Close())
}

// want sends a request and fails the story unless it is answered with this status.
func (s *server) want(status int, token, method, target, contentType, body string) answer {
	s.t.Helper()
	a, err := s.try(token, method, target, contentType, body)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, target, err, s.logged())
	}
	if a.status != status {
		s.t.Fatalf("%s %s: status %d, want %d\n%s", method, target, a.status, status, a.body)
	}
	return a
}

func (s *server) get(token, target string) answer {
	s.t.Helper()
	return s.want(http.StatusOK, token, http.MethodGet, target, "", "")
}

func (s *server) post(status int, token, target, contentType, body string) answer {
	s.t.Helper()
	return s.want(status, token, http.MethodPost, target, contentType, body)
}

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

// signUp makes a member and returns their id and an access token.
func (s *server) signUp(name string) (id int64, token string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"username": name, "password": "correct horse", "age": 30, "gender": "female"})
	if err != nil {
		s.t.Fatal(err)
	}
	id = s.post(http.StatusCreated, "", "/users", asJSON, string(body)).id(s.t)
	return id, s.signIn(name)
}

func (s *server) signIn(name string) (token string) {
	s.t.Helper()
	form := url.Values{"username": {name}, "password": {"correct horse"}, "grant_type": {"password"}}
	token, _ = s.post(http.StatusOK, "", "/users/login", asForm, form.Encode()).json(s.t)["access_token"].(string)
	return token
}

func (s *server) film(token, title string) int64 {
	s.t.Helper()
	body := fmt.Sprintf(`{"title": %q, "plot": "", "cast": [{"name": "송강호"}], "playtime": 132, "genre": "Thriller"}`, title)
	return s.post(http.StatusCreated, token, "/movies", asJSON, body).id(s.t)
}

// upload makes a multipart body of texts and one file.
func upload(t testing.TB, texts map[string]string, field, fileName string, file []byte) (contentType, body string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, value := range texts {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(field, fileName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.String()
}

// socket opens a WebSocket for the notifications of whoever holds the token.
func (s *server) socket(token, query string) *websocket.Conn {
	s.t.Helper()
	header := http.Header{"Authorization": {"Bearer " + token}}
	conn, res, err := websocket.DefaultDialer.Dial(strings.Replace(s.base, "http", "ws", 1)+"/notifications"+query, header)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = res.Body.Close() // an upgrade has no body
	s.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// frame reads the next notification.
func frame(t testing.TB, conn *websocket.Conn) map[string]any {
	t.Helper()
	var m map[string]any
	if err := conn.ReadJSON(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }
