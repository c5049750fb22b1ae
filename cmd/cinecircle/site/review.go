package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/review"
)

// reviewPage is one review and the film that it is about.
type reviewPage struct {
	Review reviewCard
	Film   filmCard
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
	film, err := s.Movies.Get(c.Request.Context(), shown.MovieID)
	if err != nil {
		return err
	}
	image := cards[0].Image.URL
	if image == "" {
		image = cards[0].Poster.URL
	}
	return c.show(http.StatusOK, "review", meta{
		Title: c.text("review.of", shown.Title, shown.MovieTitle), Description: isolated(shorten(200, shown.Content)), Image: image, Kind: "article",
		Facts: s.factsOfReview(s.base(c.Context), shown, film),
	}, reviewPage{Review: cards[0], Film: s.filmCard(film)})
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
	return c.showPart("like", likePart{ID: id, Title: r.Title, Likes: r.LikeCount, Liked: on, SignedIn: true})
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
		Heading: c.html("review.delete.heading", r.Title), Lead: c.text("review.delete.lead"),
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
