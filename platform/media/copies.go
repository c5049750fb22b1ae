package media

import (
	"image"
	"slices"
)

// copies are the smaller sizes that are stored beside an image, for pages that show it small.
type copies struct {
	widths []int // in pixels, ascending
	square bool  // cut to the middle, as faces are shown
}

// copiesOf says which ones, by what the image is of. What was stored under it is found by it, so it
// must not change without a new meaning of the free bit in [name].
var copiesOf = map[Folder]copies{
	ProfileImages: {widths: []int{96, 256}, square: true},
	PosterImages:  {widths: []int{160, 320, 640}},
	ReviewImages:  {widths: []int{640, 1280}},
}

// copySizes returns the sizes of the copies of an image, ascending: those that are smaller than it.
// A face that is not square has one square copy at least, however small it is.
func copySizes(folder Folder, size image.Point) []image.Point {
	if size == (image.Point{}) {
		return nil
	}
	c := copiesOf[folder]
	if c.square {
		return squares(c.widths, size)
	}
	var sizes []image.Point
	for _, w := range c.widths {
		if w < size.X {
			sizes = append(sizes, image.Pt(w, max(1, (size.Y*w+size.X/2)/size.X)))
		}
	}
	return sizes
}

func squares(widths []int, size image.Point) []image.Point {
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

// frame is the part of an image that its copies show.
func frame(folder Folder, size image.Point) image.Rectangle {
	whole := image.Rectangle{Max: size}
	if !copiesOf[folder].square {
		return whole
	}
	short := min(size.X, size.Y)
	corner := image.Pt((size.X-short)/2, (size.Y-short)/2)
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(short, short))}
}

// renderCopies makes the copies of img from the largest to the smallest, each from the one before:
// the pixels that are looked at are four times those of the largest, however many there are.
func renderCopies(img image.Image, folder Folder, opaque bool) ([]smaller, error) {
	sizes := copySizes(folder, img.Bounds().Size())
	made := make([]smaller, len(sizes))
	part := frame(folder, img.Bounds().Size()).Add(img.Bounds().Min)
	for i, size := range slices.Backward(sizes) {
		img = scale(img, part, size)
		part = img.Bounds()
		data, err := encode(img, copyExt(opaque), copyQuality)
		if err != nil {
			return nil, err
		}
		made[i] = smaller{size.X, data}
	}
	return made, nil
}
