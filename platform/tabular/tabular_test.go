package tabular

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
	uni "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

func TestEncodingsAreTold(t *testing.T) {
	t.Parallel()
	const text = "title,genre\n등불 나룻배,Drama\n"
	for name, c := range map[string]struct {
		data    []byte
		want    Encoding
		guessed bool
		text    string
	}{
		"UTF-8":            {[]byte(text), UTF8, false, text},
		"UTF-8 with BOM":   {[]byte("\uFEFF" + text), UTF8, false, "\uFEFF" + text},
		"UTF-16LE":         {encoded(t, uni.UTF16(uni.LittleEndian, uni.UseBOM), text), UTF16LE, false, text},
		"UTF-16BE":         {encoded(t, uni.UTF16(uni.BigEndian, uni.UseBOM), text), UTF16BE, false, text},
		"UTF-16 unmarked":  {[]byte("t\x00i\x00t\x00l\x00e\x00,\x00g\x00e\x00n\x00r\x00e\x00\n\x00\xf1\xb4"), UTF16LE, true, "title,genre\n등"},
		"unmarked, other":  {[]byte("\x00t\x00i\x00t\x00l\x00e\x00,\x00g\x00e\x00n\x00r\x00e\x00\n\xb4\xf1"), UTF16BE, true, "title,genre\n등"},
		"CP949":            {encoded(t, korean.EUCKR, text+"똠방\n"), CP949, true, text + "똠방\n"},
		"CP1252":           {encoded(t, charmap.Windows1252, "Été – à\n"), CP1252, true, "Été – à\n"},
		"no Hangul":        {[]byte("caf\xe9 cr\xe8me\n"), CP1252, true, "café crème\n"},
		"one broken row":   {[]byte(strings.Repeat(text, 20) + "\xff\n"), UTF8, false, strings.Repeat(text, 20) + "\xff\n"},
		"ASCII":            {[]byte("a,b\n"), UTF8, false, "a,b\n"},
		"empty":            {nil, UTF8, false, ""},
		"not all is CP949": {append(encoded(t, korean.EUCKR, text), 0xff), CP1252, true, ""},
	} {
		f, got := opened(t, "a.csv", c.data, Options{})
		if f.Encoding != c.want || f.Guessed != c.guessed {
			t.Errorf("%s: %s (guessed %v), want %s", name, f.Encoding, f.Guessed, c.want)
		}
		if c.text != "" && got != c.text {
			t.Errorf("%s: %q, want %q", name, got, c.text)
		}
	}
	f, got := opened(t, "a.csv", encoded(t, charmap.Windows1251, "Фильм\n"), Options{Encoding: CP1251})
	if f.Guessed || got != "Фильм\n" {
		t.Errorf("the given encoding: %q", got)
	}
	for name, want := range map[string]Encoding{"UTF-8": UTF8, "EUC-KR": CP949, "Latin1": CP1252, "utf-16be": UTF16BE} {
		if e, err := ParseEncoding(name); err != nil || e != want {
			t.Errorf("%q is %s, %v", name, e, err)
		}
	}
	if _, err := ParseEncoding("ebcdic"); err == nil {
		t.Error("there is no ebcdic")
	}
}

// TestEncodingsAreToldAcrossTheReads cuts characters at every place.
func TestEncodingsAreToldAcrossTheReads(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("등불é🎬a", 50))
	for size := 1; size < 12; size++ {
		s := &inspection{}
		for part := range bytes.SplitSeq(text, nil) {
			_, _ = s.Write(part)
		}
		for rest := text; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			_, _ = s.Write(rest[:min(size, len(rest))])
		}
		if s.wrong != 0 || s.wide != 2*4*50 || len(s.rest) > 0 {
			t.Errorf("in parts of %d: %d wrong, %d wide", size, s.wrong, s.wide)
		}
	}
}

