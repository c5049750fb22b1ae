package user

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// ImageURL returns the URL of the profile image, or nil without one.
func (s *Service) ImageURL(u User) *string { return s.media.URLOrNil(u.ProfileImage) }

// Image returns the profile image in all its sizes, or the zero value without one.
func (s *Service) Image(u User) media.Shown { return s.media.Show(u.ProfileImage) }

// SetImage replaces the profile image by pic, or removes it when pic is nil. It returns [ErrNotFound], or
// an error that matches apperr.ErrUnavailable while the media store is down.
func (s *Service) SetImage(ctx context.Context, id int64, pic *picture.Picture) (User, error) {
	var u User
	err := s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		var err error
		if u, err = lockOne(tx, id); err != nil || u.ProfileImage == key {
			return err
		}
		if err := s.media.Discard(tx, u.ProfileImage); err != nil {
			return err
		}
		err = tx.Model(&u).Updates(map[string]any{"profile_image": key, "updated_at": s.now()}).Error
		if err != nil {
			return fmt.Errorf("set image of user %d: %w", id, err)
		}
		u.ProfileImage = key
		return nil
	})
	return u, err
}

// Decode decodes an upload for [Service.SetImage]. See [picture.Decoder.Decode] for its errors.
func (s *Service) Decode(ctx context.Context, u picture.Upload) (*picture.Picture, error) {
	return s.pictures.Decode(ctx, picture.Profile, u)
}
