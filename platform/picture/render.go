package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"github.com/cinecircle/cinecircle/platform/memory"
)

const (
	// jpegQuality is where photographs of MaxSide stop looking better and only get larger.
	jpegQuality = 85
	// copyQuality is lower, because the difference is not visible in small sizes.
	copyQuality = 80
)

// render decodes, scales, converts to sRGB, turns and encodes. Only pixels get through, so neither metadata nor bytes
// after the image can.
func (c *candidate) render(kind Kind) (p *Picture, err error) {
	defer func() {
		// A decoder that panics on hostile bytes spoils one upload, not the process.
		if r := recover(); r != nil {
			p, err = nil, damaged(c.name, fmt.Errorf("decoder panicked: %v", r))
		}
	}()
	img, profile, err := c.decode(c.data)
	if err != nil {
		return nil, c.refused(err)
	}
	palette := paletteOf(img)
	if profile != nil && keepsColors(img) {
		img, profile = profile.toSRGB(img), nil
	}
	img = shrink(img)
	if c.pixels() > inlinePixels {
		memory.Free() // of the pixels as they were uploaded, before the copies take more
	}
	if profile != nil {
		img = profile.toSRGB(img)
	}
	img = upright(img, c.orientation)
	p = &Picture{kind: kind, ext: c.ext, size: img.Bounds().Size(), opaque: isOpaque(img)}
	if p.data, err = encode(img, c.ext, jpegQuality); err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	if palette != nil && len(p.data) > len(c.data) {
		if p.data, err = encode(toPalette(img, palette), c.ext, 0); err != nil {
			return nil, fmt.Errorf("encode image: %w", err)
		}
	}
	if p.copies, err = renderCopies(img, kind, p.opaque); err != nil {
		return nil, fmt.Errorf("encode copy of image: %w", err)
	}
	return p, nil
}

// isOpaque reports whether no pixel of img is transparent.
func isOpaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

func encode(img image.Image, ext string, quality int) ([]byte, error) {
	var out bytes.Buffer
	var err error
	if ext == ".jpg" {
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(&out, img)
	}
	return out.Bytes(), err
}
