package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// attempt is a row of the authorisation matrix: a request that succeeds for whoever may make it.
type attempt struct {
	success     int
	contentType string
	body        func(w *world) string
	query       string
	admin       int              // what an admin gets, when that is not what the policy says
	wants       func(c cell) int // what everybody gets, where a handler judges its callers by itself
	socket      bool             // a WebSocket: success is 101, and a refusal may be the code that it is closed with
}

// attempts has a row for every route there is; a new one, of the API or of pages, gets its row here.
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
	"GET /docs/assets/:name":                {success: 200},
	"GET /healthz":                          {success: 200},
	"GET /media/:owner/:kind/:name":         {success: 200},
	"GET /movies":                           {success: 200},
	"GET /movies/:movie_id":                 {success: 200},
	"GET /movies/:movie_id/reaction_count":  {success: 200},
	"GET /movies/:movie_id/reviews":         {success: 200},
	"GET /notifications":                    {success: 101, socket: true, wants: socketOutcome},
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
	"POST /users/login":                     {success: 200, contentType: "application/json", body: ownersLogin},
	"POST /users/logout":                    {success: 204, wants: byCookieOnly(204, 204)},
	"POST /users/refresh":                   {success: 200, wants: byCookieOnly(200, 401)},
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

// cell is a column of the matrix: who calls, and by what.
type cell struct{ who, carrier string }

// The identities and their carriers. Anonymous has none.
var (
	callers  = []string{"anonymous", "member", "other", "owner", "admin", "revoked", "deleted", "expired"}
	carriers = []string{byHeader, byCookie, byForeignCookie}
)

const (
	byHeader        = "header"
	byCookie        = "cookie"
	byForeignCookie = "cookie from another origin"
)

func cells() []cell {
	out := []cell{{"anonymous", ""}}
	for _, who := range callers[1:] {
		for _, carrier := range carriers {
			out = append(out, cell{who, carrier})
		}
	}
	return out
}

// refused is what the token of a caller is refused with where one is needed, "" for a good one.
func (c cell) refused() string {
	return map[string]string{
		"anonymous": "unauthorized", "revoked": "invalid_token", "deleted": "invalid_token", "expired": "token_expired",
	}[c.who]
}

// verdict is what the policy of a route makes of a caller: a status, and the code of a refusal.
func verdict(r openapi.Route, c cell, try attempt) (status int, code string) {
	p := r.Policy
	switch {
	case try.wants != nil:
		return try.wants(c), ""
	case p.SignedIn() && c.refused() != "":
		return http.StatusUnauthorized, c.refused()
	case p.SignedIn() && c.carrier == byForeignCookie && r.Method != http.MethodGet:
		return http.StatusForbidden, "cross_origin"
	case p == auth.Owner && (c.who == "other" || c.who == "member"), p == auth.Author && c.who != "owner":
		return http.StatusForbidden, "forbidden"
	case c.who == "admin" && try.admin != 0:
		return try.admin, ""
	}
	return try.success, ""
}

// socketOutcome: a socket is refused after it was opened, because browsers show scripts nothing of a failed
// handshake; one that a foreign page opens by the cookie is not opened at all.
func socketOutcome(c cell) int {
	switch {
	case c.carrier == byForeignCookie:
		return http.StatusForbidden
	case c.refused() != "":
		return 4001
	}
	return http.StatusSwitchingProtocols
}

// byCookieOnly: refresh and logout take the refresh token from its cookie, whatever the access token is.
func byCookieOnly(good, without int) func(cell) int {
	return func(c cell) int {
		switch {
		case c.carrier == byForeignCookie:
			return http.StatusForbidden
		case c.carrier != byCookie, c.who == "revoked", c.who == "deleted":
			return without
		}
		return good
	}
}

func ownersLogin(w *world) string {
	return fmt.Sprintf(`{"username": "owner%s", "password": "password"}`, w.name)
}

// TestWhoMayCallWhat goes through every route of the router as everybody, by every carrier.
func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	a := newTestApp(t)
	m := newMatrix(t, a)
	known := map[string]bool{}
	for _, r := range a.router.Routes() {
		name := r.Method + " " + r.Path
		known[name] = true
		try, ok := attempts[name]
		if !ok {
			t.Errorf("%s has no row in the matrix", name)
			continue
		}
		for _, c := range cells() {
			t.Run(fmt.Sprintf("%s as %s by %s", name, c.who, c.carrier), func(t *testing.T) {
				if wrong := m.play(t, r, c, try); wrong != "" {
					t.Error(wrong)
				}
			})
		}
	}
	for name := range attempts {
		if !known[name] {
			t.Errorf("the matrix has a row for %s, which is no route", name)
		}
	}
}

