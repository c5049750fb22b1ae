package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

func TestTheCopyCommandReportsInvalidArguments(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	if status, output := h.Run("demo", "--small"); status != 0 {
		t.Fatal(output)
	}
	if err := os.WriteFile(filepath.Join(h.Dir, "other.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const source = "data/cinecircle.db"
	for _, c := range []struct {
		from, to string
		status   int
		says     string
	}{
		{"", "copy.db", 2, "--from DSN"},
		{source, "", 2, "--to DSN"},
		{source, "sqlite:" + source, 2, "same database"},
		{source, "data/../" + source, 2, "same database"},
		{"none.db", "copy.db", 1, "no such"},
		{"other.db", "copy.db", 1, "not a cinecircle database"},
		{source, "root:qz/qz@127.0.0.1", 1, "not a MySQL DSN"},
		{"root:a@qzqz(1)/x", "copy.db", 1, "not a MySQL DSN"},
		{source, "root:qzqz@tcp(127.0.0.1:1)/x", 1, "127.0.0.1:1"},
		{source, "copy.db", 0, "hold the same data"},
		{source, "copy.db", 1, "not empty"},
	} {
		status, output := h.Run("copy", "--from", c.from, "--to", c.to)
		if status != c.status || !strings.Contains(output, c.says) || strings.Contains(output, "qz") {
			t.Errorf("from %s to %s: %d %s", c.from, c.to, status, output)
		}
	}
	if _, err := os.Stat(filepath.Join(h.Dir, "none.db")); err == nil {
		t.Error("the source was made")
	}
}

func TestADatabaseInUseIsNotCopied(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t)
	s := h.Start()
	_, token := s.SignUp("member")
	kept := s.Film(token, "kept")
	served := func(from, to string) {
		t.Helper()
		if status, output := h.Run("copy", "--from", from, "--to", to); status != 1 || !strings.Contains(output, "served by another") {
			t.Errorf("copy: %d %s", status, output)
		}
	}
	served("data/cinecircle.db", "copy.db")
	if status, output := h.Run("backup", "backup.db"); status != 0 {
		t.Fatal(output)
	}
	served("backup.db", "data/cinecircle.db")
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, output := h.Run("copy", "--from", "data/cinecircle.db", "--to", "copy.db"); status != 0 {
		t.Fatalf("stopped: %d %s", status, output)
	}
	h.Env = append(h.Env, "CINECIRCLE_DATABASE_DSN=copy.db")
	h.Start().Get("", "/movies/"+fmt.Sprint(kept))
}
