package tabular

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
	uni "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is the name of an encoding, in small letters.
type Encoding string

// The encodings that files are in.
const (
	UTF8    Encoding = "utf-8"
	UTF16LE Encoding = "utf-16le"
	UTF16BE Encoding = "utf-16be"
	CP949   Encoding = "cp949"
	CP1252  Encoding = "cp1252"
	CP1251  Encoding = "cp1251"
)

var decoders = map[Encoding]encoding.Encoding{
	UTF8:    nil, // rows with bytes that are not UTF-8 are single bad rows
	UTF16LE: uni.UTF16(uni.LittleEndian, uni.UseBOM),
	UTF16BE: uni.UTF16(uni.BigEndian, uni.UseBOM),
	CP949:   korean.EUCKR, // the decoder of WHATWG, which has all of CP949
	CP1252:  charmap.Windows1252,
	CP1251:  charmap.Windows1251,
}

// Encodings returns the encodings that can be read, the most usual first.
func Encodings() []Encoding { return []Encoding{UTF8, UTF16LE, UTF16BE, CP949, CP1252, CP1251} }

// otherNames are further names of encodings.
var otherNames = map[string]Encoding{
	"utf8": UTF8, "utf-8-sig": UTF8, "utf-16": UTF16LE, "utf16": UTF16LE, "unicode": UTF16LE,
	"euc-kr": CP949, "euckr": CP949, "ks_c_5601-1987": CP949, "uhc": CP949, "ms949": CP949,
	"windows-1252": CP1252, "latin1": CP1252, "latin-1": CP1252, "iso-8859-1": CP1252, "ansi": CP1252, "windows-1251": CP1251,
}

// ParseEncoding returns the encoding of a name, regardless of case.
func ParseEncoding(name string) (Encoding, error) {
	e := strings.ToLower(strings.TrimSpace(name))
	if other, ok := otherNames[e]; ok {
		return other, nil
	}
	if _, ok := decoders[Encoding(e)]; ok {
		return Encoding(e), nil
	}
	return "", fmt.Errorf("unknown encoding %q (want utf-8, utf-16le, utf-16be, cp949, cp1252 or cp1251)", name)
}

// decode returns a reader of UTF-8.
func (e Encoding) decode(r io.Reader) io.Reader {
	if d := decoders[e]; d != nil {
		return transform.NewReader(r, d.NewDecoder())
	}
	return r
}

// inspection is what one pass over a file finds.
type inspection struct {
	size  int64
	head  []byte // the first headBytes
	nuls  int    // at the end of what was read
	wrong int64  // bytes that are not UTF-8
	wide  int64  // characters of UTF-8 of several bytes
	rest  []byte // the begin of a character at the end of what was read
}

// headBytes is how much of a file [File.Head] has at most.
const headBytes = 64 << 10

// maxNULs is the number of NUL bytes in a row that no text has. In UTF-16 every other byte may be one.
const maxNULs = 16

// Write implements [io.Writer]. It returns ErrNULs.
func (s *inspection) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if room := headBytes - len(s.head); room > 0 {
		s.head = append(s.head, p[:min(room, len(p))]...)
	}
	if err := s.countNULs(p); err != nil {
		return 0, err
	}
	s.checkUTF8(p)
	return len(p), nil
}

func (s *inspection) countNULs(p []byte) error {
	for rest := p; ; {
		i := bytes.IndexByte(rest, 0)
		if i < 0 {
			if len(rest) > 0 {
				s.nuls = 0
			}
			return nil
		}
		if i > 0 {
			s.nuls = 0
		}
		if s.nuls++; s.nuls >= maxNULs {
			return ErrNULs
		}
		rest = rest[i+1:]
	}
}

func (s *inspection) checkUTF8(p []byte) {
	if len(s.rest) > 0 {
		p = append(s.rest, p...)
		s.rest = nil
	}
	whole := len(p)
	for back := 1; back < utf8.UTFMax && back <= len(p); back++ { // a character may continue in the next part
		if utf8.RuneStart(p[len(p)-back]) {
			if !utf8.FullRune(p[len(p)-back:]) {
				whole = len(p) - back
			}
			break
		}
	}
	s.rest = slices.Clone(p[whole:])
	for p = p[:whole]; len(p) > 0; {
		if p[0] < utf8.RuneSelf {
			p = p[asciiPrefix(p):]
			continue
		}
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			s.wrong++
		} else {
			s.wide++
		}
		p = p[size:]
	}
}

// asciiPrefix returns how many bytes of ASCII p begins with.
func asciiPrefix(p []byte) int {
	for i, b := range p {
		if b >= utf8.RuneSelf {
			return i
		}
	}
	return len(p)
}

// mostlyUTF8 reports whether a file is UTF-8, but for single rows.
func (s *inspection) mostlyUTF8() bool {
	wrong := s.wrong + int64(len(s.rest))
	return wrong*10 <= s.wide
}

// encodingOf returns the encoding of a file by its byte order mark or its content, and whether that is a guess.
func encodingOf(s *inspection, open func() (io.ReadCloser, error)) (e Encoding, guessed bool, err error) {
	switch {
	case bytes.HasPrefix(s.head, []byte{0xFF, 0xFE}):
		return UTF16LE, false, nil
	case bytes.HasPrefix(s.head, []byte{0xFE, 0xFF}):
		return UTF16BE, false, nil
	case wideASCII(s.head, 1):
		return UTF16LE, true, nil
	case wideASCII(s.head, 0):
		return UTF16BE, true, nil
	case s.mostlyUTF8():
		return UTF8, false, nil
	}
	r, err := open()
	if err != nil {
		return "", false, err
	}
	defer r.Close() // it was only read
	hangul, err := isCP949(r)
	if err != nil {
		return "", false, err
	}
	if hangul {
		return CP949, true, nil
	}
	return CP1252, true, nil
}

// wideASCII reports whether a file begins like ASCII in UTF-16, as some programs write it without a byte order mark: every
// other byte is 0, beginning at zero.
func wideASCII(head []byte, zero int) bool {
	const enough = 16
	if len(head) < enough {
		return false
	}
	for i, b := range head[:enough] {
		if (b == 0) != (i%2 == zero) {
			return false
		}
	}
	return true
}

// isCP949 reports whether all of a file is CP949, with Hangul in it.
func isCP949(r io.Reader) (bool, error) {
	var c hangulCheck
	_, err := io.Copy(&c, CP949.decode(r))
	return c.hangul && !c.wrong, err
}

// hangulCheck looks for Hangul, and for the mark of what cannot be decoded, in UTF-8.
type hangulCheck struct {
	hangul, wrong bool
	rest          []byte
}

// Write implements [io.Writer].
func (c *hangulCheck) Write(p []byte) (int, error) {
	n := len(p)
	for p = append(c.rest, p...); utf8.FullRune(p); {
		r, size := utf8.DecodeRune(p)
		c.wrong = c.wrong || r == utf8.RuneError
		c.hangul = c.hangul || r >= utf8.RuneSelf && unicode.Is(unicode.Hangul, r)
		p = p[size:]
	}
	c.rest = slices.Clone(p)
	return n, nil
}
