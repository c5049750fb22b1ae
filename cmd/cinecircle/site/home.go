package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
)

// How much of everything the home page shows.
const (
	homeFilms   = 12
	homeReviews = 6
	// circleSize is how many of those whom a member follows count for what is new from them, the latest first.
	circleSize = 200
	perPage    = 24
)

// homePage is what the templates of the home page read.
type homePage struct {
	Newest, Liked   []filmCard
	Reviews, Circle []reviewCard
	Empty           bool
}

func (s *Site) home(v *visit) error {
	ctx := v.Request.Context()
	newest, _, err := s.Movies.List(ctx, movie.Filter{}, movie.SortNewest, page.Page{Limit: homeFilms})
	if err != nil {
		return err
	}
	liked, _, err := s.Movies.List(ctx, movie.Filter{}, movie.SortMostLiked, page.Page{Limit: homeFilms})
	if err != nil {
		return err
	}
	latest, _, err := s.Reviews.Latest(ctx, v.viewer.UserID, page.Page{Limit: homeReviews})
	if err != nil {
		return err
	}
	p := homePage{Newest: s.filmCards(newest), Liked: s.filmCards(liked), Empty: len(newest) == 0}
	if p.Reviews, err = s.reviewCards(v, latest); err != nil {
		return err
	}
	if v.viewer.UserID != 0 {
		circle, _, err := s.circle(v, page.Page{Limit: homeReviews})
		if err != nil {
			return err
		}
		if p.Circle, err = s.reviewCards(v, circle); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "home", meta{
		Title: v.text("home.title"), Description: v.text("site.description"), Section: "home",
	}, p)
}

// circle returns a page of what those whom the visitor follows have written, the last one written first.
func (s *Site) circle(v *visit, p page.Page) ([]review.Shown, *page.Key, error) {
	ids, err := s.Follows.FollowedIDs(v.Request.Context(), v.viewer.UserID, circleSize)
	if err != nil {
		return nil, nil, err
	}
	return s.Reviews.LatestOf(v.Request.Context(), ids, v.viewer.UserID, p)
}

// reviewsPage is a list of reviews under a heading.
type reviewsPage struct {
	Heading, Lead, Empty string
	Reviews              []reviewCard
	Next                 string
}

func (s *Site) following(v *visit) error {
	rows, next, err := s.circle(v, v.page(perPage))
	if err != nil {
		return err
	}
	return s.showReviews(v, rows, next, "feed")
}

func (s *Site) latest(v *visit) error {
	rows, next, err := s.Reviews.Latest(v.Request.Context(), v.viewer.UserID, v.page(perPage))
	if err != nil {
		return err
	}
	return s.showReviews(v, rows, next, "latest")
}

func (s *Site) showReviews(v *visit, rows []review.Shown, next *page.Key, name string) error {
	cards, err := s.reviewCards(v, rows)
	if err != nil {
		return err
	}
	heading := v.text(name + ".title")
	return v.show(http.StatusOK, "reviews", meta{Title: heading, Section: name, Hidden: name == "feed"}, reviewsPage{
		Heading: heading, Lead: v.text(name + ".lead"), Empty: v.text(name + ".empty"), Reviews: cards, Next: v.next(next),
	})
}
