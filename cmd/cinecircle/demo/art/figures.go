package art

import "math"

// portrait is a head in profile that holds a landscape.
func portrait(c *canvas, p palette) {
	c.shade(func(x, y float64) rgb {
		return p.light.mix(p.warm, 0.35*smooth(0, c.h, y)+0.12*cloud(c.seed, x/30, y/30))
	})
	c.fill((&path{}).circle(50, c.h*0.4, 40), plain(p.warm.mix(p.mid, 0.35)))
	horizon := c.h * c.between(0.42, 0.5)
	seed := c.seed
	inside := func(x, y float64) (rgb, float64) {
		col := p.deep.mix(p.mid, smooth(c.h*0.1, horizon, y)).mix(p.warm, 0.7*smooth(horizon-18, horizon+4, y))
		if math.Hypot(x-54, y-horizon+9) < 8 {
			col = p.light
		}
		for i := range 4 {
			base := horizon + 6 + 11*float64(i)
			if y > base-15*(cloud(seed+uint64(i)*5, x/20, 0)-0.4) {
				col = p.mid.mix(p.deep, 0.3+0.2*float64(i)).mix(p.dark, 0.15+0.28*float64(i))
			}
		}
		return col, 1
	}
	c.bust(50, c.h*1.02, c.h*0.78, inside, false)
	birds := &path{}
	for range 7 {
		x, y, s := c.between(30, 92), c.h*c.between(0.07, 0.2), c.between(0.9, 1.9)
		birds.m(x-2*s, y-s*0.7).q(x-s, y-s, x, y).q(x+s, y-s, x+2*s, y-s*0.7).q(x+s, y-0.5*s, x, y+0.35*s).q(x-s, y-0.5*s, x-2*s, y-s*0.7).z()
	}
	c.fill(birds, plain(p.dark))
}

// bust paints a head and shoulders in profile, facing right, with the lower edge at foot.
func (c *canvas) bust(x, foot, tall float64, with ink, hat bool) {
	u := tall / 100
	f := func(v float64) float64 { return x + v*u }
	g := func(v float64) float64 { return foot - v*u }
	head := (&path{}).m(f(-46), g(0)).
		c(f(-45), g(20), f(-32), g(27), f(-17), g(31)).
		c(f(-12), g(33), f(-12), g(38), f(-13), g(44)).
		c(f(-24), g(54), f(-27), g(66), f(-24), g(78)).
		c(f(-20), g(93), f(-6), g(100), f(8), g(98)).
		c(f(19), g(96), f(25), g(88), f(25), g(78)).
		c(f(25), g(74), f(26), g(72), f(27), g(70)).
		l(f(32), g(62)).
		c(f(33), g(60), f(31), g(59.5), f(28.5), g(59)).
		c(f(29), g(57), f(29.5), g(56), f(28.5), g(55)).
		c(f(29.5), g(53.5), f(29), g(52), f(27.5), g(51)).
		c(f(28.5), g(46), f(27), g(42), f(21), g(41)).
		c(f(15), g(40.5), f(11), g(40), f(9), g(37)).
		c(f(8), g(33), f(10), g(30), f(16), g(28)).
		c(f(32), g(23), f(41), g(16), f(43), g(0)).z()
	c.fill(head, with)
	if hat {
		c.fill((&path{}).m(f(-38), g(82)).c(f(-20), g(79), f(20), g(79), f(42), g(80)).c(f(40), g(84), f(30), g(86), f(25), g(86)).
			c(f(24), g(100), f(18), g(111), f(8), g(109)).c(f(2), g(106), f(-4), g(110), f(-10), g(110)).
			c(f(-20), g(108), f(-24), g(98), f(-25), g(88)).z(), with)
	}
}

