package access_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// attempt is a row of the authorisation matrix: a request that succeeds for everybody who may make it.
type attempt struct {
	success     int
	contentType string
	body        func(w *world) string
	query       string
	admin       int              // status for an admin, where it differs from what the policy says
	moderator   int              // and for a moderator
	wants       func(c cell) int // status for each cell, where the handler checks its callers itself
	socket      bool             // a WebSocket: success is 101, and a refusal may be a close code
}

// attempts has one row for every route of the API.
var attempts = map[string]attempt{
	"DELETE /likes/movies/:movie_id":                  {success: 204},
	"DELETE /movies/:movie_id":                        {success: 204},
	"DELETE /movies/:movie_id/poster_image":           {success: 204, moderator: 204},
	"DELETE /movies/:movie_id/rating":                 {success: 204},
	"GET /movies/:movie_id/ratings":                   {success: 200},
	"GET /users/:user_id/ratings":                     {success: 200},
	"GET /users/me/ratings":                           {success: 200},
	"PUT /movies/:movie_id/rating":                    {success: 200, contentType: "application/json", body: text(`{"rating": 4.5}`)},
	"DELETE /reviews/:review_id":                      {success: 204},
	"DELETE /reviews/:review_id/image":                {success: 204, moderator: 204},
	"DELETE /users/:user_id":                          {success: 204},
	"DELETE /users/:user_id/profile_image":            {success: 204, moderator: 204},
	"DELETE /users/me":                                {success: 204, admin: 409}, // the last admin cannot be deleted
	"PUT /users/me/watchlist/:movie_id":               {success: 200},
	"DELETE /users/me/watchlist/:movie_id":            {success: 204},
	"PUT /users/me/watched/:movie_id":                 {success: 200},
	"DELETE /users/me/watched/:movie_id":              {success: 204},
	"GET /users/me/watched":                           {success: 200},
	"GET /users/:user_id/watched":                     {success: 200},
	"GET /users/me/watchlist":                         {success: 200},
	"GET /users/:user_id/watchlist":                   {success: 200},
	"GET /users/:user_id/stats":                       {success: 200},
	"DELETE /users/me/profile_image":                  {success: 204},
	"POST /users/me/imports":                          {success: 409, contentType: "multipart/form-data; boundary=b", body: newImport}, // one is ready
	"GET /users/me/imports":                           {success: 200},
	"GET /users/me/imports/:import_id":                {success: 200},
	"GET /users/me/imports/:import_id/rows":           {success: 200},
	"PATCH /users/me/imports/:import_id/rows/:n":      {success: 200, contentType: "application/json", body: text(`{"skip": true}`)},
	"POST /users/me/imports/:import_id/confirm":       {success: 202},
	"DELETE /users/me/imports/:import_id":             {success: 204},
	"DELETE /users/me/sessions":                       {success: 204},
	"DELETE /users/me/sessions/:session_id":           {success: 204},
	"GET /docs":                                       {success: 200},
	"GET /docs/assets/:name":                          {success: 200},
	"GET /healthz":                                    {success: 200},
	"GET /media/:owner/:kind/:name":                   {success: 200},
	"GET /movies":                                     {success: 200},
	"GET /movies/:movie_id":                           {success: 200},
	"GET /movies/:movie_id/reaction_count":            {success: 200},
	"GET /movies/:movie_id/reviews":                   {success: 200},
	"GET /notifications":                              {success: 101, socket: true, wants: socketOutcome},
	"GET /notifications/inbox":                        {success: 200},
	"GET /openapi.json":                               {success: 200},
	"GET /openapi.yaml":                               {success: 200},
	"GET /readyz":                                     {success: 200},
	"GET /redoc":                                      {success: 200},
	"GET /reviews/:review_id":                         {success: 200},
	"GET /reviews/:review_id/is_liked":                {success: 200},
	"GET /reviews/:review_id/like_count":              {success: 200},
	"GET /users":                                      {success: 200},
	"GET /users/:user_id":                             {success: 200},
	"GET /users/:user_id/followers":                   {success: 200},
	"GET /users/:user_id/followings":                  {success: 200},
	"GET /users/:user_id/reviews":                     {success: 200},
	"GET /users/me":                                   {success: 200},
	"GET /users/me/followers":                         {success: 200},
	"GET /users/me/followings":                        {success: 200},
	"GET /users/me/reviews":                           {success: 200},
	"GET /users/me/sessions":                          {success: 200},
	"GET /users/search":                               {success: 200, query: "?q=a"},
	"GET /version":                                    {success: 200},
	"PATCH /movies/:movie_id":                         {success: 200, contentType: "application/json", body: text(`{"playtime": 5}`)},
	"PATCH /reviews/:review_id":                       {success: 200, contentType: "application/x-www-form-urlencoded", body: text("update_title=other")},
	"PATCH /users/:user_id":                           {success: 200, contentType: "application/json", body: text(`{"age": 50}`)},
	"PATCH /users/me":                                 {success: 200, contentType: "application/json", body: text(`{"age": 50}`)},
	"POST /likes/movies/:movie_id/dislike":            {success: 200},
	"POST /likes/movies/:movie_id/like":               {success: 200},
	"POST /likes/reviews/:review_id/like":             {success: 200},
	"POST /likes/reviews/:review_id/unlike":           {success: 200},
	"POST /movies":                                    {success: 201, contentType: "application/json", body: text(newFilm)},
	"POST /movies/:movie_id/poster_image":             {success: 200, contentType: "multipart/form-data; boundary=b", body: imageForm},
	"POST /notifications/read":                        {success: 204, contentType: "application/json", body: text(`{"up_to": 1}`)},
	"POST /reviews":                                   {success: 201, contentType: "application/x-www-form-urlencoded", body: newReview},
	"POST /users/:user_id/follow":                     {success: 200},
	"POST /users/:user_id/unfollow":                   {success: 200},
	"POST /users/me/profile_image":                    {success: 200, contentType: "multipart/form-data; boundary=b", body: imageForm},
	"POST /users":                                     {success: 201, contentType: "application/json", body: newUser},
	"POST /users/login":                               {success: 200, contentType: "application/json", body: ownersLogin},
	"POST /users/logout":                              {success: 204, wants: byCookieOnly(204, 204)},
	"POST /users/refresh":                             {success: 200, wants: byCookieOnly(200, 401)},
	"DELETE /lists/:list_id":                          {success: 204},
	"DELETE /lists/:list_id/items/:movie_id":          {success: 204},
	"GET /lists":                                      {success: 200},
	"GET /lists/:list_id":                             {success: 200},
	"GET /lists/:list_id/items":                       {success: 200},
	"GET /movies/:movie_id/lists":                     {success: 200},
	"GET /users/:user_id/lists":                       {success: 200},
	"GET /users/me/lists":                             {success: 200},
	"PATCH /lists/:list_id":                           {success: 200, contentType: "application/json", body: text(`{"title": "other"}`)},
	"PATCH /lists/:list_id/items/:movie_id":           {success: 200, contentType: "application/json", body: text(`{"note": "n"}`)},
	"POST /likes/lists/:list_id/like":                 {success: 200},
	"POST /likes/lists/:list_id/unlike":               {success: 200},
	"POST /lists":                                     {success: 201, contentType: "application/json", body: text(`{"title": "t"}`)},
	"POST /lists/:list_id/items":                      {success: 201, contentType: "application/json", body: unlistedFilm},
	"PUT /lists/:list_id/items":                       {success: 200, contentType: "application/json", body: text(`{"items": []}`)},
	"POST /reviews/:review_id/comments":               {success: 201, contentType: "application/json", body: text(`{"content": "c"}`)},
	"GET /reviews/:review_id/comments":                {success: 200},
	"GET /comments/:comment_id":                       {success: 200},
	"PATCH /comments/:comment_id":                     {success: 200, contentType: "application/json", body: text(`{"content": "other"}`)},
	"DELETE /comments/:comment_id":                    {success: 204, moderator: 204},
	"POST /users/me/diary":                            {success: 201, contentType: "application/json", body: newViewing},
	"GET /diary/:viewing_id":                          {success: 200},
	"PATCH /diary/:viewing_id":                        {success: 200, contentType: "application/json", body: text(`{"note": "other"}`)},
	"DELETE /diary/:viewing_id":                       {success: 204},
	"GET /users/me/diary":                             {success: 200},
	"GET /users/:user_id/diary":                       {success: 200},
	"GET /users/:user_id/activity":                    {success: 200},
	"GET /users/me/feed":                              {success: 200},
	"GET /users/me/blocks":                            {success: 200},
	"GET /users/me/mutes":                             {success: 200},
	"GET /users/me/follow_requests":                   {success: 200},
	"GET /users/me/preferences":                       {success: 200},
	"PATCH /users/me/preferences":                     {success: 200, contentType: "application/json", body: text(`{"show_facts": false}`)},
	"POST /users/me/follow_requests/:user_id/accept":  {success: 200},
	"POST /users/me/follow_requests/:user_id/decline": {success: 204},
	"POST /users/:user_id/block":                      {success: 200},
	"POST /users/:user_id/unblock":                    {success: 200},
	"POST /users/:user_id/mute":                       {success: 200},
	"POST /users/:user_id/unmute":                     {success: 200},
	"POST /movies/:movie_id/merge":                    {success: 200, contentType: "application/json", body: intoUnseen},

	"GET /users/me/export":              {success: 200},
	"POST /users/me/tokens":             {success: 201, contentType: "application/json", body: text(`{"name": "n", "scope": "read"}`)},
	"GET /users/me/tokens":              {success: 200},
	"DELETE /users/me/tokens/:token_id": {success: 204},

	"POST /users/me/totp":         {success: 200},
	"POST /users/me/totp/confirm": {success: 422, contentType: "application/json", body: text(`{}`)},
	"DELETE /users/me/totp":       {success: 404, contentType: "application/json", body: text(`{"code": "123456", "current_password": "x"}`)},

	"GET /users/me/email":            {success: 200},
	"PUT /users/me/email":            {success: 409, contentType: "application/json", body: text(`{"email": "a@film.example", "current_password": "x"}`)},
	"DELETE /users/me/email":         {success: 422, contentType: "application/json", body: text(`{}`)},
	"POST /users/email_confirm":      {success: 422, contentType: "application/json", body: text(`{"token": "x"}`)},
	"POST /users/password_forgotten": {success: 409, contentType: "application/json", body: text(`{"username": "x"}`)},

	"POST /users/password_reset":                {success: 422, contentType: "application/json", body: text(`{"token": "x", "password": "a good password"}`)},
	"GET /registration":                         {success: 200},
	"POST /invites":                             {success: 201, contentType: "application/json", body: text(`{"uses": 2}`)},
	"GET /invites":                              {success: 200},
	"DELETE /invites/:invite_id":                {success: 204},
	"GET /moderation/users":                     {success: 200},
	"POST /moderation/users/:user_id/suspend":   {success: 200, contentType: "application/json", body: text(`{"reason": "spam"}`)},
	"POST /moderation/users/:user_id/unsuspend": {success: 200, contentType: "application/json", body: text(`{"reason": "a mistake"}`)},
	"POST /moderation/users/:user_id/approve":   {success: 200, contentType: "application/json", body: text(`{"reason": "welcome"}`)},
	"POST /moderation/users/:user_id/reject":    {success: 200, contentType: "application/json", body: text(`{"reason": "spam"}`)},

	"POST /reports":                                  {success: 201, contentType: "application/json", body: aboutFilm},
	"GET /moderation/reports":                        {success: 200},
	"POST /moderation/reports/:report_id/close":      {success: 200, contentType: "application/json", body: text(`{"action": "dismiss"}`)},
	"POST /moderation/hide":                          {success: 204, contentType: "application/json", body: ofReview},
	"POST /moderation/restore":                       {success: 204, contentType: "application/json", body: ofReview},
	"POST /moderation/users/:user_id/remove_content": {success: 200, contentType: "application/json", body: text(`{"what": ["lists"], "reason": "spam"}`)},
	"GET /moderation/log":                            {success: 200},
}

