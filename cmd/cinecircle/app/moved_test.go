package app_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/list"
)

// filmFields are the fields of bodies that name a film, perhaps among other things.
var filmFields = []string{"movie_id", "into", "target_id"}

// namesFilm reports whether a body has one of filmFields, at any depth.
func namesFilm(body any) bool {
	if body == nil {
		return false
	}
	var within func(t reflect.Type) bool
	within = func(t reflect.Type) bool {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return false
		}
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json")+f.Tag.Get("formData"), ",")
			if slices.Contains(filmFields, name) || f.IsExported() && within(f.Type) {
				return true
			}
		}
		return false
	}
	return within(reflect.TypeOf(body))
}

// A path with the id of a merged film leads to the same path with that of the film that stays, wherever the id stands.
func TestEveryPathOfAMergedFilmLeadsToTheOneThatStays(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	l := apptest.List(t, m.App, m.admin.ID, m.from)
	m.mergeInto("")
	paths := map[string]string{} // to requests, from routes and pages
	for _, r := range m.Router.Routes() {
		paths[r.Method+" "+r.Path] = r.Path
	}
	for _, r := range m.Site.List() {
		paths[r.Method+" "+r.Path] = r.Path
	}
	tried := 0
	for route, path := range paths {
		if !strings.Contains(path, ":movie_id") {
			continue
		}
		tried++
		method, _, _ := strings.Cut(route, " ")
		path = strings.ReplaceAll(path, ":list_id", fmt.Sprint(l))
		at := func(film int64) string { return strings.ReplaceAll(path, ":movie_id", fmt.Sprint(film)) }
		want := http.StatusPermanentRedirect
		if method == http.MethodGet {
			want = http.StatusMovedPermanently
		}
		w := m.do(method, at(m.from)+"?", m.token, "")
		if w.Code != want || strings.TrimSuffix(w.Header().Get("Location"), "?") != at(m.into) {
			t.Errorf("%s: %d to %q, want %d", route, w.Code, w.Header().Get("Location"), want)
		}
		if w := m.do(method, at(m.from+100_000), m.token, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s of an unknown film: %d, want 404", route, w.Code)
		}
	}
	if tried < 30 {
		t.Errorf("only %d paths have a film", tried)
	}
}

