package art

import "math"

// city is a skyline at night with lit windows.
func city(c *canvas, p palette) {
	c.rows(func(y float64) rgb {
		return p.dark.mix(p.deep, smooth(0, c.h*0.4, y)).mix(p.mid, 0.85*smooth(c.h*0.25, c.h*0.8, y))
	})
	x, y, r := c.between(25, 75), c.h*c.between(0.2, 0.32), c.between(11, 20)
	c.glow(x, y, r*3, p.warm, 0.35)
	c.fill((&path{}).circle(x, y, r), upDown(y-r, y+r, p.light, p.warm))
	const depths = 3
	for i := range depths {
		t := float64(i) / (depths - 1)
		colour := p.mid.mix(p.deep, 0.4+0.3*t).mix(p.dark, 0.2+0.7*t)
		for px := c.between(-8, 0); px < 104; {
			wide := c.between(7, 15) * (0.8 + 0.5*t)
			top := c.h * (c.between(0.38, 0.66) + 0.12*t)
			c.tall(px, top, wide, colour, p, t)
			px += wide + c.between(-0.5, 1.2)
		}
	}
	c.fill((&path{}).rect(-1, c.h*0.86, 102, c.h), func(_, y float64) (rgb, float64) { return p.dark, 0.9 * smooth(c.h*0.84, c.h*0.98, y) })
}

// tall paints a building, some of whose windows are lit.
func (c *canvas) tall(x, top, wide float64, colour rgb, p palette, t float64) {
	body := (&path{}).rect(x, top, wide, c.h)
	switch c.r.IntN(4) {
	case 0:
		body.rect(x+wide*0.25, top-5, wide*0.5, 6)
	case 1:
		body.rect(x+wide*0.46, top-12, 0.5, 13)
	case 2:
		body.poly(x, top, x+wide/2, top-wide*0.4, x+wide, top)
	}
	c.fill(body, upDown(top, c.h, colour, colour.mix(p.mid, 0.18)))
	lit, dim := &path{}, &path{}
	size := 0.75 + 0.45*t
	for wy := top + 2.2; wy < c.h*0.93; wy += size * 2.5 {
		for wx := x + 1.1; wx < x+wide-size-0.6; wx += size * 2 {
			switch n := c.r.Float64(); {
			case n < 0.22:
				lit.rect(wx, wy, size, size*1.35)
			case n < 0.4:
				dim.rect(wx, wy, size, size*1.35)
			}
		}
	}
	c.fill(lit, veil(p.warm.mix(p.light, 0.35), 0.5+0.45*t))
	c.fill(dim, veil(p.mid.mix(p.warm, 0.3), 0.5))
}

// grid is a grid of light under a sun, as in the science fiction of the eighties.
func grid(c *canvas, p palette) {
	horizon := c.h * 0.6
	c.rows(func(y float64) rgb {
		return p.dark.mix(p.deep, smooth(0, horizon*0.7, y)).mix(p.mid, smooth(horizon*0.45, horizon, y))
	})
	c.stars(p.light, 120, horizon*0.8)
	r := c.between(23, 29)
	y := horizon - r*0.62
	c.glow(50, y, r*2.3, p.mid, 0.6)
	c.fill((&path{}).circle(50, y, r), upDown(y-r, y+r*0.8, p.light.mix(p.warm, 0.3), p.mid))
	for i := range 7 {
		by := y - r*0.12 + r*0.17*float64(i)
		c.fill((&path{}).rect(50-r-1, by, 2*r+2, 0.35+0.3*float64(i)), veil(p.deep.mix(p.mid, smooth(horizon*0.45, horizon, by)), 1))
	}
	c.peaks(horizon, p)
	c.fill((&path{}).rect(-1, horizon, 102, c.h), upDown(horizon, c.h, p.deep.mix(p.mid, 0.45), p.dark))
	lines := &path{}
	for i := -16; i <= 16; i++ {
		x := float64(i)
		lines.poly(50+x*2.2-0.06, horizon, 50+x*2.2+0.06, horizon, 50+x*16+0.4, c.h+1, 50+x*16-0.4, c.h+1)
	}
	for t := 0.02; t < 1; t *= 1.42 {
		lines.rect(-1, horizon+(c.h-horizon)*t, 102, 0.12+0.5*t)
	}
	c.fill(lines, func(_, y float64) (rgb, float64) {
		return p.warm, 0.35 + 0.6*smooth(horizon, c.h*0.85, y)
	})
	c.glow(50, horizon, 60, p.mid, 0.25)
}

