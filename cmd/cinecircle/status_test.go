package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// commandLines has each command that reads the configuration.
var commandLines = [][]string{
	{},
	{"serve"},
	{"migrate", "up"},
	{"migrate", "status"},
	{"migrate", "down"},
	{"admin", "grant", "a"},
	{"admin", "revoke", "a"},
	{"import", "movies", "films.csv"},
	{"demo"},
	{"backup", "copy.db"},
	{"recount"},
	{"healthcheck"},
}

// TestAMistakeInTheConfigurationIsExitStatus2 has the mistakes that a service manager need not try again.
func TestAMistakeInTheConfigurationIsExitStatus2(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, env, yaml, dotenv, says string }{
		{name: "value", env: "CINECIRCLE_LOG_LEVEL=loud", says: "log.level"},
		{name: "rate", env: "CINECIRCLE_LIMITS_READ=often", says: "CINECIRCLE_LIMITS_READ"},
		{name: "variable", env: "CINECIRCLE_SERVER_ADRR=x", says: "CINECIRCLE_SERVER_ADRR"},
		{name: "key", yaml: "sever: {addr: ':1'}\n", says: "sever.addr"},
		{name: "value in the file", yaml: "limits: {review_content: 0100}\n", says: "limits.review_content"},
		{name: "file", yaml: "server: [\n", says: "config.yaml is not valid YAML"},
		{name: "dotenv", dotenv: "this is no variable\n", says: ".env line 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := apptest.NewInstance(t)
			h.Env = append(h.Env, c.env)
			for name, text := range map[string]string{"config.yaml": c.yaml, ".env": c.dotenv, "films.csv": "title,plot,cast,playtime,genre\n"} {
				if err := os.WriteFile(filepath.Join(h.Dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range commandLines {
				if status, output := h.Run(args...); status != 2 || !strings.Contains(output, c.says) {
					t.Errorf("%v: %d %s", args, status, output)
				}
			}
			if _, err := os.Stat(filepath.Join(h.Dir, "data")); err == nil {
				t.Error("something was created")
			}
		})
	}
}

func TestABrokenFileIsExitStatus2(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"secret", "cinecircle.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.NewInstance(t)
			if err := os.Mkdir(filepath.Join(h.Dir, "data"), 0o750); err != nil {
				t.Fatal(err)
			}
			broken := strings.Repeat("this is neither base64 nor a database\n", 100)
			if err := os.WriteFile(filepath.Join(h.Dir, "data", name), []byte(broken), 0o600); err != nil {
				t.Fatal(err)
			}
			if status, output := h.Run(); status != 2 || !strings.Contains(output, name) {
				t.Errorf("%d %s", status, output)
			}
		})
	}
}

// TestWhatMayPassIsExitStatus1 has the failures after which a service manager tries again.
func TestWhatMayPassIsExitStatus1(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	h := apptest.NewInstance(t)
	h.Env = append(h.Env, "CINECIRCLE_SERVER_ADDR="+taken.Addr().String())
	if status, output := h.Run(); status != 1 || !strings.Contains(output, "in use") {
		t.Errorf("an address in use: %d %s", status, output)
	}
	away := apptest.NewInstance(t, "CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_AUTH_SECRET="+apptest.Secret,
		"CINECIRCLE_DATABASE_DSN=root:secret@tcp(127.0.0.1:1)/x")
	for _, args := range [][]string{{"serve"}, {"migrate", "status"}, {"migrate", "up"}, {"admin", "grant", "a"}, {"demo"}} {
		status, output := away.Run(args...)
		if status != 1 || !strings.Contains(output, "127.0.0.1:1") {
			t.Errorf("%v on a server that is away: %d %s", args, status, output)
		}
		if strings.Contains(output, "try again shortly") {
			t.Errorf("%v speaks to a client: %s", args, output)
		}
	}
}

// TestAnOlderVersionRefusesANewerSchema gives the database a step that this version does not know.
func TestAnOlderVersionRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	if status, output := h.Run("migrate", "up"); status != 0 {
		t.Fatal(output)
	}
	err := h.Open().Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (90001, TRUE)").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.Dir, "films.jsonl"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{}, {"serve"}, {"admin", "grant", "a"}, {"admin", "revoke", "a"}, {"import", "movies", "films.jsonl"}, {"demo"}, {"migrate", "up"}, {"migrate", "down"},
	} {
		status, output := h.Run(args...)
		if status != 2 || !strings.Contains(output, "newer version") || !strings.Contains(output, "90001") || !strings.Contains(output, "--allow-newer-schema") {
			t.Errorf("%v: %d %s", args, status, output)
		}
	}
	if status, output := h.Run("migrate", "status"); status != 0 || !strings.Contains(output, "\n90001") || !strings.Contains(output, "unknown to this version") {
		t.Errorf("status: %d %s", status, output)
	}
	if status, output := h.Run("admin", "--allow-newer-schema", "grant", "nobody"); status != 1 || !strings.Contains(output, `"nobody"`) {
		t.Errorf("allowed: %d %s", status, output)
	}
	h.Args = []string{"--allow-newer-schema"}
	h.Start().Get("", "/movies")
}

// TestAFileInUseIsNotMigrated takes a step back under a running service, so that one is pending.
func TestAFileInUseIsNotMigrated(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	s := h.Start()
	if status, output := h.Run("migrate", "up"); status != 0 || !strings.Contains(output, "nothing to do") {
		t.Errorf("nothing pending: %d %s", status, output)
	}
	err := h.Open().Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"migrate", "up"}, {"migrate", "down"}, {"admin", "grant", "a"}, {"demo"}} {
		if status, output := h.Run(args...); status != 1 || !strings.Contains(output, "served by another process") {
			t.Errorf("%v: %d %s", args, status, output)
		}
	}
	s.Get("", "/movies")
}
