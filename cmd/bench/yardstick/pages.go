package yardstick

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
)

//go:embed pages.html
var pagesSource string

// bare are pages like those of cinecircle: cards and reviews with the same elements, without functions, and without what
// members see.
var bare = template.Must(template.New("pages").Parse(pagesSource))

// Numbers of rows on a page, as on those of cinecircle.
const (
	pageFilms   = 24
	pageReviews = 10
)

// storedFilmPage is a film with its most liked reviews.
type storedFilmPage struct {
	Film    storedMovie
	Reviews []storedReview
}

// showing renders the result of a handler with a template. The page is filled up to the requested length, because the
// header, the footer and the forms of cinecircle are text that its templates copy.
func showing(name string, h func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var page bytes.Buffer
		v, err := h(r)
		if err == nil {
			err = bare.ExecuteTemplate(&page, name, v)
		}
		if err != nil {
			writeAnswer(w, http.StatusInternalServerError, []byte(err.Error()))
			return
		}
		if n, err := strconv.Atoi(r.Header.Get(HeaderAnswerBytes)); err == nil {
			page.Write(bytes.Repeat([]byte(" "), max(0, min(n, maxStatic)-page.Len())))
		}
		writeAnswer(w, http.StatusOK, page.Bytes())
	}
}

func (s *store) filmsPage(r *http.Request) (any, error) {
	return collect[storedMovie](r.Context(), pageFilms, s.newest)
}

func (s *store) filmPage(r *http.Request) (any, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	var p storedFilmPage
	err1 := p.Film.scan(s.movie.QueryRowContext(r.Context(), id))
	var err2 error
	p.Reviews, err2 = collect[storedReview](r.Context(), pageReviews, s.liked, id)
	return p, errors.Join(err1, err2)
}
