package art

import "math"

// sunset is a sun cut into bands above the sea, between headlands.
func sunset(c *canvas, p palette) {
	horizon := c.h * c.between(0.58, 0.68)
	c.rows(func(y float64) rgb { return p.sky(y / horizon * 0.92) })
	x, r := c.between(34, 66), c.between(19, 25)
	y := horizon - r*c.between(0.25, 0.7)
	c.glow(x, y, r*3.2, p.warm, 0.35)
	sun := (&path{}).circle(x, y, r)
	c.fill(sun, upDown(y-r, y+r, p.light, p.warm))
	for i := range 5 { // bands of the sky before the sun
		by := y + r*(0.1+0.2*float64(i))
		c.fill((&path{}).rect(x-r-1, by, 2*r+2, 0.5+0.45*float64(i)), veil(p.sky(by/horizon*0.92), 0.9))
	}
	c.fill((&path{}).rect(-1, horizon, 102, c.h), upDown(horizon, c.h, p.mid.mix(p.warm, 0.35), p.dark))
	c.glitter(p, x, horizon, r)
	for i, side := range []float64{-1, 1} {
		top := horizon - c.between(5, 13)
		seed := c.seed + uint64(i)
		c.fill((&path{}).below(c, func(px float64) float64 {
			far := (50 + side*50 - px) * side // how far from the edge of that side
			rise := smooth(46, 4, far)
			return horizon + 1.2 - rise*(horizon-top) - rise*4*noise(seed, px/9, 0) + 200*smooth(47, 47.5, far)
		}), plain(p.dark.mix(p.deep, 0.25*float64(i))))
	}
}

// glitter paints the light of the sun on the water.
func (c *canvas) glitter(p palette, x, horizon, r float64) {
	strokes := &path{}
	for y := horizon + 0.8; y < c.h; y += c.between(0.9, 1.7) {
		depth := (y - horizon) / (c.h - horizon)
		for range 4 {
			long := c.between(2, 11) * (0.4 + depth)
			at := x + c.between(-1, 1)*(r*0.5+depth*r*0.9)
			strokes.rect(at-long/2, y, long, 0.16+depth*0.5)
		}
	}
	c.fill(strokes, func(_, y float64) (rgb, float64) {
		return p.light.mix(p.warm, (y-horizon)/(c.h-horizon)), 0.85 - 0.6*(y-horizon)/(c.h-horizon)
	})
}

// mountains is ranges in haze under a moon, with a small figure.
func mountains(c *canvas, p palette) {
	c.rows(func(y float64) rgb { return p.deep.mix(p.light, smooth(0, 0.75*c.h, y)) })
	x, y, r := c.between(22, 78), c.h*c.between(0.16, 0.3), c.between(7, 14)
	c.glow(x, y, r*4, p.light, 0.4)
	c.fill((&path{}).circle(x, y, r), plain(p.light.mix(p.warm, 0.25)))
	const ranges = 6
	var last func(float64) float64
	for i := range ranges {
		t := float64(i) / (ranges - 1)
		base, rough, seed := c.h*(0.36+0.37*t), 20-9*t, c.seed+uint64(i)*7
		ridge := func(px float64) float64 {
			return base - rough*(cloud(seed, px/26, 0.5)-0.35)*1.9 - 2.2*math.Abs(noise(seed+3, px/3.1, 0)-0.5)
		}
		near := p.mid.mix(p.light, 0.55).mix(p.dark, math.Pow(t, 0.8))
		c.fill((&path{}).below(c, ridge), upDown(base-rough, base+26, near, near.mix(p.light, 0.42*(1-t))))
		last = ridge
	}
	wx := c.between(28, 72)
	c.wanderer(wx, last(wx)+0.4, 7, p.dark.mix(rgb{}, 0.4), p.warm)
}

