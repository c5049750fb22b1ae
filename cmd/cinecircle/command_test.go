package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo"
)

func TestMigrateSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	if status, output := h.run("migrate", "status"); status != 1 || !strings.Contains(output, "no database") {
		t.Errorf("without a database: %d %s", status, output)
	}
	for _, c := range []struct{ step, says string }{
		{"up", "applied 00001_users.sql"},
		{"up", "nothing to do"},
		{"status", "applied 20"},
		{"down", "took back 00014_user_grams.sql"},
		{"status", "to be applied"},
	} {
		if status, output := h.run("migrate", c.step); status != 0 || !strings.Contains(output, c.says) {
			t.Errorf("migrate %s: %d %s", c.step, status, output)
		}
	}
	if status, output := h.run("migrate", "sideways"); status != 2 || !strings.Contains(output, "sideways") {
		t.Errorf("migrate sideways: %d %s", status, output)
	}
}

func TestAdminsAreMadeWhileTheServiceRuns(t *testing.T) {
	t.Parallel()
	h := newHomeOnServers(t)
	s := h.start()
	_, owner := s.signUp("owner")
	film := s.film(owner, "theirs")
	_, other := s.signUp("Other")
	edit := func(status int) {
		t.Helper()
		s.want(status, other, "PATCH", "/movies/"+itoa(film), asJSON, `{"playtime": 7}`)
	}
	edit(403)
	if status, output := h.run("admin", "grant", "other"); status != 0 { // found by its folded form
		t.Fatalf("grant: %d %s", status, output)
	}
	edit(200)
	if status, output := h.run("admin", "revoke", "Other"); status != 1 || !strings.Contains(output, "last") {
		t.Errorf("the last admin: %d %s", status, output)
	}
	if status, _ := h.run("admin", "grant", "owner"); status != 0 {
		t.Error("a second admin was refused")
	}
	if status, _ := h.run("admin", "revoke", "Other"); status != 0 {
		t.Error("one of two admins could not be revoked")
	}
	edit(403)
	if status, output := h.run("admin", "grant", "nobody"); status != 1 || !strings.Contains(output, "no such") {
		t.Errorf("grant nobody: %d %s", status, output)
	}
}

func TestFilmsAreImportedAndBadRowsReported(t *testing.T) {
	t.Parallel()
	h := newHomeOnServers(t)
	csv := "title,plot,cast,playtime,genre\n" +
		"기생충,,\"[{\"\"name\"\": \"\"송강호\"\"}]\",132,Thriller\n" +
		"Too long,,,9999,Drama\n" +
		"Second,\"two\nlines\",[],90,Comedy\n"
	if err := os.WriteFile(filepath.Join(h.dir, "films.csv"), []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	status, output := h.run("import", "movies", "films.csv")
	if status != 1 || !strings.Contains(output, "line 3: playtime") || !strings.Contains(output, "imported 2 films, skipped 1 bad") {
		t.Errorf("import: %d %s", status, output)
	}
	films := h.start().get("", "/movies").list(t)
	if len(films) != 2 || films[0]["created_by"] != nil || films[1]["plot"] != "two\nlines" {
		t.Errorf("films: %v", films)
	}
	if status, output = h.run("import", "movies", "films.txt"); status != 1 || !strings.Contains(output, ".csv") {
		t.Errorf("another name: %d %s", status, output)
	}
}

func TestTheDemoFillsAnEmptyDatabaseOnce(t *testing.T) {
	t.Parallel()
	h := newHomeOnServers(t)
	if status, output := h.run("demo", "--small"); status != 0 || !strings.Contains(output, demo.Password) {
		t.Fatalf("demo: %d %s", status, output)
	}
	if status, output := h.run("demo"); status != 1 || !strings.Contains(output, "not empty") {
		t.Errorf("a second demo: %d %s", status, output)
	}
	s := h.start()
	films := s.get("", "/movies").list(t)
	for _, film := range films {
		s.get("", film["poster_image_url"].(string))
	}
	if len(films) != demo.Small.Films {
		t.Errorf("%d films, want %d", len(films), demo.Small.Films)
	}
	login := fmt.Sprintf(`{"username": %q, "password": %q}`, demo.Member(), demo.Password)
	s.post(200, "", "/users/login", asJSON, login)
}

func TestCommandsThatReadDoNotMakeADatabase(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	for _, args := range [][]string{{"backup", "copy.db"}, {"admin", "grant", "x"}, {"migrate", "status"}, {"migrate", "down"}} {
		if status, output := h.run(args...); status != 1 || !strings.Contains(output, "no database") {
			t.Errorf("%v: %d %s", args, status, output)
		}
	}
	if left, err := os.ReadDir(h.dir); err != nil || len(left) > 0 {
		t.Errorf("something was made: %v, %v", left, err)
	}
}

func TestABackupOfALiveDatabaseServesAgain(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	s := h.start()
	_, token := s.signUp("member")
	film := s.film(token, "kept")
	if status, output := h.run("backup", "copy.db"); status != 0 {
		t.Fatalf("backup: %d %s", status, output)
	}
	if status, output := h.run("backup", "copy.db"); status != 1 || !strings.Contains(output, "exists") {
		t.Errorf("onto a file: %d %s", status, output)
	}
	s.want(204, token, "DELETE", "/movies/"+itoa(film), "", "")
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	h.env = append(h.env, "CINECIRCLE_DATABASE_DSN=copy.db")
	h.start().get("", "/movies/"+itoa(film))
}

func TestHealthcheckAsksTheConfiguredAddress(t *testing.T) {
	t.Parallel()
	h := newHomeOnServers(t)
	s := h.start()
	h.env = append(h.env, "CINECIRCLE_SERVER_ADDR="+strings.TrimPrefix(s.base, "http://"))
	if status, output := h.run("healthcheck"); status != 0 {
		t.Errorf("alive: %d %s", status, output)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, output := h.run("healthcheck"); status != 1 || !strings.Contains(output, "not alive") {
		t.Errorf("dead: %d %s", status, output)
	}
}

func TestTheCommandLineExplainsItself(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"help"}, 0, "import movies FILE"},
		{[]string{"--help"}, 0, "CINECIRCLE_DATABASE_DSN"},
		{[]string{"migrate", "--help"}, 0, "up|down|status"},
		{[]string{"version"}, 0, "cinecircle "},
		{[]string{"--version"}, 0, "go1."},
		{[]string{"dance"}, 2, `no command "dance"`},
		{[]string{"--nope"}, 2, "-nope"},
		{[]string{"import"}, 2, "movies FILE"},
		{[]string{"admin", "grant"}, 2, "USERNAME"},
		{[]string{"backup"}, 2, "FILE"},
		{[]string{"--config", "none.yaml", "demo"}, 1, "none.yaml"},
		{[]string{"demo", "--config", "none.yaml"}, 1, "none.yaml"},
	} {
		if status, output := h.run(c.args...); status != c.status || !strings.Contains(output, c.says) {
			t.Errorf("%v: %d %s", c.args, status, output)
		}
	}
}
