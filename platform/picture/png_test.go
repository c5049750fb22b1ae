package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// rewritten returns a PNG with its IDAT chunk changed, and with the right checksum around it.
func rewritten(t *testing.T, file []byte, change func(idat []byte) []byte) []byte {
	t.Helper()
	out := bytes.Clone(file[:len(pngSignature)])
	var idat []byte
	for c := range pngChunks(file) {
		if c.name == "IDAT" {
			idat = append(idat, c.data...)
			continue
		}
		if c.name == "IEND" {
			out = append(out, newPNGChunk("IDAT", change(bytes.Clone(idat)))...)
		}
		out = append(out, c.raw...)
	}
	return out
}

func TestFlawsOutsideThePixelsOfAPNGAreAccepted(t *testing.T) {
	t.Parallel()
	img := colored([2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1})
	_, quadrants := mustDecode(t, "a.jpg", img.encode())
	whole := pngOf(t, quadrants)
	const end = 12
	cutEnd := func(file []byte) []byte { return file[:len(file)-end] }
	for what, data := range map[string][]byte{
		"no IEND":                        cutEnd(whole),
		"half of IEND":                   whole[:len(whole)-5],
		"the length of IEND":             whole[:len(whole)-end+4],
		"a wrong checksum of tEXt":       wrongCRC(withChunk(whole, "tEXt", "Comment\x00x"), "tEXt"),
		"a wrong checksum of gAMA":       wrongCRC(withChunk(whole, "gAMA", gama(100_000)), "gAMA"),
		"a wrong checksum of eXIf":       wrongCRC(withChunk(whole, "eXIf", "MM\x00*"), "eXIf"),
		"a chunk that is cut at the end": append(bytes.Clone(cutEnd(whole)), "\x00\x00\x10\x00tEXtComment"...),
		"a wrong Adler-32":               rewritten(t, whole, func(b []byte) []byte { return flipped(b, len(b)-1) }),
		"no Adler-32":                    rewritten(t, whole, func(b []byte) []byte { return b[:len(b)-4] }),
		"bytes after the Adler-32":       rewritten(t, whole, func(b []byte) []byte { return append(b, "more"...) }),
		"all of them": wrongCRC(withChunk(cutEnd(rewritten(t, whole, func(b []byte) []byte {
			return flipped(b, len(b)-1)
		})), "tEXt", "Comment\x00x"), "tEXt"),
	} {
		_, got := mustDecode(t, "a.png", data)
		wantQuadrants(t, what, got, same)
	}
}

func TestChunksThatLibpngIgnoresAreIgnored(t *testing.T) {
	t.Parallel()
	full := pngOf(t, uniform(color.NRGBA{220, 40, 40, 128}))
	two := image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{color.NRGBA{220, 40, 40, 255}, color.White})
	plte := func(n int) string { return string(bytes.Repeat([]byte{220, 40, 40}, n)) }
	for what, c := range map[string]struct {
		data []byte
		want color.Color
	}{
		"a palette of a gray image":       {withChunk(pngOf(t, grayImage(99)), "PLTE", plte(2)), color.Gray{99}},
		"a palette longer than its depth": {replaced(pngOf(t, two), "PLTE", plte(200)), color.NRGBA{220, 40, 40, 255}},
		"transparency of alpha":           {withChunk(full, "tRNS", "123456"), color.NRGBA{220, 40, 40, 128}},
		"transparency of many entries":    {beforeIDAT(pngOf(t, two), "tRNS", "\x00\x01\x02\x03"), color.NRGBA{220, 40, 40, 255}},
		"transparency before the palette": {withChunk(pngOf(t, two), "tRNS", "\x00"), color.NRGBA{220, 40, 40, 255}},
		"transparency of the right form":  {beforeIDAT(pngOf(t, two), "tRNS", "\x80"), color.NRGBA{220, 40, 40, 128}},
	} {
		wantColor(t, what, "a.png", c.data, c.want)
	}
}

// replaced gives a chunk of a PNG other data.
func replaced(file []byte, name, data string) []byte {
	at := bytes.Index(file, []byte(name)) - 4
	end := at + 12 + int(binary.BigEndian.Uint32(file[at:]))
	return bytes.Join([][]byte{file[:at], newPNGChunk(name, []byte(data)), file[end:]}, nil)
}

func beforeIDAT(file []byte, name, data string) []byte {
	at := bytes.Index(file, []byte("IDAT")) - 4
	return bytes.Join([][]byte{file[:at], newPNGChunk(name, []byte(data)), file[at:]}, nil)
}

