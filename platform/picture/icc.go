package picture

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// ICC profiles (ICC.1:2022) of the kinds that cameras and phones use are read: RGB with a matrix and curves, and gray with
// a curve. Profiles made of tables (LUT), most of those for CMYK among them, are ignored, and so are broken ones.

// xyzD50ToSRGB makes linear light of sRGB of XYZ relative to D50, the connection space of profiles: the inverse of the
// colorants of sRGB, adapted to D50 by Bradford.
var xyzD50ToSRGB = matrix3{
	{3.1341359, -1.6173863, -0.4906619},
	{-0.9787955, 1.9162544, 0.0334427},
	{0.0719554, -0.2289769, 1.4053860},
}

// iccChunks collects a profile from the APP2 segments of a JPEG, which may be in any order (ICC.1:2022, B.4).
type iccChunks struct {
	parts  map[byte][]byte // by number, from 1
	count  byte
	broken bool
}

func (c *iccChunks) add(segment []byte) {
	rest, ok := bytes.CutPrefix(segment, []byte("ICC_PROFILE\x00"))
	if !ok || len(rest) < 2 {
		return
	}
	number, count := rest[0], rest[1]
	if c.parts == nil {
		c.parts, c.count = map[byte][]byte{}, count
	}
	if _, twice := c.parts[number]; twice || count != c.count || number < 1 || number > count {
		c.broken = true
		return
	}
	c.parts[number] = rest[2:]
}

func (c *iccChunks) profile() *colorProfile {
	if c.broken || c.count == 0 || len(c.parts) != int(c.count) {
		return nil
	}
	var data []byte
	for number := 1; number <= int(c.count); number++ {
		data = append(data, c.parts[byte(number)]...)
	}
	return iccProfile(data)
}

// iccTags are the tags of a profile by signature.
type iccTags map[string][]byte

// iccProfile returns nil for profiles that are not read, and for broken ones.
func iccProfile(data []byte) *colorProfile {
	const head = 128
	if len(data) < head+4 || string(data[36:40]) != "acsp" {
		return nil
	}
	tags := readICCTags(data)
	switch space, pcs := string(data[16:20]), string(data[20:24]); {
	case space == "RGB " && pcs == "XYZ ":
		return tags.rgb()
	case space == "GRAY" && (pcs == "XYZ " || pcs == "Lab "):
		return tags.gray(pcs == "Lab ")
	}
	return nil
}

func readICCTags(data []byte) iccTags {
	const head, entry, maxTags = 128, 12, 200
	tags := iccTags{}
	rest := data[head+4:]
	for range min(binary.BigEndian.Uint32(data[head:]), maxTags) {
		if len(rest) < entry {
			break
		}
		offset, size := uint64(binary.BigEndian.Uint32(rest[4:])), uint64(binary.BigEndian.Uint32(rest[8:]))
		if offset+size <= uint64(len(data)) {
			tags[string(rest[:4])] = data[offset : offset+size]
		}
		rest = rest[entry:]
	}
	return tags
}

func (t iccTags) rgb() *colorProfile {
	p := &colorProfile{}
	var colorants matrix3
	for i, name := range []string{"r", "g", "b"} {
		xyz, ok := iccXYZ(t[name+"XYZ"])
		if !ok {
			return nil
		}
		for j := range 3 {
			colorants[j][i] = xyz[j]
		}
		if p.curves[i] = iccCurve(t[name+"TRC"]); p.curves[i] == nil {
			return nil
		}
	}
	// The colorants add up to the white of the connection space; what does not is broken.
	if white := colorants.apply([3]float64{1, 1, 1}); math.Abs(white[1]-1) > 0.1 {
		return nil
	}
	if _, ok := colorants.inverse(); !ok {
		return nil
	}
	p.matrix = xyzD50ToSRGB.times(colorants)
	return p
}

func (t iccTags) gray(lab bool) *colorProfile {
	c := iccCurve(t["kTRC"])
	if c == nil {
		return nil
	}
	if lab {
		lightness := c
		c = func(v float64) float64 { return labToLight(lightness(v)) }
	}
	return &colorProfile{curves: [3]curve{c, c, c}, matrix: identity, gray: true}
}

// labToLight turns L* from 0 to 1 into luminance (CIE 15).
func labToLight(lightness float64) float64 {
	if f := (100*lightness + 16) / 116; f > 6./29 {
		return f * f * f
	}
	return 100 * lightness / 903.3
}

func iccXYZ(tag []byte) (xyz [3]float64, ok bool) {
	if len(tag) < 20 || string(tag[:4]) != "XYZ " {
		return xyz, false
	}
	for i := range xyz {
		xyz[i] = s15Fixed16(tag[8+4*i:])
	}
	return xyz, true
}

func s15Fixed16(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// iccCurve reads a tag of type curv or para, and returns nil when it is broken.
func iccCurve(tag []byte) curve {
	if len(tag) < 12 {
		return nil
	}
	switch string(tag[:4]) {
	case "curv":
		return sampledCurve(tag[8:])
	case "para":
		return parametricCurve(tag[8:])
	}
	return nil
}

func sampledCurve(b []byte) curve {
	n := uint64(binary.BigEndian.Uint32(b))
	b = b[4:]
	if n > 1<<16 || uint64(len(b)) < 2*n {
		return nil
	}
	switch n {
	case 0:
		return func(v float64) float64 { return v }
	case 1:
		return power(float64(binary.BigEndian.Uint16(b)) / 256)
	}
	points := make([]float64, n)
	for i := range points {
		points[i] = float64(get16(b[2*i:])) / 0xffff
	}
	if slices.Max(points) == slices.Min(points) {
		return nil
	}
	return func(v float64) float64 {
		at := v * float64(n-1)
		i := min(int(at), int(n-2))
		return points[i] + (at-float64(i))*(points[i+1]-points[i])
	}
}

func power(gamma float64) curve {
	if gamma < 0.1 || gamma > 10 {
		return nil
	}
	return func(v float64) float64 { return math.Pow(v, gamma) }
}

// parametricCurve reads the functions of ICC.1:2022, table 68.
func parametricCurve(b []byte) curve {
	counts := []int{1, 3, 4, 5, 7}
	kind := int(binary.BigEndian.Uint16(b))
	if kind >= len(counts) || len(b) < 4+4*counts[kind] {
		return nil
	}
	var p [7]float64 // g, a, b, c, d, e, f
	for i := range counts[kind] {
		p[i] = s15Fixed16(b[4+4*i:])
	}
	g, a, off, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		return power(g)
	case 1, 2: // 0 or a constant below -b/a
		if a == 0 {
			return nil
		}
		c, d, e, f = 0, -off/a, c, c
	}
	return finite(func(v float64) float64 {
		if v >= d {
			return math.Pow(max(a*v+off, 0), g) + e
		}
		return c*v + f
	})
}

// finite returns nil for curves that are not numbers, or are the same everywhere.
func finite(c curve) curve {
	low, high := c(0), c(1)
	for _, v := range []float64{low, high, c(0.5)} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	if low == high {
		return nil
	}
	return c
}