const newFilm = `{"title": "기생충", "plot": "", "cast": [], "playtime": 132, "genre": "Thriller"}`

func text(s string) func(*world) string { return func(*world) string { return s } }

func newReview(w *world) string {
	return "title=t&content=c&movie_id=" + strconv.FormatInt(w.unseen, 10)
}

func unlistedFilm(w *world) string { return fmt.Sprintf(`{"movie_id": %d}`, w.unseen) }

func newViewing(w *world) string {
	return fmt.Sprintf(`{"movie_id": %d, "watched_on": "2020-01-02"}`, w.unseen)
}

func newImport(*world) string {
	return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"watched.csv\"\r\n\r\n" + apptest.History + "\r\n--b--\r\n"
}

func intoUnseen(w *world) string { return fmt.Sprintf(`{"into": %d, "discard_older": true}`, w.unseen) }

func aboutFilm(w *world) string {
	return fmt.Sprintf(`{"target_type": "movie", "target_id": %d, "reason": "spam"}`, w.movie)
}

func ofReview(w *world) string {
	return fmt.Sprintf(`{"target_type": "review", "target_id": %d}`, w.review)
}

func newUser(w *world) string {
	return fmt.Sprintf(`{"username": "new-%s", "password": "password of tests", "age": 20, "gender": "female"}`, w.name)
}