// wanderer paints a figure from behind, with a scarf. x, y is between the feet.
func (c *canvas) wanderer(x, y, tall float64, body, scarf rgb) {
	u := tall / 10
	figure := (&path{}).poly(x-1.5*u, y, x-1.9*u, y-5.4*u, x-1.3*u, y-7.4*u, x+1.3*u, y-7.4*u, x+1.9*u, y-5.4*u, x+1.5*u, y, x+0.3*u, y, x, y-3*u, x-0.3*u, y)
	c.fill(figure, plain(body))
	c.fill((&path{}).circle(x, y-8.7*u, 1.25*u), plain(body))
	c.fill((&path{}).poly(x-1.2*u, y-7.7*u, x+1.2*u, y-7.7*u, x+1.2*u, y-6.9*u, x+4.4*u, y-6.2*u, x+4.1*u, y-5.3*u, x-1.2*u, y-6.8*u), plain(scarf))
}

// waves is a stylised sea with a small boat.
func waves(c *canvas, p palette) {
	c.rows(func(y float64) rgb { return p.light.mix(p.warm, 0.75*smooth(0, c.h*0.5, y)) })
	x, y, r := c.between(30, 70), c.h*c.between(0.24, 0.31), c.between(13, 19)
	c.fill((&path{}).circle(x, y, r), plain(p.warm.mix(p.mid, 0.6)))
	const rows = 9
	boatAt := 2 + c.r.IntN(2)
	for i := range rows {
		t := float64(i) / (rows - 1)
		base, swell, long, phase := c.h*(0.42+0.62*t*t*0.7+0.2*t), 2.2+3.4*t, 19+17*t, c.between(0, 6.28)
		crest := func(px float64) float64 {
			// The crest is sharper than the trough, as of real waves.
			return base - swell*(1-math.Abs(math.Sin(px/long*math.Pi+phase)))*2 + swell
		}
		if i == boatAt {
			bx := c.between(24, 76)
			c.boat(bx, crest(bx)+1.2, 7.5, p.dark, p.light)
		}
		colour := p.mid.mix(p.deep, t).mix(p.dark, 0.6*t*t)
		c.fill((&path{}).below(c, crest), upDown(base-swell, base+24, colour, colour.mix(p.dark, 0.45)))
		line := &path{}
		for d := range 3 {
			off := 1 + float64(d)*(1.1+0.5*t)
			line.band(c, func(px float64) float64 { return crest(px) + off }, 0.28+0.14*t-0.07*float64(d))
		}
		c.fill(line, veil(p.light, 0.6-0.25*t))
	}
}

// band adds a line of a width along a curve.
func (p *path) band(c *canvas, curve func(x float64) float64, width float64) *path {
	p.m(-1, curve(-1))
	for x := -0.5; x <= c.w+1; x += 0.5 {
		p.l(x, curve(x))
	}
	for x := c.w + 1; x >= -1; x -= 0.5 {
		p.l(x, curve(x)+width)
	}
	return p.z()
}

func (c *canvas) boat(x, y, long float64, hull, sail rgb) {
	c.fill((&path{}).m(x-long/2, y-long*0.2).l(x+long/2, y-long*0.2).q(x+long*0.34, y+long*0.1, x, y+long*0.1).q(x-long*0.36, y+long*0.1, x-long/2, y-long*0.2).z(), plain(hull))
	c.fill((&path{}).m(x-long*0.03, y-long*1.25).q(x+long*0.5, y-long*0.7, x+long*0.42, y-long*0.28).l(x-long*0.03, y-long*0.28).z(), plain(sail))
	c.fill((&path{}).poly(x-long*0.08, y-long*1.0, x-long*0.08, y-long*0.28, x-long*0.38, y-long*0.28), plain(sail.mix(hull, 0.25)))
}