func TestPackedFilesAreOpened(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"a.csv.gz":     gzipped(t, "a,b\n"),
		"plain.zip":    zipped(t, [2]string{"x.csv", "a,b\n"}, [2]string{"readme.txt", "no"}),
		"folder.zip":   zipped(t, [2]string{"Top/", ""}, [2]string{"Top/x.csv", "a,b\n"}, [2]string{"__MACOSX/Top/._x.csv", "no"}, [2]string{"Top/.DS_Store", "no"}),
		"outside.zip":  zipped(t, [2]string{"../../x.csv", "a,b\n"}),
		"absolute.zip": zipped(t, [2]string{"/etc/x.csv", "a,b\n"}),
		"windows.zip":  zipped(t, [2]string{`Top\x.csv`, "a,b\n"}),
	} {
		f, got := opened(t, name, data, Options{})
		if got != "a,b\n" || f.Size != 4 {
			t.Errorf("%s (%s): %q of %d bytes", name, f.Name, got, f.Size)
		}
	}
	f, _ := opened(t, "Folder.ZIP", zipped(t, [2]string{"Top/Likes/Films.csv", "a\n"}, [2]string{"Top/x", ""}), Options{Known: func(n string) bool { return n == "likes/films.csv" }})
	if f.Name != "likes/films.csv" || !f.Inside {
		t.Errorf("the name is %q", f.Name)
	}
}

// TestLinesOfOldMacintoshesAreRead has a file whose begin alone has no line feed, too: that one stays as it is.
func TestLinesOfOldMacintoshesAreRead(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		data []byte
		want string
	}{
		"UTF-8":           {[]byte("a,b\r1,\"x\ry\"\r"), "a,b\n1,\"x\ny\"\n"},
		"UTF-16":          {encoded(t, uni.UTF16(uni.LittleEndian, uni.UseBOM), "a,b\r등,2\r"), "a,b\n등,2\n"},
		"Windows":         {[]byte("a,b\r\n1,2\r\n"), "a,b\r\n1,2\r\n"},
		"one in a cell":   {[]byte("a,b\n1,\"x\ry\"\n"), "a,b\n1,\"x\ry\"\n"},
		"no break at all": {[]byte("a,b"), "a,b"},
	} {
		f, got := opened(t, "a.csv", c.data, Options{})
		if got != c.want || strings.TrimPrefix(f.Head, "\uFEFF") != c.want {
			t.Errorf("%s: %q, and its begin %q", about, got, f.Head)
		}
	}
}

// TestFoldersAroundAllFilesAreLeftOut also holds that folders that mean something stay, and that other files may be beside
// the ones that have everything.
func TestFoldersAroundAllFilesAreLeftOut(t *testing.T) {
	t.Parallel()
	known := func(name string) bool { return name == "x.csv" || name == "likes/x.csv" }
	for _, c := range []struct {
		about string
		names []string
		want  []string
	}{
		{"two folders", []string{"a/b/x.csv", "a/b/likes/x.csv"}, []string{"likes/x.csv", "x.csv"}},
		{"a file beside the folder", []string{"desktop.ini", "a/x.csv", "a/likes/x.csv"}, []string{"likes/x.csv", "x.csv"}},
		{"a file in the outer folder", []string{"a/readme.txt", "a/b/x.csv"}, []string{"x.csv"}},
		{"another folder beside it", []string{"notes/todo.txt", "a/x.csv"}, []string{"x.csv"}},
		{"a folder that means something alone", []string{"likes/x.csv"}, []string{"likes/x.csv"}},
		{"the same in a folder", []string{"a/likes/x.csv"}, []string{"likes/x.csv"}},
		{"deleted ones beside others", []string{"a/x.csv", "a/deleted/x.csv"}, []string{"x.csv"}},
		{"deleted ones alone", []string{"deleted/x.csv"}, nil},
		{"deleted ones alone in a folder", []string{"a/deleted/x.csv"}, nil},
		{"two equal folders", []string{"a/x.csv", "b/x.csv"}, nil},
	} {
		var entries [][2]string
		for _, name := range c.names {
			entries = append(entries, [2]string{name, "a,b\n"})
		}
		files, err := Open(write(t, "a.zip", zipped(t, entries...)), Options{Known: known, Own: []string{"likes", "deleted"}})
		if err != nil && (c.want != nil || !errors.Is(err, ErrNothing)) {
			t.Errorf("%s: %v", c.about, err)
		}
		if err != nil {
			continue
		}
		var got []string
		for _, f := range files.List {
			got = append(got, f.Name)
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.about, diff)
		}
		_ = files.Close()
	}
}

