package picture

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"io"
)

// gifFrame is where the parts of a GIF up to its first image are (GIF89a specification).
type gifFrame struct {
	screen  image.Point     // logical screen, as the header says
	bounds  image.Rectangle // of the image on the screen
	control []byte          // the last graphic control extension before the image; may be nil
	prelude int             // length of header and global colour table
	image   []byte          // image descriptor and local colour table
	lzw     []byte          // minimum code size and the sub-blocks of the pixels
}

// canvas is the size that browsers show: the logical screen, extended to the first image.
func (f *gifFrame) canvas() image.Point {
	return image.Pt(max(f.screen.X, f.bounds.Max.X), max(f.screen.Y, f.bounds.Max.Y))
}

var errGIFCut = errors.New("the file ends before the first image")

const (
	gifExtension  = 0x21
	gifControl    = 0xf9
	gifImage      = 0x2c
	gifColorTable = 1 << 7
	gifHead       = 13 // bytes of header and logical screen descriptor
	gifDescriptor = 10 // bytes of an image descriptor without its colour table
)

// readGIF finds the first image.
func readGIF(data []byte) (f gifFrame, err error) {
	if len(data) < gifHead {
		return f, errGIFCut
	}
	f.screen = image.Pt(int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:])))
	f.prelude = gifHead + gifTableSize(data[10])
	at := f.prelude
	for {
		if at+gifDescriptor > len(data) {
			return f, errGIFCut
		}
		switch data[at] {
		case gifExtension:
			end := gifSkipBlocks(data, at+2)
			if data[at+1] == gifControl {
				f.control = data[at:end]
			}
			at = end
		case gifImage:
			d := data[at:]
			x, y := int(binary.LittleEndian.Uint16(d[1:])), int(binary.LittleEndian.Uint16(d[3:]))
			w, h := int(binary.LittleEndian.Uint16(d[5:])), int(binary.LittleEndian.Uint16(d[7:]))
			end := at + gifDescriptor + gifTableSize(d[9])
			if end > len(data) {
				return f, errGIFCut
			}
			f.bounds, f.image, f.lzw = image.Rect(x, y, x+w, y+h), data[at:end], data[end:]
			return f, nil
		default:
			return f, fmt.Errorf("unknown block %#x", data[at])
		}
	}
}

func gifTableSize(fields byte) int {
	if fields&gifColorTable == 0 {
		return 0
	}
	return 3 << (fields&7 + 1)
}

// gifSkipBlocks returns the offset after the sub-blocks at an offset.
func gifSkipBlocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += 1 + int(data[at])
	}
	return min(at+1, len(data))
}

func inspectGIF(data []byte) (header, error) {
	f, err := readGIF(data)
	if err != nil {
		return header{}, damaged("GIF", err)
	}
	if f.bounds.Empty() {
		return header{}, damaged("GIF", errors.New("the first image has no pixels"))
	}
	return header{size: f.canvas(), orientation: 1, ext: ".png"}, nil
}

// decodeGIF decodes the first image, on a canvas of the size that browsers show.
func decodeGIF(data []byte) (image.Image, *colorProfile, error) {
	f, err := readGIF(data)
	if err != nil {
		return nil, nil, err
	}
	// gif.Decode stops after the first image; gif.DecodeAll would keep hundreds in memory.
	img, err := gif.Decode(f.reader(data, bytes.NewReader(f.lzw)))
	if err != nil {
		pixels, rebuildErr := f.rebuild(data[gifHead:f.prelude])
		if rebuildErr != nil {
			return nil, nil, errors.Join(err, rebuildErr)
		}
		if img, err = gif.Decode(f.reader(data, bytes.NewReader(pixels))); err != nil {
			return nil, nil, err
		}
	}
	return f.place(img), nil, nil
}

// reader returns a GIF of the first image alone, on a screen that holds it.
func (f *gifFrame) reader(data []byte, pixels io.Reader) io.Reader {
	prelude := bytes.Clone(data[:f.prelude])
	canvas := f.canvas()
	binary.LittleEndian.PutUint16(prelude[6:], uint16(min(canvas.X, 0xffff)))
	binary.LittleEndian.PutUint16(prelude[8:], uint16(min(canvas.Y, 0xffff)))
	return io.MultiReader(bytes.NewReader(prelude), bytes.NewReader(f.control), bytes.NewReader(f.image), pixels)
}

// rebuild compresses the pixels anew, without what follows them in the file, and gives them a palette of 256 colours, so
// that those without a colour are black. It fails when pixels are missing.
func (f *gifFrame) rebuild(globalTable []byte) ([]byte, error) {
	if len(f.lzw) == 0 || f.lzw[0] < 2 || f.lzw[0] > 8 {
		return nil, errors.New("no pixels")
	}
	width := int(f.lzw[0])
	r := lzw.NewReader(&gifBlocks{rest: f.lzw[1:]}, lzw.LSB, width)
	defer r.Close()
	pixels := make([]byte, f.bounds.Dx()*f.bounds.Dy())
	if _, err := io.ReadFull(r, pixels); err != nil {
		return nil, fmt.Errorf("pixels are missing: %w", err)
	}
	var packed bytes.Buffer
	w := lzw.NewWriter(&packed, lzw.LSB, width)
	if _, err := w.Write(pixels); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	f.image = gifFullTable(f.image, globalTable)
	out := []byte{f.lzw[0]}
	for packed.Len() > 0 {
		block := packed.Next(255)
		out = append(append(out, byte(len(block))), block...)
	}
	return append(out, 0, 0x3b), nil
}

// gifFullTable returns an image descriptor with a local colour table of 256 colours.
func gifFullTable(descriptor, globalTable []byte) []byte {
	const colors, size = 3 << 8, 7
	table := globalTable
	if descriptor[gifDescriptor-1]&gifColorTable != 0 {
		table = descriptor[gifDescriptor:]
	}
	out := bytes.Clone(descriptor[:gifDescriptor])
	out[gifDescriptor-1] |= gifColorTable | size
	return append(append(out, table...), make([]byte, colors-len(table))...)
}

// gifBlocks reads the bytes in sub-blocks.
type gifBlocks struct {
	rest []byte
	left int // of the current sub-block
}

func (b *gifBlocks) ReadByte() (byte, error) {
	if b.left == 0 {
		if len(b.rest) == 0 || b.rest[0] == 0 {
			return 0, io.EOF
		}
		b.left, b.rest = int(b.rest[0]), b.rest[1:]
	}
	if len(b.rest) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	c := b.rest[0]
	b.rest, b.left = b.rest[1:], b.left-1
	return c, nil
}

func (b *gifBlocks) Read(p []byte) (int, error) {
	for i := range p {
		c, err := b.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = c
	}
	return len(p), nil
}

// place puts an image that covers a part of its canvas on a transparent canvas.
func (f *gifFrame) place(img image.Image) image.Image {
	canvas := image.Rectangle{Max: f.canvas()}
	if img.Bounds() == canvas {
		return img
	}
	whole := image.NewRGBA(canvas)
	draw.Draw(whole, img.Bounds(), img, img.Bounds().Min, draw.Src)
	return whole
}
