package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// Sizes of lists.
const (
	homeFilms   = 12
	homeReviews = 6
	perPage     = 24
)

// homePage is the data of the home page.
type homePage struct {
	Newest, Liked []filmCard
	Reviews       []reviewCard
	Circle        []activityCard // what those did whom the viewer follows
	More          bool           // there is more of that
	Suggested     []suggestion   // for a member whose circle has written nothing
	Empty         bool
	First         bool // nobody has an account
}

func (s *Site) home(c *pageContext) error {
	ctx := c.Request.Context()
	newest, _, err := s.Movies.List(ctx, movie.Filter{}, movie.SortNewest, page.Page{Limit: homeFilms})
	if err != nil {
		return err
	}
	liked, _, err := s.Movies.List(ctx, movie.Filter{}, movie.SortMostLiked, page.Page{Limit: homeFilms})
	if err != nil {
		return err
	}
	latest, _, err := s.Reviews.Latest(ctx, c.viewer, page.Page{Limit: homeReviews})
	if err != nil {
		return err
	}
	p := homePage{Newest: s.filmCards(newest, "shelf"), Liked: s.filmCards(liked, "shelf"), Empty: len(newest) == 0}
	if p.Empty {
		if p.First, err = s.nobody(c); err != nil {
			return err
		}
	}
	if p.Reviews, err = s.reviewCards(c, latest); err != nil {
		return err
	}
	if c.viewer.UserID != 0 {
		circle, next, err := s.circle(c, nil, page.Page{Limit: homeActivities})
		if err != nil {
			return err
		}
		p.Circle, p.More = circle, next != nil
		if len(circle) == 0 {
			if p.Suggested, err = s.suggestions(c); err != nil {
				return err
			}
		}
	}
	if len(p.Circle) == 0 {
		atTop(p.Liked, eagerOnShelf)
	}
	return c.show(http.StatusOK, "home", meta{
		Title: c.text("home.title"), Description: c.text("site.description"), Section: "home",
	}, p)
}

// nobody reports whether the community has no member.
func (s *Site) nobody(c *pageContext) (bool, error) {
	rows, _, err := s.Users.Search(c.Request.Context(), auth.Viewer{}, user.Filter{}, page.Page{Limit: 1})
	return len(rows) == 0, err
}