// umbrellas is a crowd of umbrellas in the rain, from above.
func umbrellas(c *canvas, p palette) {
	c.shade(func(x, y float64) rgb {
		return p.deep.mix(p.dark, 0.55*cloud(c.seed, x/18, y/40)+0.3*smooth(0, c.h, y))
	})
	colours := []rgb{p.dark.mix(p.deep, 0.5), p.mid, p.deep.mix(p.mid, 0.5), p.light.mix(p.mid, 0.35)}
	var placed [][3]float64
	for range 400 {
		x, y, r := c.between(0, 100), c.between(0, c.h), c.between(8, 15)
		free := true
		for _, o := range placed {
			free = free && math.Hypot(o[0]-x, o[1]-y) > (o[2]+r)*1.02
		}
		if free {
			placed = append(placed, [3]float64{x, y, r})
		}
	}
	chosen := 0
	for i, o := range placed {
		if d := math.Hypot(o[0]-50, o[1]-c.h*0.42); d < math.Hypot(placed[chosen][0]-50, placed[chosen][1]-c.h*0.42) {
			chosen = i
		}
	}
	for i, o := range placed {
		colour := colours[c.r.IntN(len(colours))]
		if i == chosen {
			colour = p.warm
		}
		c.umbrella(o[0], o[1], o[2], colour, p)
	}
	rain := &path{}
	for range 190 {
		x, y, long := c.between(-5, 105), c.between(-5, c.h), c.between(2, 6)
		rain.line(x, y, x-long*0.28, y+long, 0.13)
	}
	c.fill(rain, veil(p.light, 0.45))
}

func (c *canvas) umbrella(x, y, r float64, colour rgb, p palette) {
	c.fill((&path{}).circle(x+r*0.14, y+r*0.22, r*1.02), veil(rgb{}, 0.35))
	const ribs = 8
	turn := c.between(0, 1)
	for i := range ribs {
		a, b := (float64(i)+turn)*2*math.Pi/ribs, (float64(i)+1+turn)*2*math.Pi/ribs
		m := (a + b) / 2
		shade := 0.5 + 0.5*math.Cos(m+2.2)
		c.fill((&path{}).m(x, y).l(x+r*math.Cos(a), y+r*math.Sin(a)).q(x+r*0.98*math.Cos(m), y+r*0.98*math.Sin(m), x+r*math.Cos(b), y+r*math.Sin(b)).z(),
			plain(colour.mix(p.dark, 0.4*shade).mix(p.light, 0.14*(1-shade))))
	}
	c.fill((&path{}).circle(x, y, r*0.07), plain(p.light))
}

// kites fly on long strings over a hill.
func kites(c *canvas, p palette) {
	c.rows(func(y float64) rgb { return p.mid.mix(p.light, smooth(0, c.h*0.75, y)) })
	for range 5 {
		c.cumulus(c.between(5, 95), c.h*c.between(0.1, 0.6), c.between(5, 10), p.light)
	}
	hill := func(x float64) float64 { return c.h*0.76 - 9*math.Sin(x/100*math.Pi+0.4) }
	colours := []rgb{p.warm, p.dark, p.deep, p.light, p.warm.mix(p.mid, 0.4)}
	for i := range 6 {
		x, y := 12+15.5*float64(i)+c.between(-4, 4), c.h*c.between(0.1, 0.46)
		gx := 30 + 8*float64(i)
		c.fill((&path{}).m(x, y).q((x+gx)/2+9, (y+hill(gx))/2+16, gx, hill(gx)-4).q((x+gx)/2+9.4, (y+hill(gx))/2+16.4, x+0.22, y).z(), veil(p.dark, 0.7))
		c.kite(x, y, c.between(4.5, 8.5), c.between(-0.5, 0.5), colours[i%len(colours)], colours[(i+2)%len(colours)])
	}
	c.fill((&path{}).below(c, hill), upDown(c.h*0.68, c.h, p.deep.mix(p.mid, 0.25), p.dark))
	for i := range 6 {
		gx := 30 + 8*float64(i)
		c.wanderer(gx, hill(gx)+0.5, c.between(5, 7), p.dark.mix(rgb{}, 0.4), p.warm)
	}
}

func (c *canvas) cumulus(x, y, r float64, colour rgb) {
	puffs := (&path{}).circle(x, y, r).circle(x-r, y+r*0.35, r*0.62).circle(x+r*1.05, y+r*0.3, r*0.7).circle(x+r*0.45, y-r*0.42, r*0.66)
	c.fill(puffs, func(_, py float64) (rgb, float64) { return colour, 0.6 * (1 - smooth(y-r*0.3, y+r, py)) })
}

