package main_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo"
	"github.com/cinecircle/cinecircle/platform/database"
)

func TestMigrateReportsItsSteps(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	status, output := h.Run("migrate", "status")
	if status != 0 || !strings.Contains(output, "00001_users.sql") || strings.Contains(output, "applied") {
		t.Errorf("without a database: %d %s", status, output)
	}
	if left, err := os.ReadDir(h.Dir); err != nil || len(left) > 0 {
		t.Errorf("status created %v, %v", left, err)
	}
	for _, c := range []struct{ step, says string }{
		{"up", "applied 00001_users.sql"},
		{"up", "nothing to do"},
		{"status", "applied 20"},
		{"down", "reverted 000"},
		{"status", "pending"},
	} {
		if status, output := h.Run("migrate", c.step); status != 0 || !strings.Contains(output, c.says) {
			t.Errorf("migrate %s: %d %s", c.step, status, output)
		}
	}
	if status, output := h.Run("migrate", "sideways"); status != 2 || !strings.Contains(output, "sideways") {
		t.Errorf("migrate sideways: %d %s", status, output)
	}
}

// A file may hold the control sequences of terminals, which would hide what the command says.
func TestCommandsEscapeWhatAFilePutsIntoTheirOutput(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	if status, output := h.Run("migrate", "up"); status != 0 {
		t.Fatalf("migrate: %d %s", status, output)
	}
	folder := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const film = `"title":"a","plot":"","cast":[],"playtime":90,"genre":"Drama"`
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"a key", []string{"import", "movies", write("key.jsonl", `{`+film+`,"\u001b[2J\u009b1A\u202ekey":1}`)}, `line 1: \x1b[2J\u009b1A\u202ekey: Unknown field.`},
		{"a key of lines", []string{"import", "movies", write("lines.jsonl", `{`+film+`,"x\r\nimported 9 films":1}`)}, `line 1: x\r\nimported 9 films: Unknown field.`},
		{"a key in the cast", []string{"import", "movies", write("cast.jsonl", strings.Replace(`{`+film+`}`, "[]", `[{"name":"x","\u0007\u200b":1}]`, 1))}, `cast[0].\a\u200b: Unknown field.`},
		{"a column", []string{"import", "movies", write("column.csv", "title,plot,cast,playtime,genre,\x1b]0;x\a\na,,,,,\n")}, `\x1b]0;x\a`},
		{"a key of the configuration", []string{"--config", write("config.yaml", "\"server\\e[1mx\": 1\n"), "migrate", "status"}, `\x1b[1mx`},
	} {
		status, output := h.Run(c.args...)
		if status == 0 || !strings.Contains(output, c.want) {
			t.Errorf("%s: status %d, want %s in\n%q", c.name, status, c.want, output)
		}
		if strings.ContainsAny(output, "\x1b\a\r\u009b\u202e\u200b") || strings.Contains(output, "\nimported 9") {
			t.Errorf("%s: the output has control characters: %q", c.name, output)
		}
	}
}

func TestRolesCanBeChangedWhileTheServiceRuns(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	s := h.Start()
	_, owner := s.SignUp("owner")
	film := s.Film(owner, "theirs")
	id, other := s.SignUp("Other")
	edit := func(status int) {
		t.Helper()
		s.Want(status, other, "PATCH", "/movies/"+fmt.Sprint(film), apptest.JSON, `{"playtime": 7}`)
	}
	edit(403)
	event := fmt.Sprintf(`msg="security event" event=role_changed target_id=%d role=`, id)
	if status, output := h.Run("admin", "grant", "other"); status != 0 || strings.Count(output, event+"admin\n") != 1 { // found by its folded form
		t.Fatalf("grant: %d %s", status, output)
	}
	if status, output := h.Run("admin", "grant", "other"); status != 0 || strings.Contains(output, "event=") {
		t.Errorf("grant again: %d %s", status, output)
	}
	edit(200)
	if status, output := h.Run("admin", "revoke", "Other"); status != 1 || !strings.Contains(output, "last") || !strings.Contains(output, `"Other"`) {
		t.Errorf("the last admin: %d %s", status, output)
	}
	if status, _ := h.Run("admin", "grant", "owner"); status != 0 {
		t.Error("a second admin was refused")
	}
	if status, output := h.Run("admin", "revoke", "Other"); status != 0 || strings.Count(output, event+"member\n") != 1 {
		t.Errorf("revoke one of two admins: %d %s", status, output)
	}
	edit(403)
	for _, args := range [][]string{{"grant", "other", "--role", "moderator"}, {"grant", "--role=moderator", "other"}} {
		if status, output := h.Run(append([]string{"admin"}, args...)...); status != 0 || !strings.Contains(output, "a moderator") {
			t.Errorf("%v: %d %s", args, status, output)
		}
	}
	edit(403)
	for _, action := range []string{"grant", "revoke"} {
		if status, output := h.Run("admin", action, "아무도"); status != 1 || !strings.Contains(output, `"아무도"`) {
			t.Errorf("%s: %d %s", action, status, output)
		}
	}
}

