package openapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/web"
)

// everybody is signed in as whoever the token says; 1 is an admin.
type everybody struct{}

func (everybody) Active(_ context.Context, userID, _ int64) (auth.Account, error) {
	if userID == 1 {
		return auth.Account{Role: auth.RoleAdmin}, nil
	}
	return auth.Account{Role: auth.RoleMember}, nil
}

type part struct {
	Name string `json:"name" binding:"required,max=5"`
	Age  *int   `json:"age,omitempty" binding:"omitempty,min=0"`
}

type thing struct {
	Title *string `json:"title" binding:"required,min=1,max=10"`
	Note  *string `json:"note" binding:"required,max=10"`
	Kind  string  `json:"kind" binding:"required,oneof=big small"`
	Parts []part  `json:"parts" binding:"required,max=2,dive"`
	Count *int    `json:"count" binding:"required,min=1,max=3"`
}

type thingResponse struct {
	ID    int64     `json:"id" example:"7"`
	Title string    `json:"title"`
	Owner *int64    `json:"owner"`
	Parts []part    `json:"parts"`
	At    time.Time `json:"at"`
}

type listQuery struct {
	web.Paging
	Kind string `query:"kind" binding:"omitempty,oneof=big small"`
}

type uploadForm struct {
	Title string    `formData:"title" binding:"required,max=10"`
	Image *web.File `formData:"image"`
}

// uploadText is uploadForm without the file. The test API documents it only.
type uploadText struct {
	Title string `json:"title" formData:"title" binding:"required,max=10"`
}

func newAPI(t *testing.T) (*testkit.Kit, *testkit.API) {
	t.Helper()
	k := testkit.New(t)
	a := k.API(everybody{})
	show := func(id int64) thingResponse {
		return thingResponse{ID: id, Title: "t", Parts: []part{}, At: k.Clock.Now().In(k.Zone)}
	}
	a.Router.POST("/things", auth.Public, func(c *gin.Context) error {
		var req thing
		if err := web.BindJSON(c, &req); err != nil {
			return err
		}
		return web.Created(c, "/things/7", thingResponse{ID: 7, Title: *req.Title, Parts: req.Parts, At: k.Clock.Now()})
	}, openapi.Op{Tag: "things", ID: "make", Summary: "Make", JSON: thing{}, Status: http.StatusCreated, Response: thingResponse{}})
	a.Router.GET("/things", auth.Optional, func(c *gin.Context) error {
		_ = web.Query[listQuery](c)
		p := web.PageOf(c)
		first := int64(0)
		if p.After != nil {
			first = p.After.ID
		}
		var rows []int64
		for id := first + 1; id <= 5 && len(rows) < p.Fetch(); id++ {
			rows = append(rows, id)
		}
		rows, next := page.Cut(rows, p, func(id int64) page.Key { return page.Key{ID: id} })
		return web.List(c, rows, next, show)
	}, openapi.Op{Tag: "things", ID: "list", Summary: "List", Query: listQuery{}, Response: []thingResponse{}})
	a.Router.GET("/things/:thing_id", auth.Member, func(c *gin.Context) error {
		if web.PathID(c, "thing_id") > 1_000_000_000_000_000_000 {
			return apperr.ErrNotFound
		}
		return web.OK(c, show(web.PathID(c, "thing_id")))
	}, openapi.Op{Tag: "things", ID: "read", Summary: "Read", Response: thingResponse{}})
	a.Router.POST("/things/:thing_id/image", auth.Owner, func(c *gin.Context) error {
		var req uploadForm
		if err := web.BindForm(c, &req, 100); err != nil {
			return err
		}
		return web.NoContent(c)
	}, openapi.Op{Tag: "things", ID: "upload", Summary: "Upload", Form: uploadForm{}, JSON: uploadText{}, Status: http.StatusNoContent})
	a.Router.GET("/panic", auth.Public, func(*gin.Context) error { panic("a secret") },
		openapi.Op{Tag: "things", ID: "fall", Summary: "Fall", Response: thingResponse{}})
	a.Router.ServeDocument()
	return k, a
}

