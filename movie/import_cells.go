package movie

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// closed reports whether all quotes in text are closed: they come in pairs (RFC 4180 §2).
func closed(text []byte) bool { return bytes.Count(text, []byte{'"'})%2 == 0 }

func badCSV(number int64, err error) *RowError {
	if errors.Is(err, csv.ErrFieldCount) {
		return &RowError{Line: number, Text: apperr.Text{
			EN: "This row has a different number of columns than the header.", KO: "이 행의 열 개수가 머리글과 다릅니다.",
		}}
	}
	return &RowError{Line: number, Text: apperr.Text{
		EN: "This row has an unmatched quotation mark.", KO: "이 행의 따옴표 짝이 맞지 않습니다.",
	}}
}

// encode turns a record into the JSON object that POST /movies takes, in c.body.
func (c *csvRows) encode(number int64, cells []string) *RowError {
	b := c.body[:0]
	b = append(b, '{')
	for i, name := range c.header {
		if !utf8.ValidString(cells[i]) { // json.Marshal would replace the invalid bytes
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
