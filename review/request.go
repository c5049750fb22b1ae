package review

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
)

// createRequest is the form of a new review. How long the content may be is configured, so it is not
// among the rules here: see Service.checkContent.
type createRequest struct {
	MovieID int64     `formData:"movie_id" id:"true" binding:"required,min=1" example:"7" description:"The id of the film."`
	Title   string    `formData:"title" binding:"required,min=1,max=50" example:"다시 봐도 좋은 영화" description:"The title."`
	Content string    `formData:"content" binding:"required" example:"배우들의 연기가 훌륭했습니다." description:"The text of the review. How long it may be is said above."`
	Image   *web.File `formData:"review_image" description:"JPEG, PNG or GIF (its first frame), at most 5 MiB and 40 megapixels. It needs a multipart form."`
}

// updateRequest is the form of a change. What is absent stays.
type updateRequest struct {
	Title   *string   `formData:"update_title" binding:"omitempty,min=1,max=50" example:"다시 봐도 좋은 영화" description:"The title."`
	Content *string   `formData:"update_content" binding:"omitempty,min=1" example:"배우들의 연기가 훌륭했습니다." description:"The text of the review. How long it may be is said above."`
	Image   *web.File `formData:"update_image" description:"The image that replaces the one that was, as in a new review. It needs a multipart form."`
}

// checkContent returns what is wrong with the length of a text, in characters.
func (s *Service) checkContent(field, text string) error {
	if utf8.RuneCountInString(text) <= s.maxContent {
		return nil
	}
	return apperr.Validation(apperr.Field{Name: field, Code: "max", Text: apperr.Text{
		EN: fmt.Sprintf("This must be at most %d characters.", s.maxContent),
		KO: fmt.Sprintf("%d자 이하여야 합니다.", s.maxContent),
	}})
}

// together returns one error that lists all fields which are wrong, or the first of errs that is not
// about fields.
func together(errs ...error) error {
	var wrong []apperr.Field
	for _, err := range errs {
		if e, ok := errors.AsType[*apperr.Error](err); ok && errors.Is(e, apperr.ErrValidation) {
			wrong = append(wrong, e.Fields...)
		} else if err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return apperr.Validation(wrong...)
	}
	return nil
}

func upload(f *web.File, by int64) *media.Upload {
	if f == nil {
		return nil
	}
	return &media.Upload{Name: f.Name, Data: f.Data, By: by}
}
