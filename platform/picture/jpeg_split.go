package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"github.com/cinecircle/cinecircle/platform/memory"
)

// Sampling factors that image/jpeg does not read are legal, and libjpeg and browsers read most of them. This file turns
// such a JPEG into one grayscale JPEG for each component, without loss: the bits of a block stay as they are, but for the
// DC difference, because the blocks come in another order. Each is then decoded by image/jpeg.

var errJPEGData = errors.New("broken entropy-coded data")

// splitter rewrites an interleaved JPEG as one file for each component.
type splitter struct {
	frame    jpegFrame
	out      [][]byte           // a file for each component
	tables   [2][4]huffmanTable // DC and AC
	interval int                // restart interval
}

// split returns a grayscale JPEG for each component.
func (f *jpegFile) split() ([][]byte, error) {
	s := &splitter{frame: f.frame, out: make([][]byte, len(f.frame.components))}
	for i := range s.out {
		s.out[i] = []byte{0xff, jpegSOI}
	}
	if f.complete == 0 {
		return nil, errors.New("scans are missing")
	}
	for seg := range jpegSegments(f.data[:f.complete]) {
		if err := s.segment(f.data[:f.complete], seg); err != nil {
			return nil, err
		}
	}
	for i := range s.out {
		s.out[i] = append(s.out[i], 0xff, jpegEOI)
	}
	return s.out, nil
}

func (s *splitter) segment(data []byte, seg jpegSegment) error {
	switch seg.marker {
	case jpegDQT:
		for i := range s.out {
			s.out[i] = append(s.out[i], data[seg.start:seg.end]...)
		}
	case s.frame.marker:
		for i, c := range s.frame.components {
			size := s.frame.componentSize(c)
			payload := binary.BigEndian.AppendUint16([]byte{8}, uint16(size.Y))
			payload = append(binary.BigEndian.AppendUint16(payload, uint16(size.X)), 1, 1, 0x11, c.quantTable)
			s.emit(i, seg.marker, payload)
		}
	case jpegDHT:
		return s.readTables(seg.payload)
	case jpegDRI:
		if len(seg.payload) < 2 {
			return errJPEGData
		}
		s.interval = int(binary.BigEndian.Uint16(seg.payload))
	case jpegSOS:
		scan, ok := readScanHeader(seg.payload)
		if !ok || len(scan.components) == 0 {
			return errors.New("broken scan header")
		}
		return s.scan(scan, data[seg.end:])
	}
	return nil
}

// componentSize returns width and height of a component in samples (ITU-T T.81, A.1.1).
func (f *jpegFrame) componentSize(c jpegComponent) image.Point {
	maxH, maxV := f.maxFactors()
	return image.Pt((f.width*c.h+maxH-1)/maxH, (f.height*c.v+maxV-1)/maxV)
}

func (s *splitter) emit(component int, marker byte, payload []byte) {
	s.out[component] = append(s.out[component], 0xff, marker)
	s.out[component] = binary.BigEndian.AppendUint16(s.out[component], uint16(len(payload)+2))
	s.out[component] = append(s.out[component], payload...)
}

// emitScan writes a scan of one component with the tables it needs.
func (s *splitter) emitScan(component int, scan jpegScan, c jpegScanComponent, interval int, dc, entropy []byte) {
	s.emit(component, jpegDHT, append([]byte{0x00}, dc...))
	if ac := s.tables[1][c.acTable].spec; ac != nil {
		s.emit(component, jpegDHT, append([]byte{0x10}, ac...))
	}
	s.emit(component, jpegDRI, binary.BigEndian.AppendUint16(nil, uint16(interval)))
	s.emit(component, jpegSOS, []byte{1, 1, 0, scan.ss, scan.se, scan.ah<<4 | scan.al})
	s.out[component] = append(s.out[component], entropy...)
}

func (s *splitter) scan(scan jpegScan, data []byte) error {
	if len(scan.components) == 1 { // not interleaved: already as it must be
		i, ok := s.frame.component(scan.components[0].id)
		if !ok {
			return errors.New("scan of an unknown component")
		}
		c := scan.components[0]
		s.emitScan(i, scan, c, s.interval, s.tables[0][c.dcTable].specOr(standardDC), data[:entropyLength(data)])
		return nil
	}
	if s.frame.marker == jpegSOF2 && scan.ss != 0 {
		return errors.New("interleaved scan of AC coefficients")
	}
	return s.interleaved(scan, data)
}