func imageForm(*world) string { return encodedImageForm() }

// encodedImageForm encodes the form once: the tests send it thousands of times.
var encodedImageForm = sync.OnceValue(func() string {
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
})

// cell is a column of the matrix: who calls, and what carries the tokens.
type cell struct{ who, carrier string }

// The identities and the carriers of their tokens. Anonymous has none.
var (
	callers  = []string{"anonymous", "member", "other", "owner", "moderator", "admin", "revoked", "deleted", "expired"}
	carriers = []string{byHeader, byCookie, byForeignCookie}
)

// The owner, by personal tokens of both scopes.
const (
	readToken  = "read token"
	writeToken = "write token"
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
	return append(out, cell{readToken, byHeader}, cell{writeToken, byHeader}, cell{writeToken, byCookie})
}

// refused returns the error code for the caller's token where a token is needed, "" for a valid token.
func (c cell) refused() string {
	if c.who == writeToken && c.carrier == byCookie {
		return "unauthorized"
	}
	return map[string]string{
		"anonymous": "unauthorized", "revoked": "invalid_token", "deleted": "invalid_token", "expired": "token_expired",
	}[c.who]
}

func (c cell) byToken() bool { return c.who == readToken || c.who == writeToken }

// expected returns what the policy of a route says about a caller: the status, and the error code of a refusal.
func expected(r openapi.Route, c cell, try attempt) (status int, code string) {
	p := r.Policy
	switch {
	case try.wants != nil:
		return try.wants(c), ""
	case p.SignedIn() && c.refused() != "":
		return http.StatusUnauthorized, c.refused()
	case p.SignedIn() && c.carrier == byForeignCookie && r.Method != http.MethodGet:
		return http.StatusForbidden, "cross_origin"
	case p.SignedIn() && c.byToken() && (!r.Personal() || c.who == readToken && r.Method != http.MethodGet):
		return http.StatusForbidden, "insufficient_scope"
	case c.who == "moderator" && try.moderator != 0:
		return try.moderator, ""
	case p == auth.Owner && (c.who == "other" || c.who == "member" || c.who == "moderator"), p == auth.Author && c.who != "owner" && !c.byToken(),
		p == auth.Moderator && c.who != "admin" && c.who != "moderator":
		return http.StatusForbidden, "forbidden"
	case c.who == "admin" && try.admin != 0:
		return try.admin, ""
	}
	return try.success, ""
}

