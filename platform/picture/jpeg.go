package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"iter"
)

// maxScans bounds how often a progressive JPEG may run over all its pixels. Cameras and encoders use about ten; without a
// bound 5 MiB hold thousands, each of which costs a separate pass.
const maxScans = 64

// maxProgressive bounds the bytes that decoding a progressive JPEG keeps at once. A photograph of MaxPixels fits with the
// usual halved colours (4:2:0 and 4:2:2). It keeps out 200 KiB of nothing at 4:4:4 that would take 600 MB, or 800 MB as
// CMYK.
const maxProgressive = 400 << 20

// Markers of the JPEG format (ITU-T T.81, table B.1).
const (
	jpegSOF0  = 0xc0 // baseline
	jpegSOF1  = 0xc1 // extended sequential
	jpegSOF2  = 0xc2 // progressive
	jpegDHT   = 0xc4
	jpegSOF15 = 0xcf
	jpegRST0  = 0xd0
	jpegRST7  = 0xd7
	jpegSOI   = 0xd8
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegDQT   = 0xdb
	jpegDRI   = 0xdd
	jpegAPP0  = 0xe0
	jpegAPP1  = 0xe1
	jpegAPP2  = 0xe2
	jpegAPP14 = 0xee
)

// jpegFile is what the segments of a JPEG tell about it.
type jpegFile struct {
	data      []byte
	frame     jpegFrame
	scans     int
	exif      []byte // the first one
	icc       iccChunks
	jfif      bool
	adobe     bool // there is an Adobe segment
	transform byte // of the Adobe segment
	interval  int  // of restarts
	// restarts is set by a scan of one component with restarts and several blocks in a unit: image/jpeg counts units there,
	// and the format counts blocks (ITU-T T.81, A.2.2).
	restarts bool
	// complete is the offset of the first marker after the last scan that the pixels need, 0 when scans are missing. What
	// follows is an end marker, a maker's trailer or nothing.
	complete int
}

// jpegFrame is the frame header, SOF.
type jpegFrame struct {
	marker        byte // 0 when there is none
	precision     byte
	width, height int
	components    []jpegComponent
}

type jpegComponent struct {
	id, quantTable byte
	h, v           int    // sampling factors
	coefficients   uint64 // a bit for each of the 64 whose last scan was seen
}

// readJPEG never fails: it skips what it does not understand.
func readJPEG(data []byte) *jpegFile {
	f := &jpegFile{data: data}
	for s := range jpegSegments(data) {
		if f.complete == 0 && s.marker != jpegSOS && f.frame.isComplete() {
			f.complete = s.start
		}
		f.read(s)
	}
	if f.complete == 0 && f.frame.isComplete() {
		f.complete = len(data)
	}
	return f
}

func (f *jpegFile) read(s jpegSegment) {
	switch {
	case s.marker == jpegSOS:
		f.scans++
		f.readScan(s.payload)
	case s.marker == jpegDRI && len(s.payload) >= 2:
		f.interval = int(binary.BigEndian.Uint16(s.payload))
	case s.marker >= jpegSOF0 && s.marker <= jpegSOF15 && s.marker != jpegDHT && s.marker != 0xc8 && s.marker != 0xcc:
		if f.frame.marker == 0 {
			f.frame = readFrame(s)
		}
	case s.marker == jpegAPP0:
		f.jfif = f.jfif || bytes.HasPrefix(s.payload, []byte("JFIF\x00"))
	case s.marker == jpegAPP1:
		if rest, ok := bytes.CutPrefix(s.payload, []byte("Exif\x00\x00")); ok && f.exif == nil {
			f.exif = rest
		}
	case s.marker == jpegAPP2:
		f.icc.add(s.payload)
	case s.marker == jpegAPP14:
		if len(s.payload) >= 12 && bytes.HasPrefix(s.payload, []byte("Adobe")) {
			f.adobe, f.transform = true, s.payload[11]
		}
	}
}

