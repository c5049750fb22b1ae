package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
)

// maxFile is more than an image may have, so that one that is too large is told at its field, beside what was
// typed, and only one that is absurd ends the request.
const maxFile = 2 * media.MaxBytes

// form is what a form shows beside its labels.
type form struct {
	Values map[string]string
	Errors map[string]string // by field
	Alert  string            // what is wrong with all of it
}

// again shows a form once more, with what was typed and what is wrong, when err is something that whoever
// filled it in can mend. Any other error is returned.
func (v *visit) again(err error, values map[string]string, show func(status int, f form) error) error {
	e := v.explain(err)
	f := form{Values: values, Errors: map[string]string{}}
	switch e.Kind {
	case apperr.Invalid, apperr.Conflict, apperr.TooMany, apperr.TooLarge, apperr.Unauthorized:
	case apperr.Unavailable:
		if !errors.Is(e, apperr.ErrBusy) && !errors.Is(e, apperr.ErrUnavailable) {
			return err
		}
	default:
		return err
	}
	for _, field := range e.Fields {
		if _, told := f.Errors[field.Name]; !told {
			f.Errors[field.Name] = v.say(field.Text)
		}
	}
	if len(e.Fields) == 0 {
		f.Alert = v.say(e.Text)
	}
	if e.RetryAfter > 0 {
		v.Header("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())+1))
	}
	status := web.Status(e.Kind)
	if status == http.StatusUnauthorized {
		status = http.StatusUnprocessableEntity // a browser would ask for a password of its own
	}
	_ = v.Error(err) // for the access log
	return show(status, f)
}

// upload turns a file of a member's form into one for the domains, nil for none.
func upload(f *web.File, field string, by int64) (*media.Upload, error) {
	if f == nil || len(f.Data) == 0 {
		return nil, nil //nolint:nilnil // a file input that was left empty is no error
	}
	if len(f.Data) > media.MaxBytes {
		return nil, apperr.Validation(apperr.Field{Name: field, Code: "max", Text: apperr.Text{
			EN: "The image may have at most 5 MB.", KO: "이미지는 최대 5MB까지 올릴 수 있습니다.",
		}})
	}
	return &media.Upload{Name: f.Name, Data: f.Data, By: by}, nil
}

// whole reads a number that was typed; what is none is an error at its field.
func whole(text, field string) (int64, *apperr.Field) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		return n, nil
	}
	if text == "" {
		missing := web.Required(field)
		return 0, &missing
	}
	return 0, &apperr.Field{Name: field, Code: "type", Text: apperr.Text{
		EN: "Please enter a whole number.", KO: "숫자로 입력해 주세요.",
	}}
}

// gather returns one error with the fields of all errs, or the first that is about no field.
func gather(errs ...error) error {
	var wrong []apperr.Field
	for _, err := range errs {
		e, ok := errors.AsType[*apperr.Error](err)
		switch {
		case err == nil:
		case ok && len(e.Fields) > 0:
			wrong = append(wrong, e.Fields...)
		default:
			return err
		}
	}
	if len(wrong) > 0 {
		return apperr.Validation(wrong...)
	}
	return nil
}

// validation is apperr.Validation as an error.
func validation(fields ...apperr.Field) error { return apperr.Validation(fields...) }

// atField returns err with a field to be told at, when it is target.
func atField(err error, target *apperr.Error, field string) error {
	if e, ok := errors.AsType[*apperr.Error](err); ok && errors.Is(e, target) {
		return e.At(field)
	}
	return err
}
