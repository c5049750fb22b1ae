package tabular

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// line is a line of a file, including its line break.
type line struct {
	number  int64
	text    []byte
	tooLong bool // text is empty
}

// lines reads a file line by line. It skips a byte order mark at the start.
type lines struct {
	r      *bufio.Reader
	long   []byte // a line that the buffer of r is too small for
	number int64
}

// lineBuffer is enough for nearly all lines.
const lineBuffer = 64 << 10

var byteOrderMark = []byte("\uFEFF")

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, lineBuffer)} }

// next returns the next line, or io.EOF after the last one. The text is valid until the next call.
func (l *lines) next() (line, error) {
	text, err := l.r.ReadSlice('\n')
	l.number++
	if errors.Is(err, bufio.ErrBufferFull) {
		text, err = l.goOn(text)
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		return line{number: l.number, tooLong: true}, l.skip()
	}
	if l.number == 1 {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	if errors.Is(err, io.EOF) && len(text) > 0 {
		err = nil // the last line may lack a line break
	}
	return line{number: l.number, text: text}, err
}

// goOn reads the rest of a line that fills the buffer. It returns bufio.ErrBufferFull for one longer than MaxRow, which may have
// more.
func (l *lines) goOn(begin []byte) ([]byte, error) {
	l.long = append(l.long[:0], begin...)
	for {
		text, err := l.r.ReadSlice('\n')
		if l.long = append(l.long, text...); !errors.Is(err, bufio.ErrBufferFull) || len(l.long) >= MaxRow {
			return l.long, err
		}
	}
}

// skip reads to the end of a line and discards it.
func (l *lines) skip() error {
	for {
		_, err := l.r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil // the next call of next returns io.EOF
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// withoutBreak returns a line without its line break.
func withoutBreak(text []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\r'})
}