func readFrame(s jpegSegment) jpegFrame {
	const head, perComponent = 6, 3
	f := jpegFrame{marker: s.marker}
	if len(s.payload) < head {
		return f
	}
	f.precision = s.payload[0]
	f.height, f.width = int(binary.BigEndian.Uint16(s.payload[1:])), int(binary.BigEndian.Uint16(s.payload[3:]))
	for rest := s.payload[head:]; len(rest) >= perComponent && len(f.components) < 4; rest = rest[perComponent:] {
		f.components = append(f.components, jpegComponent{
			id: rest[0], h: int(rest[1] >> 4), v: int(rest[1] & 15), quantTable: rest[2],
		})
	}
	return f
}

// readScan notes which coefficients a scan brings to their last bit.
func (f *jpegFile) readScan(payload []byte) {
	scan, ok := readScanHeader(payload)
	if !ok {
		return
	}
	last := ^uint64(0)
	if f.frame.marker == jpegSOF2 {
		last = (^uint64(0) >> (63 - min(scan.se, 63))) &^ (1<<min(scan.ss, 63) - 1)
	}
	if scan.al != 0 {
		last = 0
	}
	for _, c := range scan.components {
		i, ok := f.frame.component(c.id)
		if !ok {
			continue
		}
		fc := &f.frame.components[i]
		fc.coefficients |= last
		if len(scan.components) == 1 && len(f.frame.components) > 1 && f.interval > 0 && fc.h*fc.v > 1 {
			f.restarts = true
		}
	}
}

// component returns the index of the component with an id.
func (f *jpegFrame) component(id byte) (int, bool) {
	for i, c := range f.components {
		if c.id == id {
			return i, true
		}
	}
	return 0, false
}

// isComplete reports whether every coefficient of every component has its last bit.
func (f *jpegFrame) isComplete() bool {
	for _, c := range f.components {
		if c.coefficients != ^uint64(0) {
			return false
		}
	}
	return len(f.components) > 0
}

// jpegScan is a scan header, SOS.
type jpegScan struct {
	components     []jpegScanComponent
	ss, se, ah, al byte // spectral selection and successive approximation
}

type jpegScanComponent struct{ id, dcTable, acTable byte }

func readScanHeader(payload []byte) (s jpegScan, ok bool) {
	if len(payload) < 1 || int(payload[0]) > 4 || len(payload) < 4+2*int(payload[0]) {
		return s, false
	}
	n := int(payload[0])
	for i := range n {
		id, tables := payload[1+2*i], payload[2+2*i]
		s.components = append(s.components, jpegScanComponent{id, tables >> 4 & 3, tables & 3})
	}
	rest := payload[1+2*n:]
	s.ss, s.se, s.ah, s.al = rest[0], rest[1], rest[2]>>4, rest[2]&15
	return s, true
}

// maxFactors returns the largest sampling factors.
func (f *jpegFrame) maxFactors() (h, v int) {
	h, v = 1, 1
	for _, c := range f.components {
		h, v = max(h, c.h), max(v, c.v)
	}
	return h, v
}

// progressiveBytes is what image/jpeg keeps of a progressive frame until its last scan: each sample as a byte and, because
// any scan may refine it, as a 32-bit coefficient; those of one component at a time when they are decoded one by one. It is
// 0 for other frames.
func (f *jpegFile) progressiveBytes() int {
	const coefficient = 4
	if f.frame.marker != jpegSOF2 {
		return 0
	}
	maxH, maxV := f.frame.maxFactors()
	blocks, largest := 0, 0 // of the smallest unit that all components share
	for _, c := range f.frame.components {
		blocks += c.h * c.v
		largest = max(largest, c.h*c.v)
	}
	kept := blocks
	if f.isSplit() {
		kept = largest
	}
	units := ((f.frame.width + 8*maxH - 1) / (8 * maxH)) * ((f.frame.height + 8*maxV - 1) / (8 * maxV))
	return units * 64 * (blocks + kept*coefficient)
}

// jpegSegment is a marker with what follows it: for all but EOI, a payload whose length the file gives.
type jpegSegment struct {
	marker  byte
	start   int // offset of the marker
	end     int // offset after the payload
	payload []byte
}

