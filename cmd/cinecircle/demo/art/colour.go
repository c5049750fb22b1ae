package art

import "strconv"

// rgb is a colour with channels from 0 to 1.
type rgb struct{ r, g, b float64 }

// mix returns the colour between a (t = 0) and b (t = 1).
func (a rgb) mix(b rgb, t float64) rgb {
	t = clamp(t)
	return rgb{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t}
}

// times multiplies the channels, which darkens as ink on ink does.
func (a rgb) times(b rgb) rgb { return rgb{a.r * b.r, a.g * b.g, a.b * b.b} }

// plus adds k times b.
func (a rgb) plus(b rgb, k float64) rgb { return rgb{a.r + b.r*k, a.g + b.g*k, a.b + b.b*k} }

// light returns the perceived brightness, 0 to 1 (ITU-R BT.709).
func (a rgb) light() float64 { return 0.2126*a.r + 0.7152*a.g + 0.0722*a.b }

// clamp limits t to 0 to 1. It runs for every channel of every pixel, where math.Max, which handles signed zeros and
// infinities, takes half of the time of a picture.
func clamp(t float64) float64 {
	if t < 0 {
		return 0
	}
	if t > 1 {
		return 1
	}
	return t
}

// smooth goes from 0 at a to 1 at b, without a corner.
func smooth(a, b, x float64) float64 {
	t := clamp((x - a) / (b - a))
	return t * t * (3 - 2*t)
}

// hex reads a colour such as 1b1a3a.
func hex(s string) rgb {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		panic("art: " + s + " is not a colour")
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}
}

// palette is five colours from the darkest to the lightest. warm is the accent.
type palette struct{ dark, deep, mid, warm, light rgb }

func paletteOf(dark, deep, mid, warm, light string) palette {
	return palette{hex(dark), hex(deep), hex(mid), hex(warm), hex(light)}
}

// sky returns the colour of a sky from its top (t = 0) to the horizon (t = 1).
func (p palette) sky(t float64) rgb {
	stops := []rgb{p.dark.mix(p.deep, 0.55), p.deep, p.mid, p.warm, p.light}
	x := clamp(t) * float64(len(stops)-1)
	i := min(int(x), len(stops)-2)
	return stops[i].mix(stops[i+1], smooth(0, 1, x-float64(i)))
}

var palettes = map[string]palette{
	"dusk":   paletteOf("1b1a3a", "4a2c6a", "b0486b", "f28c5b", "fbe0a8"),
	"ember":  paletteOf("1c0e10", "5e1a17", "b33a22", "f0892b", "fbe3b5"),
	"tide":   paletteOf("06202e", "0d4a5e", "1f8a8a", "f4a259", "f2eed3"),
	"mint":   paletteOf("17322b", "2f6b56", "7dba94", "f2b880", "fbf3df"),
	"noir":   paletteOf("0b0c10", "1c2028", "565d68", "c63a2c", "e9e4d8"),
	"neon":   paletteOf("0a0620", "2a0f5a", "c81d8f", "22d3ee", "fdf0ff"),
	"riso":   paletteOf("20304f", "2b6cb0", "ff6b6b", "ffd23f", "f7f1e3"),
	"sand":   paletteOf("3a2418", "8a4b2a", "d08c4a", "f0c77e", "fbf0d6"),
	"snow":   paletteOf("1e2a3a", "47607a", "8fadc4", "e8a87c", "fbf8f1"),
	"rose":   paletteOf("3b1226", "8c2f4f", "d9697c", "f5b5a8", "fdf0e6"),
	"forest": paletteOf("0c1a14", "1f3d2b", "4a7350", "d9b44a", "f1ecc9"),
	"violet": paletteOf("140f2d", "3a2a6d", "7d5fc2", "f29fb0", "fbeaf5"),
	"gold":   paletteOf("15120c", "4a3413", "a97a1f", "e8bd4f", "fdf3d0"),
	"blood":  paletteOf("120608", "3d0a12", "8f1422", "e0512f", "f2e2d0"),
	"sky":    paletteOf("123a63", "2f7dc0", "8cc7e8", "fbb36a", "fff7e8"),
	"tea":    paletteOf("2c2a1f", "5f5b3a", "a79c63", "c96f4a", "f6ecd6"),
	"ink":    paletteOf("14161b", "2d3440", "66758a", "e0633a", "f3efe6"),
	"plum":   paletteOf("1d1024", "4b2547", "91496e", "e6a15c", "f7e7cf"),
}
