package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"testing"
)

// gifOn is a GIF of a red image at a place, on a logical screen of any size.
func gifOn(t *testing.T, screen image.Point, bounds image.Rectangle, version string) []byte {
	t.Helper()
	data := gifOf(t, bounds.Max, bounds, color.RGBA{R: 255, A: 255})
	copy(data, version)
	binary.LittleEndian.PutUint16(data[6:], uint16(screen.X))
	binary.LittleEndian.PutUint16(data[8:], uint16(screen.Y))
	return data
}

func TestGIFIsAsLargeAsItsFirstImage(t *testing.T) {
	t.Parallel()
	whole, shifted := image.Rect(0, 0, 30, 20), image.Rect(10, 5, 30, 20)
	for _, c := range []struct {
		screen image.Point
		bounds image.Rectangle
		want   image.Point
	}{
		{image.Pt(0, 0), whole, image.Pt(30, 20)},
		{image.Pt(0, 20), whole, image.Pt(30, 20)},
		{image.Pt(10, 10), whole, image.Pt(30, 20)},
		{image.Pt(40, 10), whole, image.Pt(40, 20)},
		{image.Pt(20, 15), shifted, image.Pt(30, 20)},
		{image.Pt(50, 40), shifted, image.Pt(50, 40)},
	} {
		for _, version := range []string{"GIF87a", "GIF89a"} {
			p, img := mustDecode(t, "a.gif", gifOn(t, c.screen, c.bounds, version))
			if p.Size() != c.want || !within(img.At(15, 10), color.RGBA{R: 255, A: 255}, 0) {
				t.Errorf("%v on %v: %v, %v inside; want %v", c.bounds, c.screen, p.Size(), img.At(15, 10), c.want)
			}
		}
	}
	_, err := decode(Upload{Name: "a.gif", Data: gifOn(t, image.Pt(40, 40), image.Rect(0, 0, 0, 0), "GIF89a")})
	wantText(t, err, "GIF file is damaged")
	if _, err := inspect(Upload{Name: "a.gif", Data: gifOn(t, image.Pt(10, 10), image.Rect(60_000, 60_000, 60_010, 60_010), "GIF89a")}); !errors.Is(err, ErrImageTooLarge) {
		t.Errorf("an image far outside: %v", err)
	}
}

func TestGIFPixelsWithoutAColorAreBlack(t *testing.T) {
	t.Parallel()
	img := image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{testColors[0], testColors[1], testColors[2], testColors[3]})
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 64 / 32 * 3)
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	const table = 13 + 12 // gif.Encode writes a global table of 4 colours
	fewer := bytes.Join([][]byte{whole[:13], whole[13 : 13+6], whole[table:]}, nil)
	fewer[10] &^= 7 // of 2 colours
	none := bytes.Join([][]byte{whole[:13], whole[table:]}, nil)
	none[10] &^= gifColorTable
	_, got := mustDecode(t, "a.gif", fewer)
	if !within(got.At(10, 10), testColors[0], 0) || !within(got.At(50, 10), color.Black, 0) {
		t.Errorf("with two colours: %v and %v", got.At(10, 10), got.At(50, 10))
	}
	if _, got = mustDecode(t, "a.gif", none); !within(got.At(10, 10), color.Black, 0) {
		t.Errorf("without a table: %v", got.At(10, 10))
	}
}

// pixelBlocks replaces the sub-blocks of the pixels.
func pixelBlocks(t *testing.T, data []byte, change func(packed []byte) []byte) []byte {
	t.Helper()
	f, err := readGIF(data)
	if err != nil {
		t.Fatal(err)
	}
	var packed []byte
	for blocks := (&gifBlocks{rest: f.lzw[1:]}); ; {
		c, err := blocks.ReadByte()
		if err != nil {
			break
		}
		packed = append(packed, c)
	}
	out := bytes.Clone(data[:len(data)-len(f.lzw)+1])
	for packed = change(packed); len(packed) > 0; packed = packed[min(255, len(packed)):] {
		n := min(255, len(packed))
		out = append(append(out, byte(n)), packed[:n]...)
	}
	return append(out, 0, 0x3b)
}

func TestGIFWithBytesAfterItsPixelsIsRead(t *testing.T) {
	t.Parallel()
	img := image.NewPaletted(image.Rect(0, 0, 192, 192), color.Palette{testColors[0], testColors[1], testColors[2], testColors[3]})
	for i := range img.Pix {
		img.Pix[i] = uint8(2*(i/192/96) + i%192/96)
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	for what, data := range map[string][]byte{
		"zeros":                pixelBlocks(t, whole, func(p []byte) []byte { return append(p, make([]byte, 600)...) }),
		"noise":                pixelBlocks(t, whole, func(p []byte) []byte { return append(p, "this is not pixels"...) }),
		"the pixels twice":     pixelBlocks(t, whole, func(p []byte) []byte { return append(p, p...) }),
		"no end code":          pixelBlocks(t, whole, func(p []byte) []byte { return p[:len(p)-1] }),
		"no trailer":           whole[:len(whole)-1],
		"no end of the blocks": whole[:len(whole)-2],
		"a comment before":     append(append(bytes.Clone(whole[:13+12]), "\x21\xfe\x03abc\x00"...), whole[13+12:]...),
		"a script after":       append(bytes.Clone(whole), "<script>"...),
	} {
		_, got := mustDecode(t, "a.gif", data)
		wantQuadrants(t, what, got, same)
	}
	for n := 14; n < len(whole)-20; n += 7 {
		if _, err := decode(Upload{Name: "a.gif", Data: whole[:n]}); !errors.Is(err, ErrUnsupportedImage) {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
	half := pixelBlocks(t, whole, func(p []byte) []byte { return p[:len(p)/2] })
	if _, err := decode(Upload{Name: "a.gif", Data: half}); !errors.Is(err, ErrUnsupportedImage) {
		t.Errorf("half of the pixels: %v", err)
	}
}
