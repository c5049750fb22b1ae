package crash_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/database"
)

// TestAKilledImportOfFilmsIsContinued kills an import while the indexes that it fills at its end are dropped. The next start
// builds them, and the same import makes the films that are missing, each once.
func TestAKilledImportOfFilmsIsContinued(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	const films = 24_000
	writeFilms(t, filepath.Join(h.Dir, "films.csv"), films)
	if status, output := h.Run("migrate", "up"); status != 0 {
		t.Fatal(output)
	}
	db := h.Open()
	before := indexesOf(t, db)
	killImport(t, h, db)
	if db.Driver() == database.SQLite && cmp.Equal(before, indexesOf(t, db)) {
		t.Error("the kill has left all indexes")
	}
	kept := storedFilms(t, db)
	if kept == 0 || kept >= films {
		t.Errorf("%d films were stored before the kill, want some of %d", kept, films)
	}

	s := h.Start()
	if diff := cmp.Diff(before, indexesOf(t, db)); diff != "" {
		t.Errorf("indexes after the next start (-before the import +now):\n%s", diff)
	}
	if found := s.Get("", "/movies?title=Film%20199%20of").List(t); len(found) == 0 {
		t.Error("a film that was stored before the kill is not found")
	}
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	status, output := h.Run("import", "movies", "films.csv")
	if want := fmt.Sprintf("imported %d films", films-kept); status != 0 || !strings.Contains(output, want) {
		t.Errorf("status %d, want %q in\n%s", status, want, output)
	}
	if diff := cmp.Diff(before, indexesOf(t, db)); diff != "" {
		t.Errorf("indexes after the import (-before +now):\n%s", diff)
	}
	checkFilms(t, h, films)
}

func filmTitle(i int) string { return fmt.Sprintf("Film %d of %d", i, i%97) }

func writeFilms(t *testing.T, file string, n int) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("title,plot,cast,playtime,genre,release_date,external_ids\n")
	for i := range n {
		ids := ""
		if i%2 == 0 {
			ids = fmt.Sprintf(`"{""imdb"":""tt%07d""}"`, i+1)
		}
		fmt.Fprintf(&b, `%s,It begins.,"[{""name"":""Person %d""}]",90,Drama,%d,%s`+"\n", filmTitle(i), i%1000, 1950+i%70, ids)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// killImport kills an import that has committed films and, on SQLite, dropped indexes.
func killImport(t *testing.T, h *apptest.Instance, db *database.DB) {
	t.Helper()
	full := len(indexesOf(t, db))
	cmd := h.Command("import", "movies", "films.csv")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(apptest.Patience)
	for storedFilms(t, db) == 0 || db.Driver() == database.SQLite && len(indexesOf(t, db)) == full {
		if time.Now().After(deadline) {
			t.Error("the import stored nothing")
			break
		}
		<-time.After(time.Millisecond) // polls the condition above
	}
	_ = cmd.Process.Kill() // fails if it has finished, which the caller notices
	_ = cmd.Wait()         // an error, because it was killed
}

func storedFilms(t *testing.T, db *database.DB) (n int) {
	t.Helper()
	if err := db.Row(t.Context(), "SELECT COUNT(*) FROM movies").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// indexesOf returns the names of the indexes of films.
func indexesOf(t *testing.T, db *database.DB) (names []string) {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'movie%' ORDER BY name"
	if db.Driver() != database.SQLite {
		query = "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name LIKE 'movie%' ORDER BY 1"
	}
	err := database.Each(db.Reader(t.Context()), query, nil, func(row database.Scanner) error {
		var name string
		err := row.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// checkFilms checks that an export has each film of the file once.
func checkFilms(t *testing.T, h *apptest.Instance, want int) {
	t.Helper()
	if status, output := h.Run("export", "movies", "all.jsonl"); status != 0 {
		t.Fatal(output)
	}
	all, err := os.ReadFile(filepath.Join(h.Dir, "all.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for line := range bytes.Lines(all) {
		var film struct{ Title string }
		if err := json.Unmarshal(line, &film); err != nil {
			t.Fatal(err)
		}
		found[film.Title]++
	}
	for i := range want {
		if n := found[filmTitle(i)]; n != 1 {
			t.Errorf("%q is there %d times", filmTitle(i), n)
		}
	}
	if len(found) != want {
		t.Errorf("%d titles, want %d", len(found), want)
	}
}