// TestNamesInArchivesAreReadAsTheirProgramsWriteThem also holds that the same name is the same, whoever has packed it.
func TestNamesInArchivesAreReadAsTheirProgramsWriteThem(t *testing.T) {
	t.Parallel()
	for about, raw := range map[string]string{
		"UTF-8 in NFC": "등불 é.csv", "macOS takes letters apart": norm.NFD.String("등불 é.csv"),
	} {
		f, _ := opened(t, "a.zip", zipped(t, [2]string{raw, "a\n"}), Options{})
		if f.Name != "등불 é.csv" || f.Called != "등불 é.csv" {
			t.Errorf("%s: %q, called %q", about, f.Name, f.Called)
		}
	}
	for about, c := range map[string][2]string{
		"Korean Windows":   {string(encoded(t, korean.EUCKR, "Lists/등불.csv")), "lists/등불.csv"},
		"European Windows": {string(encoded(t, charmap.CodePage437, "Été.csv")), "été.csv"},
	} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		entry, err := w.CreateHeader(&zip.FileHeader{Name: c[0], NonUTF8: true})
		if err == nil {
			_, err = entry.Write([]byte("a\n"))
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		if f, _ := opened(t, "a.zip", b.Bytes(), Options{Own: []string{"lists"}}); f.Name != c[1] {
			t.Errorf("%s: %q, want %q", about, f.Name, c[1])
		}
	}
}

