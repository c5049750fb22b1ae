// Package tabular reads the files in which people keep tables: CSV, TSV, JSON and JSON Lines, plain, gzipped, in a ZIP or
// in a folder, in the encodings that spreadsheets write. It does not know what the rows mean.
//
// [Open] inspects every file once before anything is read from it, so that a damaged, endless or binary file is refused
// before its first row is used. [File.Table], [File.Lines] and [File.Documents] then stream the rows: of a file of any size
// they keep a few MiB in memory.
package tabular

import (
	"errors"
	"fmt"
)

// Limits bound what is read. A zero field stands for its default.
type Limits struct {
	Unpacked int64 // bytes of all files together after unpacking; 8 GiB
	Ratio    int64 // unpacked bytes for each byte of a packed file; 200
	Names    int   // names in an archive; 10,000
}

func (l Limits) orDefault() Limits {
	if l.Unpacked == 0 {
		l.Unpacked = 8 << 30
	}
	if l.Ratio == 0 {
		l.Ratio = 200
	}
	if l.Names == 0 {
		l.Names = 10_000
	}
	return l
}

// MaxRow limits a row, in bytes. Longer ones are skipped and reported.
const MaxRow = 1 << 20

// The reasons why a file is refused as a whole. Each is a sentence for the person who chose the file.
var (
	ErrTooLarge  = errors.New("the file is larger than the limit when it is unpacked")
	ErrRatio     = errors.New("the file becomes too many times larger when it is unpacked")
	ErrTruncated = errors.New("the archive is damaged or was cut off")
	ErrNames     = errors.New("the archive has too many files")
	ErrNULs      = errors.New("the file is filled with NUL bytes: it was not saved completely")
	ErrBinary    = errors.New("the file is a workbook or another binary file: save it as CSV")
	ErrNothing   = errors.New("the archive or folder has no file of a known name")
	ErrDepth     = errors.New("the JSON is nested too deeply")
	ErrPassword  = errors.New("the archive is protected with a password: pack the files without one")
	ErrArchive   = errors.New("the file is an archive that is not opened: pack the files as ZIP")
	ErrNested    = errors.New("the archive has archives in archives: unpack it once")
)

// NamesError is ErrNothing with the names of the files that an archive or a folder has, in small letters.
type NamesError struct{ Names []string }

// Error implements error.
func (*NamesError) Error() string { return ErrNothing.Error() }

// Unwrap returns [ErrNothing].
func (*NamesError) Unwrap() error { return ErrNothing }

// SyntaxError means that the rest of a file cannot be read, because a line is not JSON.
type SyntaxError struct {
	Line int64 // counted from 1
	Err  error
}

// Error implements error.
func (s *SyntaxError) Error() string { return fmt.Sprintf("line %d is not JSON: %v", s.Line, s.Err) }

// Unwrap returns the cause.
func (s *SyntaxError) Unwrap() error { return s.Err }

// The reasons why a single row cannot be read. The rows after it can.
var (
	ErrRowTooLong = errors.New("the row is longer than 1 MiB")
	ErrQuote      = errors.New("the row has an unmatched quotation mark")
)

// Row is a row of a file.
type Row struct {
	Line  int64    // the first line of the row in the file, counted from 1
	Cells []string // of a table; the slice is valid until the next row is read, the cells forever
	JSON  []byte   // of a file of JSON; valid until the next row is read
	Text  string   // of a table: the row as it is in the file, in UTF-8, without the line break at its end
	Err   error    // ErrRowTooLong or ErrQuote
}

// Rows iterates over rows. Next returns io.EOF after the last row; any other error ends the reading.
type Rows interface{ Next() (Row, error) }
