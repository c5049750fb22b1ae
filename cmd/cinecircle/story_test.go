package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/platform/media"
)

// photograph is just so large that a smaller copy of it is stored too.
func photograph(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 648, 16))
	img.Set(3, 3, color.RGBA{R: 200, A: 255})
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func drawing(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 20, 30))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestACommunityFromItsFirstStart is the newcomer's ten minutes, and what is left after a restart.
func TestACommunityFromItsFirstStart(t *testing.T) {
	t.Parallel()
	h := newHomeOnServers(t)
	s := h.start()
	aliceID, alice := s.signUp("앨리스")
	bobID, bob := s.signUp("bob")

	film := s.film(alice, "기생충")
	kind, body := upload(t, nil, "image", "Poster.PNG", drawing(t))
	poster, _ := s.post(200, alice, fmt.Sprintf("/movies/%d/poster_image", film), kind, body).json(t)["poster_image_url"].(string)
	if stored := s.get("", poster); stored.header.Get("Content-Type") != "image/png" {
		t.Errorf("the poster is served as %s", stored.header.Get("Content-Type"))
	}
	kind, body = upload(t, map[string]string{"movie_id": fmt.Sprint(film), "title": "걸작", "content": "또 보고 싶다"}, "review_image", "a.jpeg", photograph(t))
	written := s.post(201, alice, "/reviews", kind, body)
	review := written.id(t)
	still := written.json(t)["review_image_url"].(string)
	s.get("", still)
	for _, file := range media.Files(keyOf(still)) {
		if !slices.Contains(h.files(), file) {
			t.Errorf("%s is not stored", file)
		}
		if strings.HasPrefix(still, "/media/") {
			s.get("", "/media/"+file)
		}
	}

	bell := s.socket(alice, "")
	s.post(200, bob, fmt.Sprintf("/users/%d/follow", aliceID), "", "")
	if got := frame(t, bell); got["message"] != "bob님이 팔로우 하셨습니다." || got["seq"] != 1.0 || got["type"] != "follow" {
		t.Errorf("the first frame is %v", got)
	}
	s.post(200, bob, fmt.Sprintf("/likes/reviews/%d/like", review), "", "")
	if got := frame(t, bell); got["message"] != "bob님이 내 리뷰에 좋아요를 눌렀습니다!" || got["seq"] != 2.0 || got["review_id"] != float64(review) {
		t.Errorf("the second frame is %v", got)
	}
	s.post(200, bob, fmt.Sprintf("/likes/movies/%d/like", film), "", "")

	if err := s.end(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, s.logged())
	}
	_, _, err := bell.ReadMessage()
	if closed, ok := errors.AsType[*websocket.CloseError](err); !ok || closed.Code != websocket.CloseServiceRestart {
		t.Errorf("at the shutdown the socket saw %v", err)
	}

	s = h.start()
	shown := s.get("", fmt.Sprintf("/movies/%d", film)).json(t)
	if shown["like_count"] != 1.0 || shown["review_count"] != 1.0 || shown["created_by"] != float64(aliceID) {
		t.Errorf("after the restart the film is %v", shown)
	}
	if got := s.get(alice, "/users/me").json(t); got["follower_count"] != 1.0 {
		t.Errorf("after the restart Alice is %v", got) // and her token is still good
	}
	again := s.socket(alice, "?since=1")
	if got := frame(t, again); got["seq"] != 2.0 {
		t.Errorf("the replay begins with %v", got)
	}
	inbox := s.get(alice, "/notifications/inbox")
	if inbox.header.Get("X-Unread-Count") != "2" || len(inbox.list(t)) != 2 {
		t.Errorf("the inbox is %s of %s", inbox.header.Get("X-Unread-Count"), inbox.body)
	}
	s.want(204, bob, http.MethodDelete, fmt.Sprintf("/users/%d", bobID), "", "")
	s.want(401, bob, http.MethodGet, "/users/me", "", "")
	s.want(204, alice, http.MethodDelete, "/users/me", "", "")
	if _, _, err := again.ReadMessage(); !websocket.IsCloseError(err, 4003) {
		t.Errorf("the socket of a deleted member saw %v", err)
	}
	if got := s.get("", fmt.Sprintf("/movies/%d", film)).json(t); got["created_by"] != nil || got["review_count"] != 0.0 || got["like_count"] != 0.0 {
		t.Errorf("the film that stays is %v", got)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if files := h.kept(h.open()); len(files) != 1 { // the poster
		t.Errorf("files left: %v", files)
	}
	if strings.Contains(s.logged(), "correct horse") || strings.Contains(s.logged(), alice) {
		t.Error("the log holds a password or a token")
	}
}

// keyOf returns the key in the URL of a stored image.
func keyOf(address string) string {
	path, _, _ := strings.Cut(address, "?")
	_, key, _ := strings.Cut(path, "/reviews/")
	return "reviews/" + key
}

func TestAFirstStartKeepsItsSecret(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	s := h.start()
	_, token := s.signUp("member")
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(h.dir, "data", "secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret: %v, %v", info, err)
	}
	h.start().get(token, "/users/me")
}

func TestASecondProgramOnTheSameFileRefusesToStart(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	s := h.start()
	status, output := h.run("serve")
	if status != 1 || !strings.Contains(output, "served by another process") {
		t.Errorf("status %d: %s", status, output)
	}
	s.get("", "/healthz")
}

func TestABadConfigurationStopsTheStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, setting, says string }{
		{"an unknown variable", "CINECIRCLE_SERVER_ADRR=x", "CINECIRCLE_SERVER_ADRR"},
		{"a bad value", "CINECIRCLE_AUTH_BCRYPT_COST=99", "auth.bcrypt_cost"},
		{"a short secret", "CINECIRCLE_AUTH_SECRET=tiny-secret", "auth.secret"},
		{"MySQL without a secret", "CINECIRCLE_DATABASE_DRIVER=mysql", "auth.secret"},
		{"a zone that is none", "CINECIRCLE_TIMEZONE=Mars/Olympus", "timezone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, output := newHome(t, c.setting).run()
			if status != 1 || !strings.Contains(output, c.says) {
				t.Errorf("status %d: %s", status, output)
			}
			if strings.Contains(output, "tiny-secret") {
				t.Errorf("the secret is in the output: %s", output)
			}
		})
	}
}

func TestAFolderThatCannotBeMadeStopsTheStart(t *testing.T) {
	t.Parallel()
	h := newHome(t, "CINECIRCLE_MEDIA_DIR=taken/media")
	if err := os.WriteFile(filepath.Join(h.dir, "taken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, output := h.run(); status != 1 || strings.Contains(output, "panic") || !strings.Contains(output, "taken") {
		t.Errorf("status %d: %s", status, output)
	}
}

// TestASecondSignalEndsTheProgramAtOnce has a request that never ends keep the shutdown waiting.
func TestASecondSignalEndsTheProgramAtOnce(t *testing.T) {
	t.Parallel()
	s := newHome(t, "CINECIRCLE_SERVER_SHUTDOWN_TIMEOUT=10m").start()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	s.get("", "/healthz") // it has been served meanwhile
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for !strings.Contains(s.logged(), "shutting down") {
		if time.Now().After(deadline) {
			t.Fatal("it does not shut down")
		}
		<-time.After(time.Millisecond) // polls the condition above
	}
	start := time.Now()
	if err := s.end(syscall.SIGTERM); err == nil {
		t.Error("it ended in good order, though a request was under way")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
