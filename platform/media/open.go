package media

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// maxFile is far above the largest file that a picture becomes, in bytes.
const maxFile = 64 << 20

// Open returns the bytes of the image of a key, also of a hidden one, which the caller closes. It returns apperr.ErrNotFound
// for an image that does not exist, and errors that match apperr.ErrUnavailable while the store is down.
func (l *Library) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	file, err := l.store.Open(ctx, key)
	if !errors.Is(err, apperr.ErrNotFound) {
		return file, err
	}
	row, hidden, otherwise := l.findHidden(ctx, key)
	if otherwise != nil || !hidden {
		return nil, cmp.Or(otherwise, err)
	}
	return l.store.Open(ctx, row.Place)
}

// Open opens the file.
func (l *Local) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	f, err := l.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, apperr.ErrNotFound
	}
	if err != nil {
		return nil, unavailable(ctx, "open", key, err)
	}
	return f, nil
}

// Open reads the whole object: whoever takes its bytes may be slower than the time that the client gives a response.
func (s *S3) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	got, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil && isMissing(err) {
		return nil, apperr.ErrNotFound
	}
	if err != nil {
		return nil, unavailable(ctx, "read", key, err)
	}
	data, err := io.ReadAll(io.LimitReader(got.Body, maxFile))
	if err = errors.Join(err, got.Body.Close()); err != nil {
		return nil, unavailable(ctx, "read", key, fmt.Errorf("after %d bytes: %w", len(data), err))
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}
