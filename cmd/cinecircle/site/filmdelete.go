package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/movie"
)

func (s *Site) askDeleteFilm(c *pageContext) error {
	m, err := s.ownFilm(c)
	if err != nil {
		return err
	}
	_, mine, err := s.ownReviewOf(c)
	if err != nil {
		return err
	}
	if !s.mayDelete(c, m, mine.ID != 0) {
		return movie.ErrHasReviews
	}
	lead := c.text("film.delete.lead")
	if m.ReviewCount > 0 {
		lead = c.count("film.delete.reviews", m.ReviewCount) + " " + lead
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("film.delete"), Hidden: true, Private: true}, confirmPage{
		Heading: c.html("film.delete.heading", m.Title), Lead: lead,
		Action: filmPath(m.ID) + "/delete", Button: c.text("film.delete"), Back: filmPath(m.ID),
	})
}

func (s *Site) deleteFilm(c *pageContext) error {
	m, err := s.ownFilm(c)
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if err := s.Movies.Delete(c.Request.Context(), m.ID, c.viewer); err != nil {
		return err
	}
	c.setToast("film.deleted", "")
	return c.redirectTo("/films")
}
