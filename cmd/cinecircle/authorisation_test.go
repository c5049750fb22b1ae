package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// attempt is a row of the authorisation matrix: a request that succeeds for whoever may make it.
type attempt struct {
	success     int
	contentType string
	body        func(w *world) string
	query       string
	admin       int // what an admin gets, when that is not what the policy says
}

// attempts has a row for every route that is not about signing in or the service itself.
var attempts = map[string]attempt{
	"DELETE /likes/movies/:movie_id":        {success: 204},
	"DELETE /movies/:movie_id":              {success: 204},
	"DELETE /movies/:movie_id/poster_image": {success: 204},
	"DELETE /reviews/:review_id":            {success: 204},
	"DELETE /reviews/:review_id/image":      {success: 204},
	"DELETE /users/:user_id":                {success: 204},
	"DELETE /users/me":                      {success: 204, admin: 409}, // the last admin stays
	"DELETE /users/me/profile_image":        {success: 204},
	"DELETE /users/me/sessions":             {success: 204},
	"DELETE /users/me/sessions/:session_id": {success: 204},
	"GET /docs":                             {success: 200},
	"GET /healthz":                          {success: 200},
	"GET /movies":                           {success: 200},
	"GET /movies/:movie_id":                 {success: 200},
	"GET /movies/:movie_id/reaction_count":  {success: 200},
	"GET /movies/:movie_id/reviews":         {success: 200},
	"GET /notifications/inbox":              {success: 200},
	"GET /openapi.json":                     {success: 200},
	"GET /openapi.yaml":                     {success: 200},
	"GET /readyz":                           {success: 200},
	"GET /redoc":                            {success: 200},
	"GET /reviews/:review_id":               {success: 200},
	"GET /reviews/:review_id/is_liked":      {success: 200},
	"GET /reviews/:review_id/like_count":    {success: 200},
	"GET /users":                            {success: 200},
	"GET /users/:user_id":                   {success: 200},
	"GET /users/:user_id/followers":         {success: 200},
	"GET /users/:user_id/followings":        {success: 200},
	"GET /users/:user_id/reviews":           {success: 200},
	"GET /users/me":                         {success: 200},
	"GET /users/me/followers":               {success: 200},
	"GET /users/me/followings":              {success: 200},
	"GET /users/me/reviews":                 {success: 200},
	"GET /users/me/sessions":                {success: 200},
	"GET /users/search":                     {success: 200, query: "?q=a"},
	"GET /version":                          {success: 200},
	"PATCH /movies/:movie_id":               {success: 200, contentType: "application/json", body: text(`{"playtime": 5}`)},
	"PATCH /reviews/:review_id":             {success: 200, contentType: "application/x-www-form-urlencoded", body: text("update_title=other")},
	"PATCH /users/:user_id":                 {success: 200, contentType: "application/json", body: text(`{"age": 50}`)},
	"PATCH /users/me":                       {success: 200, contentType: "application/json", body: text(`{"age": 50}`)},
	"POST /likes/movies/:movie_id/dislike":  {success: 200},
	"POST /likes/movies/:movie_id/like":     {success: 200},
	"POST /likes/reviews/:review_id/like":   {success: 200},
	"POST /likes/reviews/:review_id/unlike": {success: 200},
	"POST /movies":                          {success: 201, contentType: "application/json", body: text(newFilm)},
	"POST /movies/:movie_id/poster_image":   {success: 200, contentType: "multipart/form-data; boundary=b", body: imageForm},
	"POST /notifications/read":              {success: 204, contentType: "application/json", body: text(`{"up_to": 1}`)},
	"POST /reviews":                         {success: 201, contentType: "application/x-www-form-urlencoded", body: newReview},
	"POST /users/:user_id/follow":           {success: 200},
	"POST /users/:user_id/unfollow":         {success: 200},
	"POST /users/me/profile_image":          {success: 200, contentType: "multipart/form-data; boundary=b", body: imageForm},
	"POST /users":                           {success: 201, contentType: "application/json", body: newUser},
	"POST /users/logout":                    {success: 204},
}

// elsewhere are the routes whose callers are judged by other means, and where that is tested.
var elsewhere = map[string]string{
	"GET /docs/assets/:name":        "platform/openapi/ui",
	"GET /media/:owner/:kind/:name": "platform/media",
	"GET /notifications":            "notify: 4001, 4003 and cross_origin",
	"POST /users/login":             "user",
	"POST /users/refresh":           "user",
}

const newFilm = `{"title": "기생충", "plot": "", "cast": [], "playtime": 132, "genre": "Thriller"}`

func text(s string) func(*world) string { return func(*world) string { return s } }

func newReview(w *world) string {
	return "title=t&content=c&movie_id=" + strconv.FormatInt(w.unseen, 10)
}

func newUser(w *world) string {
	return fmt.Sprintf(`{"username": "new-%s", "password": "password", "age": 20, "gender": "female"}`, w.name)
}

