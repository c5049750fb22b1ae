package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"testing"
)

// iccOf is a profile with the given tags.
func iccOf(space, pcs string, tags ...string) []byte {
	head := make([]byte, 128)
	copy(head[12:], "mntr"+space+pcs)
	copy(head[36:], "acsp")
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)/2))
	var data []byte
	for i := 0; i < len(tags); i += 2 {
		at := 128 + 4 + 12*len(tags)/2 + len(data)
		table = append(table, tags[i]...)
		table = binary.BigEndian.AppendUint32(table, uint32(at))
		table = binary.BigEndian.AppendUint32(table, uint32(len(tags[i+1])))
		data = append(data, tags[i+1]...)
	}
	return bytes.Join([][]byte{head, table, data}, nil)
}

func fixed(values ...float64) string {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return string(b)
}

func xyzTag(x, y, z float64) string { return "XYZ \x00\x00\x00\x00" + fixed(x, y, z) }

// Curves of sRGB and of a gamma.
var (
	srgbPara = "para\x00\x00\x00\x00\x00\x03\x00\x00" + fixed(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
	gamma18  = "curv\x00\x00\x00\x00\x00\x00\x00\x01\x01\xcd" // 1.8
	linear   = "curv\x00\x00\x00\x00\x00\x00\x00\x00"
)

func matrixProfile(trc string, r, g, b [3]float64) []byte {
	return iccOf("RGB ", "XYZ ",
		"rXYZ", xyzTag(r[0], r[1], r[2]), "gXYZ", xyzTag(g[0], g[1], g[2]), "bXYZ", xyzTag(b[0], b[1], b[2]),
		"rTRC", trc, "gTRC", trc, "bTRC", trc)
}

func displayP3() []byte {
	return matrixProfile(srgbPara, [3]float64{.51512, .2412, -.00105}, [3]float64{.29198, .69225, .04189}, [3]float64{.1571, .06657, .78407})
}

func adobeRGB() []byte {
	return matrixProfile("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33", // 563/256
		[3]float64{.60974, .31111, .01947}, [3]float64{.20528, .62567, .06087}, [3]float64{.14919, .06322, .74457})
}

func iccpChunk(profile []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(profile) // to memory
	_ = w.Close()
	return "name\x00\x00" + b.String()
}

// withICC puts a profile into a JPEG in segments of the given size.
func withICC(jpg, profile []byte, size int) []byte {
	count := (len(profile) + size - 1) / size
	for i := range count { // each goes before the ones before it
		part := profile[i*size : min(len(profile), (i+1)*size)]
		jpg = withSegment(jpg, jpegAPP2, "ICC_PROFILE\x00"+string([]byte{byte(i + 1), byte(count)})+string(part))
	}
	return jpg
}

func uniform(c color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			img.Set(x, y, c)
		}
	}
	return img
}

func paletted(c color.Color) image.Image {
	return image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{c, color.White})
}

func deep(c color.NRGBA) image.Image {
	img := image.NewNRGBA64(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			img.Set(x, y, c)
		}
	}
	return img
}

func best(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wantColor checks the middle of what is stored.
func wantColor(t *testing.T, what, name string, data []byte, want color.Color) {
	t.Helper()
	_, img := mustDecode(t, name, data)
	size := img.Bounds().Size()
	if got := img.At(size.X/2, size.Y/2); !within(got, want, 3) {
		t.Errorf("%s: stored as %v, want %v", what, color.NRGBAModel.Convert(got), color.NRGBAModel.Convert(want))
	}
}

func TestColorsOfAProfileBecomeSRGB(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		profile  []byte
		from, to color.NRGBA
	}{
		"Display P3 red":   {displayP3(), color.NRGBA{220, 40, 40, 255}, color.NRGBA{240, 0, 21, 255}},
		"Display P3 green": {displayP3(), color.NRGBA{40, 200, 40, 255}, color.NRGBA{0, 204, 0, 255}},
		"Display P3 skin":  {displayP3(), color.NRGBA{200, 150, 120, 255}, color.NRGBA{209, 147, 115, 255}},
		"Adobe RGB":        {adobeRGB(), color.NRGBA{100, 150, 200, 255}, color.NRGBA{66, 151, 203, 255}},
		"Adobe RGB green":  {adobeRGB(), color.NRGBA{60, 180, 60, 255}, color.NRGBA{0, 181, 42, 255}},
		"white":            {displayP3(), color.NRGBA{255, 255, 255, 255}, color.NRGBA{255, 255, 255, 255}},
		"black":            {displayP3(), color.NRGBA{0, 0, 0, 255}, color.NRGBA{0, 0, 0, 255}},
	} {
		for kind, img := range map[string]image.Image{"truecolour": uniform(c.from), "palette": paletted(c.from), "16 bits": deep(c.from)} {
			wantColor(t, what+", PNG, "+kind, "a.png", withChunk(pngOf(t, img), "iCCP", iccpChunk(c.profile)), c.to)
		}
		for _, size := range []int{60_000, 50} {
			wantColor(t, what+", JPEG", "a.jpg", withICC(best(t, uniform(c.from)), c.profile, size), c.to)
		}
	}
}

