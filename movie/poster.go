package movie

import (
	"context"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

// SetPoster decodes an upload and makes it the poster of a film in place of the previous one. It returns the film,
// or [ErrNotFound], picture.ErrUnsupportedImage, picture.ErrImageTooLarge, or an error that matches apperr.ErrBusy or
// apperr.ErrUnavailable.
func (s *Service) SetPoster(ctx context.Context, id int64, u picture.Upload) (Movie, error) {
	pic, err := s.DecodePoster(ctx, u)
	if err != nil {
		return Movie{}, err
	}
	return s.AttachPoster(ctx, id, pic)
}

// DecodePoster decodes an upload for [Service.AttachPoster]. See [picture.Decoder.Decode] for its errors.
func (s *Service) DecodePoster(ctx context.Context, u picture.Upload) (*picture.Picture, error) {
	return s.pictures.Decode(ctx, picture.Poster, u)
}

// AttachPoster makes pic the poster of a film. With [Service.DecodePoster] it does what [Service.SetPoster] does, for
// callers that must decode the image before the film exists.
func (s *Service) AttachPoster(ctx context.Context, id int64, pic *picture.Picture) (Movie, error) {
	var m Movie
	err := s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		var err error
		m, err = s.replacePoster(tx, id, key)
		return err
	})
	return m, err
}

// RemovePoster removes the poster of a film. It is idempotent. It returns [ErrNotFound] when the film does not exist.
func (s *Service) RemovePoster(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		m, err := Lock(tx, id)
		if err != nil || m.PosterImage == "" {
			return err
		}
		if _, err = s.replacePoster(tx, id, ""); err != nil {
			return err
		}
		return record.ByOther(tx, s.clock(), web.ViewerIDOf(ctx), record.DeleteImage, record.Movie, id, m.Owner())
	})
}

func (s *Service) replacePoster(tx *gorm.DB, id int64, key string) (Movie, error) {
	old, err := Lock(tx, id)
	if err != nil {
		return Movie{}, err
	}
	m, err := s.write(tx, old, map[string]any{"poster_image": key})
	if err == nil && m.Hidden {
		err = s.media.Hide(tx, key)
	}
	if err != nil {
		return Movie{}, err
	}
	return m, s.media.Discard(tx, old.PosterImage)
}

// PosterURL returns the URL of the poster of a film, or nil without one and while the film is hidden.
func (s *Service) PosterURL(m Movie) *string { return s.media.URLOrNil(m.poster()) }

// Poster returns the poster of a film in all its sizes, or the zero value without one and while the film is hidden.
func (s *Service) Poster(m Movie) media.Shown { return s.media.Show(m.poster()) }

// poster returns the storage key of the poster that readers see, "" for none.
func (m Movie) poster() string {
	if m.Hidden {
		return ""
	}
	return m.PosterImage
}
