package picture

import (
	"image"
	"image/color"
	"slices"

	"golang.org/x/image/draw"
)

// paletteOf returns the palette of an image, nil when it has none.
func paletteOf(img image.Image) color.Palette {
	if p, ok := img.(*image.Paletted); ok {
		return p.Palette
	}
	return nil
}

// toPalette returns img in the colours of a palette. Scaling makes new colours, and where the image is noisy its PNG gets
// several times as large as the upload.
func toPalette(img image.Image, palette color.Palette) *image.Paletted {
	src, ok := img.(*image.NRGBA)
	if !ok {
		src = image.NewNRGBA(img.Bounds())
		draw.Draw(src, src.Rect, img, img.Bounds().Min, draw.Src)
	}
	dst := image.NewPaletted(image.Rectangle{Max: src.Rect.Size()}, slices.Clone(palette))
	nearest := map[uint32]uint8{} // by the upper five bits of each channel
	for i := range dst.Pix {
		c := src.Pix[4*i : 4*i+4]
		key := uint32(c[0]>>3)<<15 | uint32(c[1]>>3)<<10 | uint32(c[2]>>3)<<5 | uint32(c[3]>>3)
		index, ok := nearest[key]
		if !ok {
			index = uint8(palette.Index(color.NRGBA{R: c[0], G: c[1], B: c[2], A: c[3]}))
			nearest[key] = index
		}
		dst.Pix[i] = index
	}
	return dst
}