// jpegSegments yields the segments up to the end of the image, which it yields too. It steps over entropy-coded data as
// image/jpeg does, so that none of the scans goes uncounted.
func jpegSegments(data []byte) iter.Seq[jpegSegment] {
	return func(yield func(jpegSegment) bool) {
		for at := 2; ; {
			i := bytes.IndexByte(data[min(at, len(data)):], 0xff)
			if i < 0 || len(data) < at+i+2 {
				return
			}
			at += i
			marker := data[at+1]
			switch {
			case marker == 0xff: // padding
				at++
			case marker == 0, jpegRST0 <= marker && marker <= jpegRST7:
				at += 2
			case marker == jpegEOI:
				yield(jpegSegment{marker: marker, start: at, end: at + 2})
				return
			case len(data) < at+4:
				return
			default:
				n := max(2, int(binary.BigEndian.Uint16(data[at+2:])))
				end := min(at+2+n, len(data))
				if !yield(jpegSegment{marker, at, end, data[at+4 : max(at+4, end)]}) {
					return
				}
				at = end
			}
		}
	}
}

// inspectJPEG refuses variants that browsers do not show either, and what takes too much memory.
func inspectJPEG(data []byte) (header, error) {
	f := readJPEG(data)
	switch {
	case f.frame.marker == 0 || len(f.frame.components) == 0 || f.scans == 0:
		return header{}, damaged("JPEG", errors.New("no frame or no scan"))
	case f.frame.marker > jpegSOF2:
		return header{}, notRead("JPEG", fmt.Errorf("frame marker %#x", f.frame.marker))
	case f.frame.precision != 8:
		return header{}, notRead("JPEG", fmt.Errorf("%d bits a sample", f.frame.precision))
	case len(f.frame.components) == 2:
		return header{}, notRead("JPEG", errors.New("2 components"))
	case f.scans > maxScans:
		return header{}, notRead("JPEG", fmt.Errorf("%d scans", f.scans))
	}
	for _, c := range f.frame.components {
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
			return header{}, damaged("JPEG", fmt.Errorf("sampling factors %d × %d", c.h, c.v))
		}
	}
	if n := f.progressiveBytes(); n > maxProgressive && f.frame.width*f.frame.height <= MaxPixels {
		return header{}, tooMuchMemory(fmt.Errorf("%d bytes to decode", n))
	}
	return header{
		size: image.Pt(f.frame.width, f.frame.height), orientation: exifOrientation(f.exif), ext: ".jpg",
	}, nil
}

// decodeJPEG decodes with image/jpeg what that reads, and the rest one component at a time, also with image/jpeg. It ends
// the file where its pixels are complete, which makes missing end markers and trailers harmless.
func decodeJPEG(data []byte) (image.Image, *colorProfile, error) {
	f := readJPEG(data)
	profile := f.icc.profile()
	if f.isSplit() {
		img, err := f.decodeComponents()
		return img, profile, err
	}
	img, err := jpeg.Decode(f.reader())
	return img, profile, err
}

// isSplit reports whether the components are decoded one by one.
func (f *jpegFile) isSplit() bool { return f.restarts || !f.frame.isStandard() }

// isStandard reports whether image/jpeg reads the sampling factors. The number of components is 1, 3 or 4.
func (f *jpegFrame) isStandard() bool {
	const maxBlocks = 10 // of a unit
	c, blocks := f.components, 0
	for _, c := range c {
		if c.h == 3 || c.v == 3 {
			return false
		}
		blocks += c.h * c.v
	}
	if len(c) > 1 && blocks > maxBlocks {
		return false
	}
	switch len(c) {
	case 1:
		return true
	case 3:
		return c[0].v != 4 && c[0].h%c[1].h == 0 && c[0].v%c[1].v == 0 && c[1].h == c[2].h && c[1].v == c[2].v
	default:
		full := c[0].h == c[0].v && c[0].h <= 2 && c[3].h == c[0].h && c[3].v == c[0].v
		return full && c[1].h*c[1].v*c[2].h*c[2].v == 1
	}
}

// reader returns the file as image/jpeg reads it.
func (f *jpegFile) reader() io.Reader {
	rest, end := f.data[2:], []byte(nil)
	if f.complete > 0 {
		rest, end = f.data[2:f.complete], []byte{0xff, jpegEOI}
	}
	start := []byte{0xff, jpegSOI}
	if len(f.frame.components) == 4 && !f.adobe {
		// Browsers read CMYK without the Adobe marker as with it; image/jpeg needs it.
		start = append(start, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	}
	return io.MultiReader(bytes.NewReader(start), bytes.NewReader(rest), bytes.NewReader(end))
}
