package user

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

// ImageURL returns the URL of the profile image, or nil without one.
func (s *Service) ImageURL(f Face) *string { return s.media.URLOrNil(f.ProfileImage) }

// Image returns the profile image in all its sizes, or the zero value without one.
func (s *Service) Image(f Face) media.Shown { return s.media.Show(f.ProfileImage) }

// SetImage replaces the profile image by pic, or removes it when pic is nil. It returns [ErrNotFound], or
// an error that matches apperr.ErrUnavailable while the media store is down.
func (s *Service) SetImage(ctx context.Context, id int64, pic *picture.Picture) (User, error) {
	var u User
	err := s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		var err error
		if u, err = lockOne(tx, id); err != nil || u.ProfileImage == key {
			return err
		}
		if err := s.changeImage(tx, u, key); err != nil {
			return err
		}
		if u.ProfileImage = key; key != "" {
			return nil
		}
		return record.ByOther(tx, s.now(), web.ViewerIDOf(ctx), record.DeleteImage, record.User, id, id)
	})
	return u, err
}

// changeImage gives a locked account the image of a key, and discards the one before.
func (s *Service) changeImage(tx *gorm.DB, u User, key string) error {
	if err := s.media.Discard(tx, u.ProfileImage); err != nil {
		return err
	}
	err := tx.Model(&u).Updates(map[string]any{"profile_image": key, "updated_at": s.now()}).Error
	if err != nil {
		return fmt.Errorf("set image of user %d: %w", u.ID, err)
	}
	return nil
}

// Decode decodes an upload for [Service.SetImage]. See [picture.Decoder.Decode] for its errors.
func (s *Service) Decode(ctx context.Context, u picture.Upload) (*picture.Picture, error) {
	return s.pictures.Decode(ctx, picture.Profile, u)
}