func token(t *testing.T, k *testkit.Kit, user int64) string {
	t.Helper()
	token, _, err := k.Tokens.Access(user, 1)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

const good = `{"title":"제목","note":"","kind":"big","parts":[{"name":"a"}],"count":3}`

func TestValidBodiesAreAccepted(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	res := a.POST(t, "/things", testkit.Body("application/json; charset=utf-8", good)).Want(http.StatusCreated)
	if res.Header.Get("Location") != "/things/7" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", res.Header)
	}
	if title := res.Map()["title"]; title != "제목" {
		t.Errorf("title %q", title)
	}
}

func TestInvalidFieldsOfABodyAreNamed(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	for _, c := range []struct{ name, body, field, code string }{
		{"a field is missing", `{"note":"","kind":"big","parts":[],"count":1}`, "title", "required"},
		{"a list is missing", `{"title":"a","note":"","kind":"big","count":1}`, "parts", "required"},
		{"an unknown field", strings.Replace(good, `"count"`, `"id":1,"count"`, 1), "id", "unknown"},
		{"another case", strings.Replace(good, `"title"`, `"Title"`, 1), "Title", "unknown"},
		{"a repeated field", strings.Replace(good, `"count"`, `"title":"b","count"`, 1), "title", "repeated"},
		{"null", strings.Replace(good, `"제목"`, `null`, 1), "title", "type"},
		{"a number for a string", strings.Replace(good, `"제목"`, `1`, 1), "title", "type"},
		{"a string for a number", strings.Replace(good, `3`, `"3"`, 1), "count", "type"},
		{"a fraction", strings.Replace(good, `3`, `1.5`, 1), "count", "type"},
		{"a huge number", strings.Replace(good, `3`, `1e999`, 1), "count", "type"},
		{"twenty digits", strings.Replace(good, `3`, `99999999999999999999`, 1), "count", "type"},
		{"too small", strings.Replace(good, `3`, `0`, 1), "count", "min"},
		{"too large", strings.Replace(good, `3`, `4`, 1), "count", "max"},
		{"blank after trimming", strings.Replace(good, `제목`, `   `, 1), "title", "min"},
		{"too long in characters", strings.Replace(good, `제목`, `가나다라마바사아자차카`, 1), "title", "max"},
		{"not one of the words", strings.Replace(good, `big`, `huge`, 1), "kind", "enum"},
		{"NUL", strings.Replace(good, `제목`, `a\u0000`, 1), "title", "format"},
		{"too many", strings.Replace(good, `[{"name":"a"}]`, `[{"name":"a"},{"name":"a"},{"name":"a"}]`, 1), "parts", "max"},
		{"inside a list", strings.Replace(good, `{"name":"a"}`, `{"name":"a"},{"age":1}`, 1), "parts[1].name", "required"},
		{"unknown inside a list", strings.Replace(good, `{"name":"a"}`, `{"name":"a","x":1}`, 1), "parts[0].x", "unknown"},
		{"a rule inside a list", strings.Replace(good, `{"name":"a"}`, `{"name":"a","age":-1}`, 1), "parts[0].age", "min"},
		{"an array", `[]`, "", "type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a.POST(t, "/things", testkit.Body("application/json", c.body)).WantField(c.field, c.code)
		})
	}
}

func TestUnreadableBodiesAreRefused(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	for _, c := range []struct {
		name, kind, body string
		status           int
		code             string
	}{
		{"empty", "application/json", "", 400, "malformed"},
		{"broken", "application/json", `{"title":`, 400, "malformed"},
		{"something after it", "application/json", good + good, 400, "malformed"},
		{"invalid UTF-8", "application/json", strings.Replace(good, "제목", "\xff", 1), 400, "malformed"},
		{"half a surrogate pair", "application/json", strings.Replace(good, "제목", `\ud83d`, 1), 400, "malformed"},
		{"another type", "text/plain", good, 415, "unsupported_media_type"},
		{"no type", "", good, 415, "unsupported_media_type"},
		{"another charset", "application/json; charset=euc-kr", good, 415, "unsupported_media_type"},
		{"too large", "application/json", good + strings.Repeat(" ", web.MaxJSON), 413, "too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a.POST(t, "/things", testkit.Body(c.kind, c.body)).WantProblem(c.status, c.code)
		})
	}
	a.POST(t, "/things", testkit.Body("application/json", strings.Replace(good, "제목", `\ud83c\udfac`, 1))).Want(201)
}

