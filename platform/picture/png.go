package picture

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"iter"
	"math"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngChunk is a chunk of a PNG (PNG, third edition, 5.3).
type pngChunk struct {
	name  string
	data  []byte
	raw   []byte // with length, name and checksum
	valid bool   // the checksum is right
}

// isAncillary reports whether a decoder may skip the chunk.
func (c pngChunk) isAncillary() bool { return c.name[0]&0x20 != 0 }

// pngChunks yields the chunks up to IEND. It ends before a chunk that is cut.
func pngChunks(data []byte) iter.Seq[pngChunk] {
	return func(yield func(pngChunk) bool) {
		const head, checksum = 8, 4
		for rest := data[min(len(pngSignature), len(data)):]; len(rest) >= head+checksum; {
			n := uint64(binary.BigEndian.Uint32(rest))
			if n > uint64(len(rest)-head-checksum) {
				return
			}
			end := head + int(n)
			c := pngChunk{name: string(rest[4:head]), data: rest[head:end], raw: rest[:end+checksum]}
			c.valid = crc32.ChecksumIEEE(rest[4:end]) == binary.BigEndian.Uint32(rest[end:])
			if !yield(c) || c.name == "IEND" {
				return
			}
			rest = rest[end+checksum:]
		}
	}
}

// inspectPNG reads the size and the orientation.
func inspectPNG(data []byte) (header, error) {
	const size, most = len(pngSignature) + 8, math.MaxInt32
	if len(data) < size+8 || string(data[size-4:size]) != "IHDR" {
		return header{}, damaged("PNG", errors.New("no header"))
	}
	width, height := binary.BigEndian.Uint32(data[size:]), binary.BigEndian.Uint32(data[size+4:])
	if width > most || height > most {
		return header{}, damaged("PNG", fmt.Errorf("%d × %d pixels", width, height))
	}
	return header{size: image.Pt(int(width), int(height)), orientation: pngOrientation(data), ext: ".png"}, nil
}

// pngOrientation reads the eXIf chunk (PNG, third edition, 11.3.4.6).
func pngOrientation(data []byte) int {
	for c := range pngChunks(data) {
		if c.name == "eXIf" {
			return exifOrientation(c.data)
		}
	}
	return 1
}

// decodePNG decodes the critical chunks and tRNS only, as libpng does where an ancillary chunk is broken: it drops it.
func decodePNG(data []byte) (image.Image, *colorProfile, error) {
	profile := pngProfile(data)
	img, err := png.Decode(pngReader(data))
	if err != nil {
		if repaired, ok := repairPNG(data); ok {
			img, err = png.Decode(repaired)
		}
	}
	return img, profile, err
}

// pngReader returns the file with the chunks of pngPixels, and with an end.
func pngReader(data []byte) io.Reader {
	parts := []io.Reader{bytes.NewReader(data[:len(pngSignature)])}
	ended := false
	for c := range pngPixels(data) {
		parts = append(parts, bytes.NewReader(c.raw))
		ended = c.name == "IEND"
	}
	if !ended {
		parts = append(parts, bytes.NewReader(newPNGChunk("IEND", nil)))
	}
	return io.MultiReader(parts...)
}

// pngPixels yields the chunks that make the pixels, without palettes and transparency that image/png does not accept and
// libpng ignores or cuts.
func pngPixels(data []byte) iter.Seq[pngChunk] {
	return func(yield func(pngChunk) bool) {
		var f pngFilter
		for c := range pngChunks(data) {
			if c, ok := f.keep(c); ok && !yield(c) {
				return
			}
		}
	}
}

// pngFilter is what pngPixels knows of the chunks before the next one.
type pngFilter struct {
	depth, color byte
	entries      int  // of the palette
	late         bool // transparency comes too late now
}

// keep returns the chunk as it is decoded; ok is false when it is left out.
func (f *pngFilter) keep(c pngChunk) (kept pngChunk, ok bool) {
	switch c.name {
	case "IHDR":
		if len(c.data) == 13 {
			f.depth, f.color = c.data[8], c.data[9]
		}
	case "IDAT":
		f.late = true
	case "PLTE":
		return f.keepPalette(c)
	case "tRNS":
		fits := c.valid && !f.late && pngTransparency(f.color, f.entries, len(c.data))
		f.late = f.late || fits
		return c, fits
	default:
		return c, !c.isAncillary()
	}
	return c, true
}

func (f *pngFilter) keepPalette(c pngChunk) (kept pngChunk, ok bool) {
	if !c.valid {
		return c, true // to be refused
	}
	if f.color == 0 || f.color == 4 { // gray
		return c, false
	}
	if most := 3 << f.depth; f.color == 3 && f.depth < 8 && len(c.data) > most {
		c.data = c.data[:most]
		c.raw = newPNGChunk(c.name, c.data)
	}
	f.entries = len(c.data) / 3
	return c, true
}

// pngTransparency reports whether tRNS may have a length (PNG, third edition, 11.3.1.1).
func pngTransparency(color byte, entries, length int) bool {
	switch color {
	case 0:
		return length == 2
	case 2:
		return length == 6
	case 3:
		return 0 < length && length <= entries
	}
	return false
}

func newPNGChunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 12+len(data)), uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// repairPNG replaces the checksum of the pixels (Adler-32 of the zlib stream, RFC 1950) by the right one. ok is false when
// the pixels are not complete, or when a critical chunk is broken.
func repairPNG(data []byte) (repaired io.Reader, ok bool) {
	var before, stream []byte
	for c := range pngPixels(data) {
		switch {
		case !c.valid:
			return nil, false
		case c.name == "IDAT":
			stream = append(stream, c.data...)
		case c.name != "IEND":
			before = append(before, c.raw...)
		}
	}
	end, sum, err := inflate(stream)
	if err != nil {
		return nil, false
	}
	stream = binary.BigEndian.AppendUint32(stream[:end:end], sum)
	return io.MultiReader(bytes.NewReader(data[:len(pngSignature)]), bytes.NewReader(before),
		bytes.NewReader(newPNGChunk("IDAT", stream)), bytes.NewReader(newPNGChunk("IEND", nil))), true
}

// maxInflated is above the bytes of any image of MaxPixels: 8 a pixel and one a row.
const maxInflated = 9 * MaxPixels

// inflate returns where the compressed data of a zlib stream end, and the checksum of what they hold.
func inflate(stream []byte) (end int, sum uint32, err error) {
	const head = 2
	if len(stream) < head {
		return 0, 0, io.ErrUnexpectedEOF
	}
	r := bytes.NewReader(stream[head:])
	hash := adler32.New()
	n, err := io.Copy(hash, io.LimitReader(flate.NewReader(r), maxInflated))
	if err == nil && n == maxInflated {
		err = errors.New("too many pixels")
	}
	if err != nil {
		return 0, 0, fmt.Errorf("inflate: %w", err)
	}
	return len(stream) - r.Len(), hash.Sum32(), nil
}
