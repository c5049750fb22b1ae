package site

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

// blankRows is the number of empty rows for the cast. Without JavaScript no further rows can be added.
const blankRows = 3

// filmForm is the page for adding or changing a film.
type filmForm struct {
	form
	ID     int64 // 0 for a new film
	Title  string
	Poster shownImage
	Cast   []castRow
	Genres []string
	// Chosen are the genres beside the first.
	Chosen   map[string]bool
	Grades   []string
	External []string
	Open     bool // the details are shown
}

// castRow is a row of the cast as it was typed.
type castRow struct {
	Index      int
	Name, Role string
	Age        string
	Agency     string
	Gender     string
	Error      string
	Wrong      string // the field that the error is about: name or role
}

func (s *Site) newFilm(c *pageContext) error {
	return s.showFilmForm(c, http.StatusOK, filmForm{form: form{Values: map[string]string{"title": searchText(c.Query("title"))}}})
}

func (s *Site) editFilm(c *pageContext) error {
	m, err := s.ownFilm(c)
	if err != nil {
		return err
	}
	cast, err := m.Cast()
	if err != nil {
		return err
	}
	details, err := m.ReadDetails()
	if err != nil {
		return err
	}
	f := filmForm{ID: m.ID, Title: m.Title, Poster: s.poster(m), form: form{Values: detailValues(m, details)}, Open: true}
	f.choose(details.Genres)
	maps.Copy(f.Values, map[string]string{"title": m.Title, "plot": m.Plot, "genre": m.Genre, "playtime": numberOrNone(m.Playtime)})
	for _, member := range cast {
		f.Cast = append(f.Cast, castRowOf(member))
	}
	return s.showFilmForm(c, http.StatusOK, f)
}

// choose sets the genres beside the first.
func (f *filmForm) choose(genres []string) {
	f.Chosen = map[string]bool{}
	for _, genre := range genres {
		f.Chosen[genre] = true
	}
}

func castRowOf(m movie.CastMember) castRow {
	r := castRow{Name: m.Name, Role: deref(m.Role), Agency: deref(m.Agency), Gender: deref(m.Gender)}
	if m.Age != nil {
		r.Age = strconv.FormatInt(*m.Age, 10)
	}
	return r
}

// deref returns what p points to, the zero value for nil.
func deref[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}

func (s *Site) showFilmForm(c *pageContext, status int, f filmForm) error {
	for range blankRows {
		f.Cast = append(f.Cast, castRow{})
	}
	for i := range f.Cast {
		f.Cast[i].Index = i
	}
	f.Genres, f.Grades, f.External = movie.Genres(), ageGrades, externalFields
	title := c.text("film.add")
	if f.ID != 0 {
		title = c.text("film.edit")
	}
	return c.show(status, "filmform", meta{Title: title, Hidden: true, Section: "films"}, f)
}

func (s *Site) addFilm(c *pageContext) error {
	sent, err := readFilmFields(c)
	if err != nil {
		return err
	}
	draft, poster, err := s.checkFilm(c, sent)
	if err != nil {
		return s.filmAgain(c, err, filmForm{}, sent)
	}
	m, err := s.Movies.Create(c.Request.Context(), c.viewer.UserID, draft)
	if err != nil {
		return s.filmAgain(c, err, filmForm{}, sent)
	}
	if poster != nil {
		if _, err := s.Movies.AttachPoster(c.Request.Context(), m.ID, poster); err != nil {
			_ = c.Error(err) // the film is stored; its poster can be added when the image store works again
			c.setToast("film.poster_missing", "")
			return c.redirectTo(filmPath(m.ID) + "/edit")
		}
	}
	c.setToast("film.added", "")
	return c.redirectTo(filmPath(m.ID))
}

func (s *Site) changeFilm(c *pageContext) error {
	m, err := s.ownFilm(c)
	if err != nil {
		return err
	}
	sent, err := readFilmFields(c)
	if err != nil {
		return err
	}
	if err := s.updateFilm(c, m, sent); err != nil {
		return s.filmAgain(c, err, filmForm{ID: m.ID, Title: m.Title, Poster: s.poster(m)}, sent)
	}
	c.setToast("film.saved", "")
	return c.redirectTo(filmPath(m.ID))
}

func (s *Site) updateFilm(c *pageContext, m movie.Movie, sent filmFields) error {
	draft, poster, err := s.checkFilm(c, sent)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	patch := draft.Patch()
	if !sent.details { // a page from before the form had them, or a program
		patch = movie.Patch{Title: patch.Title, Plot: patch.Plot, Cast: patch.Cast, Playtime: patch.Playtime}
		if draft.Genre != m.Genre { // or the film would lose its other genres
			patch.Genre = &draft.Genre
		}
	}
	if _, err := s.Movies.Update(ctx, m.ID, patch); err != nil {
		return err
	}
	switch {
	case poster != nil:
		_, err = s.Movies.AttachPoster(ctx, m.ID, poster)
	case sent.removePoster:
		err = s.Movies.RemovePoster(ctx, m.ID)
	}
	return err
}

func (s *Site) filmAgain(c *pageContext, err error, f filmForm, sent filmFields) error {
	return c.redisplay(err, sent.values, func(status int, shown form) error {
		shown.Errors = detailErrors(shown.Errors)
		shown.Mistakes = c.mistakes(shown.Errors)
		f.form, f.Cast, f.Open = shown, sent.cast, true
		f.choose(sent.genres)
		for i := range f.Cast {
			f.Cast[i].Index = i
			f.Cast[i].Error, f.Cast[i].Wrong = castError(shown.Errors, sent.places[i])
		}
		if e, ok := shown.Errors["cast"]; ok && f.Alert == "" {
			f.Alert = e
		}
		f.Mistakes = append(f.Mistakes, castMistakes(c.text("film.cast"), f.Cast)...)
		return s.showFilmForm(c, status, f)
	})
}

// castError returns the error of a member of the cast by its index in the checked body, and the field of the row that
// can mend it; both are "" for none.
func castError(errs map[string]string, place int) (text, field string) {
	for _, name := range []string{"name", "role", "age", "agency", "gender"} {
		if text, ok := errs[fmt.Sprintf("cast[%d].%s", place, name)]; ok {
			if name != "role" {
				name = "name" // the others are not shown
			}
			return text, name
		}
	}
	return "", ""
}

func castMistakes(label string, cast []castRow) (found []mistake) {
	for _, row := range cast {
		if row.Error != "" {
			found = append(found, mistake{ID: fmt.Sprintf("cast_%s_%d", row.Wrong, row.Index), Label: label, Text: row.Error})
		}
	}
	return found
}

// checkFilm validates a film and its poster together, before either is stored.
func (s *Site) checkFilm(c *pageContext, sent filmFields) (movie.Draft, *picture.Picture, error) {
	draft, wrong := movie.ParseDraft(sent.body)
	file, tooLarge := uploadOf(sent.poster, "image", c.viewer.UserID)
	if file == nil {
		return draft, nil, apperr.Join(wrong, tooLarge)
	}
	pic, broken := s.Movies.DecodePoster(c.Request.Context(), *file)
	return draft, pic, apperr.Join(wrong, web.Blame(broken, "image"))
}
