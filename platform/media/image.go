package media

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"strings"

	"golang.org/x/image/draw"
)

const (
	// jpegQuality is where photographs of MaxSide stop looking better and only get bigger.
	jpegQuality = 85
	// copyQuality is for what is shown small, where nobody sees the difference.
	copyQuality = 80
)

// Upload is a file as a client sent it.
type Upload struct {
	Name string // as the client calls it; only its extension is looked at
	Data []byte // at most MaxBytes
	By   int64  // whose it is, 0 for nobody's: of each member one image at a time is decoded
}

// Picture is an upload made clean, ready to be stored. Only [Library.Decode] makes one.
type Picture struct {
	folder        Folder
	data          []byte
	ext           string // .jpg or .png
	width, height int
	opaque        bool      // nothing shows through
	copies        []smaller // ascending
}

// smaller is a copy of a picture.
type smaller struct {
	width int
	data  []byte
}

// Size returns width and height in pixels.
func (p *Picture) Size() (width, height int) { return p.width, p.height }

// Bytes returns the encoded picture; it must not be changed.
func (p *Picture) Bytes() []byte { return p.data }

// ContentType returns image/jpeg or image/png.
func (p *Picture) ContentType() string { return contentTypes[p.ext] }

// contentTypes is by the extension of a key.
var contentTypes = map[string]string{".jpg": "image/jpeg", ".png": "image/png"}

// extensions is what a client's file may be called; which of the formats it is, its content says.
var extensions = map[string]bool{".jpg": true, ".jpeg": true, ".png": true, ".gif": true}

// format is one kind of image that is read. Decoders are called by name and not through
// image.Decode, which would read whatever any package of the binary has registered.
type format struct {
	magic  string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	ext    string // of what is stored
}

var formats = []format{
	{magic: "\xff\xd8\xff", config: jpeg.DecodeConfig, decode: jpeg.Decode, ext: ".jpg"},
	{magic: "\x89PNG\r\n\x1a\n", config: png.DecodeConfig, decode: png.Decode, ext: ".png"},
	// gif.Decode stops after the first frame, gif.DecodeAll would keep hundreds in memory.
	{magic: "GIF87a", config: gif.DecodeConfig, decode: gif.Decode, ext: ".png"},
	{magic: "GIF89a", config: gif.DecodeConfig, decode: gif.Decode, ext: ".png"},
}

// candidate is an upload of which everything is known that can be known without its pixels.
type candidate struct {
	format
	data        []byte
	size        image.Point
	orientation int
}

// inspect refuses what need not be decoded. It costs microseconds, whatever the upload claims to be.
func inspect(u Upload) (*candidate, error) {
	if !extensions[strings.ToLower(path.Ext(u.Name))] {
		return nil, ErrUnsupportedImage
	}
	for _, f := range formats {
		if bytes.HasPrefix(u.Data, []byte(f.magic)) {
			return f.inspect(u.Data)
		}
	}
	return nil, ErrUnsupportedImage
}

func (f format) inspect(data []byte) (*candidate, error) {
	cfg, err := f.config(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: read header: %w", ErrUnsupportedImage, err)
	}
	if cfg.Width <= 0 || cfg.Height <= 0 {
		return nil, fmt.Errorf("%w: no pixels", ErrUnsupportedImage)
	}
	if int64(cfg.Width)*int64(cfg.Height) > MaxPixels {
		return nil, fmt.Errorf("%w: %d × %d", ErrImageTooLarge, cfg.Width, cfg.Height)
	}
	meta := readMetadata(data)
	if meta.scans > maxScans {
		return nil, fmt.Errorf("%w: %d scans", ErrUnsupportedImage, meta.scans)
	}
	if meta.progressive > maxProgressive {
		return nil, fmt.Errorf("%w: %d bytes to decode", ErrImageTooLarge, meta.progressive)
	}
	return &candidate{f, data, image.Pt(cfg.Width, cfg.Height), meta.orientation}, nil
}

// render decodes, shrinks, turns and encodes. Only pixels get through, so neither metadata nor
// bytes that follow the image can.
func (c *candidate) render(folder Folder) (p *Picture, err error) {
	defer func() {
		// The decoders read hostile bytes; what breaks them is one bad upload, not the request.
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("%w: decoder panicked: %v", ErrUnsupportedImage, r)
		}
	}()
	img, err := c.decode(bytes.NewReader(c.data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsupportedImage, err)
	}
	img = upright(shrink(c.fill(img)), c.orientation)
	size := img.Bounds().Size()
	p = &Picture{folder: folder, ext: c.ext, width: size.X, height: size.Y, opaque: isOpaque(img)}
	if p.data, err = encode(img, c.ext, jpegQuality); err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	if p.copies, err = renderCopies(img, folder, p.opaque); err != nil {
		return nil, fmt.Errorf("encode copy of image: %w", err)
	}
	return p, nil
}

// isOpaque reports whether nothing shows through img.
func isOpaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// fill puts the frame of a GIF that covers a part of its canvas where it belongs.
func (c *candidate) fill(img image.Image) image.Image {
	canvas := image.Rectangle{Max: c.size}
	if img.Bounds() == canvas {
		return img
	}
	whole := image.NewRGBA(canvas)
	draw.Draw(whole, img.Bounds(), img, img.Bounds().Min, draw.Src)
	return whole
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
