package review

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Patch is a change of a review; nil fields stay unchanged. Its texts have been validated, as those of a [Draft].
type Patch struct {
	Title    *string
	Content  *string
	Image    *picture.Upload
	Rating   *stars.Stars // of the film
	Spoiler  *bool
	Comments *Commenters
}

// columns returns the columns of r that the patch changes, without updated_at. key names the new image; "" leaves
// the image unchanged.
func (p Patch) columns(r Review, key string) map[string]any {
	set := map[string]any{}
	if p.Title != nil && *p.Title != r.Title.Whole() {
		set["title"] = *p.Title
	}
	if p.Content != nil && *p.Content != r.Content.Whole() {
		set["content"] = *p.Content
	}
	if p.Spoiler != nil && *p.Spoiler != r.Spoiler {
		set["spoiler"] = *p.Spoiler
	}
	if p.Comments != nil && *p.Comments != r.Comments {
		set["comments"] = *p.Comments
	}
	if key != "" {
		set["image"] = key
	}
	return set
}

// Update changes a review and deletes an image that it replaces. A patch that equals the review changes nothing, not
// even updated_at. A rating is one of the film and no edit of the review. Update returns [ErrNotFound], and the errors of an image as [Service.Create] does.
func (s *Service) Update(ctx context.Context, id int64, p Patch) error {
	pic, err := s.decode(ctx, p.Image)
	if err != nil {
		return err
	}
	return s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		if err := s.changeRating(tx, id, p.Rating); err != nil {
			return err
		}
		r, err := Lock(tx, id)
		if err != nil {
			return err
		}
		return s.write(tx, r, p.columns(r, key))
	})
}

// changeRating sets the author's rating of the film of a review, before the review is locked: accounts and films come first.
func (s *Service) changeRating(tx *gorm.DB, id int64, rating *stars.Stars) error {
	if rating == nil || s.rate == nil {
		return nil
	}
	r, err := take(tx, id)
	if err != nil {
		return err
	}
	return s.rate(tx, r.UserID, r.MovieID, *rating, database.Time(s.clock()))
}

// RemoveImage deletes the image of a review. It is idempotent, and returns [ErrNotFound] when the review does not exist.
func (s *Service) RemoveImage(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		r, err := Lock(tx, id)
		if err != nil || r.Image.Whole() == "" {
			return err
		}
		if err := s.write(tx, r, map[string]any{"image": ""}); err != nil {
			return err
		}
		return record.ByOther(tx, s.clock(), web.ViewerIDOf(ctx), record.DeleteImage, record.Review, id, r.UserID)
	})
}

// write sets columns and updated_at of a locked review, and discards its image when the image is among them. It writes
// no other columns, so that it cannot undo concurrent changes of the like counter.
func (s *Service) write(tx *gorm.DB, r Review, set map[string]any) error {
	if len(set) == 0 {
		return nil
	}
	_, replaced := set["image"]
	set["updated_at"] = database.Time(s.clock())
	if err := tx.Model(&Review{}).Where("id = ?", r.ID).UpdateColumns(set).Error; err != nil {
		return fmt.Errorf("update review %d: %w", r.ID, err)
	}
	if !replaced {
		return nil
	}
	if key, _ := set["image"].(string); r.Hidden != 0 {
		if err := s.media.Hide(tx, key); err != nil {
			return err
		}
	}
	return s.media.Discard(tx, r.Image.Whole())
}
