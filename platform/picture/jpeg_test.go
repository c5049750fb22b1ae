package picture

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math/bits"
	"slices"
	"testing"
)

// testJPEG is encoded with blocks of one level each.
type testJPEG struct {
	size     image.Point
	factors  [][2]int // sampling factors of each component
	level    func(component int, at image.Point) uint8
	adobe    int // transform, -1 for no Adobe segment
	ids      string
	interval int    // of restarts
	marker   byte   // SOF0 when 0
	trailer  []byte // instead of EOI
}

func (j testJPEG) frame() jpegFrame {
	f := jpegFrame{width: j.size.X, height: j.size.Y}
	for _, hv := range j.factors {
		f.components = append(f.components, jpegComponent{h: hv[0], v: hv[1]})
	}
	return f
}

func (j testJPEG) encode() []byte {
	out := []byte{0xff, jpegSOI}
	if j.adobe >= 0 {
		out = append(out, segment(jpegAPP14, "Adobe\x00\x64\x00\x00\x00\x00"+string(rune(j.adobe)))...)
	}
	out = append(out, segment(jpegDQT, "\x00"+string(bytes.Repeat([]byte{8}, 64)))...) // DC is the level - 128
	id := func(i int) byte {
		if j.ids != "" {
			return j.ids[i]
		}
		return byte(i + 1)
	}
	sof := binary.BigEndian.AppendUint16([]byte{8}, uint16(j.size.Y))
	sof = append(binary.BigEndian.AppendUint16(sof, uint16(j.size.X)), byte(len(j.factors)))
	sos := []byte{byte(len(j.factors))}
	for i, hv := range j.factors {
		sof = append(sof, id(i), byte(hv[0]<<4|hv[1]), 0)
		sos = append(sos, id(i), 0)
	}
	out = append(out, segment(max(j.marker, jpegSOF0), string(sof))...)
	out = append(out, segment(jpegDHT, "\x00"+string(standardDC))...)
	out = append(out, segment(jpegDHT, "\x10\x01"+string(make([]byte, 15))+"\x00")...) // one bit that ends a block
	out = append(out, segment(jpegDRI, string([]byte{byte(j.interval >> 8), byte(j.interval)}))...)
	se := byte(63)
	if j.marker == jpegSOF2 {
		se = 0
	}
	out = append(out, segment(jpegSOS, string(append(sos, 0, se, 0)))...)
	out = append(out, j.entropy()...)
	if j.marker == jpegSOF2 {
		for i := range j.factors { // all AC coefficients are zero
			out = append(out, segment(jpegSOS, string([]byte{1, id(i), 0, 1, 63, 0}))...)
			out = append(out, j.emptyAC(i)...)
		}
	}
	if j.trailer != nil {
		return append(out, j.trailer...)
	}
	return append(out, 0xff, jpegEOI)
}

func (j testJPEG) entropy() []byte {
	f := j.frame()
	maxH, maxV := f.maxFactors()
	var w bitWriter
	var out []byte
	pred := make([]int, len(j.factors))
	units := image.Pt((j.size.X+8*maxH-1)/(8*maxH), (j.size.Y+8*maxV-1)/(8*maxV))
	if len(j.factors) == 1 {
		units, j.factors = image.Pt((j.size.X+7)/8, (j.size.Y+7)/8), [][2]int{{1, 1}}
		maxH, maxV = 1, 1
	}
	for n := range units.X * units.Y {
		if j.interval > 0 && n > 0 && n%j.interval == 0 {
			out = append(out, w.finish()...)
			out = append(out, 0xff, byte(jpegRST0+(n/j.interval-1)%8))
			w, pred = bitWriter{}, make([]int, len(j.factors))
		}
		for i, hv := range j.factors {
			for b := range hv[0] * hv[1] {
				x := (n%units.X*hv[0]+b%hv[0])*8*maxH/hv[0] + 4
				y := (n/units.X*hv[1]+b/hv[0])*8*maxV/hv[1] + 4
				dc := int(j.level(i, image.Pt(min(x, j.size.X-1), min(y, j.size.Y-1)))) - 128
				w.writeDC(dc - pred[i])
				pred[i] = dc
				if j.marker != jpegSOF2 {
					w.write(token{0, 1})
				}
			}
		}
	}
	return append(out, w.finish()...)
}

