package media

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
)

// maxScans bounds how often a progressive JPEG may run over all its pixels. Cameras and encoders
// use about ten; without a bound 5 MiB hold thousands, each of which costs a pass of its own.
const maxScans = 64

// maxProgressive bounds the bytes that decoding a progressive JPEG keeps at once. Any photograph of
// MaxPixels fits with the usual halved colours (4:2:0 and 4:2:2); what it keeps out are 200 KiB of
// nothing at 4:4:4 that would cost 600 MB, or 800 MB as CMYK.
const maxProgressive = 400 << 20

// Bytes of the JPEG format (ITU-T T.81, table B.1).
const (
	jpegSOS  = 0xda
	jpegEOI  = 0xd9
	jpegRST0 = 0xd0
	jpegRST7 = 0xd7
	jpegAPP1 = 0xe1
	jpegSOF2 = 0xc2 // progressive
)

// orientationTag is the EXIF tag for how the camera was held.
const orientationTag = 0x0112

// metadata is what is read beside the pixels.
type metadata struct {
	orientation int // 1 to 8, 1 when nothing (sane) is said
	scans       int // of a JPEG; else 0
	progressive int // bytes that a progressive JPEG takes; else 0
}

// readMetadata never fails: what it does not understand it ignores.
func readMetadata(data []byte) metadata {
	m := metadata{orientation: 1}
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG")):
		m.orientation = tiffOrientation(pngExif(data))
	case bytes.HasPrefix(data, []byte{0xff, 0xd8}):
		m.readJPEG(data)
	}
	return m
}

func (m *metadata) readJPEG(data []byte) {
	var exif []byte
	for marker, payload := range jpegSegments(data) {
		switch marker {
		case jpegSOS:
			m.scans++
		case jpegSOF2:
			m.progressive = max(m.progressive, progressiveBytes(payload))
		case jpegAPP1:
			if rest, ok := bytes.CutPrefix(payload, []byte("Exif\x00\x00")); ok && exif == nil {
				exif = rest
			}
		}
	}
	m.orientation = tiffOrientation(exif)
}

// progressiveBytes is what image/jpeg keeps of a frame until its last scan: each sample as a byte
// and, because any scan may refine it, as a 32-bit coefficient.
func progressiveBytes(frame []byte) int {
	const head, perComponent, perSample = 6, 3, 1 + 4
	if len(frame) < head {
		return 0
	}
	height, width := int(binary.BigEndian.Uint16(frame[1:])), int(binary.BigEndian.Uint16(frame[3:]))
	blocks, maxH, maxV := 0, 1, 1 // of the smallest unit that all components share
	for c := range slices.Chunk(frame[head:], perComponent) {
		if len(c) == perComponent {
			h, v := int(c[1]>>4), int(c[1]&15)
			blocks, maxH, maxV = blocks+h*v, max(maxH, h), max(maxV, v)
		}
	}
	units := ((width + 8*maxH - 1) / (8 * maxH)) * ((height + 8*maxV - 1) / (8 * maxV))
	return units * blocks * 64 * perSample
}

// jpegSegments yields markers that carry a length, with what follows it, up to the end of the
// image. It steps over coded data as image/jpeg does, so that none of its scans goes uncounted.
func jpegSegments(data []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for rest := data[2:]; ; {
			i := bytes.IndexByte(rest, 0xff)
			if i < 0 || len(rest) < i+4 {
				return
			}
			marker := rest[i+1]
			switch {
			case marker == jpegEOI:
				return
			case marker == 0xff: // padding
				rest = rest[i+1:]
			case marker == 0, jpegRST0 <= marker && marker <= jpegRST7:
				rest = rest[i+2:]
			default:
				rest = rest[i+2:]
				n := min(max(2, int(binary.BigEndian.Uint16(rest))), len(rest))
				if !yield(marker, rest[2:n]) {
					return
				}
				rest = rest[n:]
			}
		}
	}
}

// pngExif returns the eXIf chunk, nil when there is none (PNG, third edition, 11.3.4.6).
func pngExif(data []byte) []byte {
	rest := data[min(8, len(data)):]
	for len(rest) >= 12 { // length, name, checksum
		n, name := uint64(binary.BigEndian.Uint32(rest)), string(rest[4:8])
		if n > uint64(len(rest)-12) {
			return nil
		}
		if name == "eXIf" {
			return rest[8 : 8+n]
		}
		rest = rest[12+n:]
	}
	return nil
}

// tiffOrientation reads the orientation out of EXIF data, which is a TIFF file (TIFF 6.0, part 1).
// It returns 1 for whatever is not an orientation.
func tiffOrientation(data []byte) int {
	order, at, ok := tiffHeader(data)
	if !ok || at > uint64(len(data)) || len(data[at:]) < 2 {
		return 1
	}
	count, entries := int(order.Uint16(data[at:])), data[at+2:]
	for range count {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == orientationTag {
			return shortBetween1And8(order, entries)
		}
		entries = entries[12:]
	}
	return 1
}

// tiffHeader returns the byte order and where the first directory is.
func tiffHeader(data []byte) (order binary.ByteOrder, at uint64, ok bool) {
	if len(data) < 8 {
		return nil, 0, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, 0, false
	}
	return order, uint64(order.Uint32(data[4:])), true
}

// shortBetween1And8 reads a directory entry of one 16-bit number.
func shortBetween1And8(order binary.ByteOrder, entry []byte) int {
	const short = 3
	kind, count, value := order.Uint16(entry[2:]), order.Uint32(entry[4:]), order.Uint16(entry[8:])
	if kind != short || count != 1 || value < 1 || value > 8 {
		return 1
	}
	return int(value)
}
