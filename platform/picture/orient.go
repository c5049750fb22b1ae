package picture

import (
	"image"

	"golang.org/x/image/draw"
)

// upright turns and mirrors img as its EXIF orientation (1 to 8) demands.
func upright(img image.Image, orientation int) image.Image {
	if orientation == 1 {
		return img
	}
	src := asRGBA(img)
	size := src.Rect.Size()
	if orientation >= 5 { // the axes are swapped
		size.X, size.Y = size.Y, size.X
	}
	dst := image.NewRGBA(image.Rectangle{Max: size})
	start, dx, dy := traversal(src, orientation)
	for y := range size.Y {
		row, p := dst.Pix[y*dst.Stride:], start+y*dy
		for x := range size.X {
			copy(row[x*4:x*4+4], src.Pix[p:p+4])
			p += dx
		}
	}
	return dst
}

// traversal returns how to read src in the order of the upright image: the offset of its first pixel and the steps for one
// pixel to the right and one down, all in bytes (EXIF 2.32, tag 0x0112).
func traversal(src *image.RGBA, orientation int) (start, dx, dy int) {
	const pixel = 4
	line := src.Stride
	right, bottom := (src.Rect.Dx()-1)*pixel, (src.Rect.Dy()-1)*line
	switch orientation {
	case 2:
		return right, -pixel, line
	case 3:
		return right + bottom, -pixel, -line
	case 4:
		return bottom, pixel, -line
	case 5:
		return 0, line, pixel
	case 6:
		return bottom, -line, pixel
	case 7:
		return right + bottom, -line, -pixel
	case 8:
		return right, line, -pixel
	}
	return 0, pixel, line
}

func asRGBA(img image.Image) *image.RGBA {
	if rgba, ok := img.(*image.RGBA); ok && rgba.Rect.Min == (image.Point{}) {
		return rgba
	}
	dst := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(dst, dst.Rect, img, img.Bounds().Min, draw.Src)
	return dst
}
