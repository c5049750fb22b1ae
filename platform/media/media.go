// Package media stores pictures as files and ties them to database rows: it names them, writes them to a [Store] (a local
// folder or an S3-compatible bucket), serves them, and removes them once no row names them.
//
// It promises that clients never choose names, and that after a crash there is neither a row without its file nor, once
// the sweeper has run, a file without its row ([Library]). An image is several files: the picture and its smaller copies
// ([Files]). This package knows no domain: the caller hands the write of the row to [Library.Attach] and the keys it
// drops to [Library.Discard]. How bytes become a picture is the matter of package picture.
package media

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// cacheControl is for stored files: a key is never used for other bytes.
const cacheControl = "public, max-age=31536000, immutable"

// probeName is the file that Check writes. It does not have the form of a key.
const probeName = "readyz-check"

// retryAfter is the Retry-After of responses while the store is down.
const retryAfter = 5 * time.Second

// Store keeps bytes under a key such as reviews/images/<uuid>.jpg or reviews/images/<uuid>-640.jpg. It may be used by
// several goroutines. While it cannot be reached its errors match [apperr.ErrUnavailable].
type Store interface {
	// Put writes data durably: it survives a crash once Put has returned nil. A Put that failed may have written it too.
	Put(ctx context.Context, key, contentType string, data []byte) error
	// Open returns what Put wrote, which the caller closes, or apperr.ErrNotFound.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete durably removes what Put wrote. Deleting a missing key is not an error.
	Delete(ctx context.Context, key string) error
	// Move durably renames what Put wrote. It replaces what is below the new key; moving a missing key is not an error. A
	// Move that failed may have copied it.
	Move(ctx context.Context, from, to string) error
	// URL returns where a client fetches the bytes; "" for "".
	URL(key string) string
	// Check writes a small file, for /readyz.
	Check(ctx context.Context) error
}

// unavailable wraps a failure of the store. When the caller cancelled, it returns the cause of that instead.
func unavailable(ctx context.Context, doing, key string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s %s: %w", doing, key, context.Cause(ctx))
	}
	return fmt.Errorf("%s %s: %w: %w", doing, key, apperr.ErrUnavailable.After(retryAfter), err)
}
