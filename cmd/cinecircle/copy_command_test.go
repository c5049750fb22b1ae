package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestTheCopyCommandSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	if status, output := h.run("demo", "--small"); status != 0 {
		t.Fatal(output)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "other.db"), nil, 0o600); err != nil {
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
		{source, "sqlite:" + source, 1, "same database"},
		{source, "data/../" + source, 1, "same database"},
		{"none.db", "copy.db", 1, "no such"},
		{"other.db", "copy.db", 1, "no cinecircle database"},
		{source, "root:hu/sh@127.0.0.1", 1, "not a MySQL DSN"},
		{"root:a@hush(1)/x", "copy.db", 1, "not a MySQL DSN"},
		{source, "root:hush@tcp(127.0.0.1:1)/x", 1, "127.0.0.1:1"},
		{source, "copy.db", 0, "hold the same"},
		{source, "copy.db", 1, "not empty"},
	} {
		status, output := h.run("copy", "--from", c.from, "--to", c.to)
		if status != c.status || !strings.Contains(output, c.says) || strings.Contains(output, "hu") {
			t.Errorf("from %s to %s: %d %s", c.from, c.to, status, output)
		}
	}
	if _, err := os.Stat(filepath.Join(h.dir, "none.db")); err == nil {
		t.Error("the source was made")
	}
}

func TestADatabaseThatIsServedIsNotCopied(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	s := h.start()
	_, token := s.signUp("member")
	kept := s.film(token, "kept")
	served := func(from, to string) {
		t.Helper()
		if status, output := h.run("copy", "--from", from, "--to", to); status != 1 || !strings.Contains(output, "served by another") {
			t.Errorf("copy: %d %s", status, output)
		}
	}
	served("data/cinecircle.db", "copy.db")
	if status, output := h.run("backup", "backup.db"); status != 0 {
		t.Fatal(output)
	}
	served("backup.db", "data/cinecircle.db")
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, output := h.run("copy", "--from", "data/cinecircle.db", "--to", "copy.db"); status != 0 {
		t.Fatalf("stopped: %d %s", status, output)
	}
	h.env = append(h.env, "CINECIRCLE_DATABASE_DSN=copy.db")
	h.start().get("", "/movies/"+itoa(kept))
}
