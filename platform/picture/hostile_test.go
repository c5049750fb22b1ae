package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestBrokenAndForeignFilesAreRefused(t *testing.T) {
	t.Parallel()
	img := quadrants(200, 200)
	jpg, pngFile := jpegOf(t, img), pngOf(t, img)
	gifFile := gifOf(t, image.Pt(200, 200), image.Rect(0, 0, 200, 200), color.White)
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	for _, c := range []struct {
		what, name string
		data       []byte
	}{
		{"nothing", "a.jpg", nil},
		{"one byte", "a.jpg", []byte{0xff}},
		{"the start of a JPEG", "a.jpg", []byte{0xff, 0xd8, 0xff}},
		{"half a JPEG", "a.jpg", jpg[:len(jpg)/2]},
		{"half a PNG", "a.png", pngFile[:len(pngFile)/2]},
		{"half a GIF", "a.gif", gifFile[:len(gifFile)/2]},
		{"a PNG with a wrong checksum", "a.png", flipped(pngFile, 40)},
		{"SVG called PNG", "a.png", svg},
		{"SVG", "a.svg", svg},
		{"the start of a WebP", "a.webp", []byte("RIFF\x24\x00\x00\x00WEBPVP8 ")},
		{"the start of a WebP called JPEG", "a.jpg", []byte("RIFF\x24\x00\x00\x00WEBPVP8 ")},
		{"HEIC called JPEG", "a.jpg", []byte("\x00\x00\x00\x18ftypheic")},
		{"BMP called GIF", "a.gif", []byte("BM\x00\x00\x00\x00")},
		{"HTML before a JPEG", "a.jpg", append([]byte("<script>"), jpg...)},
		{"a JPEG without lines", "a.jpg", emptyJPEG("\x00\x00\x00\x10")},
		{"a JPEG without columns", "a.jpg", emptyJPEG("\x00\x10\x00\x00")},
		{"a GIF without images", "a.gif", []byte("GIF89a\x00\x00\x00\x00\x00\x00\x00;")},
		{"a foreign extension", "a.php", jpg},
		{"an extension with more behind it", "a.jpg/", jpg},
		{"an extension before another", "a.jpg.html", jpg},
	} {
		t.Run(c.what, func(t *testing.T) {
			p, err := decode(Upload{Name: c.name, Data: c.data})
			if !errors.Is(err, ErrUnsupportedImage) || p != nil {
				t.Errorf("got %v, %v; want unsupported_image", p, err)
			}
		})
	}
}

// emptyJPEG is the header of a progressive JPEG; size is its height and width, two bytes each.
func emptyJPEG(size string) []byte {
	frame := "\x08" + size + "\x01\x01\x11\x00"
	return bytes.Join([][]byte{{0xff, 0xd8}, segment(jpegSOF2, frame), segment(jpegSOS, "\x01\x01\x00\x00\x00\x00")}, nil)
}

func flipped(data []byte, at int) []byte {
	c := bytes.Clone(data)
	c[at] ^= 0xff
	return c
}

func TestImagesOverFortyMegapixelsAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := inspect(Upload{Name: "a.png", Data: pngClaiming(8000, 5000)}); err != nil {
		t.Errorf("40 megapixels: %v", err)
	}
	for _, size := range [][2]uint32{{8001, 5000}, {20_000, 20_000}, {1 << 30, 1 << 30}, {40_000_001, 1}} {
		_, err := inspect(Upload{Name: "a.png", Data: pngClaiming(size[0], size[1])})
		if !errors.Is(err, ErrImageTooLarge) && !errors.Is(err, ErrUnsupportedImage) {
			t.Errorf("%v: got %v, want it refused", size, err)
		}
	}
}

func TestDecompressionBombsAreRefusedByTheirHeader(t *testing.T) {
	bombs := map[string][]byte{
		"a.png": pngClaiming(20_000, 20_000),
		"a.gif": []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00;"),
		"a.jpg": bytes.Join([][]byte{{0xff, 0xd8}, segment(0xc0, "\x08\xff\xff\xff\xff\x01\x01\x11\x00"), segment(jpegSOS, "\x01\x01\x00\x00\x3f\x00"), {0xff, 0xd9}}, nil),
	}
	for name, data := range bombs {
		var err error
		spent := allocated(func() { _, err = decode(Upload{Name: name, Data: data}) })
		if !errors.Is(err, ErrImageTooLarge) {
			t.Errorf("%s: got %v, want image_too_large", name, err)
		}
		if spent > 1<<20 {
			t.Errorf("%s took %d bytes before it was refused", name, spent)
		}
	}
}

