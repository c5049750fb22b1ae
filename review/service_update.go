package review

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
)

// Patch is a change of a review: what is nil stays. Its texts have passed the rules of the API.
type Patch struct {
	Title   *string
	Content *string
	Image   *media.Upload
}

// columns returns what the patch changes about r, without updated_at. key names the new image, ""
// leaves the one there is.
func (p Patch) columns(r Review, key string) map[string]any {
	set := map[string]any{}
	if p.Title != nil && *p.Title != r.Title {
		set["title"] = *p.Title
	}
	if p.Content != nil && *p.Content != r.Content {
		set["content"] = *p.Content
	}
	if key != "" {
		set["image"] = key
	}
	return set
}

// Update changes a review. The image that a new one replaces is removed; what is given as it was
// changes nothing, not even updated_at. It returns [ErrNotFound] and the errors of an image as
// [Service.Create] does.
func (s *Service) Update(ctx context.Context, id int64, p Patch) error {
	pic, err := s.decode(ctx, p.Image)
	if err != nil {
		return err
	}
	return s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		r, err := Lock(tx, id)
		if err != nil {
			return err
		}
		return s.write(tx, r, p.columns(r, key))
	})
}

// RemoveImage leaves a review without an image; that it has none is no error. It returns
// [ErrNotFound] when there is no such review.
func (s *Service) RemoveImage(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		r, err := Lock(tx, id)
		if err != nil || r.Image == "" {
			return err
		}
		return s.write(tx, r, map[string]any{"image": ""})
	})
}

// write sets columns and updated_at of a locked review, and discards its image when there is to be
// another or none. Nothing else is written, so that likes that move meanwhile are never set back.
func (s *Service) write(tx *gorm.DB, r Review, set map[string]any) error {
	if len(set) == 0 {
		return nil
	}
	_, dropped := set["image"]
	set["updated_at"] = database.Time(s.clock())
	if err := tx.Model(&Review{}).Where("id = ?", r.ID).UpdateColumns(set).Error; err != nil {
		return fmt.Errorf("update review %d: %w", r.ID, err)
	}
	if !dropped {
		return nil
	}
	return s.media.Discard(tx, r.Image)
}
