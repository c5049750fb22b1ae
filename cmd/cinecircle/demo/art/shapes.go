package art

import "math"

// swiss is a few large plain shapes on paper, in a grid.
func swiss(c *canvas, p palette) {
	paper := p.light
	c.rows(func(float64) rgb { return paper })
	switch c.seed % 4 {
	case 0: // arcs around a corner
		x, y := 100.0, c.h*0.38
		colours := []rgb{p.dark, p.warm, p.deep, p.light, p.mid, p.dark}
		for i, colour := range colours {
			c.fill((&path{}).circle(x, y, 72-11.5*float64(i)), plain(colour))
		}
	case 1: // quarter circles in a grid
		colours := []rgb{p.dark, p.warm, p.deep, p.mid}
		const cell = 25.0
		for gy := 0; float64(gy)*cell < c.h*0.72; gy++ {
			for gx := range 4 {
				c.tile(float64(gx)*cell, float64(gy)*cell, cell, colours, p)
			}
		}
	case 2: // diagonal bands with a disc before them
		colours := []rgb{p.deep, p.mid, p.warm, p.dark}
		for i, colour := range colours {
			y := c.h*0.16 + 21*float64(i)
			c.fill((&path{}).poly(-1, y+36, 101, y-30, 101, y-9, -1, y+57), plain(colour))
		}
		c.fill((&path{}).circle(36, c.h*0.3, 21), plain(p.light))
		c.fill((&path{}).circle(36, c.h*0.3, 18.4), plain(p.warm))
	default: // two discs and what they share
		x, y, r := 37.0, c.h*0.36, 29.0
		c.fillBy((&path{}).circle(x, y, r), plain(p.warm), multiply)
		c.fillBy((&path{}).circle(100-x, y+15, r), plain(p.mid.mix(p.light, 0.15)), multiply)
		c.fill((&path{}).rect(0, c.h*0.36+44, 100, 1.1).rect(0, c.h*0.36+47.5, 62, 0.6), plain(p.dark))
		c.fill((&path{}).circle(50, y+7.5, 5), plain(p.dark))
	}
}

func (c *canvas) tile(x, y, cell float64, colours []rgb, p palette) {
	a := colours[c.r.IntN(len(colours))]
	b := colours[c.r.IntN(len(colours))]
	if c.r.IntN(3) == 0 {
		b = p.light
	}
	c.fill((&path{}).rect(x, y, cell, cell), plain(b))
	if a == b {
		return
	}
	cx, cy := x, y
	if c.r.IntN(2) == 0 {
		cx += cell
	}
	if c.r.IntN(2) == 0 {
		cy += cell
	}
	quarter := func(r float64) *path {
		q := (&path{}).m(cx, cy)
		start := math.Atan2(y+cell/2-cy, x+cell/2-cx) - math.Pi/4
		for i := range 25 {
			sin, cos := math.Sincos(start + float64(i)/24*math.Pi/2)
			q.l(cx+r*cos, cy+r*sin)
		}
		return q.z()
	}
	switch c.r.IntN(4) {
	case 0:
		c.fill((&path{}).circle(x+cell/2, y+cell/2, cell*0.32), plain(a))
	case 1:
		c.fill(quarter(cell), plain(a))
		c.fill(quarter(cell*0.5), plain(b))
	default:
		c.fill(quarter(cell), plain(a))
	}
}

// riso is a landscape in three inks that are slightly out of register, as from a risograph.
func riso(c *canvas, p palette) {
	c.shade(func(x, y float64) rgb { return p.light.mix(p.warm, 0.06*cloud(c.seed, x/3, y/3)) })
	shift := func(ink rgb) (rgb, float64, float64) { return ink, c.between(-0.7, 0.7), c.between(-0.7, 0.7) }
	sun, sx, sy := shift(p.warm)
	c.fillBy((&path{}).circle(50+sx, c.h*0.34+sy, 31), c.halftone(sun, 0.35), multiply)
	pink, px, py := shift(p.mid)
	horizon := c.h * 0.52
	seed := c.seed
	for i := range 3 {
		base := horizon + 13*float64(i)
		c.fillBy((&path{}).below(c, func(x float64) float64 {
			return base + py - 15*(cloud(seed+uint64(i)*11, (x+px)/24, 0)-0.4)
		}), func(x, y float64) (rgb, float64) {
			return pink, c.dot(x, y, 0.75-0.7*smooth(base-8, base+26, y))
		}, multiply)
	}
	blue, bx, by := shift(p.deep)
	for i := range 7 {
		x := 8 + 14*float64(i) + c.between(-3, 3) + bx
		y := c.h*c.between(0.74, 0.8) + by
		tall := c.between(22, 40)
		c.fillBy((&path{}).line(x, y, x, y-tall, 1).circle(x, y-tall, c.between(5, 8.5)), plain(blue), multiply)
	}
	c.fillBy((&path{}).below(c, func(x float64) float64 { return c.h*0.77 + by + 2*math.Sin(x/14) }), plain(blue), multiply)
	c.fill((&path{}).rect(0, 0, 100, 4).rect(0, c.h-4, 100, 4).rect(0, 0, 4, c.h).rect(96, 0, 4, c.h), plain(p.light))
}

