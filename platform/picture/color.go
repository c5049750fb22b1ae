package picture

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// colorProfile converts colours to sRGB: a curve for each channel makes light of the samples, a matrix mixes it, and the
// curve of sRGB makes samples again. Colours outside of sRGB are clipped, as browsers do.
type colorProfile struct {
	curves [3]curve
	matrix matrix3 // from linear light of the profile to linear light of sRGB
	gray   bool    // the profile is of one channel
}

// curve maps a sample from 0 to 1 to light from 0 to 1.
type curve func(float64) float64

type matrix3 [3][3]float64

var identity = matrix3{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}

func (m matrix3) times(n matrix3) (p matrix3) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				p[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return p
}

func (m matrix3) apply(v [3]float64) (w [3]float64) {
	for i := range 3 {
		w[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return w
}

// inverse returns ok false for a matrix that has none.
func (m matrix3) inverse() (inv matrix3, ok bool) {
	cofactor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*cofactor(0, 0) + m[0][1]*cofactor(0, 1) + m[0][2]*cofactor(0, 2)
	if math.Abs(det) < 1e-9 || math.IsNaN(det) {
		return inv, false
	}
	for i := range 3 {
		for j := range 3 {
			inv[j][i] = cofactor(i, j) / det
		}
	}
	return inv, true
}

// srgbToLight and lightToSRGB are the curve of sRGB (IEC 61966-2-1).
func srgbToLight(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func lightToSRGB(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// tables are a profile made fast: curves for every sample, and the curve of sRGB in steps.
type tables struct {
	light  [3][]float32 // for 256 or 65,536 samples
	matrix [3][3]float32
	srgb   []uint16 // for lightSteps+1 amounts of light
}

const lightSteps = 1 << 16

func (p *colorProfile) tables(samples int) *tables {
	t := &tables{srgb: make([]uint16, lightSteps+1)}
	for c := range 3 {
		if t.light[c] = make([]float32, samples); c > 0 && p.gray {
			t.light[c] = t.light[0]
			continue
		}
		for i := range samples {
			t.light[c][i] = float32(p.curves[c](float64(i) / float64(samples-1)))
		}
		for j := range 3 {
			t.matrix[c][j] = float32(p.matrix[c][j])
		}
	}
	if p.gray {
		t.matrix = [3][3]float32{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}
	}
	for i := range t.srgb {
		t.srgb[i] = uint16(math.Round(0xffff * lightToSRGB(float64(i)/lightSteps)))
	}
	return t
}

// convert returns 16-bit samples of sRGB.
func (t *tables) convert(r, g, b int) (uint16, uint16, uint16) {
	x, y, z := t.light[0][r], t.light[1][g], t.light[2][b]
	m := &t.matrix
	return t.encode(m[0][0]*x + m[0][1]*y + m[0][2]*z), t.encode(m[1][0]*x + m[1][1]*y + m[1][2]*z),
		t.encode(m[2][0]*x + m[2][1]*y + m[2][2]*z)
}

func (t *tables) encode(light float32) uint16 {
	return t.srgb[int(min(max(light, 0), 1)*lightSteps+0.5)]
}

// round8 rounds a 16-bit sample to 8 bits.
func round8(v uint16) uint8 { return uint8((uint32(v) + 128) / 257) }

// toSRGB converts the colours of an image, in place where its type can hold them.
func (p *colorProfile) toSRGB(img image.Image) image.Image {
	switch img := img.(type) {
	case *image.Paletted:
		p.convertPalette(img)
		return img
	case *image.Gray:
		t := p.tables(1 << 8)
		for i, v := range img.Pix {
			_, g, _ := t.convert(int(v), int(v), int(v))
			img.Pix[i] = round8(g)
		}
		return img
	case *image.Gray16:
		t := p.tables(1 << 16)
		for i := 0; i+1 < len(img.Pix); i += 2 {
			v := get16(img.Pix[i:])
			_, g, _ := t.convert(v, v, v)
			put16(img.Pix[i:], g)
		}
		return img
	case *image.NRGBA:
		p.convert8(img.Pix)
		return img
	case *image.RGBA:
		if img.Opaque() {
			p.convert8(img.Pix)
			return img
		}
	case *image.NRGBA64:
		p.convert16(img.Pix)
		return img
	case *image.RGBA64:
		if img.Opaque() {
			p.convert16(img.Pix)
			return img
		}
	}
	if isOpaque(img) { // as RGBA, which image/jpeg encodes faster
		flat := image.NewRGBA(img.Bounds())
		draw.Draw(flat, flat.Rect, img, img.Bounds().Min, draw.Src)
		p.convert8(flat.Pix)
		return flat
	}
	straight := image.NewNRGBA(img.Bounds())
	draw.Draw(straight, straight.Rect, img, img.Bounds().Min, draw.Src)
	p.convert8(straight.Pix)
	return straight
}

func (p *colorProfile) convert8(pix []byte) {
	t := p.tables(1 << 8)
	for i := 0; i+3 < len(pix); i += 4 {
		r, g, b := t.convert(int(pix[i]), int(pix[i+1]), int(pix[i+2]))
		pix[i], pix[i+1], pix[i+2] = round8(r), round8(g), round8(b)
	}
}

func (p *colorProfile) convert16(pix []byte) {
	t := p.tables(1 << 16)
	for i := 0; i+7 < len(pix); i += 8 {
		r, g, b := t.convert(get16(pix[i:]), get16(pix[i+2:]), get16(pix[i+4:]))
		put16(pix[i:], r)
		put16(pix[i+2:], g)
		put16(pix[i+4:], b)
	}
}

func get16(b []byte) int { return int(b[0])<<8 | int(b[1]) }

func put16(b []byte, v uint16) { b[0], b[1] = byte(v>>8), byte(v) }

func (p *colorProfile) convertPalette(img *image.Paletted) {
	t := p.tables(1 << 8)
	for i, c := range img.Palette {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		r, g, b := t.convert(int(n.R), int(n.G), int(n.B))
		img.Palette[i] = color.NRGBA{R: round8(r), G: round8(g), B: round8(b), A: n.A}
	}
}

// keepsColors reports whether toSRGB works in place, so that it comes before scaling; that matters for 16-bit samples.
func keepsColors(img image.Image) bool {
	switch img.(type) {
	case *image.Paletted, *image.Gray, *image.Gray16, *image.NRGBA, *image.NRGBA64:
		return true
	}
	return false
}