// emptyAC is a scan of blocks that end at once.
func (j testJPEG) emptyAC(component int) []byte {
	f := j.frame()
	size := f.componentSize(f.components[component])
	var w bitWriter
	var out []byte
	for n := range ((size.X + 7) / 8) * ((size.Y + 7) / 8) {
		if j.interval > 0 && n > 0 && n%j.interval == 0 {
			out = append(out, w.finish()...)
			out = append(out, 0xff, byte(jpegRST0+(n/j.interval-1)%8))
			w = bitWriter{}
		}
		w.write(token{0, 1})
	}
	return append(out, w.finish()...)
}

var testColors = []color.RGBA{{220, 40, 40, 255}, {40, 200, 40, 255}, {30, 60, 210, 255}, {200, 150, 120, 255}}

// quadrant returns the colour of a place in an image of four quadrants.
func quadrant(size, at image.Point) color.RGBA {
	return testColors[2*(at.Y*2/size.Y)+at.X*2/size.X]
}

// colored has four quadrants, which end at multiples of 96 pixels: at blocks of all sampling factors.
func colored(factors ...[2]int) testJPEG {
	size := image.Pt(192, 192)
	return testJPEG{size: size, factors: factors, adobe: -1, level: func(c int, at image.Point) uint8 {
		q := quadrant(size, at)
		y, cb, cr := color.RGBToYCbCr(q.R, q.G, q.B)
		return []uint8{y, cb, cr}[c]
	}}
}

// within reports whether two colours differ by at most so many of 255 in each channel.
func within(got, want color.Color, most int) bool {
	g, w := color.NRGBAModel.Convert(got).(color.NRGBA), color.NRGBAModel.Convert(want).(color.NRGBA)
	for _, d := range []int{int(g.R) - int(w.R), int(g.G) - int(w.G), int(g.B) - int(w.B), int(g.A) - int(w.A)} {
		if max(d, -d) > most {
			return false
		}
	}
	return true
}

// wantQuadrants checks the middle of each quadrant.
func wantQuadrants(t *testing.T, what string, img image.Image, want func(color.RGBA) color.Color) {
	t.Helper()
	size := img.Bounds().Size()
	for _, at := range []image.Point{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		at = image.Pt(size.X*at.X/4, size.Y*at.Y/4)
		if c := want(quadrant(size, at)); !within(img.At(at.X, at.Y), c, 4) {
			t.Errorf("%s: %v at %v, want %v", what, img.At(at.X, at.Y), at, c)
		}
	}
}

func same(c color.RGBA) color.Color { return c }

func TestAllSamplingFactorsAreRead(t *testing.T) {
	t.Parallel()
	for _, factors := range [][][2]int{
		{{2, 2}, {2, 1}, {1, 2}},
		{{2, 2}, {1, 1}, {1, 2}},
		{{1, 1}, {2, 1}, {2, 1}},
		{{3, 1}, {1, 1}, {1, 1}},
		{{1, 3}, {1, 1}, {1, 1}},
		{{3, 1}, {3, 1}, {1, 1}},
		{{1, 1}, {1, 2}, {2, 1}},
		{{1, 4}, {1, 1}, {1, 1}},
		{{3, 2}, {2, 1}, {1, 2}}, // not read by libjpeg
		{{2, 1}, {1, 1}, {1, 1}},
		{{2, 2}, {2, 2}, {2, 2}},
	} {
		for _, interval := range []int{0, 3} {
			for _, marker := range []byte{jpegSOF0, jpegSOF2} {
				j := colored(factors...)
				j.interval, j.marker = interval, marker
				what := fmt.Sprintf("%v, restarts %d, frame %#x", factors, interval, marker)
				if _, err := decode(Upload{Name: "a.jpg", Data: j.encode()}); err != nil {
					t.Errorf("%s: %v", what, err)
					continue
				}
				_, img := mustDecode(t, "a.jpg", j.encode())
				wantQuadrants(t, what, img, same)
			}
		}
	}
}

func TestOddSizesOfAllSamplingFactors(t *testing.T) {
	t.Parallel()
	for _, factors := range [][][2]int{{{2, 2}, {2, 1}, {1, 2}}, {{3, 1}, {1, 1}, {1, 1}}, {{1, 1}, {2, 1}, {2, 1}}, {{3, 3}}} {
		for _, size := range []image.Point{{1, 1}, {17, 9}, {63, 65}} {
			j := testJPEG{size: size, factors: factors, adobe: -1, level: func(int, image.Point) uint8 { return 128 }}
			p, img := mustDecode(t, "a.jpg", j.encode())
			if p.Size() != size || !within(img.At(size.X-1, size.Y-1), color.Gray{128}, 2) {
				t.Errorf("%v of %v: %v, %v", factors, size, p.Size(), img.At(size.X-1, size.Y-1))
			}
		}
	}
}

