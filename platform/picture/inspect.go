package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
)

// header is what is known about an upload before its pixels are decoded.
type header struct {
	size        image.Point
	orientation int    // EXIF, 1 to 8
	ext         string // of the picture: .jpg or .png
	alpha       bool   // set by WebP alone
}

// format is a kind of image file. Decoders are called directly and not through image.Decode, which would use whatever
// decoder any package of the binary registers.
type format struct {
	name    string
	is      func(data []byte) bool
	inspect func(data []byte) (header, error)
	// decode returns an image of the size in the header, and how its colours become sRGB; nil when they are.
	decode func(data []byte) (image.Image, *colorProfile, error)
}

var formats = []format{
	{"JPEG", hasPrefix("\xff\xd8\xff"), inspectJPEG, decodeJPEG},
	{"PNG", hasPrefix(pngSignature), inspectPNG, decodePNG},
	{"GIF", hasPrefix("GIF87a", "GIF89a"), inspectGIF, decodeGIF},
	{"WebP", isWebP, inspectWebP, decodeWebP},
}

func hasPrefix(prefixes ...string) func([]byte) bool {
	return func(data []byte) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(data, []byte(p)) {
				return true
			}
		}
		return false
	}
}

func isWebP(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// candidate is an upload that passed every check that needs no pixels.
type candidate struct {
	format
	header
	data []byte
}

func (c *candidate) pixels() int { return c.size.X * c.size.Y }

// CheckStored refuses what can be refused without decoding of a file that was stored by this program, here or elsewhere:
// that may have more bytes than [MaxBytes]. Other files are checked as uploads. It returns [ErrUnsupportedImage] or
// [ErrImageTooLarge].
func CheckStored(u Upload) error {
	c, err := inspect(u)
	if err != nil || len(u.Data) <= MaxBytes {
		return err
	}
	if max(c.size.X, c.size.Y) > MaxSide || len(u.Data) > MaxStored {
		return tooManyBytes()
	}
	return nil
}

// inspect refuses what can be refused without decoding. It takes microseconds, whatever the upload claims to be.
func inspect(u Upload) (*candidate, error) {
	if err := checkName(u.Name); err != nil {
		return nil, err
	}
	for _, f := range formats {
		if f.is(u.Data) {
			return f.candidate(u.Data)
		}
	}
	return nil, foreign(u.Data)
}

func (f format) candidate(data []byte) (*candidate, error) {
	h, err := f.inspect(data)
	if err != nil {
		return nil, err
	}
	if h.size.X <= 0 || h.size.Y <= 0 {
		return nil, damaged(f.name, fmt.Errorf("%d × %d pixels", h.size.X, h.size.Y))
	}
	if int64(h.size.X)*int64(h.size.Y) > MaxPixels {
		return nil, fmt.Errorf("%w: %d × %d", ErrImageTooLarge, h.size.X, h.size.Y)
	}
	return &candidate{f, h, data}, nil
}

// refused turns an error of a decoder into a refusal: the file is of a variant that is not read, or damaged.
func (f format) refused(err error) error {
	var jpegVariant jpeg.UnsupportedError
	var pngVariant png.UnsupportedError
	if errors.As(err, &jpegVariant) || errors.As(err, &pngVariant) {
		return notRead(f.name, err)
	}
	return damaged(f.name, err)
}
