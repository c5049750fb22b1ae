package history

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// zipped returns an archive of names and contents.
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

// zippedFolder returns an archive of a folder of testdata, with a prefix before all names.
func zippedFolder(t testing.TB, folder, prefix string) []byte {
	t.Helper()
	var files [][2]string
	root := filepath.Join("testdata", folder)
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(root, name)
		files = append(files, [2]string{prefix + filepath.ToSlash(inside), string(data)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return zipped(t, files...)
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// open opens bytes as a file of a name, in the zone of Seoul.
func open(t testing.TB, name string, data []byte, o Options) (*Source, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Seoul", 9*60*60)
	}
	s, err := OpenFile(file, o)
	if err == nil {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	return s, err
}

// entries reads all entries of a file.
func entries(t testing.TB, name string, data []byte, o Options) (*Source, []Entry) {
	t.Helper()
	s, err := open(t, name, data, o)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	var all []Entry
	for {
		e, err := s.Next()
		if errors.Is(err, io.EOF) {
			return s, all
		}
		if err != nil {
			t.Fatalf("read %s: %v", name, err)
		}
		all = append(all, e)
	}
}

// said reads all entries of a file and returns them as lines.
func said(t testing.TB, name string, data []byte, o Options) (out []string) {
	t.Helper()
	_, all := entries(t, name, data, o)
	for _, e := range all {
		out = append(out, e.say())
	}
	return out
}

func same(t testing.TB, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// say returns what an entry says on one line.
func (e Entry) say() string {
	out := []string{string(e.Kind)}
	add := func(has bool, form string, args ...any) {
		if has {
			out = append(out, fmt.Sprintf(form, args...))
		}
	}
	add(e.Failed != fine, "failed: %s", e.Failed.EN)
	add(e.Kept != fine, "kept: %s", e.Kept.EN)
	add(e.Film.Title != "", "%s", e.Film.Title)
	add(e.Film.OriginalTitle != "", "= %s", e.Film.OriginalTitle)
	add(e.Film.Year != 0, "(%d)", e.Film.Year)
	add(len(e.Film.Directors) > 0, "by %s", strings.Join(e.Film.Directors, "+"))
	for _, id := range e.Film.IDs.List() {
		out = append(out, id.String())
	}
	add(e.Film.NotFilm != "", "not a film: %s", e.Film.NotFilm)
	add(e.Day != 0, "on %s", e.Day)
	add(e.Rewatch != nil && *e.Rewatch, "again")
	add(e.Rewatch != nil && !*e.Rewatch, "first")
	add(e.Rating != 0, "%s*", e.Rating)
	add(e.Dislike, "dislike")
	add(e.Position != 0, "at %d", e.Position)
	add(e.Title != "", "%q", e.Title)
	add(e.Content != "", "%q", e.Content)
	add(e.Note != "", "note %q", e.Note)
	add(len(e.Tags) > 0, "#%s", strings.Join(e.Tags, "#"))
	add(e.Spoiler, "spoiler")
	add(e.Earlier, "earlier")
	add(e.Ranked, "ranked")
	add(e.Visibility != "", "%s", e.Visibility)
	return strings.Join(out, " ")
}
