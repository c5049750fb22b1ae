package movie

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/tabular"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Items iterates over the rows of a source. Next returns io.EOF after the last one; any other error ends the import.
type Items interface{ Next() (Item, error) }

// The kinds of columns of a CSV file.
type column int

const (
	textColumn     column = iota // as it is, also if it is empty
	optionalColumn               // a text; the field is absent if the cell is empty
	numberColumn                 // absent if it is empty
	listColumn                   // JSON, absent if it is empty; but the cast is [] then
)

// columns are the columns of a CSV file, which can be in any order. The first five are required, but genres may be there
// instead of genre.
var columns = []struct {
	name string
	kind column
}{
	{"title", textColumn},
	{"plot", textColumn},
	{"cast", listColumn},
	{"playtime", numberColumn},
	{"genre", optionalColumn},
	{"genres", listColumn},
	{"original_title", optionalColumn},
	{"aliases", listColumn},
	{"release_date", optionalColumn},
	{"production_year", numberColumn},
	{"directors", listColumn},
	{"countries", listColumn},
	{"languages", listColumn},
	{"age_grade", optionalColumn},
	{"external_ids", listColumn},
}

const requiredColumns = 5

func kindOf(name string) (column, bool) {
	for _, c := range columns {
		if c.name == name {
			return c.kind, true
		}
	}
	return 0, false
}

// ColumnNames returns the names of the columns of a CSV file, which are the fields of POST /movies.
func ColumnNames() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// sheet reads the rows of a CSV file.
type sheet struct {
	rows   tabular.Rows
	header []string // the name of each column; "" leaves it alone
	kinds  []column
	loose  bool // what the file does not tell is unknown
}

// NewSheet returns the films of the rows after a header of an own CSV file. The names in it are compared regardless of case
// and surrounding space, after others were replaced by mapped; columns of other names are left alone. If mapped replaces
// any, only title is required: what the file does not tell is unknown.
func NewSheet(rows tabular.Rows, header []string, mapped map[string]string) (Items, error) {
	t := &sheet{rows: rows, loose: len(mapped) > 0}
	for _, cell := range header {
		name := strings.ToLower(strings.TrimSpace(cell))
		if to, ok := mapped[name]; ok {
			name = to
		}
		kind, known := kindOf(name)
		if !known {
			name = ""
		}
		if name != "" && slices.Contains(t.header, name) {
			return nil, fmt.Errorf("import: the CSV header has the column %q twice", name)
		}
		t.header, t.kinds = append(t.header, name), append(t.kinds, kind)
	}
	required := columns[:requiredColumns]
	if t.loose {
		required = columns[:1]
	}
	for _, c := range required {
		if !slices.Contains(t.header, c.name) && (c.name != "genre" || !slices.Contains(t.header, "genres")) {
			return nil, fmt.Errorf("import: the CSV header lacks the column %q", c.name)
		}
	}
	return t, nil
}

