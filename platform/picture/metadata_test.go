package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"
)

func exifSegment(orientation uint16) []byte {
	return segment(jpegAPP1, "Exif\x00\x00"+exif(binary.BigEndian, orientation, ""))
}

func orientationIn(data []byte) int {
	if bytes.HasPrefix(data, []byte(pngSignature)) {
		return pngOrientation(data)
	}
	return exifOrientation(readJPEG(data).exif)
}

// The header may be complete and the rest cut anywhere, also inside a segment that is skipped by its length.
func TestMetadataOfACutFileDoesNotPanic(t *testing.T) {
	t.Parallel()
	img := quadrants(16, 16)
	jpg := bytes.Join([][]byte{
		{0xff, 0xd8},
		segment(jpegAPP1, "http://ns.adobe.com/xap/1.0/\x00"), exifSegment(6), segment(jpegSOF2, "\x08\x00\x10\x00\x10\x01\x01\x11\x00"),
		segment(jpegSOS, "\x01\x01\x00\x00\x3f\x00"),
		{1, 0xff, 0, 2, 0xff, jpegRST0, 3, 0xff, 0xff, jpegEOI},
	}, nil)
	for name, data := range map[string][]byte{
		"progressive JPEG": jpg,
		"JPEG":             jpegOf(t, img),
		"PNG":              withChunk(pngOf(t, img), "eXIf", exif(binary.BigEndian, 6, "")),
	} {
		for n := range len(data) + 1 {
			if got := orientationIn(data[:n]); got != 1 && got != 6 {
				t.Errorf("%d bytes of a %s: orientation %d", n, name, got)
			}
		}
	}
}

func TestOrientationIsFoundAmongOtherSegments(t *testing.T) {
	t.Parallel()
	start, end := []byte{0xff, 0xd8}, []byte{0xff, jpegEOI}
	xmp := segment(jpegAPP1, "http://ns.adobe.com/xap/1.0/\x00")
	for what, parts := range map[string][][]byte{
		"alone":                 {start, exifSegment(6), end},
		"behind XMP":            {start, xmp, exifSegment(6), end},
		"before another one":    {start, exifSegment(6), exifSegment(3), end},
		"behind padding":        {start, {0xff, 0xff, 0xff}, exifSegment(6), end},
		"behind restarts":       {start, {0xff, jpegRST0, 0xff, jpegRST7}, exifSegment(6), end},
		"at the end of a file":  {start, exifSegment(6)},
		"before one in a photo": {start, exifSegment(6), end, exifSegment(3), end},
	} {
		if got := exifOrientation(readJPEG(bytes.Join(parts, nil)).exif); got != 6 {
			t.Errorf("%s: orientation %d, want 6", what, got)
		}
	}
	if got := exifOrientation(readJPEG(bytes.Join([][]byte{start, end, exifSegment(3), end}, nil)).exif); got != 1 {
		t.Errorf("behind the end: orientation %d, want 1", got)
	}
}

func TestOrientationIsFoundAfterOtherEntries(t *testing.T) {
	t.Parallel()
	order := binary.LittleEndian
	b := order.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), 3)
	for _, tag := range []uint16{0x010f, 0x0110, orientationTag} { // make, model
		b = appendEntry(order, b, tag, 3, 1, func(b []byte) []byte { return order.AppendUint32(b, 6) })
	}
	if got := exifOrientation(b); got != 6 {
		t.Errorf("orientation %d, want 6", got)
	}
}

func TestPhotographsKeepTheirLook(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 256, 64))
	for x := range 256 {
		for y := range 64 {
			img.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(255 - x), B: uint8(2 * y), A: 255})
		}
	}
	_, got := mustDecode(t, "a.jpg", jpegOf(t, img))
	off := 0
	for x := range 256 {
		for y := range 64 {
			_, green, _, _ := got.At(x, y).RGBA()
			off += max(int(green>>8), 255-x) - min(int(green>>8), 255-x)
		}
	}
	if mean := float64(off) / (256 * 64); mean > 3 {
		t.Errorf("green is off by %.1f of 255 on average", mean)
	}
}
