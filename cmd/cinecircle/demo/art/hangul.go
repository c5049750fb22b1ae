package art

import "math"

// There is no free font with Hangul in a Go module, so Korean titles are drawn stroke by stroke: a syllable is two to
// five letters in a square, and a letter is a few strokes.

// box is the place of a letter, in parts of the square of its syllable.
type box struct{ x0, y0, x1, y1 float64 }

// strokes are lines through points x, y, x, y of a unit square. A single number is a ring with that upper margin.
type strokes [][]float64

// consonants are ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ, in the order of Unicode. A double consonant is nil: it
// is drawn as the one before it, twice.
var consonants = []strokes{
	{{0, 0, 1, 0, 1, 1}},
	nil,
	{{0, 0, 0, 1, 1, 1}},
	{{1, 0, 0, 0, 0, 1, 1, 1}},
	nil,
	{{0, 0, 1, 0, 1, 0.5, 0, 0.5, 0, 1, 1, 1}},
	{{0, 0, 1, 0, 1, 1, 0, 1, 0, 0}},
	{{0, 0, 0, 1, 1, 1, 1, 0}, {0, 0.46, 1, 0.46}},
	nil,
	{{0.5, 0, 0.5, 0.22, 0, 1}, {0.5, 0.22, 1, 1}},
	nil,
	{{0}},
	{{0, 0, 1, 0}, {0.5, 0, 0.5, 0.24, 0, 1}, {0.5, 0.24, 1, 1}},
	nil,
	{{0.28, 0, 0.72, 0}, {0, 0.3, 1, 0.3}, {0.5, 0.3, 0.5, 0.44, 0, 1}, {0.5, 0.44, 1, 1}},
	{{0, 0, 1, 0, 1, 1}, {0, 0.5, 1, 0.5}},
	{{1, 0, 0, 0, 0, 1, 1, 1}, {0, 0.5, 1, 0.5}},
	{{0, 0, 1, 0}, {0, 1, 1, 1}, {0.28, 0, 0.28, 1}, {0.72, 0, 0.72, 1}},
	{{0.28, 0, 0.72, 0}, {0, 0.26, 1, 0.26}, {0.5}},
}

// finals are the consonants under a vowel, as indices of consonants, in the order of Unicode. The first is for none.
var finals = [][]int{
	nil,
	{0},
	{1},
	{0, 9},
	{2},
	{2, 12},
	{2, 18},
	{3},
	{5},
	{5, 0},
	{5, 6},
	{5, 7},
	{5, 9},
	{5, 16},
	{5, 17},
	{5, 18},
	{6},
	{7},
	{7, 9},
	{9},
	{10},
	{11},
	{12},
	{14},
	{15},
	{16},
	{17},
	{18},
}

// vowel has a horizontal part under the first consonant, a vertical part beside it, or both.
type vowel struct{ horizontal, vertical strokes }

var (
	horizontalO  = strokes{{0, 1, 1, 1}, {0.5, 0, 0.5, 1}}
	horizontalYo = strokes{{0, 1, 1, 1}, {0.32, 0, 0.32, 1}, {0.68, 0, 0.68, 1}}
	horizontalU  = strokes{{0, 0, 1, 0}, {0.5, 0, 0.5, 1}}
	horizontalYu = strokes{{0, 0, 1, 0}, {0.32, 0, 0.32, 1}, {0.68, 0, 0.68, 1}}
	horizontalEu = strokes{{0, 0.5, 1, 0.5}}

	verticalA   = strokes{{0.2, 0, 0.2, 1}, {0.2, 0.46, 1, 0.46}}
	verticalAe  = strokes{{0, 0, 0, 1}, {1, 0, 1, 1}, {0, 0.46, 1, 0.46}}
	verticalYa  = strokes{{0.2, 0, 0.2, 1}, {0.2, 0.34, 1, 0.34}, {0.2, 0.6, 1, 0.6}}
	verticalEo  = strokes{{0.8, 0, 0.8, 1}, {0, 0.46, 0.8, 0.46}}
	verticalE   = strokes{{0.42, 0, 0.42, 1}, {1, 0, 1, 1}, {-0.22, 0.46, 0.42, 0.46}}
	verticalYe  = strokes{{0.42, 0, 0.42, 1}, {1, 0, 1, 1}, {-0.22, 0.34, 0.42, 0.34}, {-0.22, 0.6, 0.42, 0.6}}
	verticalYeo = strokes{{0.8, 0, 0.8, 1}, {0, 0.34, 0.8, 0.34}, {0, 0.6, 0.8, 0.6}}
	verticalYae = strokes{{0, 0, 0, 1}, {1, 0, 1, 1}, {0, 0.34, 1, 0.34}, {0, 0.6, 1, 0.6}}
	verticalI   = strokes{{0.6, 0, 0.6, 1}}
)

