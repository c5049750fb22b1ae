package history

import (
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// sheet is a format of tables. It is told by its headings.
type sheet struct {
	format Format
	name   string                                  // of this kind of file: --format takes it behind the name of the format
	extra  bool                                    // files of this kind only tell more about films
	called func(name string, f *tabular.File) bool // reports whether a file is called so, where other sheets have the same headings
	order  int
	kind   Kind   // of rows that cannot be read
	needs  string // headings that all files have, with | between alternatives and _ for spaces
	lacks  string // headings that none has
	other  string // further headings that are known
	only   bool   // no other headings are there

	// prepare is called with every row of every part before the first entry is read. It may be nil.
	prepare func(*scope, row) error
	start   func(*scope, *tabular.File) func(row) []Entry
}

// sheets are the formats of tables. The first one whose headings are there is taken.
func sheets() []sheet {
	return slices.Concat(letterboxdSheets(), imdbSheets(), lensSheets(), traktSheets(), simklSheets(), peerSheets(), eastSheets(), letterboxdImportSheets())
}

// headerRows is how many rows may stand before the header of a table.
const headerRows = 12

// What files of unknown formats have.
var (
	nothing   = sight{"nothing in it", "It is empty.", "빈 파일입니다."}
	noTable   = sight{"lines that are no rows of a table", "Its lines are no rows of a table.", "파일의 줄을 표의 행으로 읽을 수 없습니다."}
	onlyFilms = sight{
		"films only, and nothing that a member did with them", "It tells of films, and not of what somebody did with them.",
		"영화 정보만 있고 본 기록은 없습니다.",
	}
)

// recognise returns the parts that a file is, or ErrUnknown. A table is one part.
func recognise(f *tabular.File, o Options) ([]*part, error) {
	if !isHTML(f.Head) && f.Shape() != tabular.Table {
		return recogniseDocument(f, o)
	}
	p, err := recogniseText(f, o)
	if err != nil {
		return nil, err
	}
	return []*part{p}, nil
}

// recogniseText is recognise for a file that is no JSON.
func recogniseText(f *tabular.File, o Options) (*part, error) {
	switch {
	case isHTML(f.Head):
		return nil, kinopoisk("HTML")
	case strings.HasPrefix(strings.TrimSpace(f.Head), "<?xml"):
		return nil, unknown(sight{"XML", "It is XML.", "XML 파일입니다."}, o.Format)
	case oldRatings.MatchString(f.Head):
		return nil, dataSet("ratings without a header")
	}
	return recogniseTable(f, o)
}

func recogniseTable(f *tabular.File, o Options) (*part, error) {
	rows := tabular.NewTable(strings.NewReader(f.Head), dialect(f))
	var seen []string
	for range headerRows {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || row.Err != nil {
			return nil, unknown(noTable, o.Format)
		}
		if p, err := headed(f, o, row); p != nil || err != nil {
			return p, err
		}
		if len(seen) < len(row.Cells) {
			seen = slices.Clone(row.Cells)
		}
	}
	if len(seen) == 0 {
		return nil, unknown(nothing, o.Format)
	}
	return nil, unknown(named("columns", "열 이름은", seen[:min(len(seen), 30)]), o.Format)
}

// headed returns the part of a file with this header.
func headed(f *tabular.File, o Options, row tabular.Row) (*part, error) {
	header := fold(row.Cells)
	var alike []sheet
	for _, s := range sheets() {
		if s.has(header) && chosen(o.Format, s.format, s.name) {
			alike = append(alike, s)
		}
	}
	if len(alike) == 0 {
		return nil, nil
	}
	s := alike[0]
	if s.called != nil && len(alike) > 1 {
		i := slices.IndexFunc(alike, func(s sheet) bool { return s.called != nil && s.called(nameOf(f, o), f) })
		if i < 0 {
			var names []string
			for _, s := range alike {
				names = append(names, s.format.Name+"-"+s.name)
			}
			return nil, ambiguous(names)
		}
		s = alike[i]
	}
	return s.part(f, row), nil
}

// part returns the part of a file with this header.
func (s sheet) part(f *tabular.File, first tabular.Row) *part {
	header, called := fold(first.Cells), slices.Clone(first.Cells)
	p := &part{format: s.format, name: s.name, extra: s.extra, order: s.order, file: f, ignored: without(first.Cells, s.known())}
	open := func(scope *scope) (*tableReader, error) {
		r, err := f.Reader(nil)
		if err != nil {
			return nil, err
		}
		return &tableReader{
			Closer: r, scope: scope, rows: tabular.NewTable(r, dialect(f)), kind: s.kind, header: first.Line, columns: columnsOf(header), called: called,
		}, nil
	}
	p.open = func(scope *scope) (readCloser, error) {
		r, err := open(scope)
		if err != nil {
			return nil, err
		}
		r.read = s.start(scope, f)
		return r, nil
	}
	if s.prepare != nil {
		p.prepare = func(scope *scope) error {
			r, err := open(scope)
			if err != nil {
				return err
			}
			return errors.Join(r.each(func(r row) error { return s.prepare(scope, r) }), r.Close())
		}
	}
	return p
}

// ambiguous returns the error of a file that only its name could tell.
func ambiguous(names []string) error {
	all := strings.Join(names, ", ")
	return refused("Files of this format are told by their names only. Please keep the name that the file had, or choose one of these formats: "+all+".",
		"이 형식의 파일은 이름으로만 구별됩니다. 원래 파일 이름을 그대로 두거나 다음 형식 중 하나를 선택해 주세요: "+all+".", "the columns of "+all)
}

func dialect(f *tabular.File) tabular.Dialect {
	comma, _ := tabular.Separator(f.Head)
	return tabular.Dialect{Comma: comma, Quotes: tabular.Lenient}
}

// fold returns headings without regard to case and surrounding space, with _ for spaces.
func fold(header []string) []string {
	out := make([]string, len(header))
	for i, h := range header {
		out[i] = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(h)), " ", "_")
	}
	return out
}

