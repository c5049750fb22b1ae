package picture

import (
	"image"
	"slices"
)

// copyRule says which smaller sizes of a picture are stored beside it.
type copyRule struct {
	widths []int // in pixels, ascending
	square bool  // cropped to the centre, as faces are shown
}

// copyRules must not change without a new meaning of the free bit in the keys of package media: the copies of stored
// images are found by these rules.
var copyRules = map[Kind]copyRule{
	Profile: {widths: []int{96, 256}, square: true},
	Poster:  {widths: []int{160, 320, 640}},
	Review:  {widths: []int{640, 1280}},
}

// SquareCopies reports whether the copies of a picture are cropped to squares.
func (k Kind) SquareCopies() bool { return copyRules[k].square }

// CopySizes returns the sizes of the copies of a picture, ascending: those that are smaller than the picture. A profile
// image that is not square has at least one square copy, however small it is.
func (k Kind) CopySizes(size image.Point) []image.Point {
	if size == (image.Point{}) {
		return nil
	}
	rule := copyRules[k]
	if rule.square {
		return squareSizes(rule.widths, size)
	}
	var sizes []image.Point
	for _, w := range rule.widths {
		if w < size.X {
			sizes = append(sizes, image.Pt(w, max(1, (size.Y*w+size.X/2)/size.X)))
		}
	}
	return sizes
}

func squareSizes(widths []int, size image.Point) []image.Point {
	short := min(size.X, size.Y)
	var sizes []image.Point
	for _, w := range widths {
		if w >= short {
			if size.X != size.Y {
				sizes = append(sizes, image.Pt(short, short))
			}
			break
		}
		sizes = append(sizes, image.Pt(w, w))
	}
	return sizes
}

// crop returns the part of an image that its copies show.
func (k Kind) crop(size image.Point) image.Rectangle {
	whole := image.Rectangle{Max: size}
	if !k.SquareCopies() {
		return whole
	}
	short := min(size.X, size.Y)
	corner := image.Pt((size.X-short)/2, (size.Y-short)/2)
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(short, short))}
}

// renderCopies makes the copies of img from the largest to the smallest, each from the one before: that reads at most
// four times as many pixels as the largest copy has, however many there are.
func renderCopies(img image.Image, kind Kind, opaque bool) ([]Copy, error) {
	sizes := kind.CopySizes(img.Bounds().Size())
	copies := make([]Copy, len(sizes))
	part := kind.crop(img.Bounds().Size()).Add(img.Bounds().Min)
	for i, size := range slices.Backward(sizes) {
		img = scale(img, part, size)
		part = img.Bounds()
		data, err := encode(img, CopyExt(opaque), copyQuality)
		if err != nil {
			return nil, err
		}
		copies[i] = Copy{Width: size.X, Data: data}
	}
	return copies, nil
}