// TestTheMatrixFindsEveryPlantedHole opens every route that is not for everybody, one after the other, to whoever calls:
// to nobody at all, and, where it counts whose the thing is, to another member. Each hole has to make its cell wrong.
func TestTheMatrixFindsEveryPlantedHole(t *testing.T) {
	t.Parallel()
	a := newTestApp(t)
	m := newMatrix(t, a)
	m.opened = true
	holes := 0
	for _, r := range a.router.Routes() {
		try := attempts[r.Method+" "+r.Path]
		if try.socket || try.wants != nil || !r.Policy.SignedIn() { // sockets are told apart by nothing that a handler writes
			continue
		}
		for _, c := range []cell{{"anonymous", ""}, {"other", byHeader}} {
			if _, refused := verdict(r, c, try); refused == "" {
				continue
			}
			holes++
			if m.play(t, r, c, try) == "" {
				t.Errorf("%s %s is open to %s, and nothing is wrong", r.Method, r.Path, c.who)
			}
		}
	}
	if holes < 40 {
		t.Errorf("only %d holes", holes)
	}
}

// matrix is where all cells are played. Who may do nothing, or only reads, leaves a world as it was for the next cell.
type matrix struct {
	t             *testing.T
	a             *app
	opened        bool // the route that is called has a hole, see openTo
	server        *httptest.Server
	admin         user.User
	poster, asset string // files
	made          int
	worlds        map[string]*world // by who calls
}

func newMatrix(t *testing.T, a *app) *matrix {
	t.Helper()
	m := &matrix{t: t, a: a, server: httptest.NewServer(a.handler), worlds: map[string]*world{}}
	t.Cleanup(m.server.Close)
	m.admin = member(t, a, "admin", auth.RoleAdmin)
	m.poster, m.asset = poster(t, a, film(t, a, 0)), assets(t, a)[0]
	return m
}

// play returns what is wrong with a cell, "" for nothing.
func (m *matrix) play(t *testing.T, r openapi.Route, c cell, try attempt) string {
	t.Helper()
	w := m.worlds[c.who]
	if w == nil {
		m.made++
		w = newWorld(t, m.a, strconv.Itoa(m.made), c.who, m.admin)
		m.worlds[c.who] = w
	}
	wantStatus, wantCode := verdict(r, c, try)
	status, code := w.send(t, m, r, try, c)
	if r.Method != http.MethodGet && status < http.StatusBadRequest {
		delete(m.worlds, c.who)
	}
	if status != wantStatus || wantCode != "" && code != wantCode {
		return fmt.Sprintf("status %d %s, want %d %s", status, code, wantStatus, wantCode)
	}
	return ""
}

// world is what cells play in: somebody who owns things, and whoever calls.
type world struct {
	name                         string
	owner, movie, review, unseen int64
	session                      int64
	access, refresh              string // of the caller
	owners                       string // access token
}

