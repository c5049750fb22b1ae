package site

import (
	"errors"
	"net/http"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/review"
)

// reviewPage is one review and the film that it is about.
type reviewPage struct {
	Review   reviewCard
	Film     filmCard
	Comments commentsPart
}

// likePart is the data of the like button of a review.
type likePart struct {
	ID       int64
	Title    string // of the review
	Likes    int64
	Liked    bool
	SignedIn bool
}

func (s *Site) review(c *pageContext) error {
	shown, err := s.reviewOf(c)
	if err != nil {
		return err
	}
	cards, err := s.reviewCards(c, []review.Shown{shown})
	if err != nil {
		return err
	}
	film, err := s.Movies.GetFor(c.Request.Context(), shown.MovieID, c.viewer)
	if errors.Is(err, movie.ErrNotFound) && shown.Hidden != 0 { // the film is hidden from the author of the review
		film, err = movie.Movie{ID: shown.MovieID, Title: shown.MovieTitle}, nil
	}
	if err != nil {
		return err
	}
	p := reviewPage{Review: cards[0], Film: s.filmCard(film)}
	if p.Comments, err = s.comments(c, shown); err != nil {
		return err
	}
	return c.show(http.StatusOK, "review", s.previewOf(c, shown, film), p)
}

// previewOf returns what the page of a review says about itself, which others quote wherever somebody links to it. So it
// masks a spoiler, which the page shows.
func (s *Site) previewOf(c *pageContext, r review.Shown, film movie.Movie) meta {
	if r.Spoiler {
		r.Mask()
	}
	m := meta{Kind: "article", Title: c.reviewTitle(r), Description: isolated(shorten(200, r.Content.String())), Image: s.reviewImage(r.Review).URL}
	if r.Masked() {
		m.Description = c.text("spoiler.masked")
	}
	if m.Image == "" {
		m.Image = s.poster(film).URL
	}
	m.Facts = s.factsOfReview(s.base(c.Context), r, film)
	return m
}

// reviewTitle returns the title of the page of a review, which does not have its own title while that is masked.
func (c *pageContext) reviewTitle(r review.Shown) string {
	if r.Masked() {
		return c.text("spoiler.of", r.MovieTitle)
	}
	return c.text("review.of", c.titleOf(r.Review), r.MovieTitle)
}

// reviewOf returns the review in the path as the viewer sees it.
func (s *Site) reviewOf(c *pageContext) (review.Shown, error) {
	id, err := c.id("review_id")
	if err != nil {
		return review.Shown{}, err
	}
	return s.Reviews.Show(c.Request.Context(), id, c.viewer)
}

// likeReview sets or removes the like of the viewer.
func (s *Site) likeReview(c *pageContext) error {
	id, err := c.id("review_id")
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	on := c.field("on") == "true"
	if _, err := s.Reactions.SetLike(c.Request.Context(), c.viewer, id, on); err != nil {
		return err
	}
	if !c.partial() {
		return c.redirectTo(c.returnPath(reviewPath(id)))
	}
	r, err := s.Reviews.Get(c.Request.Context(), id, c.viewer)
	if err != nil {
		return err
	}
	if !r.Spoiler {
		r.Reveal()
	}
	return c.showPart("like", likePart{ID: id, Title: c.titleOf(r), Likes: r.LikeCount, Liked: on, SignedIn: true})
}

// ownReview returns the review in the path if the viewer may delete it.
func (s *Site) ownReview(c *pageContext) (review.Shown, error) {
	r, err := s.reviewOf(c)
	if err == nil && !c.viewer.MayEdit(r.UserID) {
		err = c.notOwn("problem.not_own_review")
	}
	return r, err
}

func (s *Site) askDeleteReview(c *pageContext) error {
	r, err := s.ownReview(c)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("review.delete"), Hidden: true, Private: true}, confirmPage{
		Heading: c.html("review.delete.heading", c.titleOf(r.Review)), Lead: c.text("review.delete.lead"),
		Action: reviewPath(r.ID) + "/delete", Button: c.text("review.delete"), Back: reviewPath(r.ID),
	})
}

func (s *Site) deleteReview(c *pageContext) error {
	r, err := s.ownReview(c)
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if err := s.Reviews.Delete(c.Request.Context(), r.ID); err != nil {
		return err
	}
	c.setToast("review.deleted", "")
	return c.redirectTo(filmPath(r.MovieID))
}
