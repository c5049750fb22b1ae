package tabular

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzTable compares strict tables with encoding/csv where that accepts the file, and looks for rows that go missing.
func FuzzTable(f *testing.F) {
	for _, file := range []string{"a,b\nc,d\n", "\"a,\nb\",c\r\n\r\nd", "\"a\"\"b\",\n", "\"open,\na\n", "a\"b\n", "sep=;\na;b\n"} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file string) {
		for _, d := range []Dialect{{Comma: ',', Quotes: Lenient}, {Comma: '\t', Quotes: Letters}, {Comma: ';'}} {
			last := int64(0)
			rows := NewTable(strings.NewReader(file), d)
			for {
				row, err := rows.Next()
				if err != nil {
					break
				}
				if row.Line <= last {
					t.Fatalf("line %d after line %d", row.Line, last)
				}
				last = row.Line
			}
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\uFEFF")))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil || strings.Contains(strings.ReplaceAll(file, "\r\n", ""), "\r") { // encoding/csv drops some lone ones
			return
		}
		rows := NewTable(strings.NewReader(file), Dialect{Comma: ','})
		for _, record := range want {
			row, err := rows.Next()
			if err != nil || row.Err != nil || !slices.Equal(row.Cells, record) {
				t.Fatalf("got %q (%v, %v), want %q", row.Cells, row.Err, err, record)
			}
		}
		if _, err := rows.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("there are more rows than %d", len(want))
		}
	})
}

func FuzzDocuments(f *testing.F) {
	for _, file := range []string{`{"a":{"b":[1,{"c":2}]}}`, "[1,2]\n[3]", `{"a":`, "\uFEFF[]", `[[[{"a":[]}]]]`} {
		f.Add(file, "a.b[]")
	}
	f.Fuzz(func(_ *testing.T, file, path string) {
		rows := NewDocuments(strings.NewReader(file), func(p string) bool { return p == path || p == "[]" })
		for {
			if _, err := rows.Next(); err != nil {
				return
			}
		}
	})
}

// FuzzOpen looks for files that are accepted and cannot be read, and for text that is not UTF-8.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("a,b\n"))
	f.Add(gzipped(f, "a,b\n"))
	f.Add(zipped(f, [2]string{"Top/a.csv", "a,b\n"}, [2]string{"../b.csv", "x"}))
	f.Add([]byte("\xff\xfea\x00,\x00"))
	f.Add([]byte("\xb5\xee\xba\xd2,\xb3\xaa\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := Open(write(t, "a.csv", data), Options{Known: anyCSV, Limits: Limits{Unpacked: 1 << 20}})
		if err != nil {
			return
		}
		defer files.Close()
		for _, file := range files.List {
			r, err := file.Reader(nil)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatalf("read what was inspected: %v", err)
			}
			if file.Encoding != UTF8 && !utf8.Valid(text) {
				t.Fatalf("%s: %q", file.Encoding, text)
			}
			file.Shape()
			Separator(file.Head)
		}
	})
}
