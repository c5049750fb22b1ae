package export

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
)

// The bounds of a part: Letterboxd takes files of less than 1 MB, and is known to fail at files of many rows.
const (
	maxPartBytes = 900_000
	maxPartRows  = 1900
)

// sheet is a CSV table in as many files as it needs, each with the header. A table without rows has no file.
type sheet struct {
	a      *archive
	name   string
	header []string

	part        int
	file        io.Writer // of the part, nil before the first
	rows, bytes int       // of the part
}

func (a *archive) sheet(name string, header []string) *sheet {
	return &sheet{a: a, name: name, header: header}
}

func (s *sheet) write(cells []string) error {
	row, err := encodeRow(cells)
	if err != nil {
		return err
	}
	if s.file == nil || s.rows >= maxPartRows || s.bytes+len(row) > maxPartBytes {
		if err := s.begin(); err != nil {
			return err
		}
	}
	s.rows++
	return s.add(row)
}

// begin begins the next part.
func (s *sheet) begin() (err error) {
	s.part, s.rows, s.bytes = s.part+1, 0, 0
	if s.file, err = s.a.create(fmt.Sprintf("%s-%d.csv", s.name, s.part), zip.Deflate); err != nil {
		return err
	}
	header, err := encodeRow(s.header)
	if err != nil {
		return err
	}
	return s.add(header)
}

func (s *sheet) add(row []byte) error {
	s.bytes += len(row)
	if _, err := s.file.Write(row); err != nil {
		return fmt.Errorf("write %s: %w", s.name, err)
	}
	return nil
}

// encodeRow returns the cells as a line of RFC 4180, with a line feed at its end. Texts stay as they are: also one that a
// spreadsheet takes for a formula.
func encodeRow(cells []string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(cells); err != nil {
		return nil, fmt.Errorf("encode a row: %w", err)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