// entropyLength returns the length of the entropy-coded data at the start of data, with its restart markers.
func entropyLength(data []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], 0xff)
		if i < 0 || at+i+1 >= len(data) {
			return len(data)
		}
		at += i
		if m := data[at+1]; m != 0 && (m < jpegRST0 || m > jpegRST7) {
			return at
		}
		at += 2
	}
}

// plane collects the blocks of one component of an interleaved scan.
type plane struct {
	index         int // of the component
	scan          jpegScanComponent
	h, v          int
	width, height int // in blocks, without the padding of the last unit
	rows          [4][]block
	tokens        []token // of the blocks of rows
	pred, written int     // DC of the last block, read and written
	out           bitWriter
}

type block struct{ dc, start, end int }

// token is up to 32 bits that are copied.
type token struct {
	bits uint32
	n    uint8
}

func (s *splitter) interleaved(scan jpegScan, data []byte) error {
	planes, err := s.planes(scan)
	if err != nil {
		return err
	}
	maxH, maxV := s.frame.maxFactors()
	units := image.Pt((s.frame.width+8*maxH-1)/(8*maxH), (s.frame.height+8*maxV-1)/(8*maxV))
	r := &bitReader{data: data}
	for n := range units.X * units.Y {
		if s.interval > 0 && n > 0 && n%s.interval == 0 {
			if err := restart(r, planes); err != nil {
				return err
			}
		}
		x, y := n%units.X, n/units.X
		for _, p := range planes {
			if err := s.unit(scan, p, r, x, y); err != nil {
				return err
			}
			if x == units.X-1 {
				p.flush(scan)
			}
		}
	}
	for _, p := range planes {
		s.emitScan(p.index, scan, p.scan, 0, standardDC, p.out.finish())
	}
	return nil
}

func (s *splitter) planes(scan jpegScan) (planes []*plane, err error) {
	for _, c := range scan.components {
		i, ok := s.frame.component(c.id)
		if !ok {
			return nil, errors.New("scan of an unknown component")
		}
		fc := s.frame.components[i]
		size := s.frame.componentSize(fc)
		planes = append(planes, &plane{index: i, scan: c, h: fc.h, v: fc.v, width: (size.X + 7) / 8, height: (size.Y + 7) / 8})
	}
	return planes, nil
}

// restart goes on after the next restart marker, where the DC prediction begins anew.
func restart(r *bitReader, planes []*plane) error {
	for _, p := range planes {
		p.pred = 0
	}
	return r.restart()
}

// unit reads the blocks of a component in one unit.
func (s *splitter) unit(scan jpegScan, p *plane, r *bitReader, x, y int) error {
	for j := range p.v {
		for i := range p.h {
			b, err := s.block(scan, p, r)
			if err != nil {
				return err
			}
			if x*p.h+i < p.width && y*p.v+j < p.height {
				p.rows[j] = append(p.rows[j], b)
			}
		}
	}
	return nil
}

func (s *splitter) block(scan jpegScan, p *plane, r *bitReader) (b block, err error) {
	b.start = len(p.tokens)
	if scan.ah != 0 { // refines DC by one bit
		bit, err := r.bits(1)
		p.tokens = append(p.tokens, token{bit, 1})
		b.end = len(p.tokens)
		return b, err
	}
	category, _, err := s.tables[0][p.scan.dcTable].decode(r)
	if err != nil {
		return b, err
	}
	if category > 11 {
		return b, errJPEGData
	}
	diff, err := r.bits(category)
	if err != nil {
		return b, err
	}
	p.pred += extend(diff, category)
	if max(p.pred, -p.pred) > 1<<14 { // far outside of 8-bit samples
		return b, errJPEGData
	}
	b.dc = p.pred
	if s.frame.marker != jpegSOF2 {
		err = s.copyAC(p, r)
	}
	b.end = len(p.tokens)
	return b, err
}

