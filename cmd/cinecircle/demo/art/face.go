package art

import (
	"image"
	"math"
)

// Face paints a simple face on a square whose width is in pixels. Each seed gives another face.
func Face(seed uint64, width int) *image.RGBA {
	c := newCanvas(width, width, seed)
	names := Palettes()
	p := palettes[names[c.r.IntN(len(names))]]
	back := []rgb{p.mid, p.warm, p.deep, p.light.mix(p.warm, 0.4)}[c.r.IntN(4)]
	c.rows(func(y float64) rgb { return back.mix(p.light, 0.22*(1-y/100)) })
	if c.r.IntN(2) == 0 {
		c.fill((&path{}).circle(50, 46, c.between(34, 44)), veil(p.light, 0.28))
	}
	skin := []rgb{hex("f6d5bd"), hex("eebf9b"), hex("d79c72"), hex("a86f49"), hex("7a4a2e"), hex("f2c9a8")}[c.r.IntN(6)]
	hair := []rgb{hex("1d1718"), hex("2b1d16"), hex("4b2e1e"), hex("8a5a33"), hex("b9b3ab"), hex("15131a"), p.dark}[c.r.IntN(7)]
	style := c.r.IntN(6)
	c.hairBehind(style, hair)
	c.shoulders(p, back)
	c.fill((&path{}).m(43, 58).l(57, 58).l(58, 74).q(50, 81, 42, 74).z(), plain(skin.mix(p.dark, 0.2)))
	c.fill((&path{}).ellipse(31.5, 50, 3.6, 5).ellipse(68.5, 50, 3.6, 5), plain(skin.mix(p.dark, 0.1)))
	c.fill((&path{}).m(32, 40).c(32, 24, 68, 24, 68, 40).l(68, 52).c(68, 66, 59, 72, 50, 72).c(41, 72, 32, 66, 32, 52).z(), plain(skin))
	c.features(skin, hair, p)
	c.hairBefore(style, hair)
	if c.r.IntN(3) == 0 {
		c.glasses(p.dark.mix(rgb{}, 0.3))
	}
	c.finish()
	return c.img
}

func (c *canvas) shoulders(p palette, back rgb) {
	shirt := []rgb{p.dark, p.light, p.warm, p.deep}[c.r.IntN(4)]
	if math.Abs(shirt.light()-back.light()) < 0.15 {
		shirt = p.dark
		if back.light() < 0.35 {
			shirt = p.light
		}
	}
	c.fill((&path{}).m(10, 101).c(12, 82, 24, 76, 40, 73).q(50, 84, 60, 73).c(76, 76, 88, 82, 90, 101).z(), plain(shirt))
	if c.r.IntN(2) == 0 {
		for y := 82.0; y < 100; y += 6.5 {
			c.fill((&path{}).rect(22, y, 56, 2.4), veil(shirt.mix(p.mid, 0.6), 0.8))
		}
	}
}

// features paints eyes, brows, cheeks, a nose, a mouth and sometimes a beard.
func (c *canvas) features(skin, hair rgb, p palette) {
	ink := p.dark.mix(rgb{}, 0.55)
	for _, side := range []float64{-1, 1} {
		x := 50 + side*7.6
		c.fill((&path{}).ellipse(x, 50, 1.5, 1.9), plain(ink))
		c.fill((&path{}).circle(x+0.5, 49.3, 0.5), plain(rgb{1, 1, 1}))
		c.fill((&path{}).m(x-3.3, 45.6).q(x, 43.6, x+3.3, 45.6).q(x, 44.8, x-3.3, 45.6).z(), plain(hair.mix(ink, 0.4)))
		c.fill((&path{}).ellipse(x+side*3.4, 56.6, 3.1, 2), veil(hex("e4705f"), 0.3))
	}
	c.fill((&path{}).m(49.4, 50).q(47.4, 56.4, 50.8, 56.6).q(48.9, 55.6, 50.3, 50).z(), plain(skin.mix(p.dark, 0.3)))
	smile := c.between(1.4, 4)
	c.fill((&path{}).m(44.8, 61.4).q(50, 61.4+smile*1.7, 55.2, 61.4).q(50, 61.4+smile*0.9, 44.8, 61.4).z(), plain(hex("9c3b3b").mix(ink, 0.2)))
	if c.r.IntN(7) == 0 {
		c.fill((&path{}).m(34, 55).c(36, 72, 43, 76, 50, 76).c(57, 76, 64, 72, 66, 55).c(62, 60, 58, 58.6, 50, 58.6).c(42, 58.6, 38, 60, 34, 55).z().
			m(45, 63.6).q(50, 61.5, 55, 63.6).q(50, 66.8, 45, 63.6).z(), veil(hair, 0.92))
	}
}

