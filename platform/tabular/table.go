package tabular

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
)

// Dialect is how the rows of a table are written.
type Dialect struct {
	Comma  byte // between cells
	Quotes Quotes
}

// Quotes says what a quotation mark means.
type Quotes int

// The values of [Quotes].
const (
	// Strict is RFC 4180: a cell with a quotation mark is in quotation marks, and those in it are doubled.
	Strict Quotes = iota
	// Lenient takes a quotation mark in a cell that does not begin with one as a letter.
	Lenient
	// Letters takes every quotation mark as a letter, as in the data sets of IMDb.
	Letters
)

// table reads the records of a table, of at most MaxRow. Of a record with a broken quote only the first line is lost: the
// lines after it are read again as records.
type table struct {
	lines   *lines
	waiting []line // to be read again before the rest of the file
	dialect Dialect
	cells   []string
}

// NewTable returns the rows of a table in UTF-8. Blank lines are no rows.
func NewTable(r io.Reader, d Dialect) Rows { return &table{lines: newLines(r), dialect: d} }

func (t *table) Next() (Row, error) {
	for {
		l, rest, err := t.join()
		if err != nil {
			return Row{}, err
		}
		if l.tooLong {
			return Row{Line: l.number, Err: ErrRowTooLong}, nil
		}
		text := string(withoutBreak(l.text))
		if text == "" {
			continue
		}
		cells, ok := t.split(text)
		if !ok {
			t.waiting = slices.Concat(rest, t.waiting)
			return Row{Line: l.number, Text: firstLine(text), Err: ErrQuote}, nil
		}
		return Row{Line: l.number, Cells: cells, Text: text}, nil
	}
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(first, "\r")
}

// join returns the lines of a record as one line: a line with an open quote continues on the next line. rest has the lines
// of the record after the first. If the quote is not closed within MaxRow, join returns only the first line.
func (t *table) join() (whole line, rest []line, err error) {
	first, err := t.line()
	if err != nil || first.tooLong || !t.open(first.text, false) {
		return first, nil, err
	}
	text, ends := bytes.Clone(first.text), []int{len(first.text)}
	for {
		l, err := t.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return line{}, nil, err
		}
		if err != nil || l.tooLong || len(text)+len(l.text) > MaxRow {
			t.unread(first.number, text, ends, l, err == nil)
			return line{number: first.number, text: text[:ends[0]]}, nil, nil //nolint:nilerr // io.EOF returns after the lines that are read again
		}
		text, ends = append(text, l.text...), append(ends, len(text)+len(l.text))
		if !t.open(l.text, true) {
			return line{number: first.number, text: text}, split(first.number, text, ends), nil
		}
	}
}

// open reports whether a line ends within quotation marks. inside is whether it begins there. After a quotation mark that
// stands where none may stand it reports false: the record is broken.
func (t *table) open(text []byte, inside bool) bool {
	if t.dialect.Quotes == Letters || !inside && bytes.IndexByte(text, '"') < 0 {
		return false
	}
	for {
		if !inside {
			if len(text) > 0 && text[0] == '"' {
				inside, text = true, text[1:]
				continue
			}
			comma := bytes.IndexByte(text, t.dialect.Comma)
			if comma < 0 {
				return false
			}
			text = text[comma+1:]
			continue
		}
		end := bytes.IndexByte(text, '"')
		if end < 0 {
			return true
		}
		switch text = text[end+1:]; {
		case len(text) > 0 && text[0] == '"':
			text = text[1:]
		case len(text) > 0 && text[0] == t.dialect.Comma:
			inside, text = false, text[1:]
		default: // the end of the record, or a broken one
			return false
		}
	}
}

// unread puts the lines after the first back to be read again, and also last if there is one.
func (t *table) unread(number int64, text []byte, ends []int, last line, hasLast bool) {
	again := split(number, text, ends)
	if hasLast {
		last.text = bytes.Clone(last.text)
		again = append(again, last)
	}
	t.waiting = slices.Concat(again, t.waiting)
}

// split returns the lines of text after the first. ends are the offsets of the ends of all lines.
func split(number int64, text []byte, ends []int) []line {
	var out []line
	for i := 1; i < len(ends); i++ {
		out = append(out, line{number: number + int64(i), text: text[ends[i-1]:ends[i]]})
	}
	return out
}

func (t *table) line() (line, error) {
	if len(t.waiting) == 0 {
		return t.lines.next()
	}
	l := t.waiting[0]
	t.waiting = t.waiting[1:]
	return l, nil
}

// split returns the cells of a record, and false if its quotation marks do not match.
func (t *table) split(text string) ([]string, bool) {
	t.cells = t.cells[:0]
	if t.dialect.Quotes == Letters || strings.IndexByte(text, '"') < 0 {
		for {
			cell, rest, more := cut(text, t.dialect.Comma)
			if t.cells = append(t.cells, cell); !more {
				return t.cells, true
			}
			text = rest
		}
	}
	for more := true; more; {
		var cell string
		var ok bool
		if cell, text, more, ok = t.cell(text); !ok {
			return nil, false
		}
		t.cells = append(t.cells, cell)
	}
	return t.cells, true
}

// cell returns the first cell of a text, and whether there are more behind it.
func (t *table) cell(text string) (cell, rest string, more, ok bool) {
	if text == "" || text[0] != '"' {
		cell, rest, more = cut(text, t.dialect.Comma)
		return cell, rest, more, t.dialect.Quotes == Lenient || strings.IndexByte(cell, '"') < 0
	}
	if cell, rest, ok = quoted(text[1:]); !ok || rest == "" {
		return cell, "", false, ok
	}
	return cell, rest[1:], true, rest[0] == t.dialect.Comma
}

func cut(text string, comma byte) (before, after string, found bool) {
	i := strings.IndexByte(text, comma)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// quoted returns a cell whose first quotation mark is cut off, and what follows its last one. Line breaks become \n.
func quoted(text string) (cell, rest string, ok bool) {
	end := strings.IndexByte(text, '"')
	if end < 0 {
		return "", "", false
	}
	if end+1 == len(text) || text[end+1] != '"' {
		return plainBreaks(text[:end]), text[end+1:], true
	}
	var b strings.Builder
	for {
		b.WriteString(text[:end])
		if text = text[end+1:]; text == "" || text[0] != '"' {
			return plainBreaks(b.String()), text, true
		}
		b.WriteByte('"')
		if end = strings.IndexByte(text[1:], '"') + 1; end == 0 {
			return "", "", false
		}
		b.WriteString(text[1:end])
		text, end = text[end:], 0
	}
}

func plainBreaks(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.ReplaceAll(text, "\r\n", "\n")
}
