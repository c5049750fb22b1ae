package tabular

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
)

// write stores a file and returns its path.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func zipped(t testing.TB, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		entry, err := w.Create(f[0])
		if err == nil {
			_, err = io.WriteString(entry, f[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encoded(t testing.TB, e encoding.Encoding, text string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func anyCSV(name string) bool { return strings.HasSuffix(name, ".csv") }

// opened opens a file and reads it whole.
func opened(t testing.TB, name string, data []byte, o Options) (*File, string) {
	t.Helper()
	if o.Known == nil {
		o.Known = anyCSV
	}
	files, err := Open(write(t, name, data), o)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	defer files.Close()
	if len(files.List) != 1 {
		t.Fatalf("%s has %d files", name, len(files.List))
	}
	r, err := files.List[0].Reader(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return files.List[0], string(text)
}

// all returns the rows as texts, with the error of those that cannot be read.
func all(t testing.TB, rows Rows) (out []string) {
	t.Helper()
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		switch {
		case err != nil:
			return append(out, "error: "+err.Error())
		case row.Err != nil:
			out = append(out, row.Err.Error())
		case row.JSON != nil:
			out = append(out, strings.TrimSpace(string(row.JSON)))
		default:
			out = append(out, strings.Join(row.Cells, "|"))
		}
	}
}