func imageForm(*world) string {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	if err := form.SetBoundary("b"); err != nil {
		panic(err)
	}
	part, err := form.CreateFormFile("image", "a.png")
	if err == nil {
		err = png.Encode(part, image.NewGray(image.Rect(0, 0, 2, 2)))
	}
	if err := form.Close(); err != nil {
		panic(err)
	}
	if err != nil {
		panic(err)
	}
	return out.String()
}

// world is what one cell of the matrix plays in: somebody who owns things, and whoever calls.
type world struct {
	name                         string
	owner, movie, review, unseen int64
	caller                       user.SignedIn
	callerID, session            int64
}

var callers = []string{"anonymous", "other", "owner", "admin"}

// TestWhoMayCallWhat goes through every route of the router as everybody, by both carriers.
func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	a := newTestApp(t)
	admin := member(t, a, "admin", auth.RoleAdmin)
	cell := 0
	for _, r := range a.router.Routes() {
		name := r.Method + " " + r.Path
		try, ok := attempts[name]
		if _, also := elsewhere[name]; also == ok {
			t.Errorf("%s has no row in the matrix, or two", name)
			continue
		}
		for _, who := range callers {
			for _, carrier := range []string{"bearer", "cookie"} {
				if !ok || who == "anonymous" && carrier == "cookie" {
					continue
				}
				t.Run(fmt.Sprintf("%s as %s by %s", name, who, carrier), func(t *testing.T) {
					cell++
					w := newWorld(t, a, strconv.Itoa(cell), who, admin)
					got := w.send(t, a, r.Method, r.Path, try, carrier, who)
					if want := verdict(r.Policy, who, try); got != want {
						t.Errorf("status %d, want %d", got, want)
					}
				})
			}
		}
	}
}

// verdict is what the policy of a route makes of a caller.
func verdict(p auth.Policy, who string, try attempt) int {
	switch {
	case p.SignedIn() && who == "anonymous":
		return http.StatusUnauthorized
	case p == auth.Owner && who == "other", p == auth.Author && who != "owner":
		return http.StatusForbidden
	case who == "admin" && try.admin != 0:
		return try.admin
	}
	return try.success
}

func newWorld(t *testing.T, a *app, name, who string, admin user.User) *world {
	t.Helper()
	w := &world{name: name}
	owner := member(t, a, "owner"+name, auth.RoleMember)
	caller := owner
	switch who {
	case "other":
		caller = member(t, a, "other"+name, auth.RoleMember)
	case "admin":
		caller = admin
	}
	w.owner, w.callerID = owner.ID, caller.ID
	w.movie, w.unseen = film(t, a, owner.ID), film(t, a, owner.ID)
	written, err := a.reviews.Create(t.Context(), review.Draft{UserID: owner.ID, MovieID: film(t, a, 0), Title: "t", Content: "c"})
	if err != nil {
		t.Fatal(err)
	}
	w.review = written.ID
	if w.caller, err = a.users.Login(t.Context(), caller.Username, "password", user.Device{IP: "192.0.2.1"}); err != nil {
		t.Fatal(err)
	}
	sessions, _, err := a.users.Sessions(t.Context(), caller.ID, page.Page{Limit: page.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	w.session = sessions[len(sessions)-1].ID
	return w
}

func member(t *testing.T, a *app, name string, role auth.Role) user.User {
	t.Helper()
	u, err := a.users.Create(t.Context(), user.Draft{Username: name, Password: "password", Age: 30, Gender: "female", Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func film(t *testing.T, a *app, by int64) int64 {
	t.Helper()
	m, err := a.movies.Create(context.WithoutCancel(t.Context()), by, movie.Draft{Title: "t", Playtime: 1, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

func (w *world) send(t *testing.T, a *app, method, path string, try attempt, carrier, who string) int {
	t.Helper()
	target := strings.NewReplacer(
		":user_id", strconv.FormatInt(w.target(path, who), 10),
		":movie_id", strconv.FormatInt(w.movie, 10),
		":review_id", strconv.FormatInt(w.review, 10),
		":session_id", strconv.FormatInt(w.session, 10),
	).Replace(path) + try.query
	body := ""
	if try.body != nil {
		body = try.body(w)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", try.contentType)
	switch {
	case who == "anonymous":
	case carrier == "cookie":
		r.AddCookie(&http.Cookie{Name: auth.AccessCookie, Value: w.caller.Access})
	default:
		r.Header.Set("Authorization", "Bearer "+w.caller.Access)
	}
	res := httptest.NewRecorder()
	a.handler.ServeHTTP(res, r)
	if res.Code >= http.StatusInternalServerError {
		t.Errorf("%s", res.Body)
	}
	return res.Code
}

// target is the member that a path names: the owner, but nobody follows themselves.
func (w *world) target(path, who string) int64 {
	if who == "owner" && strings.Contains(path, "follow") {
		return 1 // the admin
	}
	return w.owner
}
