package export

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/transfer/own"
)

// imageName returns the name in the archive of an image with a storage key, "" for "". The last part of a key is unique.
func imageName(key string) string {
	if key == "" {
		return ""
	}
	return own.ImageFolder + path.Base(key)
}

// imageRow is a review with an image.
type imageRow struct {
	id  int64
	key string
}

func (r *imageRow) targets() []any     { return []any{&r.id, &r.key} }
func (r *imageRow) position() position { return position{id: r.id} }
func (r *imageRow) film() int64        { return 0 }

// images writes the images of the profile and of reviews.
func (a *archive) images(ctx context.Context) error {
	if err := a.image(ctx, a.member.ProfileImage); err != nil {
		return err
	}
	from := a.mine("SELECT id, image FROM reviews%s WHERE user_id = ? AND image <> ''", "", "id")
	from.index = "idx_reviews_user"
	return each(ctx, a.s, from, func(rows []imageRow) error {
		for _, r := range rows {
			if err := a.image(ctx, r.key); err != nil {
				return err
			}
		}
		return nil
	})
}

// image copies an image from the store, uncompressed: it is a JPEG or PNG file. One that has been replaced or deleted
// meanwhile is left out.
func (a *archive) image(ctx context.Context, key string) error {
	if key == "" {
		return nil
	}
	from, err := a.s.Media.Open(ctx, key)
	if errors.Is(err, apperr.ErrNotFound) {
		a.s.Log.Warn("an image is missing in an export", slog.Int64("user_id", a.member.ID), slog.String("image", key))
		return nil
	}
	if err != nil {
		return fmt.Errorf("export image: %w", err)
	}
	defer from.Close()
	into, err := a.create(imageName(key), zip.Store)
	if err != nil {
		return err
	}
	if _, err := io.Copy(into, from); err != nil {
		return fmt.Errorf("export image %s: %w", key, err)
	}
	return nil
}
