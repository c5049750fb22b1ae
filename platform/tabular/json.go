package tabular

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonLines reads JSON Lines (https://jsonlines.org).
type jsonLines struct{ lines *lines }

// NewLines returns the rows of a file of JSON Lines in UTF-8. It does not parse them. Blank lines are no rows.
func NewLines(r io.Reader) Rows { return &jsonLines{newLines(r)} }

func (j *jsonLines) Next() (Row, error) {
	for {
		l, err := j.lines.next()
		if err != nil {
			return Row{}, err
		}
		if l.tooLong {
			return Row{Line: l.number, Err: ErrRowTooLong}, nil
		}
		if len(bytes.TrimSpace(l.text)) > 0 {
			return Row{Line: l.number, JSON: l.text}, nil
		}
	}
}

// maxDepth limits how deep arrays and objects are nested around the rows of a document.
const maxDepth = 100

// documents reads the values at some paths of a stream of JSON documents.
type documents struct {
	source  *counted
	decoder *json.Decoder
	wanted  func(path string) bool
	stack   []level
	value   json.RawMessage
}

// level is an open array or object.
type level struct {
	path  string // of the array or object
	array bool
}

// NewDocuments returns as rows the values in a stream of JSON documents whose path is wanted: "movieListResult.movieList[]"
// for every element of that array, "[]" for those of a document that is an array, and "" for the document itself. A row
// that is longer than MaxRow, and anything that is not JSON, end the reading.
func NewDocuments(r io.Reader, wanted func(path string) bool) Rows {
	source := &counted{r: r}
	return &documents{source: source, decoder: json.NewDecoder(source), wanted: wanted}
}

func (d *documents) Next() (Row, error) {
	for {
		d.source.left = MaxRow
		if len(d.stack) == 0 {
			row, found, err := d.enter("")
			if err != nil || found {
				return row, err
			}
			continue
		}
		path, err := d.step()
		if err != nil {
			return Row{}, err
		}
		if path == "" {
			continue
		}
		row, found, err := d.enter(path)
		if err != nil || found {
			return row, err
		}
	}
}

// step returns the path of the next value in the innermost array or object, or closes that and returns "".
func (d *documents) step() (path string, err error) {
	top := d.stack[len(d.stack)-1]
	if d.decoder.More() && top.array {
		return top.path + "[]", nil
	}
	more := d.decoder.More()
	token, err := d.decoder.Token()
	if err != nil {
		return "", d.failed(err)
	}
	if !more {
		d.stack = d.stack[:len(d.stack)-1]
		return "", nil
	}
	if top.path == "" {
		return fmt.Sprint(token), nil
	}
	return top.path + "." + fmt.Sprint(token), nil
}

// enter reads the value at a path if it is wanted, and otherwise its first token.
func (d *documents) enter(path string) (row Row, found bool, err error) {
	if d.wanted(path) {
		if err := d.decoder.Decode(&d.value); err != nil {
			if errors.Is(err, io.EOF) && len(d.stack) == 0 && d.source.failed == nil {
				return Row{}, false, io.EOF
			}
			return Row{}, false, d.failed(err)
		}
		end := d.decoder.InputOffset()
		return Row{Line: d.source.line(end - int64(len(d.value))), JSON: d.value}, true, nil
	}
	token, err := d.decoder.Token()
	if err != nil {
		if errors.Is(err, io.EOF) && len(d.stack) == 0 {
			return Row{}, false, io.EOF
		}
		return Row{}, false, d.failed(err)
	}
	if open, ok := token.(json.Delim); ok {
		if len(d.stack) == maxDepth {
			return Row{}, false, ErrDepth
		}
		d.stack = append(d.stack, level{path, open == '['})
	}
	return Row{}, false, nil
}

func (d *documents) failed(err error) error {
	if d.source.failed != nil {
		return d.source.failed
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	offset := d.decoder.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = max(offset, syntax.Offset)
	}
	return &SyntaxError{Line: d.source.line(offset), Err: err}
}

// counted bounds how much is read for one row, and knows the lines of what was read.
type counted struct {
	r      io.Reader
	left   int
	failed error

	offset int64
	breaks []int64 // the offsets of line breaks that no call of line has passed
	passed int64   // how many line breaks calls of line have passed
	begun  bool
}

// Read implements [io.Reader]. It skips a byte order mark.
func (c *counted) Read(p []byte) (int, error) {
	if c.failed != nil {
		return 0, c.failed
	}
	if c.left <= 0 {
		c.failed = ErrRowTooLong
		return 0, c.failed
	}
	if len(p) > c.left {
		p = p[:c.left]
	}
	n, err := c.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		c.failed = err
	}
	c.left -= n
	if !c.begun && n > 0 {
		c.begun = true
		if bytes.HasPrefix(p[:n], byteOrderMark) {
			copy(p, "   ")
		}
	}
	for i, b := range p[:n] {
		if b == '\n' {
			c.breaks = append(c.breaks, c.offset+int64(i))
		}
	}
	c.offset += int64(n)
	return n, err
}

// line returns the line at an offset. Offsets must not decrease.
func (c *counted) line(offset int64) int64 {
	passed := 0
	for passed < len(c.breaks) && c.breaks[passed] < offset {
		passed++
	}
	c.passed += int64(passed)
	c.breaks = c.breaks[:copy(c.breaks, c.breaks[passed:])]
	return c.passed + 1
}
