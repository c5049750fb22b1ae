package art

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font whose outlines are drawn.
type face struct {
	font *sfnt.Font
	buf  sfnt.Buffer
}

func loadFace(ttf []byte) *face {
	font, err := sfnt.Parse(ttf)
	if err != nil {
		panic(fmt.Sprintf("art: the font that Go ships with does not parse: %v", err))
	}
	return &face{font: font}
}

// glyph adds the outline of a character at a point of the base line and returns its width. p may be nil.
func (f *face) glyph(p *path, ch rune, x, y, size float64) float64 {
	const em = 2048
	index, err := f.font.GlyphIndex(&f.buf, ch)
	if err != nil {
		return 0
	}
	wide, err := f.font.GlyphAdvance(&f.buf, index, fixed.I(em), 0)
	if err != nil {
		return 0
	}
	k := size / em / 64
	if p != nil {
		segments, err := f.font.LoadGlyph(&f.buf, index, fixed.I(em), nil)
		if err != nil {
			return 0
		}
		p.outline(segments, func(q fixed.Point26_6) (float64, float64) { return x + float64(q.X)*k, y + float64(q.Y)*k })
	}
	return float64(wide) * k
}

func (p *path) outline(segments sfnt.Segments, at func(fixed.Point26_6) (float64, float64)) {
	for _, s := range segments {
		x0, y0 := at(s.Args[0])
		x1, y1 := at(s.Args[1])
		x2, y2 := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.m(x0, y0)
		case sfnt.SegmentOpLineTo:
			p.l(x0, y0)
		case sfnt.SegmentOpQuadTo:
			p.q(x0, y0, x1, y1)
		default:
			p.c(x0, y0, x1, y1, x2, y2)
		}
	}
}

// lettering is a style of writing in capitals.
type lettering struct {
	face  *face
	air   float64 // space between characters, in parts of the size
	thick float64 // thickness of the strokes of Hangul, in parts of the size
}

// line adds a line of text that starts at a point of the base line and returns its width. p may be nil.
func (l lettering) line(p *path, text string, x, y, size float64) float64 {
	start := x
	for _, ch := range text {
		switch {
		case ch == ' ':
			x += size * 0.34
		case isHangul(ch):
			if p != nil {
				p.syllable(ch, x, y-size*0.86, size*0.9, size*l.thick)
			}
			x += size * (1 + l.air*0.6)
		default:
			x += l.face.glyph(p, unicode.ToUpper(ch), x, y, size) + size*l.air
		}
	}
	return x - start - size*l.air
}

func isHangul(ch rune) bool { return ch >= 0xac00 && ch <= 0xd7a3 }

// write adds the title and the credit. Their place depends on the seed and their colour on what is under them.
func (c *canvas) write(p palette, title, credit string) {
	if title == "" {
		return
	}
	bold := lettering{loadFace(gobold.TTF), 0.1, 0.115}
	if c.seed%3 == 0 {
		bold = lettering{loadFace(gomedium.TTF), 0.22, 0.085}
	}
	lines, size := bold.fit(title, 80, c.h)
	tall := size * 1.12 * float64(len(lines))
	top := c.h*0.925 - tall
	if c.openSky && c.seed%5 > 2 {
		top = c.h * 0.075
	}
	colour, scrim, by := c.readable(p, top-4, top+tall+8)
	c.fillBy((&path{}).rect(-1, top-22, 102, tall+44), func(_, y float64) (rgb, float64) {
		return scrim, 0.6 * smooth(top-22, top, y) * (1 - smooth(top+tall+6, top+tall+24, y))
	}, by)
	words := &path{}
	y := top + size*0.9
	for _, line := range lines {
		bold.line(words, line, c.start(bold.line(nil, line, 0, 0, size)), y, size)
		y += size * 1.12
	}
	small := lettering{loadFace(gomedium.TTF), 0.28, 0.075}
	smallSize := 2.5
	if strings.ContainsFunc(credit, isHangul) {
		smallSize = 3
	}
	credit = strings.ToUpper(credit)
	small.line(words, credit, c.start(small.line(nil, credit, 0, 0, smallSize)), y-size*0.9+4.4, smallSize)
	c.fill(words, plain(colour))
}

// start returns where a line of a width starts: the seed decides whether a poster is centred or set to the left.
func (c *canvas) start(wide float64) float64 {
	if c.seed%2 == 0 {
		return 10
	}
	return 50 - wide/2
}

// fit breaks a title into at most three lines and returns the size at which the widest fills a width.
func (l lettering) fit(title string, width, height float64) (lines []string, size float64) {
	words := strings.Fields(title)
	best := 0.0
	for n := 1; n <= min(3, len(words)); n++ {
		try := split(words, n, func(s string) float64 { return l.line(nil, s, 0, 0, 1) })
		widest := 0.0
		for _, line := range try {
			widest = math.Max(widest, l.line(nil, line, 0, 0, 1))
		}
		s := math.Min(width/widest, math.Min(height*0.1, height*0.21/float64(n)))
		if s > best*1.12 {
			lines, best = try, s
		}
	}
	return lines, best
}

// split breaks words into at most n lines, greedily, at the smallest width that it finds for them.
func split(words []string, n int, measure func(string) float64) []string {
	limit := measure(strings.Join(words, " ")) / float64(n)
	for {
		lines := []string{words[0]}
		for _, word := range words[1:] {
			last := &lines[len(lines)-1]
			if longer := *last + " " + word; measure(longer) <= limit {
				*last = longer
			} else {
				lines = append(lines, word)
			}
		}
		if len(lines) <= n {
			return lines
		}
		limit *= 1.07
	}
}

// readable returns the colour of words between two heights, and a colour and a blend for the shade behind them.
func (c *canvas) readable(p palette, y0, y1 float64) (words, scrim rgb, by blend) {
	sum, n := 0.0, 0
	for py := max(0, c.px(y0)); py < min(c.px(y1), c.img.Rect.Max.Y); py += 4 {
		for px := 0; px < c.img.Rect.Max.X; px += 4 {
			sum += c.pixel(px, py).get().light()
			n++
		}
	}
	if n > 0 && sum/float64(n) > 0.52 {
		return p.dark, p.light, screen
	}
	return p.light, p.deep.mix(p.light, 0.12), multiply
}
