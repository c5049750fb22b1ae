package site

import (
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// picture is a stored image as a page shows it; the zero picture is none.
type picture struct {
	media.Shown
	Small string // for where it is shown small, and for browsers that do not choose among sizes
}

// How wide a picture usually is, in pixels of the screen, twice for those that have more of them.
const (
	posterWidth = 320
	faceWidth   = 96
	imageWidth  = 640
)

func shown(image media.Shown, width int) picture {
	return picture{Shown: image, Small: image.Fit(width)}
}

func (s *Site) poster(m movie.Movie) picture { return shown(s.Movies.Poster(m), posterWidth) }

func (s *Site) avatar(u user.User) picture { return shown(s.Users.Image(u), faceWidth) }

func (s *Site) reviewImage(r review.Review) picture { return shown(s.Reviews.Image(r), imageWidth) }
