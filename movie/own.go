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
	listColumn                   // JSON, absent if it is empty
	castColumn                   // JSON, [] if it is empty
)

// columns are the columns of a CSV file, which can be in any order. The first five are required, but genres may be there
// instead of genre.
var columns = []struct {
	name string
	kind column
}{
	{"title", textColumn},
	{"plot", textColumn},
	{"cast", castColumn},
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
	loose  bool     // what the file does not tell is unknown
	body   []byte
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
		if _, known := kindOf(name); !known {
			name = ""
		}
		if name != "" && slices.Contains(t.header, name) {
			return nil, fmt.Errorf("import: the CSV header has the column %q twice", name)
		}
		t.header = append(t.header, name)
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
	if item.Failed = t.encode(row.Line, row.Cells); item.Failed == nil {
		item.Draft, item.Failed = parseRow(row.Line, t.body)
	}
	return item, nil
}

// encode turns a record into the JSON object that POST /movies takes, in t.body.
func (t *sheet) encode(number int64, cells []string) *RowError {
	b := t.body[:0]
	b = append(b, '{')
	add := func(name string, value []byte) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(append(b, '"'), name...), `":`...), value...)
	}
	for i, name := range t.header {
		if name == "" {
			continue
		}
		if !utf8.ValidString(cells[i]) { // json.Marshal would replace the invalid bytes
			return rowError(number, apperr.Validation(web.BadFormat(name)))
		}
		if value := cellJSON(name, cells[i]); value != nil {
			add(name, value)
		} else if t.loose && name == "playtime" {
			add(name, []byte("null"))
		}
	}
	if t.loose {
		for name, value := range map[string]string{"plot": `""`, "cast": "[]", "playtime": "null"} {
			if !slices.Contains(t.header, name) {
				add(name, []byte(value))
			}
		}
		if !slices.Contains(t.header, "genres") {
			add("genres", []byte("[]"))
		}
	}
	b = append(b, '}')
	t.body = b
	return nil
}

// cellJSON returns the JSON of a cell, or nil if the field is absent. A value of the wrong type becomes a string,
// for which the binding returns an error with the name of the field.
func cellJSON(name, cell string) []byte {
	kind, _ := kindOf(name)
	text := strings.TrimSpace(cell)
	switch {
	case kind == textColumn:
	case text == "" && kind == castColumn:
		return []byte("[]")
	case text == "":
		return nil
	case kind == numberColumn:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return strconv.AppendInt(nil, n, 10)
		}
	case kind != optionalColumn && json.Valid([]byte(text)):
		return []byte(text)
	}
	quoted, err := json.Marshal(cell)
	if err != nil {
		return nil // a valid string always encodes
	}
	return quoted
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
	completed, forget := assume(body)
	if forget == nil {
		return Draft{}, rowError(number, err)
	}
	if d, err = ParseDraft(completed); err != nil {
		return Draft{}, rowError(number, err)
	}
	forget(&d)
	return d, nil
}

// assume replaces what a row says to be unknown, but POST /movies wants. The result is nil if there is nothing, and else
// clears the values in the draft.
func assume(body []byte) (completed []byte, forget func(*Draft)) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, nil
	}
	noPlaytime := string(fields["playtime"]) == "null"
	noGenres := string(fields["genres"]) == "[]" && (fields["genre"] == nil || string(fields["genre"]) == "null")
	if !noPlaytime && !noGenres {
		return nil, nil
	}
	if noPlaytime {
		fields["playtime"] = json.RawMessage("1")
	}
	if noGenres {
		fields["genre"] = json.RawMessage(strconv.Quote(Genres()[0]))
		delete(fields, "genres")
	}
	completed, err := json.Marshal(fields)
	if err != nil {
		return nil, nil
	}
	return completed, func(d *Draft) {
		if noPlaytime {
			d.Playtime = 0
		}
		if noGenres {
			d.Genre, d.Genres = "", nil
		}
	}
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
