package movie_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
)

const csvHeader = "title,plot,cast,playtime,genre\n"

// imported is the result of an import.
type imported struct {
	Titles   []string // in the order of their ids
	Bad      []string // the report
	Progress []movie.Progress
	Err      error
}

func (s *stage) load(ctx context.Context, t testing.TB, format movie.Format, r io.Reader) imported {
	t.Helper()
	var got imported
	var done movie.Progress
	done, got.Err = movie.Import(ctx, r, format, s.movies,
		func(e movie.RowError) { got.Bad = append(got.Bad, e.Error()) },
		func(p movie.Progress) { got.Progress = append(got.Progress, p) })
	if len(got.Progress) == 0 || got.Progress[len(got.Progress)-1] != done {
		t.Errorf("progress %v, want %v at the end", got.Progress, done)
	}
	if err := s.DB.Reader(t.Context()).Model(&movie.Movie{}).Order("id").Pluck("title", &got.Titles).Error; err != nil {
		t.Fatalf("read titles: %v", err)
	}
	if int64(len(got.Titles)) < done.Imported || int64(len(got.Bad)) != done.Bad {
		t.Errorf("progress %+v, but there are %d films and %d reported rows", done, len(got.Titles), len(got.Bad))
	}
	if got.Err == nil && done.Read != done.Imported+done.Updated+done.Unchanged+done.Bad {
		t.Errorf("progress %+v: some rows are neither imported nor invalid", done)
	}
	return got
}

