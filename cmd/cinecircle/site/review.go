package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/review"
)

// reviewPage is one review and the film that it is about.
type reviewPage struct {
	Review reviewCard
	Film   filmCard
}

// likePart is what the like button of a review shows.
type likePart struct {
	ID       int64
	Likes    int64
	Liked    bool
	SignedIn bool
}

func (s *Site) review(v *visit) error {
	shown, err := s.reviewOf(v)
	if err != nil {
		return err
	}
	cards, err := s.reviewCards(v, []review.Shown{shown})
	if err != nil {
		return err
	}
	film, err := s.Movies.Get(v.Request.Context(), shown.MovieID)
	if err != nil {
		return err
	}
	image := cards[0].Image.URL
	if image == "" {
		image = cards[0].Poster.URL
	}
	return v.show(http.StatusOK, "review", meta{
		Title: v.text("review.of", shown.Title, shown.MovieTitle), Description: shorten(200, shown.Content), Image: image, Kind: "article",
	}, reviewPage{Review: cards[0], Film: s.filmCard(film)})
}

// reviewOf returns the review in the path as the visitor sees it.
func (s *Site) reviewOf(v *visit) (review.Shown, error) {
	id, err := v.id("review_id")
	if err != nil {
		return review.Shown{}, err
	}
	return s.Reviews.Show(v.Request.Context(), id, v.viewer.UserID)
}

// likeReview begins or ends the visitor's like of a review.
func (s *Site) likeReview(v *visit) error {
	id, err := v.id("review_id")
	if err != nil {
		return err
	}
	on := v.PostForm("on") == "true"
	if _, err := s.Reactions.SetLike(v.Request.Context(), v.viewer.UserID, id, on); err != nil {
		return err
	}
	if !v.partial() {
		return v.goTo(v.back(reviewPath(id)))
	}
	r, err := s.Reviews.Get(v.Request.Context(), id)
	if err != nil {
		return err
	}
	return v.showPart("like", likePart{ID: id, Likes: r.LikeCount, Liked: on, SignedIn: true})
}

// ownReview returns the review in the path if the visitor may remove it.
func (s *Site) ownReview(v *visit) (review.Shown, error) {
	r, err := s.reviewOf(v)
	if err == nil && !v.viewer.MayEdit(r.UserID) {
		err = apperr.ErrForbidden
	}
	return r, err
}

func (s *Site) askDeleteReview(v *visit) error {
	r, err := s.ownReview(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "confirm", meta{Title: v.text("review.delete"), Hidden: true}, confirmPage{
		Heading: v.text("review.delete.heading", r.Title), Lead: v.text("review.delete.lead"),
		Action: reviewPath(r.ID) + "/delete", Button: v.text("review.delete"), Back: reviewPath(r.ID),
	})
}

func (s *Site) deleteReview(v *visit) error {
	r, err := s.ownReview(v)
	if err != nil {
		return err
	}
	if err := s.Reviews.Delete(v.Request.Context(), r.ID); err != nil {
		return err
	}
	v.leaveToast("review.deleted", "")
	return v.goTo(filmPath(r.MovieID))
}