func (c *canvas) kite(x, y, r, turn float64, a, b rgb) {
	sin, cos := math.Sincos(turn)
	at := func(px, py float64) (qx, qy float64) { return x + (px*cos-py*sin)*r, y + (px*sin+py*cos)*r }
	corner := [4][2]float64{{0, -1}, {0.72, -0.1}, {0, 1.35}, {-0.72, -0.1}}
	for i, q := range corner {
		n := corner[(i+1)%4]
		ax, ay := at(0, -0.1)
		bx, by := at(q[0], q[1])
		cx, cy := at(n[0], n[1])
		colour := a
		if i%2 == 1 {
			colour = b
		}
		c.fill((&path{}).poly(ax, ay, bx, by, cx, cy), plain(colour))
	}
	tail := &path{}
	for i := range 5 {
		tx, ty := at(0.25*math.Sin(float64(i)*1.4), 1.6+0.34*float64(i))
		tail.poly(tx-0.1*r, ty-0.06*r, tx+0.1*r, ty+0.06*r, tx+0.1*r, ty-0.06*r, tx-0.1*r, ty+0.06*r)
	}
	c.fill(tail, plain(a))
}

// garden is leaves and flowers that grow over the whole sheet.
func garden(c *canvas, p palette) {
	c.shade(func(x, y float64) rgb {
		return p.light.mix(p.warm, 0.22*smooth(0, c.h, y)+0.1*cloud(c.seed, x/20, y/20))
	})
	c.fill((&path{}).circle(50, c.h*0.36, 29), plain(p.warm.mix(p.light, 0.15)))
	greens := []rgb{p.dark, p.deep, p.deep.mix(p.mid, 0.5), p.mid}
	for i := range 34 {
		t := float64(i) / 33
		side := math.Copysign(1, float64(i%2)-0.5)
		x, y := 50+side*c.between(22, 58), c.h*(1.06-0.8*t)
		lean := -side*c.between(0.1, 0.8) + c.between(-0.3, 0.3)
		c.leaf(x, y, c.between(17, 33)*(1.15-0.45*t), lean, greens[c.r.IntN(len(greens))], p)
	}
	for range 9 {
		side := math.Copysign(1, c.between(-1, 1))
		c.flower(50+side*c.between(14, 46), c.h*c.between(0.42, 0.93), c.between(4, 8.5), p)
	}
}

// leaf grows upwards from a point, leaning by an angle.
func (c *canvas) leaf(x, y, long, lean float64, colour rgb, p palette) {
	sin, cos := math.Sincos(lean)
	at := func(px, py float64) (qx, qy float64) { return x + (px*cos+py*sin)*long, y + (px*sin-py*cos)*long }
	half := func(side float64) *path {
		h := &path{}
		h.m(x, y)
		ax, ay := at(side*0.3, 0.3)
		bx, by := at(side*0.22, 0.75)
		tx, ty := at(0, 1)
		return h.c(ax, ay, bx, by, tx, ty).z()
	}
	c.fill(half(-1), plain(colour))
	c.fill(half(1), plain(colour.mix(p.light, 0.14)))
	veins := &path{}
	tx, ty := at(0, 0.96)
	veins.line(x, y, tx, ty, 0.3)
	for i := range 5 {
		t := 0.15 + 0.15*float64(i)
		sx, sy := at(0, t)
		for _, side := range []float64{-1, 1} {
			ex, ey := at(side*0.15*(1-0.4*t), t+0.14)
			veins.line(sx, sy, ex, ey, 0.18)
		}
	}
	c.fill(veins, veil(p.light, 0.4))
}

func (c *canvas) flower(x, y, r float64, p palette) {
	colour := p.warm.mix(p.mid, c.between(0, 0.8))
	petals := 5 + c.r.IntN(3)
	for i := range petals {
		a := float64(i) * 2 * math.Pi / float64(petals)
		sin, cos := math.Sincos(a)
		ox, oy := -sin*r*0.62, cos*r*0.62
		c.fill((&path{}).m(x, y).c(x+cos*r*0.5+ox, y+sin*r*0.5+oy, x+cos*r*1.2+ox*0.8, y+sin*r*1.2+oy*0.8, x+cos*r, y+sin*r).
			c(x+cos*r*1.2-ox*0.8, y+sin*r*1.2-oy*0.8, x+cos*r*0.5-ox, y+sin*r*0.5-oy, x, y).z(), plain(colour.mix(p.light, 0.25*float64(i%2))))
	}
	c.fill((&path{}).circle(x, y, r*0.24), plain(p.dark))
	c.fill((&path{}).circle(x, y, r*0.13), plain(p.light))
}
