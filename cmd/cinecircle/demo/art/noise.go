package art

import "math"

// lattice returns a random number from 0 to 1 that depends on whole coordinates.
func lattice(seed uint64, x, y int) float64 {
	h := seed ^ uint64(uint32(x))*0x9e3779b97f4a7c15 ^ uint64(uint32(y))*0xc2b2ae3d27d4eb4f
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	return float64(h&0xffffff) / 0xffffff
}

// noise returns smooth random values from 0 to 1 with bumps about one unit apart.
func noise(seed uint64, x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	tx, ty := smooth(0, 1, x-fx), smooth(0, 1, y-fy)
	top := lattice(seed, ix, iy)*(1-tx) + lattice(seed, ix+1, iy)*tx
	bottom := lattice(seed, ix, iy+1)*(1-tx) + lattice(seed, ix+1, iy+1)*tx
	return top*(1-ty) + bottom*ty
}

// cloud returns four octaves of noise, 0 to 1.
func cloud(seed uint64, x, y float64) float64 {
	sum, size := 0.0, 0.5
	for octave := range uint64(4) {
		sum += noise(seed+octave, x, y) * size
		x, y, size = x*2.03, y*2.03, size/2
	}
	return sum / 0.9375
}
