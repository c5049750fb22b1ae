package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
)

// reviewForm is the page for writing or changing a review.
type reviewForm struct {
	form
	ID         int64 // 0 for a new review
	Film       filmCard
	Choices    []starChoice
	Rated      bool
	Image      shownImage
	MaxContent int
	Commenters []review.Commenters
}

// commenterChoices are who may comment on a review.
var commenterChoices = []review.Commenters{review.Everyone, review.Followed, review.Nobody}

// reviewFields are the fields of the form. The maximum length of Content is configured and checked by the service.
type reviewFields struct {
	Title       string    `formData:"title" binding:"max=50"`
	Content     string    `formData:"content" binding:"required"`
	Rating      string    `formData:"rating"`
	Spoiler     string    `formData:"spoiler"`
	Comments    string    `formData:"comments" binding:"omitempty,oneof=everyone followed nobody"`
	Image       *web.File `formData:"image"`
	RemoveImage string    `formData:"remove_image"`
}

func (f reviewFields) values() map[string]string {
	return map[string]string{
		"title": f.Title, "content": f.Content, "rating": f.Rating, "spoiler": f.Spoiler, "comments": f.Comments, "remove_image": f.RemoveImage,
	}
}

// title reports a missing title. A review that an import brought without one may stay so.
func (f reviewFields) title(mine review.Review) error {
	if web.Blank(f.Title) && (f.Title != "" || !untitled(mine)) {
		return validation(web.Required("title"))
	}
	return nil
}

func untitled(r review.Review) bool { return r.ID != 0 && r.Title.Whole() == "" }

// rating returns the chosen stars, 0 for none.
func (f reviewFields) rating() (stars.Stars, error) {
	if f.Rating == "" {
		return 0, nil
	}
	chosen, code := stars.Parse(f.Rating)
	if code != "" {
		return 0, validation(web.BadFormat("rating"))
	}
	return chosen, nil
}

// ownRating returns the viewer's rating of a film as a form has it, "" without one.
func (s *Site) ownRating(c *pageContext, m movie.Movie) (string, error) {
	found, err := s.viewerOf(c, m)
	if of := found[m.ID]; of != nil {
		return ratingText(of.Rating), err
	}
	return "", err
}

func (s *Site) writeReview(c *pageContext) error {
	m, mine, err := s.ownReviewOf(c)
	if err != nil {
		return err
	}
	f := reviewFields{Title: mine.Title.Whole(), Content: mine.Content.Whole(), Comments: string(mine.Comments)}
	if mine.Spoiler {
		f.Spoiler = "1"
	}
	if f.Rating, err = s.ownRating(c, m); err != nil {
		return err
	}
	return s.showReviewForm(c, http.StatusOK, m, mine, form{Values: f.values()})
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
	mine.Reveal()
	return m, mine, err
}

func (s *Site) showReviewForm(c *pageContext, status int, m movie.Movie, mine review.Review, f form) error {
	title := c.text("review.write")
	if mine.ID != 0 {
		title = c.text("review.edit")
	}
	rating, code := stars.Parse(f.Values["rating"])
	return c.show(status, "reviewform", meta{Title: title + " · " + isolated(m.Title), Hidden: true, Section: "films"}, reviewForm{
		form: f, ID: mine.ID, Film: s.filmCard(m), Choices: starChoices(rating), Rated: code == "", Image: s.reviewImage(mine), MaxContent: s.Reviews.MaxContent(), Commenters: commenterChoices,
	})
}

func (s *Site) saveReview(c *pageContext) error {
	m, mine, err := s.ownReviewOf(c)
	if err != nil {
		return err
	}
	var f reviewFields
	wrong := c.bindUpload(&f, maxFile)
	rating, unrated := f.rating()
	file, tooLarge := uploadOf(f.Image, "image", c.viewer.UserID)
	id := mine.ID
	if err = apperr.Join(f.title(mine), wrong, s.Reviews.CheckContent("content", f.Content), unrated, tooLarge); err == nil {
		id, err = s.storeReview(c, m, mine, f, rating, file)
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
func (s *Site) storeReview(c *pageContext, m movie.Movie, mine review.Review, f reviewFields, rating stars.Stars, file *picture.Upload) (int64, error) {
	ctx := c.Request.Context()
	before, err := s.ownRating(c, m)
	if err != nil {
		return mine.ID, err
	}
	changed := &rating
	if f.Rating == before { // giving the same rating again would give it a new date
		changed, rating = nil, 0
	}
	if mine.ID == 0 {
		made, err := s.Reviews.Create(ctx, review.Draft{
			UserID: c.viewer.UserID, MovieID: m.ID, Title: f.Title, Content: f.Content, Rating: rating, Image: file,
			Spoiler: f.Spoiler != "", Comments: review.Commenters(f.Comments),
		})
		return made.ID, err
	}
	patch := review.Patch{Title: &f.Title, Content: &f.Content, Rating: changed, Image: file}
	if f.Title == "" {
		patch.Title = nil
	}
	if f.Comments != "" { // a page from before the form had these keeps them
		patch.Spoiler, patch.Comments = new(f.Spoiler != ""), (*review.Commenters)(&f.Comments)
	}
	err = s.Reviews.Update(ctx, mine.ID, patch)
	if err == nil && file == nil && f.RemoveImage != "" {
		err = s.Reviews.RemoveImage(ctx, mine.ID)
	}
	return mine.ID, err
}

func reviewPath(id int64) string { return "/review/" + strconv.FormatInt(id, 10) }