func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestMemoryOfALargeImageIsFreed(t *testing.T) {
	if testing.Short() {
		t.Skip("long: decodes 13 megapixels; make check runs it")
	}
	const width, height = 4000, 3250
	data := pngOf(t, image.NewGray(image.Rect(0, 0, width, height)))
	d := NewDecoder(slog.New(slog.DiscardHandler))
	heap := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	runtime.GC()
	before := heap()
	if _, err := d.Decode(t.Context(), Review, Upload{Name: "a.png", Data: data}); err != nil {
		t.Fatal(err)
	}
	if left := heap() - before; left > width*height/4 {
		t.Errorf("%d bytes are left after decoding %d pixels", left, width*height)
	}
}

func TestOnlyTheFirstFrameOfAGIFIsDecoded(t *testing.T) {
	const side, frames = 300, 100
	data := gifOf(t, image.Pt(side, side), image.Rect(0, 0, side, side), slices.Repeat([]color.Color{color.White}, frames)...)
	spent := allocated(func() { mustDecode(t, "a.gif", data) })
	if spent > frames*side*side/4 {
		t.Errorf("decoding took %d bytes, as if all %d frames had been kept", spent, frames)
	}
}

// An empty scan is a dozen bytes in the file and a pass over all pixels for the decoder.
func TestJPEGWithManyScansIsRefusedBeforeDecoding(t *testing.T) {
	t.Parallel()
	jpg := jpegOf(t, quadrants(16, 16))
	body, scan := jpg[:len(jpg)-2], segment(jpegSOS, "\x01\x01\x00\x00\x3f\x00")
	for _, c := range []struct {
		more int
		ok   bool
	}{{maxScans - 1, true}, {maxScans, false}, {5000, false}} {
		file := bytes.Join([][]byte{body, bytes.Repeat(scan, c.more), {0xff, jpegEOI}}, nil)
		_, err := inspect(Upload{Name: "a.jpg", Data: file})
		if c.ok && err != nil || !c.ok && !errors.Is(err, ErrUnsupportedImage) {
			t.Errorf("%d more scans: %v", c.more, err)
		}
	}
}

func TestProgressiveJPEGIsLimitedByTheMemoryItTakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, components string
		err              error
	}{
		{"40 megapixels in 4:2:0", "\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00", nil},
		{"40 megapixels in 4:2:2", "\x03\x01\x21\x00\x02\x11\x00\x03\x11\x00", nil},
		{"40 megapixels in odd factors", "\x03\x01\x11\x00\x02\x21\x00\x03\x21\x00", nil},
		{"40 megapixels of grey", "\x01\x01\x11\x00", nil},
		{"40 megapixels in 4:4:4", "\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00", ErrImageTooLarge},
		{"40 megapixels of CMYK", "\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00", ErrImageTooLarge},
	} {
		frame := "\x08\x13\x88\x1f\x40" + c.components // 5000 lines of 8000 pixels
		scan := "\x01\x01\x00\x00\x00\x00"
		file := bytes.Join([][]byte{{0xff, 0xd8}, segment(jpegSOF2, frame), segment(jpegSOS, scan)}, nil)
		if _, err := inspect(Upload{Name: "a.jpg", Data: file}); !errors.Is(err, c.err) {
			t.Errorf("%s: got %v, want %v", c.what, err, c.err)
		}
	}
}

func TestMemoryOfAProgressiveJPEGCountsWholeUnits(t *testing.T) {
	t.Parallel()
	const grey, colour = "\x01\x01\x11\x00", "\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00"
	for frame, blocks := range map[string]int{
		"\x08\x00\x08\x00\x10" + grey:   2,     // 8 lines of 16 pixels
		"\x08\x00\x11\x00\x10" + grey:   3 * 2, // 17 lines
		"\x08\x00\x08\x00\x11" + grey:   3,     // 17 pixels
		"\x08\x00\x11\x00\x11" + colour: 4 * 6, // in units of 16 by 16, each of 4 blocks and 2 of colour
	} {
		f := jpegFile{frame: readFrame(jpegSegment{marker: jpegSOF2, payload: []byte(frame)})}
		if got, want := f.progressiveBytes(), blocks*64*5; got != want {
			t.Errorf("%q takes %d bytes, want %d", frame, got, want)
		}
	}
}

func TestScansInThumbnailsAndAfterTheEndAreNotCounted(t *testing.T) {
	t.Parallel()
	scans := strings.Repeat(string(segment(jpegSOS, "\x01\x01\x00\x00\x3f\x00")), 1000)
	jpg := withSegment(jpegOf(t, quadrants(16, 16)), 0xe2, scans)
	if _, err := decode(Upload{Name: "a.jpg", Data: append(jpg, scans...)}); err != nil {
		t.Errorf("a photograph with a thumbnail and a trailer: %v", err)
	}
}

