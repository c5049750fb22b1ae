package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// TestEachFileOfAnImportIsToldByItsOwnName has files of Letterboxd whose contents are alike.
func TestEachFileOfAnImportIsToldByItsOwnName(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	h.Start().SignUp("moth")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(h.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(want int, args ...string) string {
		t.Helper()
		status, output := h.Run(args...)
		if status != want {
			t.Fatalf("%v: status %d\n%s", args, status, output)
		}
		return output
	}
	const header = "Date,Name,Year,Letterboxd URI\n"
	write("films.jsonl", `{"title":"Salt","release_date":"1997","genre":"Drama","playtime":90,"plot":"","cast":[]}`+"\n")
	write("watched.csv", header+"2020-01-02,Salt,1997,https://boxd.it/Zf1\n")
	write("watchlist.csv", header+"2020-01-02,Quay,2001,https://boxd.it/Zf2\n")
	write("likes.csv", header+"2020-01-02,Salt,1997,https://boxd.it/Zf1\n")
	run(0, "import", "movies", "films.jsonl")
	output := run(1, "import", "member", "moth", "watched.csv", "watchlist.csv", filepath.Join(h.Dir, "likes.csv"))
	for _, want := range []string{"created 2,", "needs review 1,", "watchlist.csv: line 2, watchlist: Quay (2001)"} {
		if !strings.Contains(output, want) {
			t.Errorf("want %q in\n%s", want, output)
		}
	}
	if output := run(1, "import", "member", "moth", "watched.csv", "--encoding", "ebcdic"); !strings.Contains(output, "encoding: This must be utf-8") {
		t.Errorf("a bad encoding: %s", output)
	}
	run(2, "import", "member", "moth", "-")
}