// copyAC copies the AC coefficients of a block of a sequential scan (ITU-T T.81, F.2.2.2).
func (s *splitter) copyAC(p *plane, r *bitReader) error {
	for k := 1; k < 64; k++ {
		value, code, err := s.tables[1][p.scan.acTable].decode(r)
		if err != nil {
			return err
		}
		p.tokens = append(p.tokens, code)
		run, category := int(value>>4), value&15
		if category == 0 {
			if run != 15 {
				return nil
			}
			k += 15
			continue
		}
		k += run
		extra, err := r.bits(category)
		if err != nil {
			return err
		}
		p.tokens = append(p.tokens, token{extra, category})
	}
	return nil
}

// flush writes the collected blocks row by row.
func (p *plane) flush(scan jpegScan) {
	for j := range p.v {
		for _, b := range p.rows[j] {
			if scan.ah == 0 {
				p.out.writeDC(b.dc - p.written)
				p.written = b.dc
			}
			for _, t := range p.tokens[b.start:b.end] {
				p.out.write(t)
			}
		}
		p.rows[j] = p.rows[j][:0]
	}
	p.tokens = p.tokens[:0]
}

// decodeComponents decodes a JPEG whose sampling factors image/jpeg does not read.
func (f *jpegFile) decodeComponents() (image.Image, error) {
	files, err := f.split()
	if err != nil {
		return nil, err
	}
	planes := make([]*image.Gray, len(files))
	for i, file := range files {
		img, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			return nil, fmt.Errorf("component %d: %w", i, err)
		}
		gray, ok := img.(*image.Gray)
		if !ok {
			return nil, fmt.Errorf("component %d is %T", i, img)
		}
		planes[i], files[i] = gray, nil
		if f.frame.width*f.frame.height > largePixels {
			memory.Free() // the coefficients of the next component would come on top of those of this one
		}
	}
	return f.merge(planes), nil
}

// merge puts components together at full size, each sample repeated as in image.YCbCr.
func (f *jpegFile) merge(planes []*image.Gray) image.Image {
	bounds := image.Rect(0, 0, f.frame.width, f.frame.height)
	rows := make([][]byte, len(planes))
	for i := range rows {
		rows[i] = make([]byte, bounds.Dx())
	}
	switch {
	case len(planes) == 1:
		return planes[0]
	case len(planes) == 3 && !f.isRGB():
		img := image.NewYCbCr(bounds, image.YCbCrSubsampleRatio444)
		for y := range bounds.Dy() {
			at := y * img.YStride
			for i, pix := range [][]byte{img.Y, img.Cb, img.Cr} {
				f.sampleRow(pix[at:at+bounds.Dx()], planes[i], i, y)
			}
		}
		return img
	case len(planes) == 3:
		img := image.NewRGBA(bounds)
		f.mergeRows(planes, rows, bounds.Dy(), func(x, y int) {
			i := img.PixOffset(x, y)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = rows[0][x], rows[1][x], rows[2][x], 0xff
		})
		return img
	default:
		img := image.NewCMYK(bounds)
		ycck := f.adobe && f.transform != 0
		f.mergeRows(planes, rows, bounds.Dy(), func(x, y int) {
			i := img.PixOffset(x, y)
			c, m, ye := 255-rows[0][x], 255-rows[1][x], 255-rows[2][x]
			if ycck { // the colours are stored inverted, so RGB is CMY
				c, m, ye = color.YCbCrToRGB(rows[0][x], rows[1][x], rows[2][x])
			}
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = c, m, ye, 255-rows[3][x]
		})
		return img
	}
}

// isRGB decides as image/jpeg and libjpeg do.
func (f *jpegFile) isRGB() bool {
	c := f.frame.components
	if f.jfif {
		return false
	}
	if f.adobe {
		return f.transform == 0
	}
	return c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B'
}

func (f *jpegFile) mergeRows(planes []*image.Gray, rows [][]byte, height int, set func(x, y int)) {
	for y := range height {
		for i := range planes {
			f.sampleRow(rows[i], planes[i], i, y)
		}
		for x := range rows[0] {
			set(x, y)
		}
	}
}

// sampleRow fills a row of the image from a component.
func (f *jpegFile) sampleRow(row []byte, p *image.Gray, component, y int) {
	c := f.frame.components[component]
	maxH, maxV := f.frame.maxFactors()
	src := p.Pix[y*c.v/maxV*p.Stride:]
	if c.h == maxH {
		copy(row, src)
		return
	}
	for x := range row {
		row[x] = src[x*c.h/maxH]
	}
}
