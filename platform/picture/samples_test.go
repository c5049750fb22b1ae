package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// quadrants is an image whose corners show its orientation: red, green, blue, white, row by row.
func quadrants(width, height int) *image.RGBA {
	colours := [2][2]color.RGBA{
		{{R: 255, A: 255}, {G: 255, A: 255}},
		{{B: 255, A: 255}, {R: 255, G: 255, B: 255, A: 255}},
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, colours[y*2/height][x*2/width])
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatalf("encode JPEG: %v", err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatalf("encode PNG: %v", err)
	}
	return b.Bytes()
}

// gifOf has one frame for each colour.
func gifOf(t testing.TB, canvas image.Point, frame image.Rectangle, colours ...color.Color) []byte {
	t.Helper()
	g := gif.GIF{Config: image.Config{Width: canvas.X, Height: canvas.Y}}
	for _, c := range colours {
		g.Image = append(g.Image, image.NewPaletted(frame, color.Palette{c, color.Black}))
		g.Delay = append(g.Delay, 0)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatalf("encode GIF: %v", err)
	}
	return b.Bytes()
}

// withSegment inserts a segment after the start of a JPEG.
func withSegment(jpg []byte, marker byte, payload string) []byte {
	return bytes.Join([][]byte{jpg[:2], segment(marker, payload), jpg[2:]}, nil)
}

func segment(marker byte, payload string) []byte {
	head := []byte{0xff, marker}
	return append(binary.BigEndian.AppendUint16(head, uint16(len(payload)+2)), payload...)
}

// exif is a TIFF file with an orientation and, outside the directory, a text as GPS position.
func exif(order binary.AppendByteOrder, orientation uint16, position string) string {
	b := []byte("II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = appendEntry(order, b, orientationTag, 3, 1, func(b []byte) []byte {
		return order.AppendUint16(order.AppendUint16(b, orientation), 0)
	})
	b = appendEntry(order, b, 0x8825, 2, uint32(len(position)), func(b []byte) []byte {
		return order.AppendUint32(b, 38) // behind the directory
	})
	return string(order.AppendUint32(b, 0)) + position
}

func appendEntry(order binary.AppendByteOrder, b []byte, tag, kind uint16, count uint32, value func([]byte) []byte) []byte {
	b = order.AppendUint16(b, tag)
	b = order.AppendUint16(b, kind)
	return value(order.AppendUint32(b, count))
}

// pngClaiming is a PNG of one bit a pixel with a size and no data.
func pngClaiming(width, height uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	b = append(b, newPNGChunk("IHDR", append(header, "\x01\x00\x00\x00\x00"...))...)
	return append(b, newPNGChunk("IDAT", nil)...)
}

// decode is Decoder.Decode without its queue.
func decode(u Upload) (*Picture, error) {
	c, err := inspect(u)
	if err != nil {
		return nil, err
	}
	return c.render(Review)
}

func mustDecode(t testing.TB, name string, data []byte) (*Picture, image.Image) {
	t.Helper()
	p, err := decode(Upload{Name: name, Data: data})
	if err != nil {
		t.Fatalf("decode %s: %v", name, err)
	}
	img, _, err := image.Decode(bytes.NewReader(p.Bytes()))
	if err != nil {
		t.Fatalf("decode the picture of %s: %v", name, err)
	}
	return p, img
}

// near reports whether a pixel has a colour, within the errors of JPEG.
func near(got, want color.Color) bool {
	r, g, b, a := got.RGBA()
	wr, wg, wb, wa := want.RGBA()
	for _, d := range []int{int(r) - int(wr), int(g) - int(wg), int(b) - int(wb), int(a) - int(wa)} {
		if max(d, -d) > 40<<8 {
			return false
		}
	}
	return true
}
