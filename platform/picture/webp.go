package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"iter"
	"math"

	"golang.org/x/image/webp"
)

// webpChunks yields the chunks of a WebP file (RFC 9649, 2.3). It ends before a chunk that is cut.
func webpChunks(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for rest := data[min(12, len(data)):]; len(rest) >= 8; {
			name, n := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
			if n > uint64(len(rest)-8) || !yield(name, rest[8:8+n]) {
				return
			}
			rest = rest[min(uint64(len(rest)), 8+n+n&1):]
		}
	}
}

func inspectWebP(data []byte) (header, error) {
	h := header{orientation: 1, ext: ".png"}
	for name, chunk := range webpChunks(data) {
		switch name {
		case "VP8X":
			const animation = 1 << 1
			if len(chunk) > 0 && chunk[0]&animation != 0 {
				return header{}, unsupported(errors.New("animated WebP"),
					"Animated WebP files are not supported. Please choose a still image.",
					"움직이는 WebP는 지원하지 않습니다. 정지 이미지를 골라 주세요.")
			}
		case "ALPH":
			h.alpha = true
		case "VP8 ":
			h.size = vp8Size(chunk)
			if !h.alpha {
				h.ext = ".jpg"
			}
		case "EXIF":
			h.orientation = exifOrientation(bytes.TrimPrefix(chunk, []byte("Exif\x00\x00")))
		}
	}
	cfg, err := webp.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return header{}, damaged("WebP", err)
	}
	if size := image.Pt(cfg.Width, cfg.Height); h.size == (image.Point{}) {
		h.size = size
	} else if h.size != size {
		return header{}, damaged("WebP", fmt.Errorf("sizes %v and %v", h.size, size))
	}
	return h, nil
}

// vp8Size reads the size from a key frame (RFC 6386, 9.1).
func vp8Size(chunk []byte) image.Point {
	if len(chunk) < 10 {
		return image.Point{}
	}
	return image.Pt(int(binary.LittleEndian.Uint16(chunk[6:])&0x3fff), int(binary.LittleEndian.Uint16(chunk[8:])&0x3fff))
}

func decodeWebP(data []byte) (image.Image, *colorProfile, error) {
	var profile *colorProfile
	for name, chunk := range webpChunks(data) {
		if name == "ICCP" && profile == nil {
			profile = iccProfile(chunk)
		}
	}
	img, err := webp.Decode(bytes.NewReader(data))
	switch img := img.(type) {
	case *image.YCbCr:
		widenRange(img)
	case *image.NYCbCrA:
		widenRange(&img.YCbCr)
	}
	return img, profile, err
}

// widenRange turns the samples of a lossy WebP, from 16 to 235 and 16 to 240 (ITU-R BT.601), into those of image.YCbCr,
// which are from 0 to 255. The decoder leaves them as they are, and colours would be pale.
func widenRange(img *image.YCbCr) {
	var luma, chroma [256]uint8
	for i := range 256 {
		luma[i] = clamp8(float64(i-16) * 255 / 219)
		chroma[i] = clamp8(float64(i-128)*255/224 + 128)
	}
	for i, v := range img.Y {
		img.Y[i] = luma[v]
	}
	for i, v := range img.Cb {
		img.Cb[i] = chroma[v]
	}
	for i, v := range img.Cr {
		img.Cr[i] = chroma[v]
	}
}

func clamp8(v float64) uint8 { return uint8(math.Round(min(max(v, 0), 255))) }