// vowels are ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅘ ㅙ ㅚ ㅛ ㅜ ㅝ ㅞ ㅟ ㅠ ㅡ ㅢ ㅣ, in the order of Unicode.
var vowels = []vowel{
	{nil, verticalA},
	{nil, verticalAe},
	{nil, verticalYa},
	{nil, verticalYae},
	{nil, verticalEo},
	{nil, verticalE},
	{nil, verticalYeo},
	{nil, verticalYe},
	{horizontalO, nil},
	{horizontalO, verticalA},
	{horizontalO, verticalAe},
	{horizontalO, verticalI},
	{horizontalYo, nil},
	{horizontalU, nil},
	{horizontalU, verticalEo},
	{horizontalU, verticalE},
	{horizontalU, verticalI},
	{horizontalYu, nil},
	{horizontalEu, nil},
	{horizontalEu, verticalI},
	{nil, verticalI},
}

// layout is the places of the parts of a syllable.
type layout struct{ first, horizontal, vertical, last box }

// layoutOf leaves more space before a vowel that reaches towards the consonant, so that ㄱ and ㅓ do not touch.
func layoutOf(v vowel, last bool) layout {
	l := layoutFor(v, last)
	if v.vertical != nil && v.vertical[len(v.vertical)-1][0] <= 0 && v.horizontal == nil {
		l.first.x1 = 0.45
	}
	return l
}

func layoutFor(v vowel, last bool) layout {
	switch {
	case v.horizontal == nil && !last:
		return layout{first: box{0.06, 0.14, 0.56, 0.84}, vertical: box{0.66, 0, 0.94, 1}}
	case v.horizontal == nil:
		return layout{first: box{0.06, 0.06, 0.55, 0.44}, vertical: box{0.66, 0, 0.94, 0.54}, last: box{0.16, 0.66, 0.88, 0.98}}
	case v.vertical == nil && !last:
		return layout{first: box{0.16, 0.04, 0.84, 0.48}, horizontal: box{0, 0.62, 1, 0.94}}
	case v.vertical == nil:
		return layout{first: box{0.18, 0.02, 0.82, 0.29}, horizontal: box{0, 0.38, 1, 0.58}, last: box{0.16, 0.76, 0.84, 1}}
	case !last:
		return layout{first: box{0.08, 0.06, 0.54, 0.44}, horizontal: box{0, 0.58, 0.62, 0.84}, vertical: box{0.72, 0, 0.96, 1}}
	default:
		return layout{first: box{0.08, 0.02, 0.54, 0.27}, horizontal: box{0, 0.36, 0.62, 0.53}, vertical: box{0.72, 0, 0.96, 0.58}, last: box{0.16, 0.68, 0.88, 0.98}}
	}
}

// syllable adds the outline of a Hangul syllable whose square has its upper left corner at a point.
func (p *path) syllable(ch rune, x, y, size, thick float64) {
	const firstSyllable, perFirst, perVowel = 0xac00, 588, 28
	n := int(ch) - firstSyllable
	v, last := vowels[n%perFirst/perVowel], finals[n%perVowel]
	l := layoutOf(v, last != nil)
	put := func(s strokes, b box, thick float64) {
		p.letter(s, box{x + b.x0*size, y + b.y0*size, x + b.x1*size, y + b.y1*size}, thick)
	}
	consonant := func(k int, b box) {
		thick := math.Min(thick, 0.3*size*(b.y1-b.y0)) // a low letter stays open with thinner strokes
		if consonants[k] != nil {
			put(consonants[k], b, thick)
			return
		}
		half := (b.x1 - b.x0) * 0.41
		put(consonants[k-1], box{b.x0, b.y0, b.x0 + half, b.y1}, thick)
		put(consonants[k-1], box{b.x1 - half, b.y0, b.x1, b.y1}, thick)
	}
	consonant(n/perFirst, l.first)
	put(v.horizontal, l.horizontal, thick)
	put(v.vertical, l.vertical, thick)
	switch len(last) {
	case 1:
		consonant(last[0], l.last)
	case 2:
		half := (l.last.x1 - l.last.x0) * 0.42
		consonant(last[0], box{l.last.x0, l.last.y0, l.last.x0 + half, l.last.y1})
		consonant(last[1], box{l.last.x1 - half, l.last.y0, l.last.x1, l.last.y1})
	}
}

// letter adds the strokes of a letter that fills a box. The middle of a stroke runs through its points.
func (p *path) letter(s strokes, b box, thick float64) {
	for _, line := range s {
		if len(line) == 1 {
			top := b.y0 + (b.y1-b.y0)*line[0]
			rx, ry := (b.x1-b.x0)/2, (b.y1-top)/2
			if line[0] > 0 {
				rx *= 0.82
			}
			cx, cy := (b.x0+b.x1)/2, (top+b.y1)/2
			p.ellipse(cx, cy, rx+thick/2, ry+thick/2).ellipse(cx, cy, -(rx - thick/2), math.Max(0.01, ry-thick/2))
			continue
		}
		for i := 0; i+3 < len(line); i += 2 {
			x0, y0 := b.x0+(b.x1-b.x0)*line[i], b.y0+(b.y1-b.y0)*line[i+1]
			x1, y1 := b.x0+(b.x1-b.x0)*line[i+2], b.y0+(b.y1-b.y0)*line[i+3]
			d := math.Hypot(x1-x0, y1-y0)
			if d == 0 {
				continue
			}
			ex, ey := (x1-x0)/d*thick/2, (y1-y0)/d*thick/2 // square ends, so that corners are filled
			p.line(x0-ex, y0-ey, x1+ex, y1+ey, thick)
		}
	}
}
