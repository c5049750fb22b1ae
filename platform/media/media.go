// Package media owns stored images: it turns an upload into a clean picture, keeps the bytes in a
// [Store] (a local folder or an S3-compatible one) and, through [Library], ties them to the database.
//
// It promises that what is stored is never what came in (decoded, upright, without metadata, at
// most [MaxSide] pixels, re-encoded), that names are made here and never by a client, and that
// neither a row without a file nor a file without a row outlives a crash. Beside each image it keeps
// smaller copies for pages ([Library.Show]); they live and go with it. It knows no domain: which
// column names a file is the caller's business, who hands the write to [Library.Attach] and the
// names that are dropped to [Library.Discard].
package media

import (
	"context"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Limits of what is accepted and what is stored.
const (
	MaxBytes  = 5 << 20    // bytes of an upload; the web layer refuses more with 413
	MaxPixels = 40_000_000 // width times height of an upload
	MaxSide   = 2048       // pixels on the longer side of what is stored
)

// ErrUnsupportedImage says that an upload is not a whole JPEG, PNG or GIF, or is not named like one.
var ErrUnsupportedImage = apperr.New(apperr.Invalid, "unsupported_image",
	"The image must be a JPEG, PNG or GIF file.",
	"이미지는 JPEG, PNG, GIF 파일이어야 합니다.")

// ErrImageTooLarge says that an upload has more than [MaxPixels].
var ErrImageTooLarge = apperr.New(apperr.Invalid, "image_too_large",
	"The image may have at most 40 megapixels.",
	"이미지는 최대 4,000만 화소까지 올릴 수 있습니다.")

// Folder is where a kind of image is kept; it is the first part of a key.
type Folder string

// The folders.
const (
	ProfileImages Folder = "users/profile_images"
	PosterImages  Folder = "movies/poster_images"
	ReviewImages  Folder = "reviews/images"
)

// folders is every Folder; keyPattern and copiesOf name the same ones.
var folders = []Folder{ProfileImages, PosterImages, ReviewImages}

// cacheControl is for stored bytes: a key is never used for other ones.
const cacheControl = "public, max-age=31536000, immutable"

// checkName is what Check writes; it is not the shape of a key.
const checkName = "readyz-check"

// retryAfter is what a client is told while the store is down.
const retryAfter = 5 * time.Second

// Store keeps bytes under a key such as reviews/images/<uuid>.jpg, or <uuid>-640.jpg. A Store may be used by several
// goroutines. While it cannot be reached its errors match [apperr.ErrUnavailable].
type Store interface {
	// Put writes data so that it survives a crash once Put has returned nil. A Put that failed may
	// have written nonetheless.
	Put(ctx context.Context, key, contentType string, data []byte) error
	// Delete removes what Put wrote, for good once it has returned nil. What is not there is no error.
	Delete(ctx context.Context, key string) error
	// URL is where a client fetches the bytes; "" for "".
	URL(key string) string
	// Check reports whether something can be written, for /readyz.
	Check(ctx context.Context) error
}

// unavailable wraps why the store failed. A caller who went away is not the store's failure.
func unavailable(ctx context.Context, doing, key string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s %s: %w", doing, key, context.Cause(ctx))
	}
	return fmt.Errorf("%s %s: %w: %w", doing, key, apperr.ErrUnavailable.After(retryAfter), err)
}
