package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// dots is a plot with a line for each row and a dot for each series on it, on a logarithmic axis.
//
// It is SVG by hand, because gonum/plot brings ten modules for pictures that are worse here: they have a white ground
// and a fixed style, so a page in dark mode shows a white box, and their dots have no titles to hover over.
type dots struct {
	title  string
	series []string // at most as many as there are classes in plotStyle
	rows   []dotRow
	limit  float64 // a vertical line, 0 for none
	show   func(float64) string
}

// dotRow has a value for each series, 0 for none, and a mark at the target.
type dotRow struct {
	label  string
	values []float64
	target float64
}

// Sizes in pixels.
const (
	plotWidth  = 900
	plotLeft   = 352
	plotRight  = 60
	plotTop    = 84
	plotRow    = 24
	plotBottom = 40
)

// plotStyle is readable on white and on black, also where prefers-color-scheme is not known.
const plotStyle = `<style>
text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-size:16px;font-weight:600}.tick{font-size:10px}
line{stroke:#8c959f;stroke-opacity:.35}.limit,.target{stroke:#bf8700;stroke-width:2;stroke-opacity:1}
.s0{fill:#2f81f7}.s1{fill:#8250df}.s2{fill:#8c959f}
@media(prefers-color-scheme:dark){text{fill:#adbac7}.s1{fill:#b083f0}.limit,.target{stroke:#d4a72c}}
</style>
`

// svg draws the plot.
func (d dots) svg() string {
	height := plotTop + plotRow*len(d.rows) + plotBottom
	low, high := d.bounds()
	x := func(v float64) float64 {
		return plotLeft + (plotWidth-plotLeft-plotRight)*math.Log(v/low)/math.Log(high/low)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", plotWidth, height, html.EscapeString(d.title))
	b.WriteString(plotStyle)
	fmt.Fprintf(&b, `<text class="title" x="12" y="26">%s</text>`+"\n", html.EscapeString(d.title))
	d.legend(&b)
	d.axis(&b, x, low, high, height-plotBottom)
	for i, r := range d.rows {
		d.row(&b, r, x, plotTop+plotRow*i+plotRow/2)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// bounds returns round numbers around all values.
func (d dots) bounds() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, r := range d.rows {
		for _, v := range append([]float64{r.target, d.limit}, r.values...) {
			if v > 0 {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low > high {
		return 1, 10
	}
	low, high = round(low, math.Floor), round(high, math.Ceil)
	if low == high {
		high *= 2
	}
	return low, high
}

// steps are the ticks of a decade.
var steps = []float64{1, 2, 5, 10}

// round returns the next tick below v with math.Floor, and above it with math.Ceil.
func round(v float64, direction func(float64) float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	up := direction(0.5) == 1
	best := 0.0
	for _, s := range steps {
		switch tick := s * decade; {
		case up && tick >= v:
			return tick
		case !up && tick <= v:
			best = tick
		}
	}
	return best
}

func (d dots) legend(b *strings.Builder) {
	x := 12
	for i, name := range d.series {
		fmt.Fprintf(b, `<circle class="s%d" cx="%d" cy="46" r="5"/><text x="%d" y="50">%s</text>`+"\n", i, x+5, x+16, html.EscapeString(name))
		x += 40 + 7*len(name)
	}
	for _, r := range d.rows {
		if r.target > 0 {
			fmt.Fprintf(b, `<line class="target" x1="%d" y1="38" x2="%d" y2="54"/><text x="%d" y="50">target</text>`+"\n", x+4, x+4, x+12)
			return
		}
	}
}

func (d dots) axis(b *strings.Builder, x func(float64) float64, low, high float64, bottom int) {
	for decade := math.Pow(10, math.Floor(math.Log10(low))); decade <= high; decade *= 10 {
		for _, s := range steps[:3] {
			if v := s * decade; v >= low*0.999 && v <= high*1.001 {
				fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text class="tick" x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
					x(v), plotTop-6, x(v), bottom, x(v), bottom+18, d.show(v))
			}
		}
	}
	if d.limit > 0 {
		fmt.Fprintf(b, `<line class="limit" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`+"\n", x(d.limit), plotTop-6, x(d.limit), bottom)
	}
}

func (d dots) row(b *strings.Builder, r dotRow, x func(float64) float64, y int) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text><line x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n",
		plotLeft-14, y+4, html.EscapeString(r.label), plotLeft, y, plotWidth-plotRight, y)
	if r.target > 0 {
		fmt.Fprintf(b, `<line class="target" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`+"\n", x(r.target), y-8, x(r.target), y+8)
	}
	for i, v := range slices.Backward(r.values) { // the first series on top
		if v > 0 {
			fmt.Fprintf(b, `<circle class="s%d" cx="%.1f" cy="%d" r="5"><title>%s: %s</title></circle>`+"\n", i, x(v), y, html.EscapeString(d.series[i]), d.show(v))
		}
	}
}
