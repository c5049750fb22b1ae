package site

import (
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// picture is a stored image as a page shows it; the zero picture is none.
type picture struct {
	URL           string // as it was stored
	Small         string // for lists
	Srcset        string
	Width, Height int // of URL, 0 when it is not known
}

func one(url *string) picture {
	if url == nil {
		return picture{}
	}
	return picture{URL: *url, Small: *url}
}

func (s *Site) poster(m movie.Movie) picture { return one(s.Movies.PosterURL(m)) }

func (s *Site) avatar(u user.User) picture { return one(s.Users.ImageURL(u)) }

func (s *Site) reviewImage(r review.Review) picture { return one(s.Reviews.ImageURL(r)) }
