package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// packedUp returns an archive of names and contents.
func packedUp(t testing.TB, namesAndContents ...string) string {
	t.Helper()
	var files [][2]string
	for i := 0; i < len(namesAndContents); i += 2 {
		files = append(files, [2]string{namesAndContents[i], namesAndContents[i+1]})
	}
	return string(zipped(t, files...))
}

// protected returns an archive whose entries say that they need a password.
func protected(t testing.TB, name, content string) string {
	t.Helper()
	data := []byte(packedUp(t, name, content))
	data[6] |= encrypted // of the entry
	at := bytes.Index(data, []byte("PK\x01\x02"))
	data[at+8] |= encrypted // of the directory
	return string(data)
}

// TestArchivesInArchives are opened, one level deep, within the limits of the whole.
func TestArchivesInArchives(t *testing.T) {
	t.Parallel()
	const table = "a,b\n1,2\n"
	inner := packedUp(t, "export/ratings.csv", table)
	for name, c := range map[string]struct {
		data string
		want string // names of the files, or the error
	}{
		"one":                       {packedUp(t, "my/letterboxd.zip", inner, "my/photo.jpg", "x"), "ratings.csv of letterboxd.zip"},
		"beside a table":            {packedUp(t, "notes.csv", table, "letterboxd.ZIP", inner), "notes.csv, ratings.csv of letterboxd.ZIP"},
		"two":                       {packedUp(t, "a.zip", inner, "b.zip", inner), "ratings.csv of a.zip, ratings.csv of b.zip"},
		"a name twice":              {packedUp(t, "c.csv", "old", "c.csv", table), "c.csv"},
		"of a Mac":                  {packedUp(t, "__MACOSX/._a.zip", "x", "a.zip", inner), "ratings.csv of a.zip"},
		"two deep":                  {packedUp(t, "a.zip", packedUp(t, "b.zip", inner)), ErrNested.Error()},
		"none inside":               {packedUp(t, "a.zip", packedUp(t, "b.txt", "x")), ErrNothing.Error()},
		"a workbook inside":         {packedUp(t, "a.zip", packedUp(t, "[Content_Types].xml", "x")), ErrBinary.Error()},
		"no archive":                {packedUp(t, "a.zip", "hello"), ErrTruncated.Error()},
		"cut off":                   {packedUp(t, "a.zip", inner[:len(inner)/2]), ErrTruncated.Error()},
		"cut off beside a good one": {packedUp(t, "a.zip", inner[:len(inner)/2], "b.zip", inner), "ratings.csv of b.zip"},
		"cut off beside a table":    {packedUp(t, "a.zip", "hello", "ratings.csv", table), "ratings.csv"},
		"with a password":           {packedUp(t, "a.zip", protected(t, "ratings.csv", table)), ErrPassword.Error()},
		"a password outside":        {protected(t, "ratings.csv", table), ErrPassword.Error()},
		"too many times larger":     {packedUp(t, "a.zip", packedUp(t, "ratings.csv", strings.Repeat("a,b\n", 1<<18))), ErrRatio.Error()},
		"larger than all may be":    {packedUp(t, "a.zip", inner, "b.csv", strings.Repeat("a", 700)), ErrTooLarge.Error()},
		"gzip in it":                {packedUp(t, "x/ratings.csv.gz", string(gzipped(t, table))), "ratings.csv"},
		"many":                      {packedUp(t, many(inner, maxInner+1)...), ErrNames.Error()},
	} {
		file := filepath.Join(t.TempDir(), "a.zip")
		if err := os.WriteFile(file, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		limits := Limits{Unpacked: 1 << 20, Ratio: 200}
		if name == "larger than all may be" {
			limits.Unpacked = 710
		}
		var got string
		files, err := Open(file, Options{Limits: limits, Known: func(name string) bool {
			return strings.HasSuffix(strings.TrimSuffix(name, ".gz"), ".csv") && !strings.Contains(name, "/")
		}})
		if err != nil {
			got = err.Error()
		} else {
			var all []string
			for _, f := range files.List {
				said := f.Called
				if f.Archive != "" {
					said += " of " + f.Archive
				}
				if !strings.HasPrefix(f.Head, "a,b\n") && f.Called != "b.csv" {
					t.Errorf("%s: %s begins with %.20q", name, said, f.Head)
				}
				all = append(all, said)
			}
			got = strings.Join(all, ", ")
			if err := files.Close(); err != nil {
				t.Errorf("%s: close: %v", name, err)
			}
		}
		if got != c.want && !strings.HasSuffix(got, ": "+c.want) && !strings.Contains(got, ": "+c.want+":") {
			t.Errorf("%s: %q, want %q (%v)", name, got, c.want, errors.Unwrap(err))
		}
	}
}

func many(content string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(i)+".zip", content)
	}
	return all
}