func (t *sheet) Next() (Item, error) {
	row, err := t.rows.Next()
	for err == nil && row.Err == nil && blank(row.Cells) { // spreadsheets write rows of commas
		row, err = t.rows.Next()
	}
	if err != nil {
		return Item{}, err
	}
	item := Item{Line: row.Line, Text: row.Text}
	switch {
	case row.Err != nil:
		item.Failed = Unreadable(row)
		return item, nil //nolint:nilerr // an invalid row does not stop the import
	case len(row.Cells) != len(t.header):
		item.Failed = &RowError{Line: row.Line, Text: OtherColumns}
		return item, nil
	}
	item.Draft, item.Failed = t.parse(row.Line, row.Cells)
	return item, nil
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// parse validates a record with the binding of POST /movies, as [parseRow] does an object of JSON.
func (t *sheet) parse(number int64, cells []string) (Draft, *RowError) {
	req := createRequest{Cast: []castRequest{}}
	record := web.NewRecord(&req)
	u := unknown{playtime: t.loose, genres: t.loose}
	for i, name := range t.header {
		cell := cells[i]
		if name == "" {
			continue
		}
		if !utf8.ValidString(cell) {
			return Draft{}, rowError(number, apperr.Validation(web.BadFormat(name)))
		}
		text := strings.TrimSpace(cell)
		switch {
		case text == "" && t.kinds[i] != textColumn:
			continue
		case name == "playtime":
			u.playtime = false
		case name == "genres":
			u.genres = text == "[]"
		}
		t.kinds[i].give(record, name, cell, text)
	}
	if t.loose && req.Plot == nil {
		req.Plot = new("")
	}
	u.genres = u.genres && req.Genre == nil
	if u.playtime {
		req.Playtime = new(int64(1))
	}
	if u.genres {
		req.Genre, req.Genres = &Genres()[0], nil
	}
	if err := record.Check(); err != nil {
		return Draft{}, rowError(number, err)
	}
	d := req.draft()
	u.forget(&d)
	return d, nil
}

// give gives a field the value of a cell. If that is of the wrong type, the record has an error with the name of the field.
func (c column) give(to *web.Record, name, cell, trimmed string) {
	switch c {
	case textColumn, optionalColumn:
		to.Text(name, cell)
	case listColumn:
		to.JSON(name, trimmed)
	case numberColumn:
		if n, err := strconv.ParseInt(trimmed, 10, 64); err == nil {
			to.Int(name, n)
		} else {
			to.Text(name, cell)
		}
	}
}

// unknown says what a row does not tell, but POST /movies wants. It is given a value until the row has been validated.
type unknown struct{ playtime, genres bool }

func (u unknown) forget(d *Draft) {
	if u.playtime {
		d.Playtime = 0
	}
	if u.genres {
		d.Genre, d.Genres = "", nil
	}
}

// lines reads JSON Lines.
type lines struct{ rows tabular.Rows }

// NewLines returns the films of a file of JSON Lines: the objects of POST /movies, in which playtime may be null and genres
// may be [].
func NewLines(rows tabular.Rows) Items { return lines{rows} }

func (l lines) Next() (Item, error) {
	row, err := l.rows.Next()
	if err != nil {
		return Item{}, err
	}
	item := Item{Line: row.Line, Text: strings.TrimSpace(string(row.JSON))}
	if row.Err != nil {
		item.Failed = Unreadable(row)
		return item, nil //nolint:nilerr // an invalid row does not stop the import
	}
	item.Draft, item.Failed = parseRow(row.Line, row.JSON)
	return item, nil
}

// parseRow validates a row with the binding of POST /movies, so that both have the same rules, but for what only imports
// may leave unknown.
func parseRow(number int64, body []byte) (Draft, *RowError) {
	d, err := ParseDraft(body)
	if err == nil {
		return d, nil
	}
	completed, u := assume(body)
	if u == (unknown{}) {
		return Draft{}, rowError(number, err)
	}
	if d, err = ParseDraft(completed); err != nil {
		return Draft{}, rowError(number, err)
	}
	u.forget(&d)
	return d, nil
}

// assume replaces what a row says to be unknown.
func assume(body []byte) (completed []byte, u unknown) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, unknown{}
	}
	u.playtime = string(fields["playtime"]) == "null"
	u.genres = string(fields["genres"]) == "[]" && (fields["genre"] == nil || string(fields["genre"]) == "null")
	if u.playtime {
		fields["playtime"] = json.RawMessage("1")
	}
	if u.genres {
		fields["genre"] = json.RawMessage(strconv.Quote(Genres()[0]))
		delete(fields, "genres")
	}
	completed, err := json.Marshal(fields)
	if err != nil {
		return nil, unknown{}
	}
	return completed, u
}

// The reasons why a row cannot be read.
var (
	textTooLong  = apperr.Text{EN: "This row is longer than 1 MiB.", KO: "이 행은 1MiB를 넘습니다."}
	OtherColumns = apperr.Text{EN: "This row has a different number of columns than the header.", KO: "이 행의 열 개수가 머리글과 다릅니다."}
	badQuotes    = apperr.Text{EN: "This row has an unmatched quotation mark.", KO: "이 행의 따옴표 짝이 맞지 않습니다."}
	badJSON      = apperr.Text{EN: "This row is not valid JSON in UTF-8.", KO: "이 행은 UTF-8로 된 올바른 JSON이 아닙니다."}
)

// Unreadable returns the error of a row that package tabular could not read.
func Unreadable(row tabular.Row) *RowError {
	if errors.Is(row.Err, tabular.ErrRowTooLong) {
		return &RowError{Line: row.Line, Text: textTooLong}
	}
	return &RowError{Line: row.Line, Text: badQuotes}
}

func rowError(number int64, err error) *RowError {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return &RowError{Line: number, Text: apperr.Text{EN: err.Error(), KO: err.Error()}}
	}
	failed := &RowError{Line: number, Text: e.Text, Fields: e.Fields}
	if e.Code == web.ErrMalformed.Code { // its text is about requests
		failed.Text = badJSON
	}
	return failed
}

// openCSV reads the header of a CSV file in UTF-8.
func openCSV(r io.Reader) (Items, error) {
	rows := tabular.NewTable(r, tabular.Dialect{Comma: ','})
	header, err := rows.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("import: the file is empty; its first line must name the columns")
	case err != nil:
		return nil, fmt.Errorf("import: read the CSV header: %w", err)
	case header.Err != nil:
		return nil, fmt.Errorf("import: the CSV header cannot be read: %w", Unreadable(header))
	}
	return NewSheet(rows, header.Cells, nil)
}
