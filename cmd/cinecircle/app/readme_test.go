package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// TestTheRequestsInTheReadmeWork runs the requests of the README against a new instance, as they are but for the address.
func TestTheRequestsInTheReadmeWork(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s, which the README's requests need, is not installed", tool)
		}
	}
	root := filepath.Join("..", "..", "..")
	page, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)<!-- run by " + t.Name() + " -->\n```sh\n(.*?)```").FindStringSubmatch(string(page))
	if block == nil || !strings.Contains(block[1], "API=http://localhost:8000\n") {
		t.Fatal("the README has no block of requests that begins with the address")
	}
	s := apptest.NewInstance(t).Start()
	script := "set -eu\n" + strings.Replace(block[1], "API=http://localhost:8000\n", "API="+s.Base+"\n", 1)
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, text := range []string{
		"minjun님이 내 리뷰에 좋아요를 눌렀습니다!", "minjun님이 팔로우 하셨습니다.", `"seq":2`,
		`"poster_image_url":"/media/`, `"review_image_url":"/media/`,
	} {
		if !strings.Contains(string(out), text) {
			t.Errorf("the output has no %s", text)
		}
	}
	if n := strings.Count(string(out), `"type":"follow"`); n < 2 {
		t.Errorf("the follow appears %d times, not in a frame and in the inbox", n)
	}
	if strings.Contains(string(out), "problem+json") || strings.Contains(string(out), `"status":4`) {
		t.Errorf("a request was refused:\n%s", out)
	}
}