func (c *canvas) peaks(horizon float64, p palette) {
	seed := c.seed
	ridge := func(x float64) float64 {
		return horizon + 0.4 - smooth(8, 42, math.Abs(x-50))*(5+17*noise(seed, math.Floor(x/7), 0)*(1-math.Abs(math.Mod(x, 7)/3.5-1)*0.8))
	}
	c.fill((&path{}).below(c, ridge), upDown(horizon-20, horizon, p.deep, p.dark))
	c.fill((&path{}).band(c, ridge, 0.35), plain(p.warm))
}

// noir is a man in a hat under a street lamp, or light through a blind.
func noir(c *canvas, p palette) {
	if c.seed%2 == 0 {
		blind(c, p)
		return
	}
	c.shade(func(x, y float64) rgb {
		return p.dark.mix(p.deep, 0.6*cloud(c.seed, x/25, y/25)+0.25*smooth(c.h, 0, y))
	})
	lx := c.between(28, 72)
	lamp := c.h * 0.17
	floor := c.h * 0.73
	c.fillBy((&path{}).poly(lx-2.2, lamp+1, lx+2.2, lamp+1, lx+33, floor, lx-33, floor), func(x, y float64) (rgb, float64) {
		t := (y - lamp) / (floor - lamp)
		edge := math.Abs(x-lx) / (2.2 + 31*t)
		return p.light, (0.6 - 0.35*t) * (1 - smooth(0.45, 1, edge))
	}, screen)
	c.fill((&path{}).ellipse(lx, floor, 34, 6.5), func(x, y float64) (rgb, float64) {
		return p.light, 0.5 * (1 - smooth(0.2, 1, math.Hypot((x-lx)/34, (y-floor)/6.5)))
	})
	c.fill((&path{}).rect(lx-18, lamp-2.2, 17, 0.9).rect(lx-18, lamp-2.2, 1.1, floor-lamp+3).poly(lx-3.4, lamp+1, lx-1.8, lamp-2.2, lx+1.8, lamp-2.2, lx+3.4, lamp+1), plain(p.dark.mix(rgb{}, 0.6)))
	c.glow(lx, lamp+1, 15, p.light, 0.9)
	c.fill((&path{}).poly(lx+3, floor+1, lx+9, floor+1, lx+42, floor+19, lx+25, floor+19), veil(rgb{}, 0.55))
	c.detective(lx+5, floor+2.5, 40, p.dark.mix(rgb{}, 0.75), p.warm)
}

// detective paints a man in a long coat. Only the band of his hat has a colour.
func (c *canvas) detective(x, foot, tall float64, body, band rgb) {
	u := tall / 40
	at := func(xy ...float64) []float64 {
		for i := range xy {
			if xy[i] *= u; i%2 == 0 {
				xy[i] += x
			} else {
				xy[i] += foot
			}
		}
		return xy
	}
	c.fill((&path{}).poly(at(-4, 0, -3.6, -10, -5.6, -11, -6.8, -24, -5.6, -29.5, -1.8, -31.4, 1.8, -31.4, 5.6, -29.5, 6.8, -24, 5.6, -11, 3.6, -10, 4, 0, 0.8, 0, 0.2, -9, -0.2, -9, -0.8, 0)...), plain(body))
	c.fill((&path{}).ellipse(x, foot-33.6*u, 2.5*u, 3.1*u), plain(body))
	c.fill((&path{}).ellipse(x, foot-35.3*u, 5.4*u, 0.95*u), plain(body))
	c.fill((&path{}).poly(at(-3, -35.3, -2.6, -39.2, -0.6, -40, 0.6, -39.4, 2.6, -39.4, 3, -35.3)...), plain(body))
	c.fill((&path{}).poly(at(-2.95, -35.9, -2.8, -37, 2.8, -37, 2.95, -35.9)...), plain(band))
}

func blind(c *canvas, p palette) {
	c.rows(func(y float64) rgb { return p.dark.mix(p.deep, smooth(c.h, 0, y)) })
	slant := c.between(-0.22, 0.22)
	for y := -20.0; y < c.h+20; y += 7.4 {
		c.fill((&path{}).poly(-1, y-slant*50, 101, y+slant*50, 101, y+3.9+slant*50, -1, y+3.9-slant*50), func(x, y float64) (rgb, float64) {
			return p.light.mix(p.warm, 0.35), 0.9 - 0.65*smooth(10, 75, math.Hypot(x-62, (y-c.h*0.4)*0.8))
		})
	}
	c.bust(c.between(40, 50), c.h*1.02, c.h*0.62, plain(p.dark.mix(rgb{}, 0.6)), true)
	c.fill((&path{}).rect(-1, c.h*0.86, 102, c.h), func(_, y float64) (rgb, float64) { return p.dark, smooth(c.h*0.82, c.h*0.95, y) })
}