// What an operator types in a hurry is answered with what to do, and the link of admin reset can be opened.
func TestAdminCommandsSayWhatToDo(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	s := h.Start()
	s.SignUp("owner")
	s.SignUp("mina")
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"grant owner", 0, "owner is now an administrator"},
		{"suspend mina --reason x --days 0", 2, "--days must be from 1 to 3650; leave it out to suspend until it is lifted"},
		{"suspend mina --reason x --days 3651", 2, "--days must be from 1 to 3650"},
		{"suspend mina --reason x --days few", 2, `"few" for flag -days: this is not a number`},
		{"suspend mina", 2, "--reason is needed"},
		{"suspend", 2, "usage: cinecircle admin suspend USERNAME --reason REASON [--days DAYS]\n"},
		{"suspend mina --reason x --days 1", 0, "mina is suspended for 1 day\n"},
		{"suspend mina --reason x --days 7", 0, "mina is suspended for 7 days\n"},
		{"suspend mina --reason x", 0, "mina is suspended until it is lifted\n"},
		{"unsuspend mina --reason x", 0, "mina is not suspended now\n"},
		{"suspend owner --reason x", 1, "nobody suspends an admin; take the role away first"},
		{"suspend nobody --reason x", 1, `suspend "nobody": There is no such user.`},
		{"reset", 2, "usage: cinecircle admin reset USERNAME\n"},
		{"reset nobody", 1, `reset "nobody": There is no such user.`},
		{"new-id now", 2, "usage: cinecircle admin new-id\n"},
		{"create m", 1, `create "m": The username must have at least 2 characters. The password must have`},
	} {
		status, output := h.Run(append([]string{"admin"}, strings.Fields(c.args)...)...)
		if status != c.status || !strings.Contains(output, c.says) {
			t.Errorf("%s: %d %s", c.args, status, output)
		}
	}
	status, output := h.Run("admin", "reset", "mina")
	_, link, found := strings.Cut(output, "http://127.0.0.1:")
	if status != 0 || !found || !strings.Contains(link, "/reset?token=") || !strings.Contains(output, "server.public_url is not set") {
		t.Errorf("reset: %d %s", status, output)
	}
	h.Env = append(h.Env, "CINECIRCLE_SERVER_PUBLIC_URL=https://film.example")
	status, output = h.Run("admin", "reset", "mina")
	if status != 0 || !strings.Contains(output, "https://film.example/reset?token=") || strings.Contains(output, "public_url") {
		t.Errorf("reset with a public URL: %d %s", status, output)
	}
}

func TestACopyGetsAnIdOfItsOwn(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	s := h.Start()
	_, token := s.SignUp("mina")
	s.Want(200, token, "GET", "/users/me", "", "")
	if status, output := h.Run("admin", "new-id"); status != 0 || !strings.Contains(output, "another id") {
		t.Fatalf("new-id: %d %s", status, output)
	}
	s.Want(401, token, "GET", "/users/me", "", "")
	if status, output := h.Run("admin", "new-id", "mina"); status != 2 || !strings.Contains(output, "new-id") {
		t.Errorf("new-id with a name: %d %s", status, output)
	}
}

func TestImportAddsFilmsAndReportsInvalidRows(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	csv := "title,plot,cast,playtime,genre\n" +
		"기생충,,\"[{\"\"name\"\": \"\"송강호\"\"}]\",132,Thriller\n" +
		"Too long,,,9999,Drama\n" +
		"Second,\"two\nlines\",[],90,Comedy\n"
	if err := os.WriteFile(filepath.Join(h.Dir, "films.csv"), []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	status, output := h.Run("import", "movies", "films.csv")
	if status != 1 || !strings.Contains(output, "line 3: playtime") || !strings.Contains(output, "imported 2 films, skipped 1 bad") {
		t.Errorf("import: %d %s", status, output)
	}
	films := h.Start().Get("", "/movies").List(t)
	if len(films) != 2 || films[0]["created_by"] != nil || films[1]["plot"] != "two\nlines" {
		t.Errorf("films: %v", films)
	}
	if err := os.WriteFile(filepath.Join(h.Dir, "films.txt"), []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, output = h.Run("import", "movies", "films.txt"); status != 1 || !strings.Contains(output, `"a", "b"`) || !strings.Contains(output, "MovieLens") {
		t.Errorf("another format: %d %s", status, output)
	}
}

func TestDemoFillsOnlyAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	if status, output := h.Run("demo", "--small"); status != 0 || !strings.Contains(output, demo.Password) {
		t.Fatalf("demo: %d %s", status, output)
	}
	if status, output := h.Run("demo"); status != 1 || !strings.Contains(output, "not empty") {
		t.Errorf("a second demo: %d %s", status, output)
	}
	s := h.Start()
	films := s.Get("", "/movies").List(t)
	for _, film := range films {
		s.Get("", film["poster_image_url"].(string))
	}
	if len(films) != demo.Small.Films {
		t.Errorf("%d films, want %d", len(films), demo.Small.Films)
	}
	login := fmt.Sprintf(`{"username": %q, "password": %q}`, demo.Member(), demo.Password)
	s.Post(200, "", "/users/login", apptest.JSON, login)
}

func TestCommandsDoNotCreateAMissingDatabase(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	for _, args := range [][]string{{"backup", "copy.db"}, {"admin", "grant", "x"}, {"migrate", "down"}} {
		if status, output := h.Run(args...); status != 1 || !strings.Contains(output, "no database") {
			t.Errorf("%v: %d %s", args, status, output)
		}
	}
	if left, err := os.ReadDir(h.Dir); err != nil || len(left) > 0 {
		t.Errorf("something was made: %v, %v", left, err)
	}
}

func TestABackupOfALiveDatabaseCanBeServed(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	s := h.Start()
	_, token := s.SignUp("member")
	film := s.Film(token, "kept")
	if status, output := h.Run("backup", "copy.db"); status != 0 {
		t.Fatalf("backup: %d %s", status, output)
	}
	if status, output := h.Run("backup", "copy.db"); status != 1 || !strings.Contains(output, "exists") {
		t.Errorf("onto a file: %d %s", status, output)
	}
	s.Want(204, token, "DELETE", "/movies/"+fmt.Sprint(film), "", "")
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	h.Env = append(h.Env, "CINECIRCLE_DATABASE_DSN=copy.db")
	h.Start().Get("", "/movies/"+fmt.Sprint(film))
}

func TestABackupOfAMySQLDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t, "CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_AUTH_SECRET="+apptest.Secret, "CINECIRCLE_DATABASE_DSN=root@tcp(127.0.0.1:1)/x")
	for _, target := range []string{"backup/", "copy.db"} {
		if status, output := h.Run("backup", target); status != 1 || !strings.Contains(output, "docs/operating.md") {
			t.Errorf("%s: %d %s", target, status, output)
		}
	}
}