// A body with the id of a merged film is about the film that stays.
func TestEveryBodyAboutAMergedFilmIsAboutTheOneThatStays(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	ann := m.member("ann")
	other := apptest.Film(t, m.App, 0)
	l := apptest.List(t, m.App, m.admin.ID)
	imported := apptest.Import(t, m.App, m.admin.ID)
	first := m.from
	m.mergeInto("")
	last := apptest.Film(t, m.App, 0)
	m.mergeFilms(http.StatusOK, m.into, fmt.Sprintf(`{"into": %d}`, last)) // a chain
	cases := map[string]struct {
		path, body string // with the id
		status     int
	}{
		"POST /reviews":                              {"/reviews", `{"movie_id": %d, "title": "t", "content": "c"}`, 201},
		"POST /users/me/diary":                       {"/users/me/diary", `{"movie_id": %d, "watched_on": "2020-01-02"}`, 201},
		"POST /lists/:list_id/items":                 {fmt.Sprintf("/lists/%d/items", l), `{"movie_id": %d}`, 201},
		"PUT /lists/:list_id/items":                  {fmt.Sprintf("/lists/%d/items", l), fmt.Sprintf(`{"items": [{"movie_id": %d}, {"movie_id": %%d}]}`, other), 200},
		"POST /movies/:movie_id/merge":               {fmt.Sprintf("/movies/%d/merge", other), `{"into": %d}`, 200},
		"PATCH /users/me/imports/:import_id/rows/:n": {fmt.Sprintf("/users/me/imports/%d/rows/1", imported), `{"movie_id": %d}`, 200},
		"POST /reports":                              {"/reports", `{"target_type": "movie", "target_id": %d, "reason": "spam"}`, 201},
		"POST /moderation/hide":                      {"/moderation/hide", `{"target_type": "movie", "target_id": %d}`, 204},
		"POST /moderation/restore":                   {"/moderation/restore", `{"target_type": "movie", "target_id": %d}`, 204},
	}
	var order []string
	for _, r := range m.Router.Routes() {
		route := r.Method + " " + r.Path
		if !namesFilm(r.Op.JSON) && !namesFilm(r.Op.Form) {
			continue
		}
		if _, ok := cases[route]; !ok {
			t.Errorf("%s names a film in its body: what it does with one that was merged has no row here", route)
		}
		order = append(order, route)
	}
	slices.SortFunc(order, func(a, b string) int { return hiding(a) - hiding(b) })
	if len(order) != len(cases) {
		t.Errorf("%d routes name a film in their body, and %d have a row here", len(order), len(cases))
	}
	for _, route := range order {
		c := cases[route]
		method, _, _ := strings.Cut(route, " ")
		w := m.do(method, c.path, m.token, fmt.Sprintf(c.body, first+100_000))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s about an unknown film: %d %s, want 404", route, w.Code, w.Body)
		}
		w = m.do(method, c.path, m.token, fmt.Sprintf(c.body, first))
		if w.Code != c.status {
			t.Errorf("%s about a merged film: %d %s, want %d", route, w.Code, w.Body, c.status)
		}
	}
	for table, want := range map[string]int{"reviews": 1, "viewings": 1, "list_items": 1, "import_rows": 1} {
		var n int
		if err := m.DB.Row(t.Context(), "SELECT COUNT(*) FROM "+table+" WHERE movie_id = ?", last).Scan(&n); err != nil || n != want {
			t.Errorf("%d rows of %s are about the film that stays (%v), want %d", n, table, err, want)
		}
	}
	w := m.do("POST", "/reports", apptest.SignIn(t, m.App, ann).Access, fmt.Sprintf(`{"target_type": "movie", "target_id": %d, "reason": "spam"}`, first))
	if !strings.Contains(w.Body.String(), fmt.Sprintf(`"target_id":%d,`, last)) {
		t.Errorf("a report of a merged film: %s, want one of film %d", w.Body, last)
	}
	m.wantNoDrift()
}

// hiding orders the routes of the test: what hides a film and restores it comes last, in this order, and merges before.
func hiding(route string) int {
	return slices.Index([]string{"POST /movies/:movie_id/merge", "POST /moderation/hide", "POST /moderation/restore"}, route)
}

// Two ids of one film are that film twice.
func TestAListCannotHaveAFilmByItsOldIDAsWell(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	l, err := m.Lists.Create(t.Context(), list.Draft{UserID: m.admin.ID, Title: "t", IsPublic: true})
	m.must(l, err)
	m.mergeInto("")
	w := m.do("PUT", fmt.Sprintf("/lists/%d/items", l.ID), m.token, fmt.Sprintf(`{"items": [{"movie_id": %d}, {"movie_id": %d}]}`, m.from, m.into))
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"items[1].movie_id"`) || !strings.Contains(w.Body.String(), `"repeated"`) {
		t.Errorf("%d %s, want 422 repeated on the second", w.Code, w.Body)
	}
	add := fmt.Sprintf("/lists/%d/items", l.ID)
	if w := m.do("POST", add, m.token, fmt.Sprintf(`{"movie_id": %d}`, m.into)); w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := m.do("POST", add, m.token, fmt.Sprintf(`{"movie_id": %d}`, m.from)); w.Code != http.StatusConflict {
		t.Errorf("%d %s, want 409 already_in_list", w.Code, w.Body)
	}
}

// Pages take old ids of films in their forms and queries, too.
func TestFormsOfPagesTakeOldIDsOfFilms(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	m.mergeInto("")
	if w := m.do("GET", fmt.Sprintf("/report?type=movie&id=%d", m.from), m.token, ""); w.Code != http.StatusOK {
		t.Errorf("the form for a report: %d", w.Code)
	}
	w := m.do("GET", fmt.Sprintf("/list/new?film=%d", m.from), m.token, "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), fmt.Sprintf(`href="/film/%d"`, m.into)) {
		t.Errorf("the form for a list that begins with the film: %d, without that film", w.Code)
	}
}