func (c *canvas) hairBehind(style int, hair rgb) {
	switch style {
	case 0: // long
		c.fill((&path{}).m(28, 40).c(26, 16, 74, 16, 72, 40).l(76, 84).l(24, 84).z(), plain(hair))
	case 1: // bob
		c.fill((&path{}).m(27, 42).c(25, 16, 75, 16, 73, 42).c(75, 56, 75, 64, 72, 68).l(28, 68).c(25, 64, 25, 56, 27, 42).z(), plain(hair))
	case 2: // bun
		c.fill((&path{}).circle(50, 17, 9.5).m(29, 44).c(27, 20, 73, 20, 71, 44).z(), plain(hair))
	case 3: // curls
		curls := &path{}
		for i := range 15 {
			a := math.Pi * (0.9 + 1.2*float64(i)/14)
			curls.circle(50+22.5*math.Cos(a), 44+23*math.Sin(a), c.between(6.5, 9))
		}
		c.fill(curls, plain(hair))
	}
}

func (c *canvas) hairBefore(style int, hair rgb) {
	light := hair.mix(rgb{1, 1, 1}, 0.1)
	switch style {
	case 0, 2: // parted in the middle
		c.fill((&path{}).m(31, 47).c(29, 20, 50, 22, 50.6, 27).c(46, 36, 37, 37, 31, 47).z(), plain(light))
		c.fill((&path{}).m(69, 47).c(71, 20, 50, 22, 49.4, 27).c(54, 36, 63, 37, 69, 47).z(), plain(hair))
	case 1: // fringe
		c.fill((&path{}).m(30.5, 44).c(28, 19, 72, 19, 69.5, 44).l(66.5, 41.5).q(50, 38.5, 33.5, 41.5).z(), plain(light))
	case 3:
		c.fill((&path{}).circle(40, 29, 7.5).circle(49, 26.5, 8).circle(59, 28.5, 7.5).circle(34, 35, 5).circle(66, 35, 5), plain(light))
	case 4: // short, to the side
		c.fill((&path{}).m(31, 46).c(25, 18, 52, 16, 60, 20).c(74, 22, 72, 38, 69, 46).c(67, 38, 64, 35, 60, 32).c(50, 38, 37, 35, 34, 38).z(), plain(light))
	default: // cap
		c.fill((&path{}).m(30, 38).c(30, 14, 70, 14, 70, 38).z(), plain(light))
		c.fill((&path{}).m(28.5, 38.6).c(42, 33.5, 64, 33.5, 83, 40).c(72, 42.4, 44, 41, 28.5, 41.6).z(), plain(hair.mix(rgb{}, 0.35)))
	}
}

func (c *canvas) glasses(frame rgb) {
	c.fill((&path{}).ring(42.2, 50.4, 5.4, 1.2).ring(57.8, 50.4, 5.4, 1.2).rect(47.4, 49.4, 5.2, 1).rect(31.8, 49.2, 5, 1).rect(63.2, 49.2, 5, 1), plain(frame))
}
