package art

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// path is one or more outlines. Two outlines in opposite directions make a hole where they overlap.
type path struct{ steps []step }

// step goes to a point, along up to two control points.
type step struct {
	kind byte // m, l, q, c or z
	at   [3][2]float64
}

func (p *path) m(x, y float64) *path { return p.add('m', [3][2]float64{{x, y}}) }
func (p *path) l(x, y float64) *path { return p.add('l', [3][2]float64{{x, y}}) }
func (p *path) z() *path             { return p.add('z', [3][2]float64{}) }

func (p *path) q(x1, y1, x, y float64) *path {
	return p.add('q', [3][2]float64{{x1, y1}, {x, y}})
}

func (p *path) c(x1, y1, x2, y2, x, y float64) *path {
	return p.add('c', [3][2]float64{{x1, y1}, {x2, y2}, {x, y}})
}

func (p *path) add(kind byte, at [3][2]float64) *path {
	p.steps = append(p.steps, step{kind, at})
	return p
}

// points is how many points a step of a kind uses.
var points = map[byte]int{'m': 1, 'l': 1, 'q': 2, 'c': 3}

// circle adds a circle. A negative radius reverses its direction, for holes.
func (p *path) circle(x, y, r float64) *path { return p.ellipse(x, y, r, math.Abs(r)) }

func (p *path) ellipse(x, y, rx, ry float64) *path {
	const k = 0.5522847498 // four cubic curves are an ellipse to within 0.03 %
	return p.m(x+rx, y).
		c(x+rx, y+k*ry, x+k*rx, y+ry, x, y+ry).
		c(x-k*rx, y+ry, x-rx, y+k*ry, x-rx, y).
		c(x-rx, y-k*ry, x-k*rx, y-ry, x, y-ry).
		c(x+k*rx, y-ry, x+rx, y-k*ry, x+rx, y).z()
}

// ring adds a circle with a hole.
func (p *path) ring(x, y, r, width float64) *path {
	return p.circle(x, y, r+width/2).circle(x, y, -(r - width/2))
}

func (p *path) rect(x, y, w, h float64) *path {
	return p.m(x, y).l(x+w, y).l(x+w, y+h).l(x, y+h).z()
}

// line adds a straight stroke with square ends.
func (p *path) line(x0, y0, x1, y1, width float64) *path {
	d := math.Hypot(x1-x0, y1-y0)
	if d == 0 {
		return p
	}
	nx, ny := -(y1-y0)/d*width/2, (x1-x0)/d*width/2
	return p.poly(x0+nx, y0+ny, x0-nx, y0-ny, x1-nx, y1-ny, x1+nx, y1+ny)
}

// poly adds a closed outline through x, y, x, y, ….
func (p *path) poly(xy ...float64) *path {
	p.m(xy[0], xy[1])
	for i := 2; i+1 < len(xy); i += 2 {
		p.l(xy[i], xy[i+1])
	}
	return p.z()
}

// below adds the area under a curve over the whole width.
func (p *path) below(c *canvas, curve func(x float64) float64) *path {
	p.m(-1, c.h+1).l(-1, curve(-1))
	for x := -0.5; x <= c.w+1; x += 0.5 {
		p.l(x, curve(x))
	}
	return p.l(c.w+1, c.h+1).z()
}

func (p *path) bounds(scale float64) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range p.steps {
		for _, at := range s.at[:points[s.kind]] {
			x0, x1 = math.Min(x0, at[0]), math.Max(x1, at[0])
			y0, y1 = math.Min(y0, at[1]), math.Max(y1, at[1])
		}
	}
	if x0 > x1 {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(x0*scale)), int(math.Floor(y0*scale)), int(math.Ceil(x1*scale))+1, int(math.Ceil(y1*scale))+1)
}

func (p *path) replay(ras *vector.Rasterizer, scale float64, origin image.Point) {
	at := func(q [2]float64) (x, y float32) {
		return float32(q[0]*scale - float64(origin.X)), float32(q[1]*scale - float64(origin.Y))
	}
	for _, s := range p.steps {
		ax, ay := at(s.at[0])
		bx, by := at(s.at[1])
		cx, cy := at(s.at[2])
		switch s.kind {
		case 'm':
			ras.MoveTo(ax, ay)
		case 'l':
			ras.LineTo(ax, ay)
		case 'q':
			ras.QuadTo(ax, ay, bx, by)
		case 'c':
			ras.CubeTo(ax, ay, bx, by, cx, cy)
		default:
			ras.ClosePath()
		}
	}
}
