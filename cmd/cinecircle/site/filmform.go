package site

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
)

// blankRows is how many empty rows for the cast a form has, for those who cannot add more by a script.
const blankRows = 3

// filmForm is the page on which a film is added or changed.
type filmForm struct {
	form
	ID     int64 // 0 for a new film
	Title  string
	Poster picture
	Cast   []castRow
	Genres []string
}

// castRow is a row of the cast as it was typed.
type castRow struct {
	Index      int
	Name, Role string
	Age        string
	Agency     string
	Gender     string
	Error      string
}

func (s *Site) newFilm(v *visit) error {
	return s.showFilmForm(v, http.StatusOK, filmForm{form: form{Values: map[string]string{"title": searchText(v.Query("title"))}}})
}

func (s *Site) editFilm(v *visit) error {
	m, err := s.ownFilm(v)
	if err != nil {
		return err
	}
	cast, err := m.Cast()
	if err != nil {
		return err
	}
	f := filmForm{ID: m.ID, Title: m.Title, Poster: s.poster(m), form: form{Values: map[string]string{
		"title": m.Title, "plot": m.Plot, "genre": m.Genre, "playtime": strconv.FormatInt(m.Playtime, 10),
	}}}
	for _, member := range cast {
		f.Cast = append(f.Cast, rowOf(member))
	}
	return s.showFilmForm(v, http.StatusOK, f)
}