func TestColorsOfLargeAndTransparentImagesBecomeSRGB(t *testing.T) {
	t.Parallel()
	from, to := color.NRGBA{200, 150, 120, 255}, color.NRGBA{209, 147, 115, 255}
	large := image.NewNRGBA(image.Rect(0, 0, 3000, 20))
	for x := range 3000 {
		for y := range 20 {
			large.Set(x, y, from)
		}
	}
	chunk := iccpChunk(displayP3())
	wantColor(t, "scaled PNG", "a.png", withChunk(pngOf(t, large), "iCCP", chunk), to)
	wantColor(t, "scaled JPEG", "a.jpg", withICC(best(t, large), displayP3(), 60_000), to)
	from.A, to.A = 128, 128
	wantColor(t, "half transparent", "a.png", withChunk(pngOf(t, uniform(from)), "iCCP", chunk), to)
	gray := withICC(best(t, grayImage(100)), displayP3(), 60_000)
	wantColor(t, "gray JPEG with a profile of colours", "a.jpg", gray, color.Gray{100})
}

func grayImage(v uint8) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = v
	}
	return img
}

func TestGrayProfilesBecomeSRGB(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		space, trc string
		from, to   uint8
	}{
		"gamma 1.8": {"XYZ ", gamma18, 100, 119},
		"linear":    {"XYZ ", linear, 55, 128},
		"lightness": {"Lab ", linear, 128, 119},
		"sRGB":      {"XYZ ", srgbPara, 77, 77},
	} {
		profile := iccOf("GRAY", c.space, "kTRC", c.trc)
		wantColor(t, what+", PNG", "a.png", withChunk(pngOf(t, grayImage(c.from)), "iCCP", iccpChunk(profile)), color.Gray{c.to})
		wantColor(t, what+", JPEG", "a.jpg", withICC(best(t, grayImage(c.from)), profile, 60_000), color.Gray{c.to})
	}
}

func TestBrokenProfilesAreIgnored(t *testing.T) {
	t.Parallel()
	c := color.NRGBA{220, 40, 40, 255}
	whole := displayP3()
	for what, profile := range map[string][]byte{
		"nothing":          {},
		"cut":              whole[:len(whole)/2],
		"no signature":     append(append(bytes.Clone(whole[:36]), "spca"...), whole[40:]...),
		"black colorants":  matrixProfile(srgbPara, [3]float64{}, [3]float64{}, [3]float64{}),
		"equal colorants":  matrixProfile(srgbPara, [3]float64{.3, .33, .3}, [3]float64{.3, .33, .3}, [3]float64{.3, .33, .3}),
		"a flat curve":     matrixProfile("para\x00\x00\x00\x00\x00\x03\x00\x00"+fixed(1, 0, 0, 0, 0), [3]float64{.5, .3, 0}, [3]float64{.3, .6, 0}, [3]float64{.1, .1, .8}),
		"a curve too long": matrixProfile("curv\x00\x00\x00\x00\x7f\xff\xff\xff\x00\x00", [3]float64{.5, .3, 0}, [3]float64{.3, .6, 0}, [3]float64{.1, .1, .8}),
		"CMYK":             iccOf("CMYK", "Lab "),
		"gray of no curve": iccOf("GRAY", "XYZ "),
	} {
		wantColor(t, what+", PNG", "a.png", withChunk(pngOf(t, uniform(c)), "iCCP", iccpChunk(profile)), c)
		if len(profile) > 0 {
			wantColor(t, what+", JPEG", "a.jpg", withICC(best(t, uniform(c)), profile, 60_000), c)
		}
	}
	missing := withSegment(best(t, uniform(c)), jpegAPP2, "ICC_PROFILE\x00\x01\x02"+string(whole))
	wantColor(t, "one of two segments", "a.jpg", missing, c)
	wantColor(t, "not compressed", "a.png", withChunk(pngOf(t, uniform(c)), "iCCP", "name\x00\x00"+string(whole)), c)
	wantColor(t, "wrong checksum", "a.png", wrongCRC(withChunk(pngOf(t, uniform(c)), "iCCP", iccpChunk(whole)), "iCCP"), c)
}

// wrongCRC breaks the checksum of a chunk.
func wrongCRC(file []byte, name string) []byte {
	at := bytes.Index(file, []byte(name))
	n := int(binary.BigEndian.Uint32(file[at-4:]))
	return flipped(file, at+4+n)
}

