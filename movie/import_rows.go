package movie

import (
	"bytes"
	"errors"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// row is one row of a file: the JSON object of a film, which is valid until the next row is read, or the error.
type row struct {
	line   int64
	body   []byte
	failed *RowError
}

// rows iterates over the rows of a file. next returns io.EOF after the last row; any other error ends the import.
type rows interface{ next() (row, error) }

// draft validates a row with the binding of POST /movies, so that both have the same rules.
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

// textTooLong is the error of a row longer than maxLine.
var textTooLong = apperr.Text{
	EN: "This row is longer than 1 MiB.", KO: "이 행은 1MiB를 넘습니다.",
}

func rowError(number int64, err error) *RowError {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return &RowError{Line: number, Text: apperr.Text{EN: err.Error(), KO: err.Error()}}
	}
	failed := &RowError{Line: number, Text: e.Text, Fields: e.Fields}
	if e.Code == web.ErrMalformed.Code { // its text is about requests
		failed.Text = apperr.Text{EN: "This row is not valid JSON in UTF-8.", KO: "이 행은 UTF-8로 된 올바른 JSON이 아닙니다."}
	}
	return failed
}

// jsonRows reads JSON Lines (https://jsonlines.org).
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