func TestListsArePagedByTheirLink(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	var seen []float64
	for target := "/things?limit=2&kind=big"; target != ""; {
		res := a.GET(t, target).Want(http.StatusOK)
		for _, row := range res.List() {
			seen = append(seen, row["id"].(float64))
		}
		next := res.Header.Get("X-Next-Cursor")
		if target = res.Next(); (target == "") != (next == "") || next != "" && !strings.Contains(target, "cursor="+next) {
			t.Errorf("Link has %q, X-Next-Cursor %q", target, next)
		}
	}
	if !slices.Equal(seen, []float64{1, 2, 3, 4, 5}) {
		t.Errorf("pages hold %v", seen)
	}
	next := a.GET(t, "/things?limit=2").Next()
	a.GET(t, next+"&kind=big").WantField("cursor", "format") // of another list
	a.GET(t, "/things?cursor=garbage").WantField("cursor", "format")
	a.GET(t, "/things?limit=0").WantField("limit", "min")
	a.GET(t, "/things?limit=201").WantField("limit", "max")
	a.GET(t, "/things?limit=x").WantField("limit", "type")
	a.GET(t, "/things?limit=1+").WantField("limit", "type") // white space is trimmed from texts only
	a.GET(t, "/things?limit=1&limit=1").WantField("limit", "repeated")
	a.GET(t, "/things?colour=red").WantField("colour", "unknown")
	a.GET(t, "/things?kind=huge").WantField("kind", "enum")
	a.GET(t, "/things?kind=%ff").WantField("kind", "format")
}

func TestIDsInPathsAreValidated(t *testing.T) {
	t.Parallel()
	k, a := newAPI(t)
	me := testkit.As(token(t, k, 2))
	for _, bad := range []string{"0", "abc", "-1", "1.0", "01", "+1", "%EF%BC%91"} {
		a.GET(t, "/things/"+bad, me).WantField("thing_id", "type")
	}
	for _, huge := range []string{"9223372036854775807", "9223372036854775808", "99999999999999999999999"} {
		a.GET(t, "/things/"+huge, me).WantProblem(http.StatusNotFound, "not_found")
	}
	a.GET(t, "/things/7?x=1", me).WantField("x", "unknown")
	a.GET(t, "/things/0").WantProblem(http.StatusUnauthorized, "unauthorized") // 401 comes before 422
}

func TestAnUnchangedResourceIsNotModified(t *testing.T) {
	t.Parallel()
	k, a := newAPI(t)
	me := testkit.As(token(t, k, 2))
	first := a.GET(t, "/things/7", me).Want(http.StatusOK)
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("headers: %v", first.Header)
	}
	again := a.GET(t, "/things/7", me, testkit.Header("If-None-Match", `"x", W/`+tag)).Want(http.StatusNotModified)
	if len(again.Body) > 0 {
		t.Errorf("304 has a body: %s", again.Body)
	}
	a.GET(t, "/things/8", me, testkit.Header("If-None-Match", tag)).Want(http.StatusOK)
}

func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	k, a := newAPI(t)
	me := testkit.As(token(t, k, 2))
	title := testkit.Part{Name: "title", Data: []byte("t")}
	image := func(n int) testkit.Part { return testkit.Part{Name: "image", FileName: "a.png", Data: make([]byte, n)} }
	a.POST(t, "/things/7/image", me, testkit.Multipart(title, image(100))).Want(204)
	a.POST(t, "/things/7/image", me, testkit.Multipart(title, testkit.Part{Name: "image"})).Want(204) // a file input left empty
	a.POST(t, "/things/7/image", me, testkit.Multipart(title, image(101))).WantProblem(413, "too_large")
	a.POST(t, "/things/7/image", me, testkit.Multipart(title, image(1), image(1))).WantField("image", "repeated")
	a.POST(t, "/things/7/image", me, testkit.Multipart(image(1))).WantField("title", "required")
	a.POST(t, "/things/7/image", me, testkit.Multipart(title, testkit.Part{Name: "x", Data: []byte("1")})).WantField("x", "unknown")
	a.POST(t, "/things/7/image", me, testkit.Multipart(title, testkit.Part{Name: "image", Data: []byte("1")})).WantField("image", "type")
	a.POST(t, "/things/7/image", me, testkit.Form("title", strings.Repeat("a", web.MaxForm))).WantProblem(413, "too_large")
	a.POST(t, "/things/7/image", me, testkit.Form("title", "a", "title", "b")).WantField("title", "repeated")
	a.POST(t, "/things/7/image", me, testkit.Body("multipart/form-data; boundary=x", "--x\r\n")).WantProblem(400, "malformed")
	a.POST(t, "/things/7/image", me, testkit.Body("multipart/form-data", "--x\r\n")).WantProblem(400, "malformed")
	a.POST(t, "/things/7/image", me, testkit.Body("text/plain", "x")).WantProblem(415, "unsupported_media_type")
	a.POST(t, "/things/7/image", me, testkit.Form()).WantProblem(400, "malformed") // no body is no form either
}