// corridor is doors one behind another, with a figure.
func corridor(c *canvas, p palette) {
	c.rows(func(float64) rgb { return p.dark })
	vx, vy := c.between(42, 58), c.h*c.between(0.5, 0.56)
	const doors = 9
	for i := range doors {
		t := float64(i) / (doors - 1)
		k := math.Pow(0.68, float64(i))
		l, r := vx-(vx+2)*k, vx+(102-vx)*k
		top, foot := vy-(vy+2)*k, vy+(c.h+2-vy)*k
		wall := p.dark.mix(p.deep, 0.25+0.5*t).mix(p.mid, smooth(0.35, 1, t)).mix(p.light, 0.55*smooth(0.75, 1, t))
		if i%2 == 1 {
			wall = wall.mix(p.dark, 0.38)
		}
		c.fill((&path{}).rect(l, top, r-l, foot-top), upDown(top, foot, wall.mix(p.dark, 0.35), wall))
	}
	k := math.Pow(0.68, doors)
	c.fill((&path{}).rect(vx-vx*k, vy-vy*k, 100*k, c.h*k), plain(p.light))
	c.glow(vx, vy, 34, p.warm, 0.75)
	c.fillBy((&path{}).poly(vx-2, vy+2.6, vx+2, vy+2.6, vx+27, c.h+1, vx-27, c.h+1), func(_, y float64) (rgb, float64) {
		return p.warm, 0.5 * (1 - smooth(vy, c.h, y))
	}, screen)
	foot := vy + (c.h-vy)*0.34
	c.fill((&path{}).poly(vx-1, foot, vx+1, foot, vx+6, c.h, vx-6, c.h), veil(rgb{}, 0.6))
	c.wanderer(vx, foot, 19, p.dark.mix(rgb{}, 0.7), p.dark.mix(rgb{}, 0.6))
}

// alley is steps between houses under wires and lanterns.
func alley(c *canvas, p palette) {
	c.rows(func(y float64) rgb {
		return p.deep.mix(p.mid, smooth(0, c.h*0.3, y)).mix(p.warm, smooth(c.h*0.15, c.h*0.5, y)).mix(p.light, 0.6*smooth(c.h*0.35, c.h*0.6, y))
	})
	vy := c.h * 0.55
	c.fill((&path{}).poly(45, vy, 55, vy, 88, c.h+1, 12, c.h+1), upDown(vy, c.h, p.warm.mix(p.mid, 0.5), p.dark))
	steps := &path{}
	for t := 0.08; t < 1; t *= 1.27 {
		y := vy + (c.h-vy)*t
		steps.rect(50-5-33*t, y, 10+66*t, 0.25+0.7*t)
	}
	c.fill(steps, veil(p.dark, 0.45))
	const houses = 5
	for i := houses - 1; i >= 0; i-- {
		near := math.Pow(0.62, float64(i))
		next := math.Pow(0.62, float64(i+1))
		for _, side := range []float64{-1, 1} {
			roof := c.between(0.5, 0.85)
			x0, x1 := 50+side*(5+45*near)+side*2, 50+side*(5+45*next)
			y0, y1 := vy-vy*roof*near*1.15, vy-vy*roof*near
			f0, f1 := vy+(c.h-vy)*near+2, vy+(c.h-vy)*next
			colour := p.warm.mix(p.deep, 0.45+0.3*near).mix(p.dark, 0.25+0.5*near)
			if side > 0 {
				colour = colour.mix(p.dark, 0.3)
			}
			c.fill((&path{}).poly(x0, y0, x1, y1, x1, f1, x0, f0), plain(colour))
			c.fill((&path{}).poly(x0, y0, x1-side*2.4*near, y1+0.8*near, x1-side*2.4*near, y1-1.6*near, x0, y0-5*near), plain(colour.mix(p.dark, 0.6)))
			for k := range 2 {
				t := 0.28 + 0.36*float64(k)
				wx, ww := x0+(x1-x0)*t, (x1-x0)*0.2
				wy := y0 + (f0-y0)*0.3 + 2
				c.fill((&path{}).rect(math.Min(wx, wx+ww), wy, math.Abs(ww), math.Abs(ww)*1.25), veil(p.warm.mix(p.light, 0.5), 0.9))
			}
		}
	}
	c.wires(p)
}

func (c *canvas) wires(p palette) {
	for range 4 {
		y0, y1, sag := c.h*c.between(0.08, 0.34), c.h*c.between(0.08, 0.34), c.between(6, 14)
		at := func(x float64) float64 { t := x / 100; return y0 + (y1-y0)*t + sag*4*t*(1-t) }
		c.fill((&path{}).band(c, at, 0.28), plain(p.dark))
		for x := c.between(14, 24); x < 90; x += c.between(15, 22) {
			c.glow(x, at(x)+1.6, 7, p.warm, 0.55)
			c.fill((&path{}).ellipse(x, at(x)+1.7, 1.25, 1.6), plain(p.light.mix(p.warm, 0.45)))
		}
	}
}