func TestImportReadsCSV(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got := s.load(t.Context(), t, movie.CSV, strings.NewReader("\uFEFF genre , title,plot,cast,playtime\r\n"+
		`Drama,기생충,"가족, 그리고 ""반지하""",`+`"[{""name"":""송강호"",""role"":""기택"",""age"":52}]",131`+"\r\n\r\n"+
		"SF,\" 옥자 \",\"두\r\n줄\",, 0121 \r\n"+
		"Comedy,끝,,[],1"))
	if got.Err != nil || len(got.Bad) != 0 {
		t.Fatalf("import: %v, bad %v", got.Err, got.Bad)
	}
	all := s.GET(t, "/movies").List()
	for _, m := range all {
		for _, field := range []string{"id", "created_at", "updated_at", "like_count", "dislike_count", "review_count", "rating_count", "rating_average", "poster_image_url", "hidden"} {
			delete(m, field)
		}
		for field, value := range m {
			if value == nil && field != "created_by" || cmp.Equal(value, []any{}) && field != "cast" || cmp.Equal(value, object{}) {
				delete(m, field)
			}
		}
		delete(m, "genres")
	}
	want := []object{
		{"title": "기생충", "plot": `가족, 그리고 "반지하"`, "playtime": 131.0, "genre": "Drama", "created_by": nil, "cast": []any{object{"name": "송강호", "role": "기택", "age": 52.0}}},
		{"title": "옥자", "plot": "두\n줄", "playtime": 121.0, "genre": "SF", "created_by": nil, "cast": []any{}},
		{"title": "끝", "plot": "", "playtime": 1.0, "genre": "Comedy", "created_by": nil, "cast": []any{}},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rows := s.GET(t, "/movies?title=%EC%98%A5").List(); len(rows) != 1 {
		t.Errorf("an imported film is found %d times", len(rows))
	}
}

func TestImportReadsJSONLines(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got := s.load(t.Context(), t, movie.JSONLines, strings.NewReader("\uFEFF"+encode(t, film(nil))+"\r\n\n  \n"+
		encode(t, film(object{"title": "옥자", "cast": []object{{"name": "안서현"}}}))))
	if diff := cmp.Diff(imported{Titles: []string{"기생충", "옥자"}, Progress: []movie.Progress{{Read: 2, Imported: 2}}}, got, cmp.Comparer(sameError)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTextsOfAnImportAreNormalized(t *testing.T) {
	t.Parallel()
	for format, file := range map[movie.Format]string{
		movie.CSV:       csvHeader + "\"" + norm.NFD.String("기생충") + "\",\"a\r\nb\rc\",\"[{\"\"name\"\":\"\"x\"\",\"\"role\"\":\"\"\u3164\"\"}]\",90,Drama\n\u3164,,,90,Drama\n",
		movie.JSONLines: encode(t, film(object{"title": norm.NFD.String("기생충"), "plot": "a\r\nb\rc", "cast": []object{{"name": "x", "role": "\u3164"}}, "playtime": 90})) + "\n" + encode(t, film(object{"title": "\u3164"})),
	} {
		s := newStage(t)
		got := s.load(t.Context(), t, format, strings.NewReader(file))
		if len(got.Titles) != 1 || len(got.Bad) != 1 || !strings.HasSuffix(got.Bad[0], "title: This field is required.") {
			t.Fatalf("%s: titles %q, bad %q", format, got.Titles, got.Bad)
		}
		m := s.GET(t, "/movies/1").Want(200).Map()
		if m["title"] != "기생충" || m["plot"] != "a\nb\nc" || !cmp.Equal(m["cast"], []any{object{"name": "x", "role": ""}}) {
			t.Errorf("%s: %q", format, m)
		}
	}
}

func sameError(a, b error) bool { return errors.Is(a, b) }

func TestImportReportsInvalidRowsAndContinues(t *testing.T) {
	t.Parallel()
	csvRow := func(title string) string { return title + ",,,90,Drama\n" }
	for name, c := range map[string]struct {
		format movie.Format
		file   string
		titles []string
		bad    []string
	}{
		"fields of CSV": {
			movie.CSV, csvHeader + csvRow("a") + ",,,90,Drama\nb,,,ninety,Drama\nc,,,,drama\nd,,[{}],0,Drama\ne,,{},90,Drama\nf,,x,90,Drama\ng,,\"[{\"\"name\"\":\"\"x\"\",\"\"y\"\":1}]\",90,Drama\n" + csvRow("z"),
			[]string{"a", "z"},
			[]string{
				"line 3: title: This field is required.",
				"line 4: playtime: This must be of type integer.",
				"line 5: playtime: This field is required. genre: This must be one of: SF, Action, Adventure, Animation, Biography, Comedy, Crime, Documentary, Drama, Family, Fantasy, History, Horror, Music, Musical, Mystery, Noir, Romance, Short, Sport, Thriller, War, Western.",
				"line 6: cast[0].name: This field is required. playtime: This must be at least 1.",
				"line 7: cast: This must be of type array.",
				"line 8: cast: This must be of type array.",
				"line 9: cast[0].y: Unknown field.",
			},
		},
		"columns of CSV": {movie.CSV, csvHeader + "a\n" + csvRow("b") + "c,,,90,Drama,x\n" + csvRow("d"), []string{"b", "d"}, []string{
			"line 2: This row has a different number of columns than the header.",
			"line 4: This row has a different number of columns than the header.",
		}},
		"letters of CSV": {movie.CSV, csvHeader + "\xff,,,90,Drama\na\x00b,,,90,Drama\n" + csvRow("c"), []string{"c"}, []string{
			"line 2: title: This value has the wrong format.",
			"line 3: title: This value has the wrong format.",
		}},
		"open quote costs its own line": {movie.CSV, csvHeader + "\"a,,,90,Drama\n" + csvRow("b") + csvRow("c"), []string{"b", "c"}, []string{
			"line 2: This row has an unmatched quotation mark.",
		}},
		"quotes that pair up wrongly": {movie.CSV, csvHeader + "\"a,,,90,Drama\n" + csvRow("b") + csvRow(`"c, d"`) + "e\",,,90,Drama\n" + csvRow("f"), []string{"b", "c, d", "f"}, []string{
			"line 2: This row has an unmatched quotation mark.",
			"line 5: This row has an unmatched quotation mark.",
		}},
		"quote in the middle": {movie.CSV, csvHeader + "a\"\"b,,,90,Drama\n" + csvRow("c"), []string{"c"}, []string{
			"line 2: This row has an unmatched quotation mark.",
		}},
		"broken record of several lines": {movie.CSV, csvHeader + csvRow("\"a\nb\nc\"d") + csvRow("e"), []string{"e"}, []string{
			"line 2: This row has an unmatched quotation mark.",
			"line 3: This row has a different number of columns than the header.",
			"line 4: This row has an unmatched quotation mark.",
		}},
		"long rows of CSV": {movie.CSV, csvHeader + csvRow(strings.Repeat("a", 3<<20)) + csvRow("b") + csvRow("\""+strings.Repeat(strings.Repeat("x", 1023)+"\n", 1100)+"\"") + csvRow("c"), []string{"b", "c"}, append(
			[]string{"line 2: This row is longer than 1 MiB.", "line 4: This row has an unmatched quotation mark."}, wrongColumns(5, 1099, "line 1104: This row has an unmatched quotation mark.")...)},
		"open quote before a long line": {movie.CSV, csvHeader + "\"a,,,90,Drama\n" + csvRow("b") + strings.Repeat("x", 2<<20) + "\n" + csvRow("c"), []string{"b", "c"}, []string{
			"line 2: This row has an unmatched quotation mark.", "line 4: This row is longer than 1 MiB.",
		}},
		"JSON lines": {movie.JSONLines, encode(t, film(object{"title": "a"})) + "\n{\n[]\nnull\n\"x\"\n{}{}\n" + encode(t, film(object{"id": 1})) + "\n" +
			encode(t, film(object{"playtime": 0, "plot": nil})) + "\n{\"title\":\"\xff\"}\n" + encode(t, film(object{"title": "b"})), []string{"a", "b"}, []string{
			"line 2: This row is not valid JSON in UTF-8.",
			"line 3: This must be of type object.",
			"line 4: This must be of type object.",
			"line 5: This must be of type object.",
			"line 6: This row is not valid JSON in UTF-8.",
			"line 7: id: Unknown field.",
			"line 8: plot: This field is required. playtime: This must be at least 1.",
			"line 9: This row is not valid JSON in UTF-8.",
		}},
		"long JSON lines": {
			movie.JSONLines, strings.Repeat("x", 2<<20) + "\n" + encode(t, film(object{"title": "a"})) + "\n" + encode(t, film(object{"plot": strings.Repeat("a", 300<<10)})) + "\n" + strings.Repeat("y", 2<<20),
			[]string{"a"},
			[]string{
				"line 1: This row is longer than 1 MiB.",
				"line 3: plot: This must be at most 10000 characters.",
				"line 4: This row is longer than 1 MiB.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newStage(t).load(t.Context(), t, c.format, strings.NewReader(c.file))
			if got.Err != nil {
				t.Errorf("import: %v", got.Err)
			}
			if diff := cmp.Diff(c.titles, got.Titles); diff != "" {
				t.Errorf("titles (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.bad, got.Bad); diff != "" {
				t.Errorf("report (-want +got):\n%.3000s", diff)
			}
		})
	}
}

// wrongColumns returns the reports of n lines, starting at first, with a wrong number of columns, followed by after.
func wrongColumns(first, n int, after ...string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("line %d: This row has a different number of columns than the header.", first+i)
	}
	return slices.Concat(out, after)
}

func TestInvalidRowsAreReportedInKoreanToo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, err := movie.Import(t.Context(), strings.NewReader("{\n{}\n"), movie.JSONLines, s.movies, func(e movie.RowError) {
		if e.Line == 1 && e.Text.KO != "이 행은 UTF-8로 된 올바른 JSON이 아닙니다." || e.Line == 2 && e.Fields[0].Text.KO != "필수 항목입니다." {
			t.Errorf("line %d in Korean: %v %v", e.Line, e.Text.KO, e.Fields)
		}
	}, func(movie.Progress) {})
	if err != nil {
		t.Errorf("import: %v", err)
	}
}

func TestFileInAnotherFormatIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, c := range map[string]struct {
		format movie.Format
		file   io.Reader
		want   string
	}{
		"empty":           {movie.CSV, strings.NewReader("\uFEFF\n\n"), "import: the file is empty; its first line must name the columns"},
		"missing column":  {movie.CSV, strings.NewReader("title,plot,cast,playtime\n"), `import: the CSV header lacks the column "genre"`},
		"column twice":    {movie.CSV, strings.NewReader("title,title,plot,cast,playtime,genre\n"), `import: the CSV header has the column "title" twice`},
		"broken header":   {movie.CSV, strings.NewReader("\"title,plot\n"), "import: the CSV header cannot be read: line 1: This row has an unmatched quotation mark."},
		"endless header":  {movie.CSV, strings.NewReader(strings.Repeat("a", 2<<20)), "import: the CSV header cannot be read: line 1: This row is longer than 1 MiB."},
		"no header":       {movie.CSV, iotest.ErrReader(errors.New("gone")), "import: read the CSV header: gone"},
		"unknown format":  {"xml", strings.NewReader("<a/>"), `import: unknown format "xml" (want csv or jsonl)`},
		"unreadable":      {movie.JSONLines, iotest.ErrReader(errors.New("gone")), "import: read: gone"},
		"breaks in quote": {movie.CSV, io.MultiReader(strings.NewReader(csvHeader+"\"a\n"), iotest.ErrReader(errors.New("gone"))), "import: read: gone"},
		"breaks in long":  {movie.JSONLines, io.MultiReader(strings.NewReader(strings.Repeat("a", 2<<20)), iotest.ErrReader(errors.New("gone"))), "import: read: gone"},
	} {
		got := s.load(t.Context(), t, c.format, c.file)
		if got.Err == nil || got.Err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", name, got.Err, c.want)
		}
		if len(got.Titles) != 0 || len(got.Bad) != 0 {
			t.Errorf("%s: imported %v, reported %v", name, got.Titles, got.Bad)
		}
	}
}