func newWorld(t *testing.T, a *app, name, who string, admin user.User) *world {
	t.Helper()
	owner := member(t, a, "owner"+name, auth.RoleMember)
	w := &world{name: name, owner: owner.ID, movie: film(t, a, owner.ID), unseen: film(t, a, owner.ID)}
	w.review = reviewBy(t, a, owner.ID)
	caller := owner
	switch who {
	case "owner":
	case "admin":
		caller = admin
	default:
		caller = member(t, a, who+name, auth.RoleMember)
	}
	if who == "other" { // who owns things of the same kinds
		film(t, a, caller.ID)
		reviewBy(t, a, caller.ID)
	}
	w.session = sessionOf(t, a, caller)
	in := signedIn(t, a, caller)
	w.owners = signedIn(t, a, owner).Access
	w.access, w.refresh = in.Access, in.Refresh
	var err error
	switch who {
	case "revoked":
		err = a.users.EndSessions(t.Context(), caller.ID)
	case "deleted":
		err = a.users.Delete(t.Context(), caller.ID)
	case "expired":
		w.access, _, err = pastTokens(a).Access(caller.ID, sessionOf(t, a, caller))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// pastTokens signs as the program did an hour ago, for a minute.
func pastTokens(a *app) *auth.Tokens {
	hourAgo := func() time.Time { return time.Now().Add(-time.Hour) }
	return auth.NewTokens([]byte(a.config.Auth.Secret), "cinecircle", time.Minute, time.Hour, hourAgo)
}

func reviewBy(t *testing.T, a *app, userID int64) int64 {
	t.Helper()
	written, err := a.reviews.Create(t.Context(), review.Draft{UserID: userID, MovieID: film(t, a, 0), Title: "t", Content: "c"})
	if err != nil {
		t.Fatal(err)
	}
	return written.ID
}

func member(t testing.TB, a *app, name string, role auth.Role) user.User {
	t.Helper()
	u, err := a.users.Create(t.Context(), user.Draft{Username: name, Password: "password", Age: 30, Gender: "female", Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func film(t testing.TB, a *app, by int64) int64 {
	t.Helper()
	m, err := a.movies.Create(context.WithoutCancel(t.Context()), by, movie.Draft{Title: "t", Playtime: 1, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

func (w *world) send(t *testing.T, m *matrix, r openapi.Route, try attempt, c cell) (status int, code string) {
	t.Helper()
	name := m.poster
	if strings.HasPrefix(r.Path, "/docs") {
		name = m.asset
	}
	target := strings.NewReplacer(
		":user_id", itoa(w.target(r.Path, c.who)), ":movie_id", itoa(w.movie), ":review_id", itoa(w.review), ":session_id", itoa(w.session),
		":owner", "movies", ":kind", "poster_images", ":name", name,
	).Replace(r.Path) + try.query
	body := ""
	if try.body != nil {
		body = try.body(w)
	}
	request := httptest.NewRequestWithContext(t.Context(), r.Method, target, strings.NewReader(body))
	request.Header.Set("Content-Type", try.contentType)
	w.carry(request.Header, c)
	if try.socket {
		return dial(t, m.server.URL+target, request.Header), ""
	}
	handler := m.a.handler
	if m.opened {
		handler = openTo(handler, r.Method, r.Path, w.owners)
	}
	res := httptest.NewRecorder()
	handler.ServeHTTP(res, request)
	var problem struct{ Code string }
	if res.Code >= http.StatusBadRequest {
		if err := json.Unmarshal(res.Body.Bytes(), &problem); err != nil || res.Code >= http.StatusInternalServerError {
			t.Errorf("%v: %s", err, res.Body)
		}
	}
	return res.Code, problem.Code
}

// carry puts the tokens of the caller where they belong.
func (w *world) carry(h http.Header, c cell) {
	switch c.carrier {
	case byHeader:
		h.Set("Authorization", "Bearer "+w.access)
	case byForeignCookie:
		h.Set("Origin", "https://evil.example")
		fallthrough
	case byCookie:
		h.Set("Cookie", auth.AccessCookie+"="+w.access+"; "+auth.RefreshCookie+"="+w.refresh)
	}
}

// dial opens a socket and closes it at once. It returns 101, the code with which the other side was
// quicker, or the status of the handshake that failed.
func dial(t *testing.T, url string, h http.Header) int {
	t.Helper()
	h.Del("Content-Type")
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), strings.Replace(url, "http", "ws", 1), h)
	if res != nil {
		defer res.Body.Close()
	}
	if err != nil {
		if res == nil {
			t.Fatal(err)
		}
		return res.StatusCode
	}
	defer conn.Close()
	closing := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = conn.WriteControl(websocket.CloseMessage, closing, time.Now().Add(patience)) // too late where the other side was quicker
	_, _, err = conn.ReadMessage()
	closed, ok := errors.AsType[*websocket.CloseError](err)
	switch {
	case !ok:
		t.Fatalf("the socket ended with %v", err)
	case closed.Code != websocket.CloseNormalClosure:
		return closed.Code
	}
	return http.StatusSwitchingProtocols
}

// target is the member that a path names: the owner, but nobody follows themselves.
func (w *world) target(path, who string) int64 {
	if who == "owner" && strings.Contains(path, "follow") {
		return 1 // the admin
	}
	return w.owner
}