func gama(v uint32) string { return string(binary.BigEndian.AppendUint32(nil, v)) }

func chrm(values ...uint32) string {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return string(b)
}

var (
	chrmSRGB = chrm(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
	chrmP3   = chrm(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
)

// The precedence is cICP, iCCP, sRGB, then gAMA and cHRM (PNG, third edition, 4.3).
func TestColorChunksOfPNGBecomeSRGB(t *testing.T) {
	t.Parallel()
	p3 := color.NRGBA{209, 147, 115, 255} // of 200, 150, 120
	for what, c := range map[string]struct {
		chunks []string
		to     color.NRGBA
	}{
		"nothing":                     {nil, color.NRGBA{200, 150, 120, 255}},
		"linear":                      {[]string{"gAMA", gama(100_000)}, color.NRGBA{229, 202, 182, 255}},
		"gamma 1.8":                   {[]string{"gAMA", gama(55_556)}, color.NRGBA{210, 167, 139, 255}},
		"primaries of P3":             {[]string{"cHRM", chrmP3}, p3},
		"primaries of sRGB":           {[]string{"cHRM", chrmSRGB}, color.NRGBA{200, 150, 120, 255}},
		"P3 and linear":               {[]string{"gAMA", gama(100_000), "cHRM", chrmP3}, color.NRGBA{235, 200, 180, 255}},
		"sRGB before gAMA":            {[]string{"gAMA", gama(100_000), "sRGB", "\x00"}, color.NRGBA{200, 150, 120, 255}},
		"iCCP before sRGB":            {[]string{"iCCP", iccpChunk(displayP3()), "sRGB", "\x00"}, p3},
		"cICP before iCCP":            {[]string{"cICP", "\x01\x0d\x00\x01", "iCCP", iccpChunk(displayP3())}, color.NRGBA{200, 150, 120, 255}},
		"cICP of P3":                  {[]string{"cICP", "\x0c\x0d\x00\x01"}, p3},
		"cICP of P3 before sRGB":      {[]string{"sRGB", "\x00", "cICP", "\x0c\x0d\x00\x01"}, p3},
		"linear cICP":                 {[]string{"cICP", "\x01\x08\x00\x01"}, color.NRGBA{229, 202, 182, 255}},
		"cICP of nothing known":       {[]string{"cICP", "\xfe\xfe\x00\x01", "iCCP", iccpChunk(displayP3())}, p3},
		"broken iCCP before gAMA":     {[]string{"iCCP", "name\x00\x00???", "gAMA", gama(100_000)}, color.NRGBA{229, 202, 182, 255}},
		"gAMA of zero":                {[]string{"gAMA", gama(0)}, color.NRGBA{200, 150, 120, 255}},
		"primaries that are no light": {[]string{"cHRM", chrm(31270, 0, 64000, 33000, 30000, 60000, 15000, 6000)}, color.NRGBA{200, 150, 120, 255}},
	} {
		for kind, img := range map[string]image.Image{
			"truecolour": uniform(color.NRGBA{200, 150, 120, 255}), "16 bits": deep(color.NRGBA{200, 150, 120, 255}),
		} {
			data := pngOf(t, img)
			for i := 0; i < len(c.chunks); i += 2 {
				data = withChunk(data, c.chunks[i], c.chunks[i+1])
			}
			wantColor(t, what+", "+kind, "a.png", data, c.to)
		}
	}
}

func TestPaletteStaysAPaletteInSRGB(t *testing.T) {
	t.Parallel()
	data := withChunk(pngOf(t, paletted(color.NRGBA{220, 40, 40, 255})), "iCCP", iccpChunk(displayP3()))
	p, err := decode(Upload{Name: "a.png", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := png.DecodeConfig(bytes.NewReader(p.Bytes()))
	if _, ok := cfg.ColorModel.(color.Palette); err != nil || !ok {
		t.Errorf("stored with %T, %v", cfg.ColorModel, err)
	}
}

func TestHDRIsClippedAtTheWhiteOfGraphics(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		curve curve
		white float64 // the sample that becomes 255
	}{"PQ": {pqToLight, 0.5807}, "HLG": {hlgToLight, 0.75}} {
		if light := c.curve(c.white); math.Abs(light-1) > 0.01 {
			t.Errorf("%s: white is %.3f", what, light)
		}
		if c.curve(0) > 0.001 || c.curve(1) < 3 {
			t.Errorf("%s: from %.3f to %.3f", what, c.curve(0), c.curve(1))
		}
	}
}

func BenchmarkToSRGB(b *testing.B) {
	p := iccProfile(displayP3())
	img := scene(2048, 2048)
	for b.Loop() {
		p.toSRGB(img)
	}
}
