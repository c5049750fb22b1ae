package movie

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

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

func columnNames() string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// csvRows reads a CSV file. It splits the file into records of at most maxLine and parses them one by one with
// encoding/csv, which on its own would read everything after an unclosed quote into memory. Of a record with a
// broken quote only the first line is lost: the lines after it are read again as records.
type csvRows struct {
	lines   *lines
	waiting []line // to be read again before the rest of the file
	header  []string

	source *bytes.Reader // the current record
	buffer *bufio.Reader // between source and parser
	parser *csv.Reader
	body   []byte
}

// openCSV reads the header.
func openCSV(l *lines) (*csvRows, error) {
	c := &csvRows{lines: l, source: bytes.NewReader(nil)}
	c.buffer = bufio.NewReader(c.source)
	c.parser = csv.NewReader(c.buffer) // it uses a *bufio.Reader without another buffer
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
		if _, known := kindOf(name); !known {
			return fmt.Errorf("import: the CSV header has the unknown column %q (want %s)", name, columnNames())
		}
		if slices.Contains(c.header, name) {
			return fmt.Errorf("import: the CSV header has the column %q twice", name)
		}
		c.header = append(c.header, name)
	}
	for _, required := range columns[:requiredColumns] {
		if !slices.Contains(c.header, required.name) && (required.name != "genre" || !slices.Contains(c.header, "genres")) {
			return fmt.Errorf("import: the CSV header lacks the column %q", required.name)
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
			return row{line: number, body: c.body, failed: failed}, nil //nolint:nilerr // an invalid row does not stop the import
		}
	}
}

// record returns the cells of the next record, or none for a blank line. They are valid until the next call.
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

// join returns the lines of a record as one line: a line with an open quote continues on the next line. rest has
// the lines of the record after the first. If the quote is not closed within maxLine, join returns only the first
// line.
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
			c.unread(first.number, text, ends, l, err == nil)
			return line{number: first.number, text: text[:ends[0]]}, nil, nil //nolint:nilerr // io.EOF returns after the lines that are read again
		}
		text, ends = append(text, l.text...), append(ends, len(text)+len(l.text))
		if !closed(l.text) { // an odd number of quotes again: this one closes the pair
			return line{number: first.number, text: text}, split(first.number, text, ends), nil
		}
	}
}

// unread puts the lines after the first back to be read again, and also last if there is one.
func (c *csvRows) unread(number int64, text []byte, ends []int, last line, hasLast bool) {
	again := split(number, text, ends)
	if hasLast {
		last.text = bytes.Clone(last.text)
		again = append(again, last)
	}
	c.waiting = slices.Concat(again, c.waiting)
}

// split returns the lines of text after the first. ends are the offsets of the ends of all lines.
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