func TestEveryFailureIsAProblemDocument(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	a.GET(t, "/nothing").WantProblem(404, "not_found")
	a.GET(t, "/things/").WantProblem(404, "not_found")
	res := a.DELETE(t, "/things").WantProblem(405, "method_not_allowed")
	if res.Header.Get("Allow") == "" {
		t.Error("405 without Allow")
	}
	fall := a.GET(t, "/panic", testkit.Header("X-Request-ID", "abc-1")).WantProblem(500, "internal")
	if strings.Contains(string(fall.Body), "secret") || fall.Problem().RequestID != "abc-1" {
		t.Errorf("the problem is %s", fall.Body)
	}
	korean := a.GET(t, "/nothing", testkit.Header("Accept-Language", "ko-KR,ko;q=0.9,en;q=0.8"))
	if korean.Problem().Detail != apperr.ErrNotFound.Text.KO || korean.Header.Get("Content-Language") != "ko" {
		t.Errorf("Korean was asked for: %s", korean.Body)
	}
	english := a.GET(t, "/nothing", testkit.Header("Accept-Language", "fr, en;q=0.5, ko;q=0.1"))
	if english.Problem().Detail != apperr.ErrNotFound.Text.EN {
		t.Errorf("English was preferred: %s", english.Body)
	}
	insane := a.GET(t, "/nothing", testkit.Header("X-Request-ID", "a b"))
	if id := insane.Header.Get("X-Request-ID"); id == "a b" || id == "" {
		t.Errorf("request id %q", id)
	}
	a.Do(t, http.MethodHead, "/things").Want(200)
	options := a.Do(t, http.MethodOptions, "/things").Want(204)
	if allow := options.Header.Get("Allow"); !strings.Contains(allow, "POST") || !strings.Contains(allow, "GET") {
		t.Errorf("Allow is %q", allow)
	}
}

func TestOnlyMembersPassAGuardedRoute(t *testing.T) {
	t.Parallel()
	k, a := newAPI(t)
	res := a.GET(t, "/things/7").WantProblem(401, "unauthorized")
	if res.Header.Get("WWW-Authenticate") != `Bearer realm="cinecircle"` {
		t.Errorf("challenge %q", res.Header.Get("WWW-Authenticate"))
	}
	res = a.GET(t, "/things/7", testkit.As("nonsense")).WantProblem(401, "invalid_token")
	if !strings.Contains(res.Header.Get("WWW-Authenticate"), `error="invalid_token"`) {
		t.Errorf("challenge %q", res.Header.Get("WWW-Authenticate"))
	}
	a.GET(t, "/things/7", testkit.Header("Authorization", "Basic eDp5")).WantProblem(401, "invalid_token")
	mine := token(t, k, 2)
	a.GET(t, "/things/7", testkit.Cookie("access_token", mine)).Want(200)
	a.GET(t, "/things/7", testkit.As("nonsense"), testkit.Cookie("access_token", mine)).WantProblem(401, "invalid_token")
	a.GET(t, "/things", testkit.As("nonsense")).Want(200) // not needed there, so ignored
	k.Clock.Advance(31 * time.Minute)
	a.GET(t, "/things/7", testkit.As(mine)).WantProblem(401, "token_expired")
}