// road leads across a plain to mesas.
func road(c *canvas, p palette) {
	horizon := c.h * c.between(0.52, 0.6)
	c.rows(func(y float64) rgb {
		return p.deep.mix(p.light, smooth(0, horizon, y)).mix(p.warm, 0.5*smooth(horizon*0.55, horizon, y))
	})
	x, r := c.between(30, 70), c.between(9, 15)
	c.glow(x, horizon-r*0.6, r*3.4, p.light, 0.5)
	c.fill((&path{}).circle(x, horizon-r*0.8, r), plain(p.light))
	for i := range 3 {
		c.mesa(c.between(0, 34)+33*float64(i), horizon+0.6, c.between(11, 24), c.between(7, 21), p.mid.mix(p.deep, 0.35+0.25*float64(i)), p)
	}
	c.fill((&path{}).rect(-1, horizon, 102, c.h), upDown(horizon, c.h, p.warm.mix(p.mid, 0.45), p.dark.mix(p.deep, 0.4)))
	bend := c.between(-9, 9)
	edge := func(y, side float64) float64 {
		t := (y - horizon) / (c.h - horizon)
		return 50 + bend*math.Sin(t*math.Pi)*(1-t) + side*(0.5+44*t*t)
	}
	way := (&path{}).m(edge(horizon, -1), horizon)
	for y := horizon; y <= c.h+1; y++ {
		way.l(edge(y, -1), y)
	}
	for y := c.h + 1; y >= horizon; y-- {
		way.l(edge(y, 1), y)
	}
	c.fill(way.z(), upDown(horizon, c.h, p.deep, p.dark.mix(rgb{}, 0.35)))
	dashes := &path{}
	for t := 0.12; t < 1; t *= 1.33 {
		y0, y1 := horizon+(c.h-horizon)*t, horizon+(c.h-horizon)*t*1.15
		w0, w1 := 0.15+1.7*t*t, 0.15+1.7*t*t*1.32
		m0, m1 := edge(y0, 0), edge(y1, 0)
		dashes.poly(m0-w0/2, y0, m0+w0/2, y0, m1+w1/2, y1, m1-w1/2, y1)
	}
	c.fill(dashes, plain(p.warm.mix(p.light, 0.4)))
	shrubs := &path{}
	for range 60 {
		t := math.Sqrt(c.r.Float64())
		y := horizon + 1 + (c.h-horizon)*t*0.96
		sx := c.between(0, 100)
		if math.Abs(sx-edge(y, 0)) > 3+50*t*t {
			shrubs.ellipse(sx, y, 0.4+1.7*t, 0.2+0.7*t)
		}
	}
	c.fill(shrubs, veil(p.dark, 0.7))
}

func (c *canvas) mesa(x, foot, wide, tall float64, colour rgb, p palette) {
	outline := (&path{}).m(x-wide*0.75, foot).l(x-wide*0.46, foot-tall*0.45).l(x-wide*0.4, foot-tall)
	for px := -0.36; px < 0.4; px += 0.12 {
		outline.l(x+wide*px, foot-tall-c.between(0, tall*0.06))
	}
	outline.l(x+wide*0.41, foot-tall).l(x+wide*0.47, foot-tall*0.4).l(x+wide*0.78, foot).z()
	c.fill(outline, func(px, y float64) (rgb, float64) {
		lit := 0.3 * noise(c.seed, y*1.1, 3) // layers of rock
		return colour.mix(p.warm, lit+0.2*smooth(x-wide, x+wide, px)), 1
	})
}

// forest is trunks in fog around one light.
func forest(c *canvas, p palette) {
	x, y := c.between(36, 64), c.h*c.between(0.5, 0.6)
	c.shade(func(px, py float64) rgb {
		d := math.Hypot(px-x, (py-y)*0.8) / 75
		return p.light.mix(p.mid, smooth(0, 0.55, d)).mix(p.deep, smooth(0.3, 1.1, d)).mix(p.dark, 0.6*smooth(0.8*c.h, c.h, py))
	})
	const depths = 5
	for i := range depths {
		t := float64(i) / (depths - 1)
		trunks := &path{}
		for px := c.between(-6, 4); px < 106; px += c.between(9, 17) * (0.45 + 0.85*t) {
			if t > 0.5 && math.Abs(px-x) < 15*t { // leave the light visible
				continue
			}
			c.tree(trunks, px, c.h*(0.72+0.3*t), (0.9+4.4*t*t)*c.between(0.7, 1.3))
		}
		colour := p.mid.mix(p.light, 0.3).mix(p.dark, 0.15+0.85*t)
		c.fill(trunks, veil(colour, 0.5+0.5*t))
		floor := c.h * (0.73 + 0.25*t)
		seed := c.seed + uint64(i)
		c.fill((&path{}).below(c, func(px float64) float64 { return floor - 4*cloud(seed, px/12, 1) }), upDown(floor-4, floor+20, colour, colour.mix(p.dark, 0.5)))
	}
	c.wanderer(x, c.h*0.87, 7, p.dark.mix(rgb{}, 0.5), p.warm)
	c.glow(x+1.5, c.h*0.87-3, 9, p.warm, 0.9)
}