// socketOutcome returns 101, a close code, or 403. A refused socket is opened first and then closed with a code, because
// browsers hide the reason of a failed handshake from scripts. A cookie sent by a page of another origin fails the
// handshake.
func socketOutcome(c cell) int {
	switch {
	case c.carrier == byForeignCookie:
		return http.StatusForbidden
	case c.refused() != "":
		return 4001
	}
	return http.StatusSwitchingProtocols
}

// byCookieOnly is for refresh and logout: they read the refresh token from its cookie and ignore the access token.
func byCookieOnly(good, without int) func(cell) int {
	return func(c cell) int {
		switch {
		case c.carrier == byForeignCookie:
			return http.StatusForbidden
		case c.carrier != byCookie, c.who == "revoked", c.who == "deleted", c.byToken():
			return without
		}
		return good
	}
}

func ownersLogin(w *world) string {
	return fmt.Sprintf(`{"username": "owner%s", "password": "password of tests"}`, w.name)
}

// TestEveryIdentityMayCallExactlyItsRoutes calls every route of the router as every identity with every carrier. Under -short it calls each
// route as every third of them; since their number is not a multiple of three, the third differs from route to route.
func TestEveryIdentityMayCallExactlyItsRoutes(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	m := newMatrix(t, a)
	known := map[string]bool{}
	number := 0
	for _, r := range a.Router.Routes() {
		name := r.Method + " " + r.Path
		known[name] = true
		try, ok := attempts[name]
		if !ok {
			t.Errorf("%s has no row in the matrix", name)
			continue
		}
		for _, c := range cells() {
			if number++; testing.Short() && number%3 != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s as %s by %s", name, c.who, c.carrier), func(t *testing.T) {
				if wrong := m.play(t, r, c, try); wrong != "" {
					t.Error(wrong)
				}
			})
		}
	}
	for name := range attempts {
		if !known[name] {
			t.Errorf("the matrix has a row for %s, which does not exist", name)
		}
	}
}