func TestCookieWritesFromAnotherOriginAreRefused(t *testing.T) {
	t.Parallel()
	k, a := newAPI(t)
	mine := token(t, k, 2)
	cookie := testkit.Cookie("access_token", mine)
	write := func(options ...testkit.Option) *testkit.Response {
		return a.POST(t, "http://example.com/things/7/image", append(options, testkit.Form("title", "t"))...)
	}
	write(cookie).Want(204)
	write(cookie, testkit.Header("Origin", "http://example.com")).Want(204)
	write(cookie, testkit.Header("Sec-Fetch-Site", "same-origin")).Want(204)
	for _, origin := range []string{"http://evil.example", "null", "http://example.com:81", "http://example.com.evil.example", "http://sub.example.com"} {
		write(cookie, testkit.Header("Origin", origin)).WantProblem(403, "cross_origin")
	}
	write(cookie, testkit.Header("Sec-Fetch-Site", "same-site")).WantProblem(403, "cross_origin")
	write(testkit.As(mine), testkit.Header("Origin", "http://evil.example")).Want(204)
	a.GET(t, "/things/7", cookie, testkit.Header("Origin", "http://evil.example")).Want(200)
}

func TestTheDocumentIsServedAsJSONAndYAML(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	body := a.GET(t, "/openapi.json").Want(200).Body
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	if doc["openapi"] != "3.1.0" {
		t.Errorf("openapi is %v", doc["openapi"])
	}
	if yaml := a.GET(t, "/openapi.yaml").Want(200); !strings.Contains(string(yaml.Body), "openapi: 3.1.0") {
		t.Errorf("yaml begins %.100s", yaml.Body)
	}
	a.GET(t, "/docs").Want(200)
	a.GET(t, "/redoc").Want(200)
	a.GET(t, "/docs/assets/none").WantProblem(404, "not_found")
}

// Generators choose between several types of a body by rules of their own.
func TestABodyHasOneDocumentedType(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	body := string(a.GET(t, "/openapi.json").Want(200).Body)
	_, upload, _ := strings.Cut(body, `"operationId":"upload"`)
	upload, _, _ = strings.Cut(upload, `"responses"`)
	if !strings.Contains(upload, `"content":{"multipart/form-data":{`) || strings.Contains(upload, `"application/json":`) ||
		!strings.Contains(upload, `"x-also-accepted":["application/json","application/x-www-form-urlencoded"]`) {
		t.Errorf("the upload is described by %s", upload)
	}
	if strings.Contains(body, "FileRequest") {
		t.Error("the schema of a file is a component")
	}
}

func TestTheYAMLIsTheDocumentInTheSameOrder(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	body := string(a.GET(t, "/openapi.json").Want(200).Body)
	yml := a.GET(t, "/openapi.yaml").Want(200).Body
	var fromYAML, fromJSON any
	if err := yaml.Unmarshal(yml, &fromYAML); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(body), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromJSON, fromYAML); diff != "" {
		t.Errorf("the YAML differs (-json +yaml):\n%s", diff)
	}
	text := string(yml)
	if !strings.HasPrefix(text, "openapi: 3.1.0\ninfo:") {
		t.Errorf("the YAML begins %.50q", text)
	}
	if strings.Contains(text, "{\"") {
		t.Error("the YAML contains JSON")
	}
}

func TestPagesIgnoreRanges(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	for name, value := range map[string]string{"If-Match": `"x"`, "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT", "Range": "bytes=1-2"} {
		a.GET(t, "/docs", testkit.Header(name, value)).Want(200)
	}
	a.GET(t, "/redoc", testkit.Header("Range", "bytes=999999999-")).Want(200)
}

func TestARouteWithoutAPolicyPanicsAtTheStart(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	for _, c := range []struct {
		name   string
		policy auth.Policy
		op     openapi.Op
	}{
		{"no policy", "", openapi.Op{Tag: "t", ID: "i", Summary: "s"}},
		{"an unknown policy", "whoever", openapi.Op{Tag: "t", ID: "i", Summary: "s"}},
		{"no summary", auth.Public, openapi.Op{Tag: "t", ID: "i"}},
		{"no id", auth.Public, openapi.Op{Tag: "t", Summary: "s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("the route was registered")
				}
			}()
			a.Router.GET("/new/"+strings.ReplaceAll(c.name, " ", ""), c.policy, nil, c.op)
		})
	}
}

