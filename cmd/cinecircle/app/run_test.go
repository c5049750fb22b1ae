package app_test

import (
	"errors"
	"fmt"
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

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/media"
)

// TestACommunityWorksFromItsFirstStart is the newcomer's ten minutes, and what is left after a restart.
func TestACommunityWorksFromItsFirstStart(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	s := h.Start()
	aliceID, alice := s.SignUp("앨리스")
	bobID, bob := s.SignUp("bob")

	film := s.Film(alice, "기생충")
	kind, body := apptest.Upload(t, nil, "image", "Poster.PNG", apptest.PNG(t))
	poster, _ := s.Post(200, alice, fmt.Sprintf("/movies/%d/poster_image", film), kind, body).JSON(t)["poster_image_url"].(string)
	if stored := s.Get("", poster); stored.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the poster is served as %s", stored.Header.Get("Content-Type"))
	}
	kind, body = apptest.Upload(t, map[string]string{"movie_id": fmt.Sprint(film), "title": "걸작", "content": "또 보고 싶다"}, "review_image", "a.jpeg", apptest.JPEG(t))
	written := s.Post(201, alice, "/reviews", kind, body)
	review := written.ID(t)
	still := written.JSON(t)["review_image_url"].(string)
	s.Get("", still)
	for _, file := range media.Files(keyOf(still)) {
		if !slices.Contains(h.Files(), file) {
			t.Errorf("%s is not stored", file)
		}
		if strings.HasPrefix(still, "/media/") {
			s.Get("", "/media/"+file)
		}
	}

	bell := s.Socket(alice, "")
	s.Post(200, bob, fmt.Sprintf("/users/%d/follow", aliceID), "", "")
	if got := apptest.Frame(t, bell); got["message"] != "bob님이 팔로우 하셨습니다." || got["seq"] != 1.0 || got["type"] != "follow" {
		t.Errorf("the first frame is %v", got)
	}
	s.Post(200, bob, fmt.Sprintf("/likes/reviews/%d/like", review), "", "")
	if got := apptest.Frame(t, bell); got["message"] != "bob님이 내 리뷰에 좋아요를 눌렀습니다!" || got["seq"] != 2.0 || got["review_id"] != float64(review) {
		t.Errorf("the second frame is %v", got)
	}
	s.Post(200, bob, fmt.Sprintf("/likes/movies/%d/like", film), "", "")

	if err := s.End(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, s.Log())
	}
	_, _, err := bell.ReadMessage()
	if closed, ok := errors.AsType[*websocket.CloseError](err); !ok || closed.Code != websocket.CloseServiceRestart {
		t.Errorf("at the shutdown the socket saw %v", err)
	}

	s = h.Start()
	shown := s.Get("", fmt.Sprintf("/movies/%d", film)).JSON(t)
	if shown["like_count"] != 1.0 || shown["review_count"] != 1.0 || shown["created_by"] != float64(aliceID) {
		t.Errorf("after the restart the film is %v", shown)
	}
	if got := s.Get(alice, "/users/me").JSON(t); got["follower_count"] != 1.0 {
		t.Errorf("after the restart Alice is %v", got) // and her token is still good
	}
	again := s.Socket(alice, "?since=1")
	if got := apptest.Frame(t, again); got["seq"] != 2.0 {
		t.Errorf("the replay begins with %v", got)
	}
	inbox := s.Get(alice, "/notifications/inbox")
	if inbox.Header.Get("X-Unread-Count") != "2" || len(inbox.List(t)) != 2 {
		t.Errorf("the inbox is %s of %s", inbox.Header.Get("X-Unread-Count"), inbox.Body)
	}
	s.Want(204, bob, http.MethodDelete, fmt.Sprintf("/users/%d", bobID), "", "")
	s.Want(401, bob, http.MethodGet, "/users/me", "", "")
	s.Want(204, alice, http.MethodDelete, "/users/me", "", "")
	if _, _, err := again.ReadMessage(); !websocket.IsCloseError(err, 4003) {
		t.Errorf("the socket of a deleted member saw %v", err)
	}
	if got := s.Get("", fmt.Sprintf("/movies/%d", film)).JSON(t); got["created_by"] != nil || got["review_count"] != 0.0 || got["like_count"] != 0.0 {
		t.Errorf("the film that stays is %v", got)
	}
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if files := h.Kept(h.Open()); len(files) != 1 { // the poster
		t.Errorf("files left: %v", files)
	}
	if strings.Contains(s.Log(), "correct horse") || strings.Contains(s.Log(), alice) {
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
	h := apptest.NewInstance(t)
	s := h.Start()
	_, token := s.SignUp("member")
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(h.Dir, "data", "secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret: %v, %v", info, err)
	}
	h.Start().Get(token, "/users/me")
}

func TestASecondProgramOnTheSameFileRefusesToStart(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	s := h.Start()
	status, output := h.Run("serve")
	if status != 1 || !strings.Contains(output, "served by another process") {
		t.Errorf("status %d: %s", status, output)
	}
	s.Get("", "/healthz")
}

func TestAnInvalidConfigurationStopsTheStart(t *testing.T) {
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
			status, output := apptest.NewInstance(t, c.setting).Run()
			if status != 2 || !strings.Contains(output, c.says) {
				t.Errorf("status %d: %s", status, output)
			}
			if strings.Contains(output, "tiny-secret") {
				t.Errorf("the secret is in the output: %s", output)
			}
		})
	}
}

func TestAFolderThatCannotBeCreatedStopsTheStart(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t, "CINECIRCLE_MEDIA_DIR=taken/media")
	if err := os.WriteFile(filepath.Join(h.Dir, "taken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, output := h.Run(); status != 1 || strings.Contains(output, "panic") || !strings.Contains(output, "taken") {
		t.Errorf("status %d: %s", status, output)
	}
}

// TestASecondSignalEndsTheProgramAtOnce has a request that never ends keep the shutdown waiting.
func TestASecondSignalEndsTheProgramAtOnce(t *testing.T) {
	t.Parallel()
	s := apptest.NewInstance(t, "CINECIRCLE_SERVER_SHUTDOWN_TIMEOUT=10m").Start()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	s.Get("", "/healthz") // it has been served meanwhile
	if err := s.Process().Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(apptest.Patience)
	for !strings.Contains(s.Log(), "shutting down") {
		if time.Now().After(deadline) {
			t.Fatal("it does not shut down")
		}
		<-time.After(time.Millisecond) // polls the condition above
	}
	start := time.Now()
	if err := s.End(syscall.SIGTERM); err == nil {
		t.Error("it ended in good order, though a request was under way")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