// tree adds a trunk that gets thinner upwards, with bare branches.
func (c *canvas) tree(trunks *path, x, foot, wide float64) {
	lean := c.between(-3, 3)
	trunks.poly(x-wide*0.75, foot, x-wide*0.4+lean, -2, x+wide*0.4+lean, -2, x+wide*0.75, foot)
	for range 5 {
		t := c.between(0.1, 0.6)
		by, bx := foot*t, x+lean*(1-t)
		side := c.between(-1, 1)
		reach := wide * 3.6 * math.Copysign(0.5+math.Abs(side), side)
		trunks.poly(bx, by+wide*0.3, bx+reach*0.6, by-wide*1.6, bx+reach, by-wide*3.4, bx+reach*0.62, by-wide*1.9, bx, by-wide*0.3)
	}
}

// lighthouse is a tower on a rock with its beam over the sea.
func lighthouse(c *canvas, p palette) {
	horizon := c.h * 0.72
	c.shade(func(x, y float64) rgb {
		base := p.dark.mix(p.deep, smooth(0, horizon, y)).mix(p.mid, 0.7*smooth(0.4*horizon, horizon, y))
		return base.mix(p.mid, 0.35*smooth(0.5, 0.85, cloud(c.seed, x/22, y/11)))
	})
	c.stars(p.light, 70, horizon*0.6)
	x, top := c.between(30, 70), c.h*c.between(0.25, 0.33)
	side := math.Copysign(1, 50-x)
	for _, k := range []float64{1, -0.55} {
		far, spread := side*k*120, 17*math.Abs(k)
		c.fillBy((&path{}).poly(x, top-0.6, x+far, top-spread, x+far, top+spread*0.75, x, top+0.6), func(px, _ float64) (rgb, float64) {
			return p.light, 0.62 * (1 - smooth(0, 105, math.Abs(px-x)))
		}, screen)
	}
	c.fill((&path{}).rect(-1, horizon, 102, c.h), upDown(horizon, c.h, p.deep.mix(p.mid, 0.4), p.dark))
	c.glitter(p, x, horizon, 12)
	seed := c.seed
	c.fill((&path{}).below(c, func(px float64) float64 {
		return horizon + 3 + 26*smooth(8, 42, math.Abs(px-x)) - 5*noise(seed, px/4, 0)
	}), plain(p.dark.mix(rgb{}, 0.3)))
	c.tower(x, top, horizon+2, p)
	c.glow(x, top, 17, p.warm.mix(p.light, 0.5), 1)
}

func (c *canvas) tower(x, top, foot float64, p palette) {
	width := func(y float64) float64 { return 2.6 + 2.4*(y-top)/(foot-top) }
	const bands = 7
	for i := range bands {
		y0, y1 := top+2.4+(foot-top-2.4)*float64(i)/bands, top+2.4+(foot-top-2.4)*float64(i+1)/bands
		colour := p.light
		if i%2 == 1 {
			colour = p.mid.mix(p.warm, 0.5)
		}
		c.fill((&path{}).poly(x-width(y0), y0, x+width(y0), y0, x+width(y1), y1, x-width(y1), y1), func(px, _ float64) (rgb, float64) {
			return colour.mix(p.dark, 0.15+0.75*smooth(x-3, x+5, px)), 1
		})
	}
	c.fill((&path{}).rect(x-3.6, top+1.6, 7.2, 0.9), plain(p.dark))
	c.fill((&path{}).rect(x-1.9, top-1.8, 3.8, 3.4), plain(p.light.mix(p.warm, 0.3)))
	c.fill((&path{}).poly(x-2.7, top-1.7, x, top-5, x+2.7, top-1.7), plain(p.dark))
}

