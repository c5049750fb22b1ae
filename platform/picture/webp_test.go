package picture

import (
	_ "embed"
	"encoding/binary"
	"image"
	"image/color"
	"testing"
)

// The files are 64 × 64 pixels of 220, 40, 40, made by cwebp -q 95 and cwebp -lossless.
//
//go:embed testdata/lossy.webp
var lossyWebP []byte

//go:embed testdata/lossless.webp
var losslessWebP []byte

// extended puts a bitstream into a WebP with further chunks (RFC 9649, 2.7).
func extended(file []byte, flags byte, before, after string) []byte {
	body := "WEBPVP8X\x0a\x00\x00\x00" + string([]byte{flags, 0, 0, 0, 63, 0, 0, 63, 0, 0}) + before + string(file[12:]) + after
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riff(name string, data []byte) string {
	chunk := string(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))) + string(data)
	if len(data)%2 == 1 {
		chunk += "\x00"
	}
	return chunk
}

func TestStillWebPIsRead(t *testing.T) {
	t.Parallel()
	red, p3 := color.NRGBA{220, 40, 40, 255}, color.NRGBA{240, 0, 21, 255}
	const hasICC, hasEXIF = 1 << 5, 1 << 3
	for what, c := range map[string]struct {
		data []byte
		ext  string
		want color.Color
	}{
		"lossy":                    {lossyWebP, ".jpg", red},
		"lossless":                 {losslessWebP, ".png", red},
		"lossless with a profile":  {extended(losslessWebP, hasICC, riff("ICCP", displayP3()), ""), ".png", p3},
		"lossless with metadata":   {extended(losslessWebP, hasEXIF, "", riff("EXIF", []byte(exif(binary.BigEndian, 6, "secret")))), ".png", red},
		"lossy with an odd chunk":  {extended(lossyWebP, 0, riff("abcd", []byte("x")), ""), ".jpg", red},
		"lossy with bytes after":   {append(append([]byte{}, lossyWebP...), "<script>"...), ".jpg", red},
		"lossy with a broken ICCP": {extended(lossyWebP, hasICC, riff("ICCP", []byte("nothing")), ""), ".jpg", red},
	} {
		p, img := mustDecode(t, "a.webp", c.data)
		if p.Ext() != c.ext || p.Size() != image.Pt(64, 64) || !within(img.At(30, 30), c.want, 3) {
			t.Errorf("%s: %s of %v, %v; want %s, %v", what, p.Ext(), p.Size(), img.At(30, 30), c.ext, c.want)
		}
	}
}

func TestOtherWebPIsRefused(t *testing.T) {
	t.Parallel()
	const animation = 1 << 1
	_, err := decode(Upload{Name: "a.webp", Data: extended(lossyWebP, animation, riff("ANIM", make([]byte, 6)), "")})
	wantText(t, err, "Animated WebP")
	for _, n := range []int{12, 20, 30, len(lossyWebP) - 20} {
		_, err := decode(Upload{Name: "a.webp", Data: lossyWebP[:n]})
		wantText(t, err, "WebP file is damaged")
	}
	huge := extended(lossyWebP, 0, "", "")
	huge[24], huge[25] = 0xff, 0xff // the canvas is wider than the image
	_, err = decode(Upload{Name: "a.webp", Data: huge})
	wantText(t, err, "WebP file is damaged")
}
