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

// shade paints every pixel.
func (c *canvas) shade(at func(x, y float64) rgb) {
	for py := range c.img.Rect.Max.Y {
		y := (float64(py) + 0.5) / c.scale
		for px := range c.img.Rect.Max.X {
			c.set(px, py, at((float64(px)+0.5)/c.scale, y))
		}
	}
}

// rows paints every row in one colour.
func (c *canvas) rows(at func(y float64) rgb) {
	for py := range c.img.Rect.Max.Y {
		col := at((float64(py) + 0.5) / c.scale)
		for px := range c.img.Rect.Max.X {
			c.set(px, py, col)
		}
	}
}

func (c *canvas) set(px, py int, col rgb) {
	i := c.img.PixOffset(px, py)
	c.img.Pix[i], c.img.Pix[i+1], c.img.Pix[i+2], c.img.Pix[i+3] = level(col.r), level(col.g), level(col.b), 255
}

func (c *canvas) get(px, py int) rgb {
	i := c.img.PixOffset(px, py)
	return rgb{float64(c.img.Pix[i]) / 255, float64(c.img.Pix[i+1]) / 255, float64(c.img.Pix[i+2]) / 255}
}

func level(v float64) uint8 { return uint8(clamp(v)*255 + 0.5) }

// blend returns the colour of ink on what is under it.
type blend func(under, ink rgb) rgb

func over(_, ink rgb) rgb         { return ink }
func multiply(under, ink rgb) rgb { return under.times(ink) }
func screen(under, ink rgb) rgb {
	return rgb{1 - (1-under.r)*(1-ink.r), 1 - (1-under.g)*(1-ink.g), 1 - (1-under.b)*(1-ink.b)}
}

// fill paints the inside of a path.
func (c *canvas) fill(p *path, with ink) { c.fillBy(p, with, over) }

func (c *canvas) fillBy(p *path, with ink, by blend) {
	box := p.bounds(c.scale).Intersect(c.img.Rect)
	if box.Empty() {
		return
	}
	ras := vector.NewRasterizer(box.Dx(), box.Dy())
	p.replay(ras, c.scale, box.Min)
	mask := image.NewAlpha(image.Rectangle{Max: box.Size()})
	ras.Draw(mask, mask.Rect, image.NewUniform(color.Opaque), image.Point{})
	for my := range box.Dy() {
		y := (float64(box.Min.Y+my) + 0.5) / c.scale
		for mx := range box.Dx() {
			m := mask.Pix[my*mask.Stride+mx]
			if m == 0 {
				continue
			}
			px, py := box.Min.X+mx, box.Min.Y+my
			col, cover := with((float64(px)+0.5)/c.scale, y)
			under := c.get(px, py)
			c.set(px, py, under.mix(by(under, col), cover*float64(m)/255))
		}
	}
}

// glow brightens what is around a point, up to a distance of r.
func (c *canvas) glow(x, y, r float64, col rgb, strength float64) {
	box := image.Rect(c.px(x-r), c.px(y-r), c.px(x+r)+1, c.px(y+r)+1).Intersect(c.img.Rect)
	for py := box.Min.Y; py < box.Max.Y; py++ {
		for px := box.Min.X; px < box.Max.X; px++ {
			d := math.Hypot((float64(px)+0.5)/c.scale-x, (float64(py)+0.5)/c.scale-y) / r
			if d < 1 {
				k := (1 - d) * (1 - d) * strength
				c.set(px, py, c.get(px, py).plus(col, k))
			}
		}
	}
}

func (c *canvas) px(units float64) int { return int(math.Floor(units * c.scale)) }

// finish darkens the corners a little and adds the grain of film.
func (c *canvas) finish() {
	noise := c.seed*2654435761 + 88172645463325252
	cx, cy := c.w/2, c.h/2
	for py := range c.img.Rect.Max.Y {
		y := (float64(py)/c.scale - cy) / cy
		for px := range c.img.Rect.Max.X {
			x := (float64(px)/c.scale - cx) / cx
			noise ^= noise << 13
			noise ^= noise >> 7
			noise ^= noise << 17
			// The sum of two random numbers looks more like grain than one: most values are small.
			grain := (float64(noise&0xffff)+float64(noise>>16&0xffff))/0xffff - 1
			col := c.get(px, py)
			k := 1 - 0.16*smooth(0.7, 2, x*x+y*y)
			g := grain * (0.028 + 0.03*(1-math.Abs(2*col.light()-1)))
			c.set(px, py, rgb{col.r*k + g, col.g*k + g, col.b*k + g})
		}
	}
}
