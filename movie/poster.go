package movie

import (
	"context"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/media"
)

// SetPoster decodes an upload, makes it the poster of a film, and returns the film. The poster that
// it had is removed. It returns ErrNotFound, media.ErrUnsupportedImage, media.ErrImageTooLarge, or
// an error that matches apperr.ErrBusy or apperr.ErrUnavailable.
func (s *Service) SetPoster(ctx context.Context, id int64, u media.Upload) (Movie, error) {
	pic, err := s.DecodePoster(ctx, u)
	if err != nil {
		return Movie{}, err
	}
	return s.AttachPoster(ctx, id, pic)
}

// DecodePoster turns an upload into a picture for [Service.AttachPoster]; for its errors see [media.Library.Decode].
func (s *Service) DecodePoster(ctx context.Context, u media.Upload) (*media.Picture, error) {
	return s.media.Decode(ctx, media.PosterImages, u)
}

// AttachPoster is the second half of [Service.SetPoster], for who wants to know first whether an upload is a picture.
func (s *Service) AttachPoster(ctx context.Context, id int64, pic *media.Picture) (Movie, error) {
	var m Movie
	err := s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		var err error
		m, err = s.replacePoster(tx, id, key)
		return err
	})
	return m, err
}

// RemovePoster leaves a film without a poster; that it has none is no error. It returns ErrNotFound
// when there is no such film.
func (s *Service) RemovePoster(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		m, err := Lock(tx, id)
		if err != nil || m.PosterImage == "" {
			return err
		}
		_, err = s.replacePoster(tx, id, "")
		return err
	})
}

func (s *Service) replacePoster(tx *gorm.DB, id int64, key string) (Movie, error) {
	old, err := Lock(tx, id)
	if err != nil {
		return Movie{}, err
	}
	m, err := s.write(tx, id, map[string]any{"poster_image": key})
	if err != nil {
		return Movie{}, err
	}
	return m, s.media.Discard(tx, old.PosterImage)
}

// PosterURL returns where the poster of a film can be fetched, nil when it has none.
func (s *Service) PosterURL(m Movie) *string { return s.media.URLOrNil(m.PosterImage) }

// Poster returns the poster of a film in its sizes, the zero value when it has none.
func (s *Service) Poster(m Movie) media.Shown { return s.media.Show(m.PosterImage) }