// columnsOf returns where the headings are. Of equal ones the first counts.
func columnsOf(header []string) map[string]int {
	columns := map[string]int{}
	for i, name := range header {
		if _, has := columns[name]; !has {
			columns[name] = i
		}
	}
	return columns
}

func (s sheet) has(header []string) bool {
	for need := range strings.FieldsSeq(s.needs) {
		if !slices.ContainsFunc(strings.Split(need, "|"), func(name string) bool { return slices.Contains(header, name) }) {
			return false
		}
	}
	if s.only && len(without(header, s.known())) > 0 {
		return false
	}
	return !slices.ContainsFunc(strings.Fields(s.lacks), func(name string) bool { return slices.Contains(header, name) })
}

// chosen reports whether a kind of files is of the format that was asked for.
func chosen(asked string, format Format, name string) bool {
	return asked == "" || strings.EqualFold(asked, format.Name) || strings.EqualFold(asked, format.Name+"-"+name)
}

// nameOf returns the name of a file, as the member calls it, in small letters.
func nameOf(f *tabular.File, o Options) string {
	if !f.Inside && o.Filename != "" {
		return strings.ToLower(o.Filename)
	}
	return f.Name
}

// labelOf is nameOf as it is written, without folders.
func labelOf(f *tabular.File, o Options) string {
	if !f.Inside && o.Filename != "" {
		return path.Base(strings.TrimSuffix(o.Filename, ".gz"))
	}
	return f.Called
}

// called returns a function that looks for parts of names, such as in "watched (1).csv".
func called(parts ...string) func(string, *tabular.File) bool {
	return func(name string, _ *tabular.File) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
	}
}

// otherwise is for the last of several sheets.
func otherwise(string, *tabular.File) bool { return true }

func (s sheet) known() []string {
	return strings.Fields(strings.ReplaceAll(s.needs, "|", " ") + " " + s.other)
}

// without returns the headings that are not known, as the file has them.
func without(header, known []string) (others []string) {
	for i, name := range fold(header) {
		if as := line(header[i]); as != "" && !slices.Contains(known, name) && !slices.Contains(others, as) {
			others = append(others, as)
		}
	}
	return others
}

// row is a row of a table.
type row struct {
	line    int64
	text    string
	cells   []string
	columns map[string]int
}