func TestHealthcheckUsesTheConfiguredAddress(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	s := h.Start()
	h.Env = append(h.Env, "CINECIRCLE_SERVER_ADDR="+strings.TrimPrefix(s.Base, "http://"))
	if status, output := h.Run("healthcheck"); status != 0 {
		t.Errorf("alive: %d %s", status, output)
	}
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, output := h.Run("healthcheck"); status != 1 || !strings.Contains(output, "no response") {
		t.Errorf("dead: %d %s", status, output)
	}
}

func TestRecountFindsAndCorrectsCounters(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	if status, output := h.Run("recount"); status != 1 || !strings.Contains(output, "no database") {
		t.Errorf("without a database: %d %s", status, output)
	}
	if status, output := h.Run("demo", "--small"); status != 0 {
		t.Fatalf("demo: %d %s", status, output)
	}
	if status, output := h.Run("recount"); status != 0 || output != "all counters are right\n" {
		t.Errorf("%d %s", status, output)
	}
	db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: filepath.Join(h.Dir, "data", "cinecircle.db")})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec("UPDATE users SET review_count = 99 WHERE id = 1").Error })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	const line = "users.review_count of id 1 is 99 and should be "
	if status, output := h.Run("recount"); status != 1 || !strings.HasPrefix(output, line) || strings.Count(output, " is 99") != 1 {
		t.Errorf("%d %s", status, output)
	}
	if status, output := h.Run("recount", "--fix"); status != 0 || !strings.HasPrefix(output, line) || !strings.HasSuffix(output, ", corrected\n") {
		t.Errorf("%d %s", status, output)
	}
	if status, output := h.Run("recount"); status != 0 {
		t.Errorf("after --fix: %d %s", status, output)
	}
	if status, output := h.Run("recount", "now"); status != 2 || !strings.Contains(output, "--fix") {
		t.Errorf("%d %s", status, output)
	}
}

func TestTheCommandLinePrintsUsage(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"help"}, 0, "import movies FILE"},
		{[]string{"help"}, 0, "totp-off"},
		{[]string{"--help"}, 0, "CINECIRCLE_DATABASE_DSN"},
		{[]string{"migrate", "--help"}, 0, "up|down|status"},
		{[]string{"moderation", "--help"}, 0, "--target TYPE[:ID]\n        only what was done to users"},
		{[]string{"version"}, 0, "cinecircle "},
		{[]string{"--version"}, 0, "go1."},
		{[]string{"dance"}, 2, `no command "dance"`},
		{[]string{"--nope"}, 2, "-nope"},
		{[]string{"import"}, 2, "movies FILE"},
		{[]string{"admin", "grant"}, 2, "USERNAME"},
		{[]string{"admin", "promote", "me"}, 2, `"promote"`},
		{[]string{"admin", "grant", "me", "--role", "king"}, 2, `"king"`},
		{[]string{"admin", "grant", "me", "you"}, 2, "USERNAME"},
		{[]string{"admin", "revoke", "me", "--role", "admin"}, 2, "-role"},
		{[]string{"backup"}, 2, "FILE"},
		{[]string{"--config", "none.yaml", "demo"}, 2, "none.yaml"},
		{[]string{"demo", "--config", "none.yaml"}, 2, "none.yaml"},
	} {
		if status, output := h.Run(c.args...); status != c.status || !strings.Contains(output, c.says) {
			t.Errorf("%v: %d %s", c.args, status, output)
		}
	}
}
