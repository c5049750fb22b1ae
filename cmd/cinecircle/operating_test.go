//go:build unix

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// blocks returns the blocks of commands of docs/operating.md that are run by a test.
func blocks(t *testing.T, test string) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	marked := regexp.MustCompile("(?s)<!-- run by " + test + " -->\n```sh\n(.*?)```")
	var found []string
	for _, m := range marked.FindAllStringSubmatch(string(page), -1) {
		found = append(found, m[1])
	}
	return found
}

// shell runs commands in the folder of an instance, in which cinecircle is the built program.
func shell(t *testing.T, h *apptest.Instance, commands string, env ...string) {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(apptest.Binary(t), filepath.Join(bin, "cinecircle")); err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("sh", "-eu", "-c", commands)
	sh.Dir, sh.Env = h.Dir, slices.Concat(h.Env, env, []string{"PATH=" + bin + ":" + os.Getenv("PATH")})
	if output, err := sh.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s\n%s", err, commands, output)
	}
}

// community is a member with a film and a poster.
type community struct {
	token, poster string
	film          int64
}

func makeCommunity(t *testing.T, s *apptest.Server) community {
	t.Helper()
	_, token := s.SignUp("member")
	c := community{token: token, film: s.Film(token, "kept")}
	kind, body := apptest.Upload(t, nil, "image", "poster.png", apptest.PNG(t))
	c.poster, _ = s.Post(200, token, fmt.Sprintf("/movies/%d/poster_image", c.film), kind, body).JSON(t)["poster_image_url"].(string)
	return c
}

// want checks that everything is there and the token is good.
func (c community) want(t *testing.T, s *apptest.Server) {
	t.Helper()
	film := s.Get(c.token, fmt.Sprintf("/movies/%d", c.film)).JSON(t)
	if film["poster_image_url"] != c.poster {
		t.Errorf("the film is %v", film)
	}
	for _, file := range media.Files(strings.TrimPrefix(c.poster, "/media/")) {
		s.Get("", "/media/"+file)
	}
	s.Get(c.token, "/users/me")
}

// TestTheBackupStepsOfTheOperatingPage runs them beside a running service, twice, and restores after everything was
// deleted.
func TestTheBackupStepsOfTheOperatingPage(t *testing.T) {
	t.Parallel()
	steps := blocks(t, "TestTheBackupStepsOfTheOperatingPage")
	if len(steps) != 2 {
		t.Fatalf("the page has %d blocks, want the backup and the restore", len(steps))
	}
	h := apptest.NewInstance(t)
	s := h.Start()
	shell(t, h, steps[0]) // of an empty community
	made := makeCommunity(t, s)
	shell(t, h, "sleep 1; "+steps[0]) // the name has seconds
	s.Want(204, made.token, "DELETE", fmt.Sprintf("/movies/%d", made.film), "", "")
	s.Want(204, made.token, "DELETE", "/users/me", "", "")
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	shell(t, h, steps[1])
	made.want(t, h.Start())
	info, err := os.Stat(filepath.Join(h.Dir, "data", "secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret has mode %v, %v", info.Mode(), err)
	}
}

// TestTheBackupStepsForMySQLOfTheOperatingPage needs a server in CINECIRCLE_TEST_DSN and the client programs of MariaDB.
func TestTheBackupStepsForMySQLOfTheOperatingPage(t *testing.T) {
	t.Parallel()
	steps := blocks(t, "TestTheBackupStepsForMySQLOfTheOperatingPage")
	if len(steps) != 2 {
		t.Fatalf("the page has %d blocks, want the backup and the restore", len(steps))
	}
	server := os.Getenv(testkit.DSNVariable)
	if _, err := exec.LookPath("mariadb-dump"); err != nil || server == "" {
		t.Skipf("needs a server in %s and mariadb-dump", testkit.DSNVariable)
	}
	dsn, err := mysql.ParseDSN(testkit.FreshSchema(t, server).DSN)
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := strings.Cut(dsn.Addr, ":")
	h := apptest.NewInstance(t, "CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN="+dsn.FormatDSN(), "CINECIRCLE_AUTH_SECRET="+apptest.Secret)
	options := fmt.Sprintf("[client]\nhost=%s\nport=%s\nprotocol=tcp\nuser=%s\npassword=%s\n", host, port, dsn.User, dsn.Passwd)
	if err := os.WriteFile(filepath.Join(h.Dir, ".my.cnf"), []byte(options), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME=" + h.Dir, "DATABASE=" + dsn.DBName}
	s := h.Start()
	shell(t, h, steps[0], env...)
	made := makeCommunity(t, s)
	shell(t, h, "sleep 1; "+steps[0], env...)
	s.Want(204, made.token, "DELETE", fmt.Sprintf("/movies/%d", made.film), "", "")
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	shell(t, h, steps[1], env...)
	made.want(t, h.Start())
}