// get returns the cell in the first of the columns that the table has, without space around it, or "".
func (r row) get(names ...string) string {
	for _, name := range names {
		if i, has := r.columns[name]; has && i < len(r.cells) {
			return strings.TrimSpace(r.cells[i])
		}
	}
	return ""
}

func (r row) empty() bool {
	return !slices.ContainsFunc(r.cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// tableReader reads the rows below the header of a table.
type tableReader struct {
	io.Closer
	scope   *scope
	rows    tabular.Rows
	kind    Kind
	read    func(row) []Entry
	header  int64 // its line
	columns map[string]int
	called  []string // the headings as the file has them
	waiting []Entry
}

// Next implements [Reader].
func (t *tableReader) Next() (Entry, error) {
	for len(t.waiting) == 0 {
		r, failed, err := t.row()
		if err != nil {
			return Entry{}, err
		}
		if err := t.scope.addRow(); err != nil {
			return Entry{}, err
		}
		if failed != nil {
			t.waiting = []Entry{{Kind: t.kind, Failed: unreadable(failed)}}
		} else {
			t.waiting = t.read(r)
		}
		for i := range t.waiting {
			t.waiting[i].Line, t.waiting[i].Text, t.waiting[i].Columns = r.line, r.text, t.columnsFor(r, t.waiting[i])
		}
	}
	e := t.waiting[0]
	t.waiting = t.waiting[1:]
	return e, nil
}

// The columns of all formats that may have a value that cannot be used, the first one that says something in a row counts.
var (
	ratingColumns = strings.Fields("your_rating you_rated userrating my_rating rating rating10 score 个人评分")
	dayColumns    = strings.Fields("watched_date watcheddate watchedat watched_at watched_on end_date lastwatched")
	textColumns   = strings.Fields("review content comment notes note memo description 我的短评")
)

// columnsFor returns the headings of what an entry of a row says.
func (t *tableReader) columnsFor(r row, e Entry) (c Columns) {
	if e.Kind == Viewing {
		c.Day = t.heading(r, dayColumns)
	}
	if e.Kind == Viewing || e.Kind == Review {
		c.Text = t.heading(r, textColumns)
	}
	switch e.Failed {
	case badRating:
		c.Wrong = t.heading(r, ratingColumns)
	case badDay:
		c.Wrong = t.heading(r, dayColumns)
	case noID:
		c.Wrong = t.heading(row{cells: t.called, columns: t.columns}, []string{"const"})
	}
	return c
}

// heading returns the heading of the first of some columns that is not empty in a row, as the file has it, or "".
func (t *tableReader) heading(r row, columns []string) string {
	for _, name := range columns {
		if i, has := t.columns[name]; has && i < len(t.called) && r.get(name) != "" {
			return line(t.called[i])
		}
	}
	return ""
}

// row returns the next row that is not empty, and why it cannot be read.
func (t *tableReader) row() (r row, failed, err error) {
	for {
		read, err := t.rows.Next()
		if err != nil {
			return row{}, nil, err
		}
		r = row{read.Line, read.Text, read.Cells, t.columns}
		if read.Line > t.header && (read.Err != nil || !r.empty()) { // spreadsheets write rows of commas
			return r, read.Err, nil
		}
	}
}

// each calls fn with the rows that can be read.
func (t *tableReader) each(fn func(row) error) error {
	for {
		r, failed, err := t.row()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if failed == nil {
			err = fn(r)
		}
		if err != nil {
			return err
		}
	}
}

// joined returns the error of a reading that has ended and of closing.
func joined(err, closed error) error {
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, closed)
}

// addRow counts a row, and refuses the one that is too many.
func (s *scope) addRow() error {
	if s.rows++; s.rows > MaxRows {
		return ErrTooManyRows
	}
	return nil
}

// The reasons why a row cannot be used.
var (
	longRow = apperr.Text{EN: "This row is longer than 1 MiB.", KO: "이 행은 1MiB를 넘습니다."}
	badRow  = apperr.Text{EN: "The quotation marks of this row do not match.", KO: "이 행의 따옴표가 맞지 않습니다."}
)

func unreadable(err error) apperr.Text {
	if errors.Is(err, tabular.ErrRowTooLong) {
		return longRow
	}
	return badRow
}
