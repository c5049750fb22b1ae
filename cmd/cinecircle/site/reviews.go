package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
)

// reviewsPage is a list of reviews under a heading.
type reviewsPage struct {
	Heading, Lead, Empty string
	Reviews              []reviewCard
	Next                 string
	Following            bool         // the reviews are by followed members
	Suggested            []suggestion // members to follow, instead of reviews
}

func (s *Site) following(c *pageContext) error {
	rows, next, err := s.followedReviews(c, c.page(perPage))
	if err != nil {
		return err
	}
	p := reviewsPage{Following: true}
	if len(rows) == 0 {
		if p.Suggested, err = s.suggestions(c); err != nil {
			return err
		}
	}
	return s.showReviews(c, rows, next, "feed", p)
}

func (s *Site) latest(c *pageContext) error {
	rows, next, err := s.Reviews.Latest(c.Request.Context(), c.viewer, c.page(perPage))
	if err != nil {
		return err
	}
	return s.showReviews(c, rows, next, "latest", reviewsPage{})
}

func (s *Site) showReviews(c *pageContext, rows []review.Shown, next *page.Key, name string, p reviewsPage) error {
	cards, err := s.reviewCards(c, rows)
	if err != nil {
		return err
	}
	heading := c.text(name + ".title")
	p.Heading, p.Lead, p.Empty = heading, c.text(name+".lead"), c.text(name+".empty")
	p.Reviews, p.Next = cards, c.next(next)
	return c.show(http.StatusOK, "reviews", meta{
		Title: heading, Description: p.Lead, Section: name, Hidden: name == "feed",
	}, p)
}
