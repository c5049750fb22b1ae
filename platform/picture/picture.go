// Package picture turns the bytes of an upload into a clean picture: decoded under limits, converted to upright sRGB
// without metadata, scaled down to [MaxSide] and encoded again, with smaller copies for pages. What comes out is never
// the bytes that came in.
//
// [Decoder] is the only way to get a [Picture]. Package media stores pictures and ties them to database rows; this
// package knows neither files nor rows.
package picture

import (
	"image"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Limits of uploads and of stored pictures.
const (
	MaxBytes  = 5 << 20    // bytes of an upload; package web answers 413 to more
	MaxStored = 20 << 20   // bytes of what an upload becomes: a lossless WebP may become a larger PNG
	MaxPixels = 40_000_000 // width times height of an upload
	MaxSide   = 2048       // pixels on the longer side of a picture
)

// ErrUnsupportedImage means that an upload is not a complete JPEG, PNG, GIF or still WebP, or that its name has a foreign
// extension. Copies of it with the same code say in their text what is wrong.
var ErrUnsupportedImage = apperr.New(apperr.Invalid, "unsupported_image",
	"The image must be a JPEG, PNG, GIF or WebP file.",
	"이미지는 JPEG, PNG, GIF, WebP 파일이어야 합니다.")

// ErrImageTooLarge means that an upload has more than [MaxPixels], or would take too much memory to decode. Copies of it
// with the same code say in their text what is wrong.
var ErrImageTooLarge = apperr.New(apperr.Invalid, "image_too_large",
	"The image must have at most 40 megapixels.",
	"이미지는 최대 4,000만 화소까지 올릴 수 있습니다.")

// Upload is a file as a client sent it.
type Upload struct {
	Name string // the client's name for the file; only its extension matters
	Data []byte // at most MaxBytes, but see CheckStored
	By   int64  // id of the member who sent it, 0 for nobody; one image per member is decoded at a time
}

// Kind is what a picture is used for. It decides which copies a picture has.
type Kind string

// The kinds.
const (
	Profile Kind = "profile"
	Poster  Kind = "poster"
	Review  Kind = "review"
)

// Picture is a decoded upload, ready to be stored. It is immutable, and only [Decoder.Decode] makes one.
type Picture struct {
	kind   Kind
	data   []byte
	ext    string // .jpg or .png
	size   image.Point
	opaque bool   // no pixel is transparent
	copies []Copy // by ascending width
}

// Copy is a picture in a smaller size. It is a JPEG when its picture is opaque, else a PNG; see [CopyExt].
type Copy struct {
	Width int // in pixels
	Data  []byte
}

// Kind returns what the picture is used for.
func (p *Picture) Kind() Kind { return p.kind }

// Size returns width and height in pixels.
func (p *Picture) Size() image.Point { return p.size }

// Opaque reports whether no pixel is transparent.
func (p *Picture) Opaque() bool { return p.opaque }

// Ext returns .jpg or .png.
func (p *Picture) Ext() string { return p.ext }

// Bytes returns the encoded picture; it must not be changed.
func (p *Picture) Bytes() []byte { return p.data }

// Copies returns the smaller sizes of the picture in the order of [Kind.CopySizes]; they must not be changed.
func (p *Picture) Copies() []Copy { return p.copies }

// CopyExt returns the extension of the copies of a picture: .jpg when it is opaque, else .png.
func CopyExt(opaque bool) string {
	if opaque {
		return ".jpg"
	}
	return ".png"
}
