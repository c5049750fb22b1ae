package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
)

// reviewForm is the page on which a member writes about a film, or changes what they wrote.
type reviewForm struct {
	form
	ID         int64 // 0 for a new review
	Film       filmCard
	Image      picture
	MaxContent int
}

// reviewFields is the form as it comes in. How long the text may be is configured, so it is checked apart.
type reviewFields struct {
	Title       string    `formData:"title" binding:"required,max=50"`
	Content     string    `formData:"content" binding:"required"`
	Image       *web.File `formData:"image"`
	RemoveImage string    `formData:"remove_image"`
}

func (f reviewFields) values() map[string]string {
	return map[string]string{"title": f.Title, "content": f.Content}
}

func (s *Site) writeReview(v *visit) error {
	m, mine, err := s.ownReviewOf(v)
	if err != nil {
		return err
	}
	return s.showReviewForm(v, http.StatusOK, m, mine, form{Values: reviewFields{Title: mine.Title, Content: mine.Content}.values()})
}

// ownReviewOf returns the film in the path and what the visitor has written about it, a zero review for nothing.
func (s *Site) ownReviewOf(v *visit) (movie.Movie, review.Review, error) {
	m, err := s.filmOf(v)
	if err != nil {
		return m, review.Review{}, err
	}
	mine, err := s.Reviews.By(v.Request.Context(), v.viewer.UserID, m.ID)
	if errors.Is(err, review.ErrNotFound) {
		err = nil
	}
	return m, mine, err
}

func (s *Site) showReviewForm(v *visit, status int, m movie.Movie, mine review.Review, f form) error {
	title := v.text("review.write")
	if mine.ID != 0 {
		title = v.text("review.edit")
	}
	return v.show(status, "reviewform", meta{Title: title + " · " + m.Title, Hidden: true, Section: "films"}, reviewForm{
		form: f, ID: mine.ID, Film: s.filmCard(m), Image: s.reviewImage(mine), MaxContent: s.Reviews.MaxContent(),
	})
}

func (s *Site) saveReview(v *visit) error {
	m, mine, err := s.ownReviewOf(v)
	if err != nil {
		return err
	}
	var f reviewFields
	wrong := web.BindForm(v.Context, &f, maxFile)
	file, tooLarge := upload(f.Image, "image", v.viewer.UserID)
	id := mine.ID
	if err = gather(wrong, s.Reviews.CheckContent("content", f.Content), tooLarge); err == nil {
		id, err = s.storeReview(v, m, mine, f, file)
	}
	if err != nil {
		return v.again(web.Blame(err, "image"), f.values(), func(status int, shown form) error {
			return s.showReviewForm(v, status, m, mine, shown)
		})
	}
	v.leaveToast("review.saved", "")
	return v.goTo(reviewPath(id))
}

// storeReview writes a new review or changes the one there is, and returns its id.
func (s *Site) storeReview(v *visit, m movie.Movie, mine review.Review, f reviewFields, file *media.Upload) (int64, error) {
	ctx := v.Request.Context()
	if mine.ID == 0 {
		made, err := s.Reviews.Create(ctx, review.Draft{
			UserID: v.viewer.UserID, MovieID: m.ID, Title: f.Title, Content: f.Content, Image: file,
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
