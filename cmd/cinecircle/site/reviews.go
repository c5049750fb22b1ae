package site

import "net/http"

// reviewsPage is a list of reviews.
type reviewsPage struct {
	Reviews []reviewCard
	Next    string
}

func (s *Site) latest(c *pageContext) error {
	rows, next, err := s.Reviews.Latest(c.Request.Context(), c.viewer, c.page(perPage))
	if err != nil {
		return err
	}
	p := reviewsPage{Next: c.next(next)}
	if p.Reviews, err = s.reviewCards(c, rows); err != nil {
		return err
	}
	return c.show(http.StatusOK, "reviews", meta{Title: c.text("latest.title"), Description: c.text("latest.lead"), Section: "latest"}, p)
}