func TestRowsBeforeAReadErrorAreImported(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got := s.load(t.Context(), t, movie.CSV, io.MultiReader(strings.NewReader(csvHeader+"a,,,90,Drama\n"), iotest.ErrReader(errors.New("gone"))))
	if got.Err == nil || !cmp.Equal(got.Titles, []string{"a"}) {
		t.Errorf("titles %v, error %v", got.Titles, got.Err)
	}
}

// films returns a CSV file of n films.
func films(n int) io.Reader {
	next := 0
	return io.MultiReader(strings.NewReader(csvHeader), readerFunc(func(p []byte) (int, error) {
		if next == n {
			return 0, io.EOF
		}
		next++
		return copy(p, fmt.Sprintf("%d,,,90,Drama\n", next)), nil
	}))
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestProgressIsReportedEveryTenThousandRows(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	n := 20_700
	want := []movie.Progress{{Read: 10_000, Imported: 10_000}, {Read: 20_000, Imported: 20_000}, {Read: 20_700, Imported: 20_700}}
	if testing.Short() {
		n = 10_100
		want = []movie.Progress{{Read: 10_000, Imported: 10_000}, {Read: 10_100, Imported: 10_100}}
	}
	got := s.load(t.Context(), t, movie.CSV, films(n))
	if diff := cmp.Diff(want, got.Progress); diff != "" || got.Err != nil {
		t.Errorf("error %v (-want +got):\n%s", got.Err, diff)
	}
	for i, title := range got.Titles {
		if title != fmt.Sprint(i+1) {
			t.Fatalf("film %d is %q", i+1, title)
		}
	}
}

func TestStoppedImportKeepsItsBatches(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, stop := context.WithCancelCause(t.Context())
	rows := 0
	file := films(9500)
	got := s.load(ctx, t, movie.CSV, readerFunc(func(p []byte) (int, error) {
		if rows++; rows == 9000 { // further than what is read ahead
			stop(errors.New("interrupted"))
		}
		return file.Read(p)
	}))
	if got.Err == nil || got.Err.Error() != "import stopped: interrupted" {
		t.Errorf("error is %v", got.Err)
	}
	if len(got.Titles) != 8500 {
		t.Errorf("%d films were imported, want the first 17 batches of 500", len(got.Titles))
	}
}

func TestImportStopsWhenTheDatabaseFails(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	broken := func(tx *gorm.DB) error {
		return tx.Exec("CREATE TRIGGER refuse BEFORE INSERT ON movies WHEN NEW.title = '5050' BEGIN SELECT RAISE(ABORT, 'disk full'); END").Error
	}
	if s.DB.Driver() == "mysql" {
		broken = func(tx *gorm.DB) error {
			return tx.Exec("CREATE TRIGGER refuse BEFORE INSERT ON movies FOR EACH ROW IF NEW.title = '5050' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'disk full'; END IF").Error
		}
	}
	s.Write(t, broken)
	got := s.load(t.Context(), t, movie.CSV, films(5100))
	if got.Err == nil || !strings.Contains(got.Err.Error(), "disk full") {
		t.Errorf("error is %v", got.Err)
	}
	want := 2000 // the first transaction, after which the indexes are dropped
	if s.DB.Driver() == "mysql" {
		want = 5000 // five batches
	}
	if len(got.Titles) != want {
		t.Errorf("%d films were imported, want %d", len(got.Titles), want)
	}
}

func FuzzImportCSV(f *testing.F) {
	f.Add(csvHeader + "a,b,[],90,Drama\n")
	f.Add("\uFEFFgenre,title,plot,cast,playtime\r\nSF,\"a\nb\",\"\",\"[{\"\"name\"\":\"\"x\"\"}]\",1\r\n")
	f.Add(csvHeader + "\"a,,,90,Drama\nb\",,,90,Drama\n\xff,,,1,SF\n,,,,\n")
	fuzzImport(f, movie.CSV)
}

func FuzzImportJSONLines(f *testing.F) {
	f.Add(`{"title":"a","plot":"","cast":[{"name":"x","age":3}],"playtime":90,"genre":"Drama"}` + "\n")
	f.Add("{\n[]\n\n{\"title\":\"a\",\"title\":\"b\"}\n{\"cast\":[[[]]]}")
	f.Add(`{"title":"\ud800","plot":"` + "\xff" + `","cast":{},"playtime":1e99,"genre":null}`)
	fuzzImport(f, movie.JSONLines)
}

// fuzzImport imports the input and reads every imported film through the API, which checks it against the OpenAPI
// document. Then it adds each film once more by POST /movies, which has to accept it.
func fuzzImport(f *testing.F, format movie.Format) {
	s := newStage(f)
	f.Fuzz(func(t *testing.T, file string) {
		s.Write(t, func(tx *gorm.DB) error { return tx.Exec("DELETE FROM movies").Error })
		s.load(t.Context(), t, format, strings.NewReader(file))
		rows, _, err := s.movies.List(t.Context(), movie.Filter{}, movie.SortOldest, page.Page{Limit: page.MaxLimit})
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		for _, m := range rows {
			shown := s.GET(t, fmt.Sprintf("/movies/%d", m.ID)).Want(200).Map()
			s.add(t, adder, object{"title": shown["title"], "plot": shown["plot"], "cast": shown["cast"], "playtime": shown["playtime"], "genre": shown["genre"]})
		}
	})
}
