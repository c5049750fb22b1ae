package movie

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// columns are the fields of a film that a CSV file has, in any order.
var columns = []string{"title", "plot", "cast", "playtime", "genre"}

// csvRows reads a CSV file. encoding/csv would read a quote that is never closed to the end of the
// file and into memory; so records are put together here, within maxLine, and it sees one at a
// time. A record that is broken costs its first line only: the lines after it are read afresh.
type csvRows struct {
	lines   *lines
	waiting []line // read already, to be read again first
	header  []string

	source *bytes.Reader // the record at hand
	buffer *bufio.Reader // between source and parser
	parser *csv.Reader
	body   []byte
}

// openCSV reads the header.
func openCSV(l *lines) (*csvRows, error) {
	c := &csvRows{lines: l, source: bytes.NewReader(nil)}
	c.buffer = bufio.NewReader(c.source)
	c.parser = csv.NewReader(c.buffer) // which reads from a *bufio.Reader as it is
	c.parser.ReuseRecord = true
	for {
		_, cells, failed, err := c.record()
		switch {
		case errors.Is(err, io.EOF):
			return nil, errors.New("import: the file is empty; its first line must name the columns")
		case err != nil:
			return nil, fmt.Errorf("import: read the CSV header: %w", err)
		case failed != nil:
			return nil, fmt.Errorf("import: the CSV header cannot be read: %w", failed)
		case len(cells) > 0:
			return c, c.setHeader(cells)
		}
	}
}

func (c *csvRows) setHeader(cells []string) error {
	for _, cell := range cells {
		name := strings.TrimSpace(cell)
		if !slices.Contains(columns, name) {
			return fmt.Errorf("import: the CSV header has the unknown column %q (want %s)", name, strings.Join(columns, ", "))
		}
		if slices.Contains(c.header, name) {
			return fmt.Errorf("import: the CSV header has the column %q twice", name)
		}
		c.header = append(c.header, name)
	}
	for _, name := range columns {
		if !slices.Contains(c.header, name) {
			return fmt.Errorf("import: the CSV header lacks the column %q", name)
		}
	}
	return nil
}

func (c *csvRows) next() (row, error) {
	for {
		number, cells, failed, err := c.record()
		if err != nil {
			return row{}, err
		}
		if failed == nil && len(cells) > 0 {
			failed = c.encode(number, cells)
		}
		if failed != nil || len(cells) > 0 {
			return row{line: number, body: c.body, failed: failed}, nil //nolint:nilerr // a bad row is data, not a failure
		}
	}
}

// record returns the cells of the next record, none for a blank line. They are valid until the next
// call.
func (c *csvRows) record() (number int64, cells []string, failed *RowError, err error) {
	l, rest, err := c.join()
	if err != nil {
		return 0, nil, nil, err
	}
	if l.tooLong {
		return l.number, nil, &RowError{Line: l.number, Text: textTooLong}, nil
	}
	c.source.Reset(l.text)
	c.buffer.Reset(c.source)
	cells, err = c.parser.Read()
	if errors.Is(err, io.EOF) {
		return l.number, nil, nil, nil
	}
	if errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
		c.waiting = slices.Concat(rest, c.waiting)
	}
	if err != nil {
		return l.number, nil, badCSV(l.number, err), nil
	}
	return l.number, cells, nil, nil
}

// join returns the lines of a record as one: a line in which a quote is left open goes on with the
// next. rest is that record without its first line. An open quote that is not closed within maxLine
// leaves the first line alone.
func (c *csvRows) join() (whole line, rest []line, err error) {
	first, err := c.line()
	if err != nil || first.tooLong || closed(first.text) {
		return first, nil, err
	}
	text, ends := bytes.Clone(first.text), []int{len(first.text)}
	for {
		l, err := c.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return line{}, nil, err
		}
		if err != nil || l.tooLong || len(text)+len(l.text) > maxLine {
			c.giveBack(first.number, text, ends, l, err == nil)
			return line{number: first.number, text: text[:ends[0]]}, nil, nil //nolint:nilerr // the end comes again after what was given back
		}
		text, ends = append(text, l.text...), append(ends, len(text)+len(l.text))
		if !closed(l.text) { // the other half of the pair
			return line{number: first.number, text: text}, split(first.number, text, ends), nil
		}
	}
}

// giveBack has the lines after the first read again, and the one that did not fit if there was one.
func (c *csvRows) giveBack(number int64, text []byte, ends []int, last line, more bool) {
	again := split(number, text, ends)
	if more {
		last.text = bytes.Clone(last.text)
		again = append(again, last)
	}
	c.waiting = slices.Concat(again, c.waiting)
}

// split returns the lines of text after the first, each of which ends where ends says.
func split(number int64, text []byte, ends []int) []line {
	var out []line
	for i := 1; i < len(ends); i++ {
		out = append(out, line{number: number + int64(i), text: text[ends[i-1]:ends[i]]})
	}
	return out
}

func (c *csvRows) line() (line, error) {
	if len(c.waiting) == 0 {
		return c.lines.next()
	}
	l := c.waiting[0]
	c.waiting = c.waiting[1:]
	return l, nil
}

// closed reports whether text leaves no quote open (RFC 4180 §2: quotes come in pairs).
func closed(text []byte) bool { return bytes.Count(text, []byte{'"'})%2 == 0 }

func badCSV(number int64, err error) *RowError {
	if errors.Is(err, csv.ErrFieldCount) {
		return &RowError{Line: number, Text: apperr.Text{
			EN: "This row does not have as many columns as the header.", KO: "열의 개수가 머리글과 다릅니다.",
		}}
	}
	return &RowError{Line: number, Text: apperr.Text{
		EN: "The quotes of this row do not match.", KO: "행의 따옴표가 맞지 않습니다.",
	}}
}

// encode writes a record into c.body as the JSON object that POST /movies takes.
func (c *csvRows) encode(number int64, cells []string) *RowError {
	b := c.body[:0]
	b = append(b, '{')
	for i, name := range c.header {
		if !utf8.ValidString(cells[i]) { // JSON would replace what is broken
			return rowError(number, apperr.Validation(web.BadFormat(name)))
		}
		value := cellJSON(name, cells[i])
		if value == nil {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(append(b, '"'), name...), `":`...), value...)
	}
	b = append(b, '}')
	c.body = b
	return nil
}

// cellJSON returns the JSON of a cell, nil when it counts as absent. What is not of the type of its
// column becomes a string, which the rules then refuse by name.
func cellJSON(name, cell string) []byte {
	switch text := strings.TrimSpace(cell); name {
	case "playtime":
		if text == "" {
			return nil
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return strconv.AppendInt(nil, n, 10)
		}
	case "cast":
		if text == "" {
			return []byte("[]")
		}
		if json.Valid([]byte(text)) {
			return []byte(text)
		}
	}
	quoted, err := json.Marshal(cell)
	if err != nil {
		return nil // a valid string always encodes
	}
	return quoted
}