// TestTheMatrixDetectsEveryWrongPolicy removes the check of every protected route, one after the other, and calls it without
// a token and, where ownership matters, as another member. The matrix must report each of these cells.
func TestTheMatrixDetectsEveryWrongPolicy(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	m := newMatrix(t, a)
	m.opened = true
	holes := 0
	for _, r := range a.Router.Routes() {
		try := attempts[r.Method+" "+r.Path]
		if try.socket || try.wants != nil || !r.Policy.SignedIn() { // openTo cannot open a socket, which needs a real connection
			continue
		}
		for _, c := range []cell{{"anonymous", ""}, {"other", byHeader}} {
			if _, refused := expected(r, c, try); refused == "" {
				continue
			}
			holes++
			if m.play(t, r, c, try) == "" {
				t.Errorf("%s %s is open to %s, and the matrix does not report it", r.Method, r.Path, c.who)
			}
		}
	}
	if holes < 40 {
		t.Errorf("only %d holes", holes)
	}
}

// matrix calls the cells. A call that is refused or only reads leaves its world unchanged for the next cell.
type matrix struct {
	t             *testing.T
	a             *app.App
	opened        bool // the called route has no check, see openTo
	server        *httptest.Server
	admin         user.User
	poster, asset string // files
	made          int
	worlds        map[string]*world // by identity
}

func newMatrix(t *testing.T, a *app.App) *matrix {
	t.Helper()
	m := &matrix{t: t, a: a, server: apptest.Serve(t, a.Handler), worlds: map[string]*world{}}
	m.admin = apptest.Member(t, a, "admin", auth.RoleAdmin)
	m.poster, m.asset = apptest.Poster(t, a, apptest.Film(t, a, 0)), apptest.DocsAssets(t, a)[0]
	return m
}

// play calls a cell and returns what is wrong with the response, "" for nothing.
func (m *matrix) play(t *testing.T, r openapi.Route, c cell, try attempt) string {
	t.Helper()
	w := m.worlds[c.who]
	if w == nil {
		m.made++
		w = newWorld(t, m.a, strconv.Itoa(m.made), c.who, m.admin)
		m.worlds[c.who] = w
	}
	wantStatus, wantCode := expected(r, c, try)
	status, code := w.send(t, m, r, try, c)
	if r.Method != http.MethodGet && status < http.StatusBadRequest {
		delete(m.worlds, c.who)
		// All worlds of the admin have the same one, who may not have a token of each.
		if err := m.a.Users.DeleteToken(t.Context(), w.caller, w.token); err != nil && !errors.Is(err, user.ErrNoToken) {
			t.Fatal(err)
		}
	}
	if status != wantStatus || wantCode != "" && code != wantCode {
		return fmt.Sprintf("status %d %s, want %d %s", status, code, wantStatus, wantCode)
	}
	return ""
}

// world is the data of a cell: a member who owns a film and a review, and the tokens of the caller.
type world struct {
	name                         string
	owner, movie, review, unseen int64
	list                         int64 // with movie
	viewing, comment             int64
	asker                        int64 // asks to follow owner and caller
	token                        int64 // personal
	invite, pending              int64
	report                       int64 // of the film by asker
	imported                     int64 // of the caller, ready
	session                      int64
	caller                       int64
	access, refresh              string // of the caller
	owners                       string // access token
}

