package media

import (
	"strconv"
	"strings"
)

// Shown is a stored image in all its sizes, for a page. The zero value means no image.
type Shown struct {
	URL           string // of the whole image
	Width, Height int    // of the whole image, in pixels; 0 when the key does not tell them
	Srcset        string // for <img srcset>: every size; "" when there is only one

	sizes []sized // by ascending width
}

// sized is one file of an image.
type sized struct {
	url   string
	width int
}

// Fit returns the URL of the smallest file that is at least width pixels wide, else of the whole image. The copies of
// profile images are squares; the whole image need not be one.
func (s Shown) Fit(width int) string {
	for _, f := range s.sizes {
		if f.width >= width {
			return f.url
		}
	}
	return s.URL
}

// Show returns the sizes of the image of a key, the zero Shown for "". It needs no query: the key tells them.
func (l *Library) Show(key string) Shown {
	s := Shown{URL: l.store.URL(key)}
	n, ok := readName(key)
	if !ok || n.size.X == 0 {
		return s
	}
	s.Width, s.Height = n.size.X, n.size.Y
	for _, size := range n.kind.CopySizes(n.size) {
		s.sizes = append(s.sizes, sized{l.store.URL(n.copyKey(size.X)), size.X})
	}
	if n.kind.SquareCopies() && s.Width != s.Height {
		s.Srcset = srcset(s.sizes) // without the whole image, which has another shape
		return s
	}
	s.sizes = append(s.sizes, sized{s.URL, s.Width})
	s.Srcset = srcset(s.sizes)
	return s
}

func srcset(sizes []sized) string {
	if len(sizes) < 2 {
		return ""
	}
	var b strings.Builder
	for i, f := range sizes {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.url + " " + strconv.Itoa(f.width) + "w")
	}
	return b.String()
}