// The files were made by libjpeg-turbo of a smooth image: cjpeg -sample 2x2,2x1,1x2 [-progressive].
//
//go:embed testdata/sampling-baseline.jpg
var samplingBaseline []byte

//go:embed testdata/sampling-progressive.jpg
var samplingProgressive []byte

func TestFilesOfAnotherEncoderWithOddSamplingAreRead(t *testing.T) {
	t.Parallel()
	for what, data := range map[string][]byte{"baseline": samplingBaseline, "progressive": samplingProgressive} {
		_, img := mustDecode(t, "a.jpg", data)
		if img.Bounds() != image.Rect(0, 0, 61, 43) {
			t.Fatalf("%s: %v", what, img.Bounds())
		}
		off := 0
		for y := range 43 {
			for x := range 61 {
				r, g, b, _ := img.At(x, y).RGBA()
				for _, d := range []int{int(r>>8) - x*4, int(g>>8) - y*5, int(b>>8) - (x+y)*2} {
					off += max(d, -d)
				}
			}
		}
		if mean := float64(off) / (43 * 61 * 3); mean > 3 {
			t.Errorf("%s: off by %.1f of 255 on average", what, mean)
		}
	}
}

// cmyk has four quadrants as Adobe writes CMYK: inverted.
func cmyk(adobe int, factors ...[2]int) testJPEG {
	size := image.Pt(192, 192)
	return testJPEG{size: size, factors: factors, adobe: adobe, level: func(c int, at image.Point) uint8 {
		q := quadrant(size, at)
		r, g, b := q.R, q.G, q.B
		if adobe == 2 { // of the inks
			r, g, b = color.RGBToYCbCr(255-q.R, 255-q.G, 255-q.B)
		}
		return []uint8{r, g, b, 255}[c]
	}}
}

func TestCMYKIsReadWithAndWithoutTheAdobeMarker(t *testing.T) {
	t.Parallel()
	full := [][2]int{{1, 1}, {1, 1}, {1, 1}, {1, 1}}
	for what, j := range map[string]testJPEG{
		"CMYK with marker":               cmyk(0, full...),
		"CMYK without marker":            cmyk(-1, full...),
		"YCCK":                           cmyk(2, full...),
		"subsampled without marker":      cmyk(-1, [2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1}, [2]int{2, 2}),
		"odd factors without marker":     cmyk(-1, [2]int{2, 1}, [2]int{1, 1}, [2]int{2, 1}, [2]int{2, 1}),
		"odd factors of YCCK":            cmyk(2, [2]int{1, 2}, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 2}),
		"factors of three with a marker": cmyk(0, [2]int{3, 1}, [2]int{1, 1}, [2]int{1, 1}, [2]int{3, 1}),
	} {
		_, img := mustDecode(t, "a.jpg", j.encode())
		wantQuadrants(t, what, img, same)
	}
}

func TestRGBInAJPEGIsNotYCbCr(t *testing.T) {
	t.Parallel()
	for _, factors := range [][][2]int{{{1, 1}, {1, 1}, {1, 1}}, {{2, 1}, {1, 1}, {2, 1}}} {
		for _, j := range []testJPEG{{adobe: 0}, {adobe: -1, ids: "RGB"}} {
			j.size, j.factors = image.Pt(192, 192), factors
			j.level = func(c int, at image.Point) uint8 {
				q := quadrant(j.size, at)
				return []uint8{q.R, q.G, q.B}[c]
			}
			_, img := mustDecode(t, "a.jpg", j.encode())
			wantQuadrants(t, fmt.Sprint(factors, j.adobe), img, same)
		}
	}
}

// Panoramas of Samsung phones have a trailer in place of the end marker.
func TestJPEGWithoutItsEndIsRead(t *testing.T) {
	t.Parallel()
	for _, factors := range [][][2]int{{{2, 2}, {1, 1}, {1, 1}}, {{2, 2}, {2, 1}, {1, 2}}} {
		for _, marker := range []byte{jpegSOF0, jpegSOF2} {
			for what, trailer := range map[string][]byte{
				"nothing":             {},
				"half a marker":       {0xff},
				"zeros":               make([]byte, 1000),
				"a maker's trailer":   []byte("\x00\x00SEFH\x65\x00\x00\x00\xff\x80\x12\xff\xc3SEFT"),
				"a trailer of 0xff":   bytes.Repeat([]byte{0xff}, 50),
				"a trailer with SOI":  []byte("\xff\xd8\xff\xe1\x00\x08Exif\x00\x00"),
				"a segment that ends": []byte("\xff\xe5\xff\xffx"),
				"the end and more":    []byte("\xff\xd9<script>\xff\xc0\x00\x01"),
			} {
				j := colored(factors...)
				j.marker, j.trailer = marker, trailer
				_, img := mustDecode(t, "a.jpg", j.encode())
				wantQuadrants(t, fmt.Sprintf("%s, %v, %#x", what, factors, marker), img, same)
			}
		}
	}
}

