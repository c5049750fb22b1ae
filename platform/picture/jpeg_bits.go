package picture

import (
	"errors"
	"math/bits"
)

// standardDC is the table of ITU-T T.81, table K.3: how many codes there are of each length, and their categories.
var standardDC = []byte{
	0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0,
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
}

// standardDCCodes are the codes of standardDC by category.
var standardDCCodes = [12]token{
	{0b00, 2},
	{0b010, 3},
	{0b011, 3},
	{0b100, 3},
	{0b101, 3},
	{0b110, 3},
	{0b1110, 4},
	{0b11110, 5},
	{0b111110, 6},
	{0b1111110, 7},
	{0b11111110, 8},
	{0b111111110, 9},
}

// huffmanTable decodes the codes of a DHT segment (ITU-T T.81, F.2.2.3).
type huffmanTable struct {
	spec    []byte // 16 counts and the values; nil when the table is not defined
	minCode [17]int
	maxCode [17]int // -1 when there is no code of the length
	first   [17]int // index of the first value of a length
}

func (t *huffmanTable) specOr(other []byte) []byte {
	if t.spec == nil {
		return other
	}
	return t.spec
}

// readTables reads the tables of a DHT segment.
func (s *splitter) readTables(payload []byte) error {
	for len(payload) > 0 {
		if len(payload) < 17 || payload[0]>>4 > 1 || payload[0]&15 > 3 {
			return errJPEGData
		}
		n := 17
		for _, count := range payload[1:17] {
			n += int(count)
		}
		if n > len(payload) {
			return errJPEGData
		}
		s.tables[payload[0]>>4][payload[0]&15] = newHuffmanTable(payload[1:n])
		payload = payload[n:]
	}
	return nil
}

func newHuffmanTable(spec []byte) huffmanTable {
	t := huffmanTable{spec: spec}
	code, index := 0, 0
	for length := 1; length <= 16; length++ {
		count := int(spec[length-1])
		t.minCode[length], t.maxCode[length], t.first[length] = code, code+count-1, index
		if count == 0 {
			t.maxCode[length] = -1
		}
		code, index = (code+count)<<1, index+count
	}
	return t
}

// decode reads a code and returns its value and the code itself.
func (t *huffmanTable) decode(r *bitReader) (value byte, code token, err error) {
	if t.spec == nil {
		return 0, code, errJPEGData
	}
	for code.n < 16 {
		bit, err := r.bits(1)
		if err != nil {
			return 0, code, err
		}
		code.bits, code.n = code.bits<<1|bit, code.n+1
		if c := int(code.bits); c <= t.maxCode[code.n] {
			return t.spec[16+t.first[code.n]+c-t.minCode[code.n]], code, nil
		}
	}
	return 0, code, errJPEGData
}

// extend turns the bits of a category into a number (ITU-T T.81, F.2.2.1).
func extend(v uint32, category byte) int {
	if category == 0 || v >= 1<<(category-1) {
		return int(v)
	}
	return int(v) - 1<<category + 1
}

var errJPEGCut = errors.New("entropy-coded data is cut")

// bitReader reads entropy-coded data without its stuffed bytes.
type bitReader struct {
	data []byte
	at   int
	acc  uint64
	n    uint // bits in acc
}

// bits returns the next n bits, at most 16.
func (r *bitReader) bits(n byte) (uint32, error) {
	for r.n < uint(n) {
		if r.at >= len(r.data) {
			return 0, errJPEGCut
		}
		b := r.data[r.at]
		if b == 0xff {
			if r.at+1 >= len(r.data) || r.data[r.at+1] != 0 {
				return 0, errJPEGCut // a marker
			}
			r.at++
		}
		r.at++
		r.acc, r.n = r.acc<<8|uint64(b), r.n+8
	}
	r.n -= uint(n)
	return uint32(r.acc>>r.n) & (1<<n - 1), nil
}

// restart skips to the bit after the next restart marker.
func (r *bitReader) restart() error {
	r.acc, r.n = 0, 0
	for ; r.at+1 < len(r.data); r.at++ {
		if r.data[r.at] != 0xff {
			continue
		}
		if m := r.data[r.at+1]; jpegRST0 <= m && m <= jpegRST7 {
			r.at += 2
			return nil
		}
	}
	return errJPEGCut
}

// bitWriter writes entropy-coded data with stuffed bytes.
type bitWriter struct {
	data []byte
	acc  uint64
	n    uint
}

func (w *bitWriter) write(t token) {
	w.acc, w.n = w.acc<<t.n|uint64(t.bits), w.n+uint(t.n)
	for w.n >= 8 {
		w.n -= 8
		b := byte(w.acc >> w.n)
		w.data = append(w.data, b)
		if b == 0xff {
			w.data = append(w.data, 0)
		}
	}
}

// writeDC writes a DC difference by standardDC.
func (w *bitWriter) writeDC(diff int) {
	size := bits.Len(uint(max(diff, -diff)))
	w.write(standardDCCodes[min(size, 11)]) // more than 11 bits only in broken files, which stay broken
	v := diff
	if diff < 0 {
		v = diff - 1
	}
	w.write(token{uint32(v) & (1<<size - 1), uint8(size)})
}

// finish fills the last byte with ones.
func (w *bitWriter) finish() []byte {
	if pad := (8 - w.n%8) % 8; pad > 0 {
		w.write(token{1<<pad - 1, uint8(pad)})
	}
	return w.data
}
