package art

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// canvas is w = 100 units wide and h units high. y grows downwards.
type canvas struct {
	img   *image.RGBA
	scale float64 // pixels per unit
	w, h  float64
	r     *rand.Rand
	seed  uint64

	openSky bool // a title may be written at the top
}

func newCanvas(width, height int, seed uint64) *canvas {
	scale := float64(width) / 100
	return &canvas{
		img: image.NewRGBA(image.Rect(0, 0, width, height)), scale: scale,
		w: 100, h: float64(height) / scale, r: newRand(seed), seed: seed,
	}
}

// between returns a random number from a to b.
func (c *canvas) between(a, b float64) float64 { return a + c.r.Float64()*(b-a) }

// ink returns the colour at a point and how much of what is there it covers, 0 to 1.
type ink func(x, y float64) (rgb, float64)

func plain(col rgb) ink { return func(float64, float64) (rgb, float64) { return col, 1 } }
func veil(col rgb, cover float64) ink {
	return func(float64, float64) (rgb, float64) { return col, cover }
}

func upDown(y0, y1 float64, a, b rgb) ink {
	return func(_, y float64) (rgb, float64) { return a.mix(b, (y-y0)/(y1-y0)), 1 }
}

// shadeStep is the distance in pixels of the points at which shade asks for a colour.
const shadeStep = 4

// shade paints every pixel in colours that change little from one to the next: most are between those of four points.
func (c *canvas) shade(at func(x, y float64) rgb) {
	size := c.img.Rect.Max
	above, below := make([]rgb, size.X/shadeStep+2), make([]rgb, size.X/shadeStep+2)
	c.shadePoints(above, 0, at)
	for py := range size.Y {
		if py%shadeStep == 0 {
			if py > 0 {
				above, below = below, above
			}
			c.shadePoints(below, py+shadeStep, at)
		}
		down := float64(py%shadeStep) / shadeStep
		for px := range size.X {
			i, right := px/shadeStep, float64(px%shadeStep)/shadeStep
			c.set(px, py, above[i].mix(above[i+1], right).mix(below[i].mix(below[i+1], right), down))
		}
	}
}

func (c *canvas) shadePoints(row []rgb, py int, at func(x, y float64) rgb) {
	for i := range row {
		row[i] = at((float64(i*shadeStep)+0.5)/c.scale, (float64(py)+0.5)/c.scale)
	}
}

// rows paints every row in one colour.
func (c *canvas) rows(at func(y float64) rgb) {
	for py := range c.img.Rect.Max.Y {
		c.set(0, py, at((float64(py)+0.5)/c.scale))
		row := c.img.Pix[py*c.img.Stride:][:c.img.Rect.Max.X*4]
		for done := 4; done < len(row); done *= 2 {
			copy(row[done:], row[:done])
		}
	}
}

func (c *canvas) set(px, py int, col rgb) {
	c.pixel(px, py).set(col)
}

// pixel is the four bytes of a pixel.
type pixel []uint8

func (c *canvas) pixel(px, py int) pixel {
	i := py*c.img.Stride + px*4
	return c.img.Pix[i : i+4 : i+4]
}

func (p pixel) set(col rgb) { p[0], p[1], p[2], p[3] = level(col.r), level(col.g), level(col.b), 255 }

func (p pixel) get() rgb {
	const one = 1.0 / 255
	return rgb{float64(p[0]) * one, float64(p[1]) * one, float64(p[2]) * one}
}

func level(v float64) uint8 { return uint8(clamp(v)*255 + 0.5) }

// blend returns the colour of ink on what is under it.
type blend func(under, ink rgb) rgb

func multiply(under, ink rgb) rgb { return under.times(ink) }
func screen(under, ink rgb) rgb {
	return rgb{1 - (1-under.r)*(1-ink.r), 1 - (1-under.g)*(1-ink.g), 1 - (1-under.b)*(1-ink.b)}
}

// fill paints the inside of a path.
func (c *canvas) fill(p *path, with ink) { c.fillBy(p, with, nil) }

// fillBy paints the inside of a path. by mixes the ink with what is under it; it is nil for ink that covers that.

func (c *canvas) fillBy(p *path, with ink, by blend) {
	box := p.bounds(c.scale).Intersect(c.img.Rect)
	if box.Empty() {
		return
	}
	ras := vector.NewRasterizer(box.Dx(), box.Dy())
	p.replay(ras, c.scale, box.Min)
	mask := image.NewAlpha(image.Rectangle{Max: box.Size()})
	ras.Draw(mask, mask.Rect, image.NewUniform(color.Opaque), image.Point{})
	unit := 1 / c.scale
	for my := range box.Dy() {
		y := (float64(box.Min.Y+my) + 0.5) / c.scale
		for mx := range box.Dx() {
			m := mask.Pix[my*mask.Stride+mx]
			if m == 0 {
				continue
			}
			px := box.Min.X + mx
			col, cover := with((float64(px)+0.5)*unit, y)
			at := c.pixel(px, box.Min.Y+my)
			if m == 255 && cover == 1 && by == nil {
				at.set(col)
				continue
			}
			under := at.get()
			if by != nil {
				col = by(under, col)
			}
			at.set(under.mix(col, cover*float64(m)*(1.0/255)))
		}
	}
}

// glow brightens what is around a point, up to a distance of r.
func (c *canvas) glow(x, y, r float64, col rgb, strength float64) {
	box := image.Rect(c.px(x-r), c.px(y-r), c.px(x+r)+1, c.px(y+r)+1).Intersect(c.img.Rect)
	unit := 1 / c.scale
	for py := box.Min.Y; py < box.Max.Y; py++ {
		for px := box.Min.X; px < box.Max.X; px++ {
			dx, dy := (float64(px)+0.5)*unit-x, (float64(py)+0.5)*unit-y
			if square := dx*dx + dy*dy; square < r*r {
				d := 1 - math.Sqrt(square)/r
				at := c.pixel(px, py)
				at.set(at.get().plus(col, d*d*strength))
			}
		}
	}
}

func (c *canvas) px(units float64) int { return int(math.Floor(units * c.scale)) }

// finish darkens the corners a little and adds the grain of film, in 256ths of a level.
func (c *canvas) finish() {
	const whole = 256
	// The strength of the grain, by the brightness of a pixel. Stronger grain makes the small copies of so small a picture
	// heavier: the home page of the demo then takes a phone more than 500 KB.
	var strength [whole]int
	for i := range strength {
		strength[i] = int((0.017 + 0.018*(1-math.Abs(2*float64(i)/255-1))) * 255 * whole)
	}
	noise := c.seed*2654435761 + 88172645463325252
	width, height := c.img.Rect.Max.X, c.img.Rect.Max.Y
	across := 2 / float64(width) // of a pixel, where the canvas is from -1 to 1
	for py := range height {
		y := float64(py)*2/float64(height) - 1
		for px := range width {
			x := float64(px)*across - 1
			noise ^= noise << 13
			noise ^= noise >> 7
			noise ^= noise << 17
			// The sum of two random numbers looks more like grain than one: most values are small.
			grain := int(noise&0xffff) + int(noise>>16&0xffff) - 0xffff
			light := whole
			if d := x*x + y*y; d > 0.7 {
				light -= int(0.16 * whole * smooth(0.7, 2, d))
			}
			at := c.pixel(px, py)
			bright := (54*int(at[0]) + 183*int(at[1]) + 19*int(at[2])) / whole
			grain = grain*strength[bright]>>16 + whole/2
			for i := range 3 {
				at[i] = uint8(min(max((int(at[i])*light+grain)/whole, 0), 255))
			}
		}
	}
}