func TestJPEGWithCutPixelsIsRefused(t *testing.T) {
	t.Parallel()
	img := scene(200, 150)
	files := map[string][]byte{"baseline": jpegOf(t, img), "odd baseline": samplingBaseline, "odd progressive": samplingProgressive}
	progressive := colored([2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1})
	progressive.marker = jpegSOF2
	data := progressive.encode()
	files["progressive without its last scan"] = data[:bytes.LastIndex(data, []byte{0xff, jpegSOS})+2]
	for what, data := range files {
		for _, n := range []int{len(data) / 2, len(data) * 9 / 10, len(data) - 20} {
			if _, err := decode(Upload{Name: "a.jpg", Data: data[:n]}); !errors.Is(err, ErrUnsupportedImage) {
				t.Errorf("%d of %d bytes of %s: %v", n, len(data), what, err)
			}
		}
	}
}

func TestSplittingLosesNothing(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{jpegOf(t, scene(101, 67)), jpegOf(t, quadrants(16, 16))} {
		f := readJPEG(data)
		files, err := f.split()
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := decodeJPEG(data)
		if err != nil {
			t.Fatal(err)
		}
		for i, pix := range [][]byte{want.(*image.YCbCr).Y, want.(*image.YCbCr).Cb, want.(*image.YCbCr).Cr} {
			got, _, err := decodeJPEG(files[i])
			if err != nil {
				t.Fatalf("component %d: %v", i, err)
			}
			c, size := want.(*image.YCbCr), got.Bounds().Size()
			stride := []int{c.YStride, c.CStride, c.CStride}[i]
			for y := range size.Y {
				row := got.(*image.Gray).Pix[y*got.(*image.Gray).Stride:]
				if !slices.Equal(row[:size.X], pix[y*stride:y*stride+size.X]) {
					t.Fatalf("component %d differs in row %d", i, y)
				}
			}
		}
	}
}

func TestStandardDCCodesAreThoseOfTheirTable(t *testing.T) {
	t.Parallel()
	table := newHuffmanTable(standardDC)
	for category, code := range standardDCCodes {
		var w bitWriter
		w.write(code)
		value, got, err := table.decode(&bitReader{data: w.finish()})
		if err != nil || int(value) != category || got != code {
			t.Errorf("category %d: %d by %v, %v", category, value, got, err)
		}
	}
	for _, diff := range []int{0, 1, -1, 2, -2, 255, -256, 2047, -2047} {
		var w bitWriter
		w.writeDC(diff)
		r := &bitReader{data: append(w.finish(), 0xff, jpegEOI)}
		category, _, err := table.decode(r)
		if err != nil {
			t.Fatal(err)
		}
		v, err := r.bits(category)
		if err != nil || extend(v, category) != diff || int(category) != bits.Len(uint(max(diff, -diff))) {
			t.Errorf("%d is read as %d", diff, extend(v, category))
		}
	}
}

func TestVariantsThatBrowsersDoNotShowAreRefusedByName(t *testing.T) {
	t.Parallel()
	gray := testJPEG{size: image.Pt(8, 8), factors: [][2]int{{1, 1}}, adobe: -1, level: func(int, image.Point) uint8 { return 1 }}
	lossless, arithmetic := gray, gray
	lossless.marker, arithmetic.marker = 0xc3, 0xc9
	twelve := bytes.Replace(gray.encode(), []byte{0xff, jpegSOF0, 0, 11, 8}, []byte{0xff, jpegSOF0, 0, 11, 12}, 1)
	for what, data := range map[string][]byte{"lossless": lossless.encode(), "arithmetic": arithmetic.encode(), "12 bits": twelve} {
		_, err := decode(Upload{Name: "a.jpg", Data: data})
		if wantText(t, err, "kind of JPEG"); err == nil {
			t.Errorf("%s is read", what)
		}
	}
}
