package movie

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// maxLine is the length in bytes above which a line, or a CSV record of several lines, is not read.
const maxLine = 1 << 20

// textTooLong is what a row is told that is longer than maxLine.
var textTooLong = apperr.Text{
	EN: "This row is longer than 1 MiB.", KO: "행이 1 MiB보다 깁니다.",
}

// line is a line of a file with its line break.
type line struct {
	number  int64
	text    []byte
	tooLong bool // text is not there
}

// lines reads a file line by line with a buffer of maxLine. A byte order mark at its start is
// skipped.
type lines struct {
	r      *bufio.Reader
	number int64
}

var byteOrderMark = []byte("\uFEFF")

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, maxLine)} }

// next returns the next line, io.EOF after the last one. Its text is valid until the next call.
func (l *lines) next() (line, error) {
	text, err := l.r.ReadSlice('\n')
	l.number++
	if l.number == 1 {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		return line{number: l.number, tooLong: true}, l.skip()
	}
	if errors.Is(err, io.EOF) && len(text) > 0 {
		err = nil // the last line needs no line break
	}
	return line{number: l.number, text: text}, err
}

// skip reads on to the end of a line without keeping it.
func (l *lines) skip() error {
	for {
		_, err := l.r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil // of the line; the next one is what does not exist
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// jsonRows reads JSON Lines.
type jsonRows struct{ lines *lines }

func (j *jsonRows) next() (row, error) {
	for {
		l, err := j.lines.next()
		if err != nil {
			return row{}, err
		}
		if l.tooLong {
			return row{line: l.number, failed: &RowError{Line: l.number, Text: textTooLong}}, nil
		}
		if len(bytes.TrimSpace(l.text)) > 0 {
			return row{line: l.number, body: l.text}, nil
		}
	}
}

// draft holds a row to the rules of POST /movies by the binding of that very route, so that the two
// cannot drift apart.
func (r row) draft() (Draft, *RowError) {
	if r.failed != nil {
		return Draft{}, r.failed
	}
	var req createRequest
	if err := web.ParseJSON(r.body, &req); err != nil {
		return Draft{}, rowError(r.line, err)
	}
	return req.draft(), nil
}

func rowError(number int64, err error) *RowError {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return &RowError{Line: number, Text: apperr.Text{EN: err.Error(), KO: err.Error()}}
	}
	failed := &RowError{Line: number, Text: e.Text, Fields: e.Fields}
	if e.Code == web.ErrMalformed.Code { // whose words are about requests
		failed.Text = apperr.Text{EN: "This row is not valid JSON in UTF-8.", KO: "행이 올바른 UTF-8 JSON이 아닙니다."}
	}
	return failed
}