func TestALiteralPathIsNotParsedAsAnID(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	a := k.API(everybody{})
	op := func(id string) openapi.Op {
		return openapi.Op{Tag: "things", ID: id, Summary: "s", Status: http.StatusNoContent}
	}
	a.Router.POST("/things/sort", auth.Public, web.NoContent, op("sort"))
	a.Router.GET("/things/:thing_id", auth.Member, web.NoContent, op("read"))
	a.Router.DELETE("/things/:thing_id", auth.Member, web.NoContent, op("delete"))
	a.Router.ServeDocument()
	for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPut, http.MethodPatch} {
		res := a.Do(t, method, "/things/sort").WantProblem(405, "method_not_allowed")
		if res.Header.Get("Allow") != "POST, OPTIONS" {
			t.Errorf("%s: Allow is %q", method, res.Header.Get("Allow"))
		}
	}
	if allow := a.Do(t, http.MethodOptions, "/things/sort").Want(204).Header.Get("Allow"); allow != "POST, OPTIONS" {
		t.Errorf("OPTIONS: Allow is %q", allow)
	}
	a.POST(t, "/things/sort").Want(204)
	a.DELETE(t, "/things/7", testkit.As(token(t, k, 2))).Want(204)
}

func TestPagesOfEveryOriginReadTheDocument(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	for _, target := range []string{"/openapi.json", "/openapi.yaml"} {
		h := a.GET(t, target, testkit.Header("Origin", "https://editor.example")).Want(200).Header
		if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s has the headers %v", target, h)
		}
	}
	h := a.GET(t, "/things", testkit.Header("Origin", "https://editor.example")).Want(200).Header
	if got := h.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a list is open to the origin %s", got)
	}
}

func TestAnUnchangedDocumentIsNotModified(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	for _, target := range []string{"/openapi.json", "/openapi.yaml"} {
		tag := a.GET(t, target).Want(200).Header.Get("ETag")
		a.GET(t, target, testkit.Header("If-None-Match", tag)).Want(304)
	}
}

func TestCompressedAndOversizedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	k, a := newAPI(t)
	me := testkit.As(token(t, k, 2))
	a.POST(t, "/things", testkit.Body("application/json", good), testkit.Header("Content-Encoding", "gzip")).
		WantProblem(415, "unsupported_media_type")
	a.POST(t, "/things/7/image", me, testkit.Body("multipart/form-data; boundary=x", strings.Repeat("a", 2<<20))).
		WantProblem(413, "too_large")
	packing := strings.Repeat("\r\n", web.MaxForm/2)
	whole := "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nt\r\n--x--\r\n"
	a.POST(t, "/things/7/image", me, testkit.Body("multipart/form-data; boundary=x", packing+whole)).WantProblem(413, "too_large")
	parts := strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n\r\n", 1001) + "--x--\r\n"
	a.POST(t, "/things/7/image", me, testkit.Body("multipart/form-data; boundary=x", parts)).WantProblem(400, "malformed")
}

func TestTheDocumentNamesTheCookiesOfBothSchemes(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	schemes := a.GET(t, "/openapi.json").Want(http.StatusOK).Map()["components"].(map[string]any)["securitySchemes"].(map[string]any)
	for scheme, name := range map[string]string{"cookie": "access_token", "secure_cookie": "__Host-cinecircle_access"} {
		if got, _ := schemes[scheme].(map[string]any); got["name"] != name || got["in"] != "cookie" {
			t.Errorf("the scheme %s is %v, want the cookie %s", scheme, got, name)
		}
	}
}

// TestTheFirstReadersOfTheDocumentComeTogether is for the race detector: each form is made by its first reader.
func TestTheFirstReadersOfTheDocumentComeTogether(t *testing.T) {
	t.Parallel()
	_, a := newAPI(t)
	var readers sync.WaitGroup
	for _, target := range []string{"/openapi.json", "/openapi.yaml", "/openapi.json", "/docs", "/redoc"} {
		readers.Go(func() { a.GET(t, target).Want(http.StatusOK) })
	}
	readers.Wait()
}