// halftone returns ink in dots that grow downwards.
func (c *canvas) halftone(colour rgb, least float64) ink {
	return func(x, y float64) (rgb, float64) { return colour, c.dot(x, y, least+(1-least)*y/c.h*1.6) }
}

// dot returns 1 inside the dots of a halftone screen of a darkness, 0 outside.
func (c *canvas) dot(x, y, dark float64) float64 {
	const pitch = 1.15
	u, v := (x+y)/math.Sqrt2/pitch, (x-y)/math.Sqrt2/pitch
	d := math.Hypot(u-math.Floor(u)-0.5, v-math.Floor(v)-0.5)
	return smooth(0.06, -0.06, d-clamp(dark)*0.72)
}

// orbit is a planet with rings and moons.
func orbit(c *canvas, p palette) {
	c.shade(func(x, y float64) rgb {
		fog := smooth(0.42, 0.85, cloud(c.seed, x/30, y/30))
		return p.dark.mix(p.deep, 0.25+0.75*fog).mix(p.mid, 0.35*fog*smooth(0, c.h, y))
	})
	c.stars(p.light, 260, c.h)
	x, y, r := c.between(38, 62), c.h*c.between(0.36, 0.46), c.between(20, 28)
	tilt := c.between(0.16, 0.34)
	c.glow(x, y, r*2.3, p.mid, 0.5)
	c.rings(x, y, r, tilt, p, false)
	lx, ly := x-r*0.5, y-r*0.5
	c.fill((&path{}).circle(x, y, r), func(px, py float64) (rgb, float64) {
		bands := cloud(c.seed+9, px/40, py/3.4)
		col := p.warm.mix(p.mid, smooth(0.3, 0.7, bands)).mix(p.light, 0.5*smooth(0.62, 0.8, bands))
		return col.mix(p.dark, 0.94*smooth(r*0.45, r*1.75, math.Hypot(px-lx, py-ly))), 1
	})
	c.rings(x, y, r, tilt, p, true)
	for range 3 {
		a, d := c.between(0, 6.28), c.between(1.5, 2.3)*r
		mx, my, mr := x+d*math.Cos(a), y+d*math.Sin(a)*0.9, c.between(1.2, 3.6)
		c.fill((&path{}).circle(mx, my, mr), func(px, py float64) (rgb, float64) {
			return p.light.mix(p.dark, smooth(0, mr*1.8, math.Hypot(px-mx+mr*0.6, py-my+mr*0.6))), 1
		})
	}
	ship := c.h * c.between(0.72, 0.78)
	sx := c.between(25, 75)
	c.fill((&path{}).poly(sx-0.5, ship, sx+9, ship-3.2, sx+0.5, ship+1), plain(p.light))
	c.fill((&path{}).poly(sx-0.3, ship+0.3, sx-38, ship+13.4, sx+0.3, ship+0.8), func(px, _ float64) (rgb, float64) { return p.warm, smooth(sx-38, sx, px) * 0.7 })
}

// rings paints one half of the rings, so that the planet can be painted between the two.
func (c *canvas) rings(x, y, r, tilt float64, p palette, front bool) {
	for i := range 5 {
		d := r * (1.35 + 0.13*float64(i))
		wide := r * (0.05 + 0.012*float64(i%3))
		ring := (&path{}).ellipse(x, y, d+wide, (d+wide)*tilt).ellipse(x, y, -(d - wide), (d-wide)*tilt)
		c.fill(ring, func(px, py float64) (rgb, float64) {
			if (py > y) != front {
				return p.light, 0
			}
			return p.light.mix(p.warm, 0.25*float64(i)).mix(p.dark, 0.45*smooth(x-r, x+r*1.8, px)), 0.85
		})
	}
}

// record is a vinyl record in front of rays.
func record(c *canvas, p palette) {
	c.rows(func(y float64) rgb { return p.warm.mix(p.light, 0.5-0.5*y/c.h) })
	for i := range 9 {
		a := float64(i)/9*2*math.Pi + 0.2
		b := a + math.Pi/9
		x, y := 50.0, c.h*0.42
		c.fill((&path{}).poly(x, y, x+200*math.Cos(a), y+200*math.Sin(a), x+200*math.Cos(b), y+200*math.Sin(b)), veil(p.mid, 0.5))
	}
	x, y, r := 50.0, c.h*0.42, 38.0
	c.fill((&path{}).circle(x+1.5, y+2.4, r), veil(p.dark, 0.35))
	c.fill((&path{}).circle(x, y, r), func(px, py float64) (rgb, float64) {
		d, a := math.Hypot(px-x, py-y), math.Atan2(py-y, px-x)
		groove := 0.5 + 0.5*math.Sin(d*9)
		shine := math.Pow(math.Abs(math.Cos(a-0.8)), 14) * 0.5
		return p.dark.mix(p.deep, 0.18*groove+shine), 1
	})
	c.fill((&path{}).circle(x, y, 13), plain(p.warm))
	c.fill((&path{}).circle(x, y, 13).circle(x, y, -12.2), plain(p.light))
	c.fill((&path{}).circle(x, y, 5.4), plain(p.mid))
	c.fill((&path{}).circle(x, y, 1.3), plain(p.light))
}
