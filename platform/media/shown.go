package media

import (
	"strconv"
	"strings"
)

// Shown is a stored image as a page shows it. The zero value is no image.
type Shown struct {
	URL           string // of the whole image
	Width, Height int    // of the whole image, in pixels; 0 when it was stored before they were kept
	Srcset        string // for <img srcset>: every size there is; "" when there is only one

	sizes []sized // ascending; the last one is the widest
}

// sized is one file of an image.
type sized struct {
	url   string
	width int
}

// Fit returns the URL of the smallest file that is at least width pixels wide, else of the widest.
// Profile images are cut to squares, unless they are as large as what was uploaded.
func (s Shown) Fit(width int) string {
	for _, f := range s.sizes {
		if f.width >= width {
			return f.url
		}
	}
	return s.URL
}

// Show returns how a page shows the image of a key, the zero Shown for "". It asks neither the
// database nor the store: the key says it all.
func (l *Library) Show(key string) Shown {
	s := Shown{URL: l.store.URL(key)}
	n, ok := readName(key)
	if !ok || n.size.X == 0 {
		return s
	}
	s.Width, s.Height = n.size.X, n.size.Y
	for _, size := range copySizes(n.folder, n.size) {
		s.sizes = append(s.sizes, sized{l.store.URL(n.copyKey(size.X)), size.X})
	}
	if copiesOf[n.folder].square && s.Width != s.Height {
		s.Srcset = srcset(s.sizes) // the whole image has another shape
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
