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
	if planes, ok := img.(*image.YCbCr); ok && isEven(planes) {
		return uprightPlanes(planes, orientation)
	}
	src := asRGBA(img)
	dst := image.NewRGBA(image.Rectangle{Max: turned(src.Rect.Size(), orientation)})
	turn(dst.Pix, dst.Stride, dst.Rect.Size(), src.Pix, src.Stride, 4, orientation)
	return dst
}

// isEven reports whether every sample of colour covers four pixels of img, also when it is turned.
func isEven(img *image.YCbCr) bool {
	return img.SubsampleRatio == image.YCbCrSubsampleRatio420 && img.Rect.Dx()%2 == 0 && img.Rect.Dy()%2 == 0
}

func uprightPlanes(src *image.YCbCr, orientation int) *image.YCbCr {
	dst := image.NewYCbCr(image.Rectangle{Max: turned(src.Rect.Size(), orientation)}, src.SubsampleRatio)
	size, half := dst.Rect.Size(), dst.Rect.Size().Div(2)
	turn(dst.Y, dst.YStride, size, src.Y, src.YStride, 1, orientation)
	turn(dst.Cb, dst.CStride, half, src.Cb, src.CStride, 1, orientation)
	turn(dst.Cr, dst.CStride, half, src.Cr, src.CStride, 1, orientation)
	return dst
}

// turned returns the size of the upright image.
func turned(size image.Point, orientation int) image.Point {
	if orientation >= 5 { // the axes are swapped
		return image.Pt(size.Y, size.X)
	}
	return size
}

// turn copies pixels of some bytes from src to their places in the upright dst, which has the given size.
func turn(dst []byte, dstLine int, size image.Point, src []byte, srcLine, pixel, orientation int) {
	start, dx, dy := traversal(turned(size, orientation), srcLine, pixel, orientation)
	for y := range size.Y {
		row, p := dst[y*dstLine:], start+y*dy
		for x := range size.X {
			copy(row[x*pixel:x*pixel+pixel], src[p:p+pixel])
			p += dx
		}
	}
}

// traversal returns how to read an image of the given size, with so many bytes in a line and in a pixel, in the order of
// the upright image: the offset of its first pixel and the steps for one pixel to the right and one down, all in bytes
// (EXIF 2.32, tag 0x0112).
func traversal(size image.Point, line, pixel, orientation int) (start, dx, dy int) {
	right, bottom := (size.X-1)*pixel, (size.Y-1)*line
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
