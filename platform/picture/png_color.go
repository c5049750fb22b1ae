package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"math"
)

// pngProfile returns how the colours of a PNG become sRGB, nil when they are or when nothing is said about them. Of several
// chunks the one with the highest precedence counts that is understood: cICP, iCCP, sRGB, then gAMA with cHRM (PNG, third
// edition, 4.3). Chunks with a wrong checksum do not count.
func pngProfile(data []byte) *colorProfile {
	chunks := map[string][]byte{}
	for c := range pngChunks(data) {
		if c.name == "IDAT" {
			break
		}
		if _, twice := chunks[c.name]; c.valid && !twice {
			chunks[c.name] = c.data
		}
	}
	if p, ok := cicpProfile(chunks["cICP"]); ok {
		return p
	}
	if p := iccpProfile(chunks["iCCP"]); p != nil {
		return p
	}
	if len(chunks["sRGB"]) == 1 {
		return nil
	}
	return gammaProfile(chunks["gAMA"], chunks["cHRM"])
}

// maxProfile bounds what the profile of a PNG may unpack to. Those of printers have a few megabytes.
const maxProfile = 4 << 20

func iccpProfile(chunk []byte) *colorProfile {
	name := bytes.IndexByte(chunk, 0)
	if name < 0 || len(chunk) < name+2 || chunk[name+1] != 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(chunk[name+2:]))
	if err != nil {
		return nil
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxProfile))
	if err != nil {
		return nil
	}
	return iccProfile(data)
}

// primaries are chromaticities: x and y of white, red, green and blue.
type primaries [4][2]float64

var (
	d65       = [2]float64{0.3127, 0.3290}
	primSRGB  = primaries{d65, {0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}
	primP3    = primaries{d65, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}
	prim2020  = primaries{d65, {0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}
	primPAL   = primaries{d65, {0.64, 0.33}, {0.29, 0.60}, {0.15, 0.06}}
	primNTSC  = primaries{d65, {0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}}
	bradford  = matrix3{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}
	cicpGamut = map[byte]primaries{1: primSRGB, 5: primPAL, 6: primNTSC, 7: primNTSC, 9: prim2020, 12: primP3}
)

func xyz(c [2]float64) [3]float64 { return [3]float64{c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]} }

// toSRGB returns the matrix from linear light of the primaries to that of sRGB, with white adapted by Bradford.
func (p primaries) toSRGB() (m matrix3, ok bool) {
	if p == primSRGB {
		return identity, true
	}
	from, ok1 := p.toXYZ()
	to, ok2 := primSRGB.toXYZ()
	inverse, ok3 := to.inverse()
	cones, ok4 := bradford.inverse()
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return m, false
	}
	have, want := bradford.apply(xyz(p[0])), bradford.apply(xyz(d65))
	scale := matrix3{{want[0] / have[0], 0, 0}, {0, want[1] / have[1], 0}, {0, 0, want[2] / have[2]}}
	return inverse.times(cones).times(scale).times(bradford).times(from), true
}

func (p primaries) toXYZ() (m matrix3, ok bool) {
	for _, c := range p {
		if c[1] <= 0 || c[0] < 0 || c[0]+c[1] > 1 {
			return m, false
		}
	}
	for i, c := range p[1:] {
		v := xyz(c)
		for j := range 3 {
			m[j][i] = v[j]
		}
	}
	inverse, ok := m.inverse()
	if !ok {
		return m, false
	}
	weights := inverse.apply(xyz(p[0]))
	for i := range 3 {
		for j := range 3 {
			m[j][i] *= weights[i]
		}
	}
	return m, true
}

// gammaProfile reads gAMA and cHRM. Without gAMA the curve is that of sRGB, without cHRM the primaries are.
func gammaProfile(gama, chrm []byte) *colorProfile {
	c := curve(srgbToLight)
	if len(gama) == 4 {
		if value := binary.BigEndian.Uint32(gama); value > 0 {
			c = power(100_000 / float64(value))
		}
	}
	p := primSRGB
	if len(chrm) == 32 {
		for i := range 8 {
			p[i/2][i%2] = float64(binary.BigEndian.Uint32(chrm[4*i:])) / 100_000
		}
		if p.near(primSRGB) { // rounded, as most encoders write them
			p = primSRGB
		}
	}
	m, ok := p.toSRGB()
	if !ok || c == nil || len(gama) != 4 && p == primSRGB {
		return nil
	}
	return &colorProfile{curves: [3]curve{c, c, c}, matrix: m}
}

func (p primaries) near(q primaries) bool {
	for i := range p {
		for j := range p[i] {
			if math.Abs(p[i][j]-q[i][j]) > 0.0005 {
				return false
			}
		}
	}
	return true
}

// cicpProfile reads a cICP chunk (ITU-T H.273). ok is false when there is none, or one that is not understood.
func cicpProfile(chunk []byte) (p *colorProfile, ok bool) {
	if len(chunk) != 4 || chunk[2] != 0 || chunk[3] != 1 {
		return nil, false
	}
	gamut, known := cicpGamut[chunk[0]]
	c := cicpCurve(chunk[1])
	if !known || c == nil {
		return nil, false
	}
	if chunk[0] == 1 && chunk[1] == 13 {
		return nil, true
	}
	m, ok := gamut.toSRGB()
	return &colorProfile{curves: [3]curve{c, c, c}, matrix: m}, ok
}

// cicpCurve returns the curve of a transfer characteristic. Light of HDR curves is relative to the white of graphics, 203
// cd/m² (ITU-R BT.2408), and what is brighter is clipped.
func cicpCurve(transfer byte) curve {
	switch transfer {
	case 1, 6, 14, 15: // BT.709, BT.601, BT.2020
		return rec709ToLight
	case 4:
		return power(2.2)
	case 5:
		return power(2.8)
	case 8:
		return func(v float64) float64 { return v }
	case 13:
		return srgbToLight
	case 16:
		return pqToLight
	case 18:
		return hlgToLight
	}
	return nil
}

func rec709ToLight(v float64) float64 {
	if v < 0.081 {
		return v / 4.5
	}
	return math.Pow((v+0.099)/1.099, 1/0.45)
}

// pqToLight is SMPTE ST 2084.
func pqToLight(v float64) float64 {
	const m1, m2, c1, c2, c3 = 2610. / 16384, 2523. / 32, 3424. / 4096, 2413. / 128, 2392. / 128
	e := math.Pow(v, 1/m2)
	return 10_000. / 203 * math.Pow(max(e-c1, 0)/(c2-c3*e), 1/m1)
}

// hlgToLight is the inverse of the curve of ITU-R BT.2100, whose white of graphics is at three quarters.
func hlgToLight(v float64) float64 {
	const a, b, c, white = 0.17883277, 0.28466892, 0.55991073, 0.26496256
	if v <= 0.5 {
		return v * v / 3 / white
	}
	return (math.Exp((v-c)/a) + b) / 12 / white
}