// stars paints n stars between the top and a height.
func (c *canvas) stars(colour rgb, n int, down float64) {
	for range n {
		x, y, r := c.between(0, 100), c.between(0, down), c.between(0.08, 0.34)
		c.fill((&path{}).circle(x, y, r), veil(colour, c.between(0.35, 1)))
	}
}

// snow is snowfall on hills with a lone house.
func snow(c *canvas, p palette) {
	c.rows(func(y float64) rgb {
		return p.deep.mix(p.mid, smooth(0, c.h*0.5, y)).mix(p.light, 0.75*smooth(c.h*0.25, c.h*0.75, y))
	})
	for i := range 3 {
		seed, base := c.seed+uint64(i), c.h*(0.5+0.11*float64(i))
		hill := func(px float64) float64 { return base - 17*(cloud(seed, px/44, 2)-0.5) }
		c.firs(hill, p.deep.mix(p.light, 0.5-0.22*float64(i)), 2.4+1.9*float64(i), 13-3*i)
		c.fill((&path{}).below(c, hill), upDown(base-9, base+26, p.light.mix(p.mid, 0.3-0.1*float64(i)), p.light.mix(p.mid, 0.55)))
		if i == 1 {
			x := c.between(30, 68)
			c.house(x, hill(x)+1.5, 11, p)
		}
	}
	c.flakes(p.light)
}

func (c *canvas) firs(ground func(float64) float64, colour rgb, tall float64, n int) {
	all := &path{}
	for range n {
		x, k := c.between(-2, 102), c.between(0.7, 1.5)
		foot := ground(x) + 1
		for tier := range 3 {
			y, half := foot-tall*k*0.85*float64(tier), tall*k*(0.62-0.14*float64(tier))
			all.poly(x-half, y, x, y-tall*k*1.5, x+half, y)
		}
	}
	c.fill(all, plain(colour))
}

func (c *canvas) house(x, y, wide float64, p palette) {
	c.glow(x, y-wide*0.2, wide*1.9, p.warm, 0.55)
	wall := p.dark.mix(p.deep, 0.3)
	c.fill((&path{}).rect(x-wide/2, y-wide*0.5, wide, wide*0.55), plain(wall))
	c.fill((&path{}).rect(x+wide*0.2, y-wide*1.05, wide*0.11, wide*0.3), plain(wall))
	c.fill((&path{}).poly(x-wide*0.62, y-wide*0.48, x, y-wide*1.0, x+wide*0.62, y-wide*0.48), plain(p.light))
	c.fill((&path{}).poly(x-wide*0.5, y-wide*0.46, x, y-wide*0.86, x+wide*0.5, y-wide*0.46), plain(wall))
	c.fill((&path{}).rect(x-wide*0.32, y-wide*0.34, wide*0.2, wide*0.2).rect(x+wide*0.12, y-wide*0.34, wide*0.2, wide*0.2), plain(p.warm.mix(p.light, 0.35)))
	smoke := &path{}
	for i := range 9 {
		t := float64(i)
		smoke.circle(x+wide*0.26+t*0.9+1.2*math.Sin(t), y-wide*1.1-t*2.1, 0.5+0.28*t)
	}
	c.fill(smoke, veil(p.light, 0.28))
}

func (c *canvas) flakes(colour rgb) {
	far, near := &path{}, &path{}
	for range 150 {
		far.circle(c.between(0, 100), c.between(0, c.h), c.between(0.12, 0.34))
	}
	for range 34 {
		near.circle(c.between(0, 100), c.between(0, c.h), c.between(0.45, 1.1))
	}
	c.fill(far, veil(colour, 0.8))
	c.fill(near, veil(colour, 0.55))
}
