package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
)

// reviewForm is the page for writing or changing a review.
type reviewForm struct {
	form
	ID         int64 // 0 for a new review
	Film       filmCard
	Image      shownImage
	MaxContent int
}

// reviewFields are the fields of the form. The maximum length of Content is configured and checked by the service.
type reviewFields struct {
	Title       string    `formData:"title" binding:"required,max=50"`
	Content     string    `formData:"content" binding:"required"`
	Image       *web.File `formData:"image"`
	RemoveImage string    `formData:"remove_image"`
}

func (f reviewFields) values() map[string]string {
	return map[string]string{"title": f.Title, "content": f.Content, "remove_image": f.RemoveImage}
}

func (s *Site) writeReview(c *pageContext) error {
	m, mine, err := s.ownReviewOf(c)
	if err != nil {
		return err
	}
	return s.showReviewForm(c, http.StatusOK, m, mine, form{Values: reviewFields{Title: mine.Title, Content: mine.Content}.values()})
}

// ownReviewOf returns the film in the path and the review of the viewer, a zero review for none.
func (s *Site) ownReviewOf(c *pageContext) (movie.Movie, review.Review, error) {
	m, err := s.filmOf(c)
	if err != nil {
		return m, review.Review{}, err
	}
	mine, err := s.Reviews.By(c.Request.Context(), c.viewer.UserID, m.ID)
	if errors.Is(err, review.ErrNotFound) {
		err = nil
	}
	return m, mine, err
}

func (s *Site) showReviewForm(c *pageContext, status int, m movie.Movie, mine review.Review, f form) error {
	title := c.text("review.write")
	if mine.ID != 0 {
		title = c.text("review.edit")
	}
	return c.show(status, "reviewform", meta{Title: title + " · " + isolated(m.Title), Hidden: true, Section: "films"}, reviewForm{
		form: f, ID: mine.ID, Film: s.filmCard(m), Image: s.reviewImage(mine), MaxContent: s.Reviews.MaxContent(),
	})
}

func (s *Site) saveReview(c *pageContext) error {
	m, mine, err := s.ownReviewOf(c)
	if err != nil {
		return err
	}
	var f reviewFields
	wrong := c.bindUpload(&f, maxFile)
	file, tooLarge := uploadOf(f.Image, "image", c.viewer.UserID)
	id := mine.ID
	if err = apperr.Join(wrong, s.Reviews.CheckContent("content", f.Content), tooLarge); err == nil {
		id, err = s.storeReview(c, m, mine, f, file)
	}
	if err != nil {
		return c.redisplay(web.Blame(err, "image"), f.values(), func(status int, shown form) error {
			return s.showReviewForm(c, status, m, mine, shown)
		})
	}
	said := "review.saved"
	if mine.ID == 0 {
		said = "review.published"
	}
	c.setToast(said, "")
	return c.redirectTo(reviewPath(id))
}

// storeReview creates or updates the review and returns its id.
func (s *Site) storeReview(c *pageContext, m movie.Movie, mine review.Review, f reviewFields, file *picture.Upload) (int64, error) {
	ctx := c.Request.Context()
	if mine.ID == 0 {
		made, err := s.Reviews.Create(ctx, review.Draft{
			UserID: c.viewer.UserID, MovieID: m.ID, Title: f.Title, Content: f.Content, Image: file,
		})
		return made.ID, err
	}
	err := s.Reviews.Update(ctx, mine.ID, review.Patch{Title: &f.Title, Content: &f.Content, Image: file})
	if err == nil && file == nil && f.RemoveImage != "" {
		err = s.Reviews.RemoveImage(ctx, mine.ID)
	}
	return mine.ID, err
}

func reviewPath(id int64) string { return "/review/" + strconv.FormatInt(id, 10) }
