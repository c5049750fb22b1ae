package site

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

// maxFile is larger than the limit of images, so that for a slightly too large file the form is shown again with its
// values and the error at the field.
const maxFile = web.MaxUpload

// form is the values and errors that a form shows.
type form struct {
	Values map[string]string
	Errors map[string]string // by field
	Alert  string            // an error that belongs to no field
	// Mistakes are the errors in the order of their fields on the page.
	Mistakes []mistake
	// FileLost is whether a chosen file has to be chosen again: no browser fills in the field of a file.
	FileLost bool
}

// mistake is an error with the element that can mend it.
type mistake struct{ ID, Label, Text string }

// First returns the id of the element that has the focus when the form is shown again, "" for none.
func (f form) First() string {
	if len(f.Mistakes) == 0 {
		return ""
	}
	return f.Mistakes[0].ID
}

// Count returns the number of mistakes.
func (f form) Count() int64 { return int64(len(f.Mistakes)) }

// fieldLabels are the texts that name a field, in the order in which fields stand on the pages.
var fieldLabels = []struct{ name, label string }{
	{"username", "field.username"},
	{"current_password", "field.password.now"},
	{"password", "field.password"},
	{"age", "field.age"},
	{"gender", "field.gender"},
	{"bio", "field.bio"},
	{"invite", "field.invite"},
	{"application", "field.application"},
	{"uses", "invites.uses"},
	{"name", "tokens.name"},
	{"days", "field.days"},
	{"reason", "field.reason"},
	{"code", "field.code"},
	{"file", "transfer.file"},
	{"encoding", "transfer.encoding"},
	{"email", "field.email"},
	{"title", "field.title"},
	{"original_title", "field.original_title"},
	{"genre", "field.genre"},
	{"year", "films.year"},
	{"sort", "films.sort"},
	{"genres", "field.genres"},
	{"playtime", "field.playtime"},
	{"plot", "field.plot"},
	{"release_date", "field.release_date"},
	{"production_year", "field.production_year"},
	{"directors", "field.directors"},
	{"aliases", "field.aliases"},
	{"countries", "field.countries"},
	{"languages", "field.languages"},
	{"age_grade", "field.age_grade"},
	{"imdb", "field.imdb"},
	{"tmdb", "field.tmdb"},
	{"kobis", "field.kobis"},
	{"kmdb", "field.kmdb"},
	{"wikidata", "field.wikidata"},
	{"letterboxd", "field.letterboxd"},
	{"movielens", "field.movielens"},
	{"description", "list.description"},
	{"watched_on", "log.when"},
	{"rating", "rating.mine"},
	{"note", "log.note"},
	{"tags", "log.tags"},
	{"content", "review.content"},
	{"image", "review.picture"},
}

func (c *pageContext) mistakes(errs map[string]string) (found []mistake) {
	for _, f := range fieldLabels {
		if text, ok := errs[f.name]; ok {
			found = append(found, mistake{ID: f.name, Label: c.text(f.label), Text: text})
		}
	}
	return found
}

// redisplay shows a form again with its values and errors, when err is something that the viewer can correct. It
// returns any other error.
func (c *pageContext) redisplay(err error, values map[string]string, show func(status int, f form) error) error {
	e := c.explain(err)
	f := form{Values: values, Errors: map[string]string{}}
	switch e.Kind {
	case apperr.Invalid, apperr.Conflict, apperr.TooMany, apperr.TooLarge, apperr.Unauthorized, apperr.Unavailable:
	default:
		return err
	}
	for _, field := range e.Fields {
		if _, told := f.Errors[field.Name]; !told {
			f.Errors[field.Name] = c.fieldText(field)
		}
	}
	if len(e.Fields) == 0 {
		f.Alert = c.translate(e.Text)
	}
	f.Mistakes = c.mistakes(f.Errors)
	_, refused := f.Errors["image"]
	f.FileLost = !refused && c.file("image") != nil && len(c.file("image").Data) > 0
	c.wrong = true
	web.SetRetryAfter(c.Writer.Header(), e)
	status := web.Status(e.Kind)
	if status == http.StatusUnauthorized {
		// A 401 names a scheme in WWW-Authenticate (RFC 9110 §15.5.2), and browsers know none for forms.
		status = http.StatusUnprocessableEntity
	}
	_ = c.Error(err) // for the access log
	return show(status, f)
}

// uploadOf returns a file of a form for the domains, nil for none.
func uploadOf(f *web.File, field string, by int64) (*picture.Upload, error) {
	if f == nil || len(f.Data) == 0 {
		return nil, nil //nolint:nilnil // an empty file input is not an error
	}
	if len(f.Data) > picture.MaxBytes {
		return nil, apperr.Validation(apperr.Field{Name: field, Code: "max", Text: apperr.Text{
			EN: "The image must be at most 5 MB.", KO: "이미지는 최대 5MB까지 올릴 수 있습니다.",
		}})
	}
	return &picture.Upload{Name: f.Name, Data: f.Data, By: by}, nil
}

// choices are the fields in which nothing is typed.
var choices = map[string]bool{"gender": true, "genre": true}

// fieldText returns the sentence for an error of a field. The texts of the API about types and values are for programs.
func (c *pageContext) fieldText(f apperr.Field) string {
	switch {
	case f.Code == "required" && f.Name == "image":
		return c.text("form.file")
	case f.Code == "required" && f.Name == "file":
		return c.text("form.file.any")
	case f.Code == "required" && choices[f.Name], f.Code == "enum":
		return c.text("form.choice")
	case f.Code == "required":
		return c.text("form.required")
	case f.Code == "type" && (f.Name == "age" || strings.HasSuffix(f.Name, ".age")):
		return c.text("form.age")
	case f.Code == "type" && f.Name == "playtime":
		return c.text("form.playtime")
	case f.Code == "type":
		return c.translate(web.BadFormat(f.Name).Text)
	case f.Name == "playtime" && (f.Code == "min" || f.Code == "max"):
		return c.text("form.playtime.range")
	}
	return c.translate(f.Text)
}

// wholeNumber parses a number as people type it: with digits of any script or width, and white space around it. A
// number that is too large or too small for an int64 is the largest or the smallest one.
func wholeNumber(text string) (int64, bool) {
	text = strings.TrimSpace(strings.Map(asciiDigit, norm.NFKC.String(text)))
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

// asciiDigit returns the ASCII digit for a decimal digit of any script, and any other character as it is. Unicode
// encodes the ten digits of a script in a row (The Unicode Standard §4.6).
func asciiDigit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.IsDigit(r) {
		return r
	}
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return '0' + r - zero
}

// parseWhole is wholeNumber for a required field.
func parseWhole(text, field string) (int64, *apperr.Field) {
	n, ok := wholeNumber(text)
	if ok {
		return n, nil
	}
	wrong := web.WrongType(field, "integer")
	if web.Blank(text) {
		wrong = web.Required(field)
	}
	return 0, &wrong
}

// validation is apperr.Validation as an error.
func validation(fields ...apperr.Field) error { return apperr.Validation(fields...) }

// errorAt returns err as an error of a field when it is target, and err itself otherwise.
func errorAt(err error, target *apperr.Error, field string) error {
	if e, ok := errors.AsType[*apperr.Error](err); ok && errors.Is(e, target) {
		return e.At(field)
	}
	return err
}