func TestFoldersAreOpened(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, data := range map[string][]byte{"a.csv": []byte("a\n"), "B.CSV.gz": gzipped(t, "b\n"), "c.txt": []byte("c\n")} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Open(folder, Options{Known: anyCSV})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var got []string
	for _, f := range files.List {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff([]string{"b.csv", "a.csv"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(folder, "Likes", "Old"), 0o700), os.WriteFile(filepath.Join(folder, "Likes", "Films.csv"), []byte("d\n"), 0o600),
		os.WriteFile(filepath.Join(folder, "Likes", "Old", "Films.csv"), []byte("e\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	below, err := Open(folder, Options{Known: func(name string) bool { return strings.HasSuffix(name, "films.csv") }})
	if err != nil {
		t.Fatal(err)
	}
	defer below.Close()
	if len(below.List) != 1 || below.List[0].Name != "likes/films.csv" || below.List[0].Called != "Films.csv" || !below.List[0].Inside {
		t.Errorf("in the folder below: %+v", below.List)
	}
	if _, err := Open(t.TempDir(), Options{Known: anyCSV}); !errors.Is(err, ErrNothing) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Open(filepath.Join(folder, "missing"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestStreamsAreOpenedAndRemoved(t *testing.T) {
	t.Parallel()
	files, err := OpenStream(bytes.NewReader(gzipped(t, "a,b\n")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := files.List[0]
	spool := files.closer[0].(removed).Name()
	if f.Size != 4 || f.Head != "a,b\n" {
		t.Errorf("%d bytes, %q", f.Size, f.Head)
	}
	if err := files.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if _, err := os.Stat(spool); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary file is still there: %v", err)
	}
}

// noise is a text that packs badly.
func noise(n int) string {
	draw, b := rand.New(rand.NewPCG(1, 2)), make([]byte, n)
	for i := range b {
		b[i] = byte('0' + draw.IntN(64))
	}
	return string(b)
}

func TestAttachedFilesAreListedAndReadWhole(t *testing.T) {
	t.Parallel()
	picture, table := [2]string{"Top/images/A.png", "\x89PNG\x00\x00"}, [2]string{"Top/a.csv", "a,b\n"}
	o := Options{Known: anyCSV, Attached: func(name string) bool { return strings.HasPrefix(name, "images/") }}
	files, err := Open(write(t, "file", zipped(t, picture, table, [2]string{"Top/other.png", "x"})), o)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	if len(files.List) != 2 || files.List[0].Name != "images/a.png" || !files.List[0].Attached || files.List[1].Attached {
		t.Fatalf("files %+v", files.List)
	}
	if data, err := files.List[0].Bytes(); string(data) != picture[1] || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := Open(write(t, "file", zipped(t, picture)), o); !errors.Is(err, ErrNothing) {
		t.Errorf("without a table: %v", err)
	}
	for size, want := range map[int64]error{int64(len(picture[1] + table[1])): nil, int64(len(picture[1]+table[1])) - 1: ErrTooLarge} {
		o.Limits.Unpacked = size
		files, err := Open(write(t, "file", zipped(t, table, picture)), o)
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("with %d bytes: %v, want %v", size, err, want)
		}
		if err == nil {
			_ = files.Close()
		}
	}
}

func TestAnAttachedFileHasNoMoreBytesThanItsArchiveSays(t *testing.T) {
	t.Parallel()
	archive := zipped(t, [2]string{"a.csv", "a,b\n"}, [2]string{"b.png", strings.Repeat("x", 100)})
	at := bytes.LastIndex(archive, []byte("PK\x01\x02")) // the entry of b.png in the directory
	archive[at+24] = 50                                  // its unpacked size
	files, err := Open(write(t, "file", archive), Options{Known: anyCSV, Attached: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	if data, err := files.List[1].Bytes(); err == nil {
		t.Errorf("it has %d bytes", len(data))
	}
}

func TestFilesAreRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	csv := [2]string{"a.csv", "a,b\n"}
	gz := gzipped(t, noise(100_000))
	changed := bytes.Clone(gz)
	changed[len(changed)/2] ^= 0x55
	archive := zipped(t, [2]string{"a.csv", noise(100_000)})
	broken := bytes.Clone(archive)
	broken[len(broken)/2] ^= 0x55
	for name, c := range map[string]struct {
		data   []byte
		limits Limits
		want   error
	}{
		"gzip at the limit":        {gz, Limits{Unpacked: 100_000}, nil},
		"gzip over the limit":      {gz, Limits{Unpacked: 99_999}, ErrTooLarge},
		"ZIP at the limit":         {archive, Limits{Unpacked: 100_000}, nil},
		"ZIP over the limit":       {archive, Limits{Unpacked: 99_999}, ErrTooLarge},
		"ZIP of two over it":       {zipped(t, [2]string{"a.csv", noise(60_000)}, [2]string{"b.csv", noise(60_000)}), Limits{Unpacked: 100_000}, ErrTooLarge},
		"plain at the limit":       {[]byte(noise(1000)), Limits{Unpacked: 1000}, nil},
		"plain over the limit":     {[]byte(noise(1001)), Limits{Unpacked: 1000}, ErrTooLarge},
		"gzip of one letter":       {gzipped(t, strings.Repeat("a", 1_000_000)), Limits{}, ErrRatio},
		"ZIP of one letter":        {zipped(t, [2]string{"a.csv", strings.Repeat("a", 1_000_000)}), Limits{}, ErrRatio},
		"gzip at the ratio":        {gzipped(t, strings.Repeat("a", 200_000)), Limits{Ratio: ratio(gzipped(t, strings.Repeat("a", 200_000)), 200_000)}, nil},
		"gzip over the ratio":      {gzipped(t, strings.Repeat("a", 200_000)), Limits{Ratio: ratio(gzipped(t, strings.Repeat("a", 200_000)), 200_000) - 1}, ErrRatio},
		"gzip cut off":             {gz[:len(gz)-10], Limits{}, ErrTruncated},
		"gzip of a header":         {gz[:12], Limits{}, ErrTruncated},
		"gzip changed":             {changed, Limits{}, ErrTruncated},
		"ZIP cut off":              {archive[:len(archive)-40], Limits{}, ErrTruncated},
		"ZIP changed":              {broken, Limits{}, ErrTruncated},
		"empty ZIP":                {zipped(t), Limits{}, ErrNothing},
		"ZIP of other files":       {zipped(t, [2]string{"a.txt", "x"}), Limits{}, ErrNothing},
		"ZIP with names at limit":  {zipped(t, csv, [2]string{"b", ""}), Limits{Names: 2}, nil},
		"ZIP with too many names":  {zipped(t, csv, [2]string{"b", ""}, [2]string{"c", ""}), Limits{Names: 2}, ErrNames},
		"NUL bytes":                {make([]byte, 208), Limits{}, ErrNULs},
		"NUL bytes at the end":     {append([]byte("a,b\n"), make([]byte, 4096)...), Limits{}, ErrNULs},
		"NUL bytes below the mark": {append([]byte("a,b\n"), make([]byte, 15)...), Limits{}, nil},
		"NUL bytes in a ZIP":       {zipped(t, csv, [2]string{"b.csv", string(make([]byte, 208)) + noise(1000)}), Limits{}, ErrNULs},
		"workbook":                 {append([]byte{0xD0, 0xCF, 0x11, 0xE0}, noise(100)...), Limits{}, ErrBinary},
		"newer workbook":           {zipped(t, [2]string{"[Content_Types].xml", "<x/>"}, [2]string{"xl/workbook.xml", "<x/>"}), Limits{}, ErrBinary},
		"picture":                  {[]byte("\x89PNG\r\n\x1a\n" + noise(100)), Limits{}, ErrBinary},
		"OpenDocument":             {zipped(t, [2]string{"mimetype", "x"}, [2]string{"content.xml", "<x/>"}), Limits{}, ErrBinary},
		"RAR":                      {[]byte("Rar!\x1a\x07\x00" + noise(100)), Limits{}, ErrArchive},
		"ALZ":                      {[]byte("ALZ\x01\x0a\x00" + noise(100)), Limits{}, ErrArchive},
		"gzip of a TAR":            {gzipped(t, "a.csv"+strings.Repeat("\x00", 252)+"ustar\x00"+noise(600)), Limits{}, ErrArchive},
		"gzip of a ZIP":            {gzipped(t, string(archive)), Limits{}, ErrNested},
		"gzip of a gzip":           {gzipped(t, string(gz)), Limits{}, ErrNested},
		"ZIP called CSV in a ZIP":  {zipped(t, [2]string{"a.csv", string(zipped(t, csv))}), Limits{}, ErrNested},
		"PDF":                      {[]byte("%PDF-1.7\n" + noise(100)), Limits{}, ErrBinary},
	} {
		files, err := Open(write(t, "file", c.data), Options{Known: anyCSV, Limits: c.limits})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil {
			_ = files.Close()
		}
	}
}

// ratio returns the smallest ratio that a packed file keeps.
func ratio(packed []byte, unpacked int64) int64 {
	return (unpacked + int64(len(packed)) - 1) / int64(len(packed))
}

func TestSeparatorsAreTold(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		"a,b\n": ",false", "a;b;c\n": ";false", "a\tb\n": "\tfalse", "sep=;\na;b\n": ";true", "SEP=\t\r\na\tb\n": "\ttrue",
		"\n\na;b\n": ";false", "\"a,b,c\";d\n": ";false", "": ",false", "title\n": ",false", "sep=;": ";true",
		"Letterboxd list export v7\nDate;Name;Tags\n": ";false", "KOBIS\n\n2011-09-30\n순위\t영화명\n": "\tfalse", "a title\na,b;c;d\n": ";false",
	} {
		if comma, named := Separator(head); fmt.Sprintf("%c%v", comma, named) != want {
			t.Errorf("%q: %q (named %v)", head, comma, named)
		}
	}
}

func TestShapesAreTold(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]Shape{
		"a,b\n": Table, "": Table, "{\"a\":1}\n{\"a\":2}\n": Lines, " {\"a\":1}": Lines, "{\n \"a\": 1\n}": Documents, "[\n{\"a\":1}]": Documents,
		"{broken\n{\"a\":1}\n": Lines, "[\n{\"a\":1},\n{\"a\":2}\n]": Documents, "[\n{\"a\":1}\n,{\"a\":2}]": Documents,
	} {
		if got := (&File{Head: head}).Shape(); got != want {
			t.Errorf("%q is %d, want %d", head, got, want)
		}
	}
	for _, head := range []string{"{broken", "", "\n"} {
		if got := (&File{Name: "a.jsonl", Head: head}).Shape(); got != Lines {
			t.Errorf("by the name %q is %d", head, got)
		}
	}
}

func TestTablesAreRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		d    Dialect
		want []string
	}{
		"plain":                    {"a,b\r\nc,\n\n,d", Dialect{}, []string{"a|b", "c|", "|d"}},
		"quotes":                   {"\"a,b\",\"c \"\"d\"\"\"\n\"\",x\n", Dialect{}, []string{`a,b|c "d"`, "|x"}},
		"several lines":            {"\"a\r\nb\n\nc\",d\ne,f\n", Dialect{}, []string{"a\nb\n\nc|d", "e|f"}},
		"quotes at the end":        {"a,\"b\"", Dialect{}, []string{"a|b"}},
		"doubled at the ends":      {"\"\"\"a\"\"\",\"\"\"\"\n", Dialect{}, []string{`"a"|"`}},
		"strict":                   {"a\"b,c\nd,e\n", Dialect{}, []string{ErrQuote.Error(), "d|e"}},
		"lenient":                  {"12\" Single,c\n\"d\"x,e\nf,g\n", Dialect{Quotes: Lenient}, []string{`12" Single|c`, ErrQuote.Error(), "f|g"}},
		"letters":                  {"\"Quiet\" Is a Verb\t\"x\n12\"\ty\n", Dialect{Comma: '\t', Quotes: Letters}, []string{"\"Quiet\" Is a Verb|\"x", "12\"|y"}},
		"an open quote":            {"\"a,b\nc,d\ne,f\n", Dialect{}, []string{ErrQuote.Error(), "c|d", "e|f"}},
		"an open quote that pairs": {"\"a,b\nc,d\n\"e, f\",x\ng\",h\ni,j\n", Dialect{}, []string{ErrQuote.Error(), "c|d", "e, f|x", ErrQuote.Error(), "i|j"}},
		"semicolons":               {"a;b,c;\"d;e\"\n", Dialect{Comma: ';'}, []string{"a|b,c|d;e"}},
		"byte order mark":          {"\uFEFFa,b\n", Dialect{}, []string{"a|b"}},
	} {
		if c.d.Comma == 0 {
			c.d.Comma = ','
		}
		if diff := cmp.Diff(c.want, all(t, NewTable(strings.NewReader(c.file), c.d))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRowsHaveLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", MaxRow-1)
	for name, c := range map[string]struct {
		rows Rows
		want []string
	}{
		"lines beyond the buffer": {NewTable(strings.NewReader("\uFEFF"+long[:lineBuffer]+"\n"+long[:lineBuffer-1]+"\nb\n"+long[:3*lineBuffer]), Dialect{Comma: ','}), []string{long[:lineBuffer], long[:lineBuffer-1], "b", long[:3*lineBuffer]}},
		"a line at the limit":     {NewTable(strings.NewReader(long+"\nb\n"), Dialect{Comma: ','}), []string{long, "b"}},
		"a line over the limit":   {NewTable(strings.NewReader(long+"aa\nb\n"), Dialect{Comma: ','}), []string{ErrRowTooLong.Error(), "b"}},
		"a record over the limit": {NewTable(strings.NewReader("\"x\n"+long+"\n\",y\nb\n"), Dialect{Comma: ','}), []string{ErrQuote.Error(), long, ErrQuote.Error(), "b"}},
		"JSON over the limit":     {NewLines(strings.NewReader("\"" + long + "\"\n1\n")), []string{ErrRowTooLong.Error(), "1"}},
		"a long document":         {NewDocuments(strings.NewReader("[\""+long+long+"\"]"), func(p string) bool { return p == "[]" }), []string{"error: " + ErrRowTooLong.Error()}},
	} {
		if diff := cmp.Diff(c.want, all(t, c.rows)); diff != "" {
			t.Errorf("%s (-want +got):\n%.300s", name, diff)
		}
	}
}

func TestDocumentsAreRead(t *testing.T) {
	t.Parallel()
	paths := func(wanted ...string) func(string) bool {
		return func(p string) bool { return slices.Contains(wanted, p) }
	}
	for name, c := range map[string]struct {
		file   string
		wanted func(string) bool
		want   []string
	}{
		"a list in an object": {`{"a":{"b":[{"c":1},{"c":2}],"d":[3]}}`, paths("a.b[]"), []string{`{"c":1}`, `{"c":2}`}},
		"an object":           {`{"a":{"b":{"c":1}}}`, paths("a.b"), []string{`{"c":1}`}},
		"a list":              {" [1,\n{\"a\":[2]}] ", paths("[]"), []string{"1", `{"a":[2]}`}},
		"several documents":   {`{"a":[1]}` + "\n" + `{"a":[2,3]}`, paths("a[]"), []string{"1", "2", "3"}},
		"the whole":           {`{"a":1}{"a":2}`, paths(""), []string{`{"a":1}`, `{"a":2}`}},
		"lists in lists":      {`{"a":[{"b":[1,2]},{"b":[3]}]}`, paths("a[].b[]"), []string{"1", "2", "3"}},
		"cut off":             {`{"a":[1,2`, paths("a[]"), []string{"1", "2", "error: line 1 is not JSON: unexpected EOF"}},
		"broken":              {"{\"a\":[1, x]}", paths("a[]"), []string{"1", "error: line 1 is not JSON: invalid character 'x' looking for beginning of value"}},
		"byte order mark":     {"\uFEFF[1]", paths("[]"), []string{"1"}},
		"nested too deeply":   {strings.Repeat("[", 101), paths("x"), []string{"error: the JSON is nested too deeply"}},
	} {
		if diff := cmp.Diff(c.want, all(t, NewDocuments(strings.NewReader(c.file), c.wanted))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	rows := NewDocuments(strings.NewReader("{\n\"a\": [\n{\"b\":1},\n\n{\n\"b\":2}]}"), paths("a[]"))
	for _, want := range []int64{3, 5} {
		if row, err := rows.Next(); err != nil || row.Line != want {
			t.Errorf("the row is on line %d (%v), want %d", row.Line, err, want)
		}
	}
}

func TestReadersTellHowMuchWasRead(t *testing.T) {
	t.Parallel()
	files, err := Open(write(t, "a.csv.gz", gzipped(t, noise(100_000))), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var last int64
	r, err := files.List[0].Reader(func(n int64) { last = n })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil || last != files.List[0].Size {
		t.Errorf("%d of %d bytes, %v", last, files.List[0].Size, err)
	}
}