func TestPanicOfADecoderRefusesTheUpload(t *testing.T) {
	t.Parallel()
	c := candidate{format: format{decode: func([]byte) (image.Image, *colorProfile, error) { panic("index out of range") }}}
	if _, err := c.render(Review); !errors.Is(err, ErrUnsupportedImage) {
		t.Errorf("got %v, want unsupported_image", err)
	}
}

func TestBrokenOrientationIsIgnored(t *testing.T) {
	t.Parallel()
	whole := exif(binary.LittleEndian, 6, "")
	if got := exifOrientation([]byte(whole)); got != 6 {
		t.Fatalf("whole: got %d, want 6", got)
	}
	if got := exifOrientation([]byte(whole[:22])); got != 6 {
		t.Errorf("without anything behind its entry: got %d, want 6", got)
	}
	for what, data := range map[string]string{
		"empty":             "",
		"other magic":       "XX" + whole[2:],
		"directory far out": whole[:4] + "\xff\xff\xff\xff" + whole[8:],
		"directory at end":  whole[:4] + "\x26\x00\x00\x00" + whole[8:],
		"half a directory":  whole[:4] + "\x25\x00\x00\x00" + whole[8:],
		"orientation 0":     exif(binary.LittleEndian, 0, ""),
		"orientation 9":     exif(binary.LittleEndian, 9, ""),
		"wrong type":        whole[:12] + "\x04" + whole[13:],
		"two of them":       whole[:14] + "\x02" + whole[15:],
		"cut in the entry":  whole[:20],
	} {
		if got := exifOrientation([]byte(data)); got != 1 {
			t.Errorf("%s: got %d, want 1", what, got)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	for i := range uint16(10) {
		f.Add([]byte(exif(binary.LittleEndian, i, "x")))
		f.Add([]byte(exif(binary.BigEndian, i, "x")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		jpg := append([]byte{0xff, 0xd8}, data...)
		if len(data) < 1<<16-8 {
			jpg = withSegment([]byte{0xff, 0xd8}, jpegAPP1, "Exif\x00\x00"+string(data))
		}
		png := append([]byte("\x89PNG\r\n\x1a\n"), newPNGChunk("eXIf", data)...)
		for _, got := range []int{exifOrientation(data), exifOrientation(readJPEG(jpg).exif), pngOrientation(png), exifOrientation(readJPEG(data).exif)} {
			if got < 1 || got > 8 {
				t.Errorf("orientation %d", got)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	img := quadrants(8, 8)
	f.Add("a.jpg", withSegment(jpegOf(f, img), jpegAPP1, "Exif\x00\x00"+exif(binary.BigEndian, 6, "x")))
	f.Add("a.png", pngOf(f, img))
	f.Add("a.gif", gifOf(f, image.Pt(8, 8), image.Rect(2, 2, 4, 4), color.White, color.Black))
	f.Add("../a.JPEG", pngClaiming(1<<31, 1))
	f.Add("a.webp", extended(losslessWebP, 1<<5, riff("ICCP", displayP3()), ""))
	f.Add("a.webp", lossyWebP)
	f.Add("a.jfif", withICC(samplingBaseline, displayP3(), 100))
	f.Add("a.jpe", samplingProgressive)
	f.Add("a", cmyk(-1, [2]int{2, 1}, [2]int{1, 1}, [2]int{2, 1}, [2]int{2, 1}).encode())
	f.Add("a", withChunk(pngOf(f, img), "iCCP", iccpChunk(displayP3())))
	f.Add("a", withChunk(withChunk(pngOf(f, img), "gAMA", gama(100_000)), "cHRM", chrmP3))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		c, err := inspect(Upload{Name: name, Data: data})
		if err == nil && c.size.X*c.size.Y > 1<<20 {
			return // valid, but slow
		}
		var p *Picture
		if err == nil {
			p, err = c.render(Review)
		}
		if problem := judge(p, err); problem != nil {
			t.Error(problem)
		}
	})
}

// judge returns what is wrong with a result of render, nil when it is a picture or a refusal.
func judge(p *Picture, err error) error {
	switch {
	case err != nil && strings.Contains(err.Error(), "panicked"):
		return err
	case err != nil && !errors.Is(err, ErrUnsupportedImage) && !errors.Is(err, ErrImageTooLarge):
		return fmt.Errorf("not a refusal: %w", err)
	case err != nil:
		return nil //nolint:nilerr // a refusal
	}
	img, _, err := image.Decode(bytes.NewReader(p.Bytes()))
	if err != nil {
		return fmt.Errorf("the picture cannot be decoded: %w", err)
	}
	if size := img.Bounds().Size(); size != p.Size() || max(size.X, size.Y) > MaxSide {
		return fmt.Errorf("the picture is %v, its Size is %v", size, p.Size())
	}
	return nil
}