func TestTransparencyWithAWrongChecksumIsDropped(t *testing.T) {
	t.Parallel()
	img := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.NRGBA{220, 40, 40, 0}, color.White})
	_, got := mustDecode(t, "a.png", wrongCRC(pngOf(t, img), "tRNS"))
	if c := color.NRGBAModel.Convert(got.At(2, 2)); c.(color.NRGBA).A != 255 {
		t.Errorf("%v, want it opaque", c)
	}
}

func TestBrokenPixelsOfAPNGAreRefused(t *testing.T) {
	t.Parallel()
	whole := pngOf(t, scene(100, 100))
	colors := pngOf(t, paletted(color.White))
	cut := func(n int) []byte {
		return rewritten(t, whole, func(b []byte) []byte { return b[:len(b)-n] })
	}
	for what, data := range map[string][]byte{
		"a wrong checksum of IHDR":  wrongCRC(whole, "IHDR"),
		"a wrong checksum of PLTE":  wrongCRC(colors, "PLTE"),
		"a wrong checksum of IDAT":  wrongCRC(whole, "IDAT"),
		"a wrong checksum of IEND":  wrongCRC(whole, "IEND"),
		"half of the data":          cut(5000),
		"the last bytes of data":    cut(12),
		"a cut IDAT":                whole[:len(whole)-40],
		"a flipped byte in data":    rewritten(t, whole, func(b []byte) []byte { return flipped(b, 3) }),
		"a wrong Adler and a CRC":   wrongCRC(rewritten(t, whole, func(b []byte) []byte { return flipped(b, len(b)-1) }), "IDAT"),
		"no data":                   rewritten(t, whole, func([]byte) []byte { return nil }),
		"fewer rows than it claims": rewritten(t, whole, func([]byte) []byte { return onlyRows(t) }),
	} {
		if _, err := decode(Upload{Name: "a.png", Data: data}); !errors.Is(err, ErrUnsupportedImage) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// onlyRows is a whole zlib stream of an image with half as many rows.
func onlyRows(t *testing.T) []byte {
	t.Helper()
	var stream []byte
	for c := range pngChunks(pngOf(t, scene(100, 50))) {
		if c.name == "IDAT" {
			stream = append(stream, c.data...)
		}
	}
	return stream
}

func TestRepairedChecksumIsThatOfThePixels(t *testing.T) {
	t.Parallel()
	stream := onlyRows(t)
	end, sum, err := inflate(stream)
	if err != nil || end != len(stream)-4 || sum != binary.BigEndian.Uint32(stream[end:]) {
		t.Errorf("%d of %d bytes, %#x, %v", end, len(stream), sum, err)
	}
	if adler32.Checksum(nil) == sum {
		t.Error("there is nothing in it")
	}
}

// Scaling makes new colours of a noisy palette, and their PNG would be 12 MB.
func TestPaletteImageIsNotStoredMuchLarger(t *testing.T) {
	t.Parallel()
	size := image.Pt(2250, 2250)
	if testing.Short() {
		size.Y = 250
	}
	r := rand.New(rand.NewPCG(1, 2))
	palette := make(color.Palette, 256)
	for i := range palette {
		palette[i] = color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
	}
	img := image.NewPaletted(image.Rectangle{Max: size}, palette)
	for i := range img.Pix {
		img.Pix[i] = uint8(r.IntN(256))
	}
	data := pngOf(t, img)
	p, err := decode(Upload{Name: "a.png", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if p.Size().X != MaxSide || len(p.Bytes()) > len(data) {
		t.Errorf("%d bytes are stored as %d, %v", len(data), len(p.Bytes()), p.Size())
	}
}

func TestScaledPaletteImageThatIsSmallIsSmooth(t *testing.T) {
	t.Parallel()
	img := image.NewPaletted(image.Rect(0, 0, 4096, 64), color.Palette{color.Black, color.White})
	for i := range img.Pix {
		img.Pix[i] = uint8((i%4096 + i/4096) % 2)
	}
	data := append(pngOf(t, img), make([]byte, 100_000)...) // as a worse encoder writes it
	_, got := mustDecode(t, "a.png", data)
	if !within(got.At(1000, 10), color.Gray{128}, 8) {
		t.Errorf("a checkerboard becomes %v, want gray", got.At(1000, 10))
	}
}