func rowOf(m movie.CastMember) castRow {
	r := castRow{Name: m.Name, Role: deref(m.Role), Agency: deref(m.Agency), Gender: deref(m.Gender)}
	if m.Age != nil {
		r.Age = strconv.FormatInt(*m.Age, 10)
	}
	return r
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (s *Site) showFilmForm(v *visit, status int, f filmForm) error {
	for range blankRows {
		f.Cast = append(f.Cast, castRow{})
	}
	for i := range f.Cast {
		f.Cast[i].Index = i
	}
	f.Genres = movie.Genres()
	title := v.text("film.add")
	if f.ID != 0 {
		title = v.text("film.edit")
	}
	return v.show(status, "filmform", meta{Title: title, Hidden: true, Section: "films"}, f)
}

func (s *Site) addFilm(v *visit) error {
	sent, err := readFilm(v)
	if err != nil {
		return err
	}
	draft, poster, err := s.checkFilm(v, sent)
	if err != nil {
		return s.filmAgain(v, err, filmForm{}, sent)
	}
	m, err := s.Movies.Create(v.Request.Context(), v.viewer.UserID, draft)
	if err != nil {
		return s.filmAgain(v, err, filmForm{}, sent)
	}
	if poster != nil {
		if _, err := s.Movies.AttachPoster(v.Request.Context(), m.ID, poster); err != nil {
			_ = v.Error(err) // the film is there; its poster can be added once the store is back
			v.leaveToast("film.poster_missing", "")
			return v.goTo(filmPath(m.ID) + "/edit")
		}
	}
	v.leaveToast("film.added", "")
	return v.goTo(filmPath(m.ID))
}

func (s *Site) changeFilm(v *visit) error {
	m, err := s.ownFilm(v)
	if err != nil {
		return err
	}
	sent, err := readFilm(v)
	if err != nil {
		return err
	}
	if err := s.updateFilm(v, m.ID, sent); err != nil {
		return s.filmAgain(v, err, filmForm{ID: m.ID, Title: m.Title, Poster: s.poster(m)}, sent)
	}
	v.leaveToast("film.saved", "")
	return v.goTo(filmPath(m.ID))
}

func (s *Site) updateFilm(v *visit, id int64, sent sentFilm) error {
	draft, poster, err := s.checkFilm(v, sent)
	if err != nil {
		return err
	}
	ctx := v.Request.Context()
	if _, err := s.Movies.Update(ctx, id, draft.Patch()); err != nil {
		return err
	}
	switch {
	case poster != nil:
		_, err = s.Movies.AttachPoster(ctx, id, poster)
	case sent.removePoster:
		err = s.Movies.RemovePoster(ctx, id)
	}
	return err
}

func (s *Site) filmAgain(v *visit, err error, f filmForm, sent sentFilm) error {
	return v.again(err, sent.values, func(status int, shown form) error {
		f.form, f.Cast = shown, sent.cast
		for i := range f.Cast {
			f.Cast[i].Error = castError(shown.Errors, sent.places[i])
		}
		if e, ok := shown.Errors["cast"]; ok && f.Alert == "" {
			f.Alert = e
		}
		return s.showFilmForm(v, status, f)
	})
}

// castError returns what is wrong with a member of the cast by its place in what was checked.
func castError(errs map[string]string, place int) string {
	prefix := fmt.Sprintf("cast[%d].", place)
	for name, text := range errs {
		if strings.HasPrefix(name, prefix) {
			return text
		}
	}
	return ""
}

// checkFilm finds out all that is wrong with a film and its poster before either is stored.
func (s *Site) checkFilm(v *visit, sent sentFilm) (movie.Draft, *media.Picture, error) {
	draft, wrong := movie.ParseDraft(sent.body)
	file, tooLarge := upload(sent.poster, "image", v.viewer.UserID)
	if file == nil {
		return draft, nil, gather(wrong, tooLarge)
	}
	pic, broken := s.Movies.DecodePoster(v.Request.Context(), *file)
	return draft, pic, gather(wrong, web.Blame(broken, "image"))
}

// sentFilm is the form of a film as it came in.
type sentFilm struct {
	values       map[string]string
	cast         []castRow
	places       []int  // of each row in the cast of body
	body         []byte // as POST /movies wants it
	poster       *web.File
	removePoster bool
}

// readFilm reads a multipart form. Its cast has as many fields as rows, so it is no struct.
func readFilm(v *visit) (sentFilm, error) {
	v.Request.Body = http.MaxBytesReader(v.Writer, v.Request.Body, web.MaxForm+maxFile)
	if err := v.Request.ParseMultipartForm(web.MaxForm + maxFile); err != nil {
		return sentFilm{}, readError(err)
	}
	sent := sentFilm{values: map[string]string{}}
	for _, name := range []string{"title", "plot", "genre", "playtime"} {
		sent.values[name] = v.PostForm(name)
	}
	sent.removePoster = v.PostForm("remove_image") != ""
	var err error
	if sent.poster, err = fileOf(v, "image"); err != nil {
		return sentFilm{}, err
	}
	return sent, sent.readCast(v)
}

// readCast takes the rows in which a name was typed, and makes the film of it all.
func (f *sentFilm) readCast(v *visit) error {
	members := []map[string]any{}
	for i := range maxCastRows {
		at := strconv.Itoa(i)
		name, more := v.GetPostForm("cast_name_" + at)
		if !more {
			break
		}
		row := castRow{
			Name: name, Role: v.PostForm("cast_role_" + at), Age: v.PostForm("cast_age_" + at),
			Agency: v.PostForm("cast_agency_" + at), Gender: v.PostForm("cast_gender_" + at),
		}
		if row == (castRow{}) {
			continue
		}
		f.cast, f.places = append(f.cast, row), append(f.places, len(members))
		members = append(members, row.member())
	}
	film := map[string]any{"title": f.values["title"], "plot": f.values["plot"], "genre": f.values["genre"], "cast": members}
	film["playtime"] = asNumber(f.values["playtime"])
	body, err := json.Marshal(film)
	if err != nil {
		return fmt.Errorf("encode a film: %w", err)
	}
	f.body = body
	return nil
}

// maxCastRows is more than a film may have, so that one row too many is told and not cut off.
const maxCastRows = 120

// member is the row as POST /movies wants it: what was left empty is absent.
func (r castRow) member() map[string]any {
	m := map[string]any{"name": r.Name}
	for name, text := range map[string]string{"role": r.Role, "agency": r.Agency, "gender": r.Gender} {
		if strings.TrimSpace(text) != "" {
			m[name] = text
		}
	}
	if strings.TrimSpace(r.Age) != "" {
		m["age"] = asNumber(r.Age)
	}
	return m
}

// asNumber returns a number for what reads like one, what was typed otherwise, nil for nothing.
func asNumber(text string) any {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return text
}

// fileOf returns an uploaded file, nil when none was chosen.
func fileOf(v *visit, name string) (*web.File, error) {
	files := v.Request.MultipartForm.File[name]
	if len(files) == 0 {
		return nil, nil //nolint:nilnil // no file is no error
	}
	file, err := files[0].Open()
	if err != nil {
		return nil, fmt.Errorf("open an upload: %w", err)
	}
	data, err := io.ReadAll(file)
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("close an upload: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read an upload: %w", err)
	}
	return &web.File{Name: files[0].Filename, Data: data}, nil
}

func readError(err error) error {
	return fmt.Errorf("%w (%w)", web.ErrMalformed, err)
}

// confirmPage asks before what cannot be undone.
type confirmPage struct {
	Heading, Lead  string
	Action, Button string
	Back           string
	Password       bool // it wants the password
	form
}

func (s *Site) askDeleteFilm(v *visit) error {
	m, err := s.ownFilm(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "confirm", meta{Title: v.text("film.delete"), Hidden: true}, confirmPage{
		Heading: v.text("film.delete.heading", m.Title), Lead: v.text("film.delete.lead"),
		Action: filmPath(m.ID) + "/delete", Button: v.text("film.delete"), Back: filmPath(m.ID),
	})
}

func (s *Site) deleteFilm(v *visit) error {
	m, err := s.ownFilm(v)
	if err != nil {
		return err
	}
	if err := s.Movies.Delete(v.Request.Context(), m.ID, v.viewer); err != nil {
		return err
	}
	v.leaveToast("film.deleted", "")
	return v.goTo("/films")
}