func newWorld(t *testing.T, a *app.App, name, who string, admin user.User) *world {
	t.Helper()
	owner := apptest.Member(t, a, "owner"+name, auth.RoleMember)
	w := &world{name: name, owner: owner.ID, movie: apptest.Film(t, a, owner.ID), unseen: apptest.Film(t, a, owner.ID)}
	w.review, w.list = apptest.Review(t, a, owner.ID), apptest.List(t, a, owner.ID, w.movie)
	w.viewing, w.comment = apptest.Viewing(t, a, owner.ID), apptest.Comment(t, a, owner.ID, w.review)
	caller := owner
	switch who {
	case "owner", readToken, writeToken:
	case "admin":
		caller = admin
	case "moderator":
		caller = apptest.Member(t, a, who+name, auth.RoleModerator)
	default:
		caller = apptest.Member(t, a, who+name, auth.RoleMember)
	}
	if who == "other" { // owns things of the same kinds
		apptest.Film(t, a, caller.ID)
		apptest.Review(t, a, caller.ID)
		apptest.List(t, a, caller.ID, w.movie)
		apptest.Viewing(t, a, caller.ID)
		apptest.Comment(t, a, caller.ID, w.review)
	}
	w.asker = apptest.Member(t, a, "asker"+name, auth.RoleMember).ID
	apptest.FollowRequest(t, a, w.asker, owner.ID)
	if caller.ID != owner.ID {
		apptest.FollowRequest(t, a, w.asker, caller.ID)
	}
	w.session = apptest.Session(t, a, caller)
	in := apptest.SignIn(t, a, caller)
	w.owners = apptest.SignIn(t, a, owner).Access
	w.access, w.refresh = in.Access, in.Refresh
	w.invite, w.pending = apptest.Invite(t, a, owner.ID), apptest.Pending(t, a, "pending"+name).ID
	w.report = apptest.Report(t, a, w.asker, w.movie)
	w.caller, w.imported = caller.ID, apptest.Import(t, a, caller.ID)
	w.token, _ = apptest.Token(t, a, caller.ID, auth.ScopeRead)
	if scope, ok := map[string]auth.Scope{readToken: auth.ScopeRead, writeToken: auth.ScopeWrite}[who]; ok {
		_, w.access = apptest.Token(t, a, owner.ID, scope)
		w.refresh = ""
	}
	var err error
	switch who {
	case "revoked":
		err = a.Users.EndSessions(t.Context(), caller.ID)
	case "deleted":
		err = a.Users.Delete(t.Context(), caller.ID)
	case "expired":
		w.access = apptest.ExpiredToken(t, a, caller)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) send(t *testing.T, m *matrix, r openapi.Route, try attempt, c cell) (status int, code string) {
	t.Helper()
	name := m.poster
	if strings.HasPrefix(r.Path, "/docs") {
		name = m.asset
	}
	target := strings.NewReplacer(
		":user_id", fmt.Sprint(w.target(r.Path, c.who)), ":movie_id", fmt.Sprint(w.movie), ":review_id", fmt.Sprint(w.review), ":list_id", fmt.Sprint(w.list), ":viewing_id", fmt.Sprint(w.viewing), ":comment_id", fmt.Sprint(w.comment), ":session_id", fmt.Sprint(w.session), ":token_id", fmt.Sprint(w.token), ":invite_id", fmt.Sprint(w.invite), ":report_id", fmt.Sprint(w.report), ":import_id", fmt.Sprint(w.imported), "rows/:n", "rows/1",
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
	handler := m.a.Handler
	if m.opened {
		token := w.owners
		if r.Policy == auth.Moderator {
			token = apptest.SignIn(t, m.a, m.admin).Access
		}
		handler = openTo(handler, r.Method, r.Path, token)
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

// carry puts the tokens of the caller into the carrier.
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

// dial opens a socket and closes it at once. It returns 101, the close code if the server closed first, or the status of
// a failed handshake.
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
	_ = conn.WriteControl(websocket.CloseMessage, closing, time.Now().Add(apptest.Patience)) // fails if the server has closed first
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

// target returns the member that a path names: the owner, or the admin where the owner would follow or hide themselves.
func (w *world) target(path, who string) int64 {
	switch last := path[strings.LastIndex(path, "/")+1:]; {
	case last == "approve" || last == "reject":
		return w.pending
	case strings.Contains(path, "follow_requests"):
		return w.asker
	case slices.Contains([]string{"owner", readToken, writeToken}, who) && slices.Contains([]string{"follow", "unfollow", "block", "unblock", "mute", "unmute"}, last):
		return 1 // the admin
	}
	return w.owner
}
