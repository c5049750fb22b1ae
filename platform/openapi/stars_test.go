package openapi_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/web"
)

type ratedBody struct {
	Rating *stars.Stars   `json:"rating" binding:"required" example:"4.5" description:"A rating."`
	Clear  **stars.Stars  `json:"clear" binding:"omitempty" description:"A rating, or null."`
	Name   **string       `json:"name" binding:"omitempty,filled,max=3" description:"A name, or null."`
	Tags   *[]stars.Stars `json:"tags" binding:"omitempty,max=2" description:"Ratings."`
}

type ratedForm struct {
	Rating *stars.Stars `json:"rating" formData:"rating" description:"A rating."`
}

type ratedQuery struct {
	Rating *stars.Stars `query:"rating" description:"A rating."`
}

type ratedResponse struct {
	Rating *stars.Stars `json:"rating" example:"4.5" description:"A rating, null without one."`
	Clear  string       `json:"clear" example:"null" description:"What came."`
	Name   string       `json:"name" example:"null" description:"What came."`
}

// said says what a field that takes null received.
func said[T any](v **T, text func(T) string) string {
	switch {
	case v == nil:
		return "absent"
	case *v == nil:
		return "null"
	}
	return text(**v)
}

func newRatedAPI(t *testing.T) (*testkit.API, map[string]any) {
	t.Helper()
	k := testkit.New(t)
	a := k.API(everybody{})
	a.Router.POST("/json", auth.Public, func(c *gin.Context) error {
		var req ratedBody
		if err := web.BindJSON(c, &req); err != nil {
			return err
		}
		return web.OK(c, ratedResponse{
			Rating: req.Rating, Clear: said(req.Clear, stars.Stars.String), Name: said(req.Name, func(s string) string { return s }),
		})
	}, openapi.Op{Tag: "things", ID: "json", Summary: "JSON", JSON: ratedBody{}, Response: ratedResponse{}})
	a.Router.POST("/form", auth.Public, func(c *gin.Context) error {
		var req ratedForm
		if err := web.BindForm(c, &req, 0); err != nil {
			return err
		}
		return web.OK(c, ratedResponse{Rating: req.Rating})
	}, openapi.Op{Tag: "things", ID: "form", Summary: "Form", JSON: ratedForm{}, Form: ratedForm{}, Response: ratedResponse{}})
	a.Router.GET("/query", auth.Public, func(c *gin.Context) error {
		return web.OK(c, ratedResponse{Rating: web.Query[ratedQuery](c).Rating})
	}, openapi.Op{Tag: "things", ID: "query", Summary: "Query", Query: ratedQuery{}, Response: ratedResponse{}})
	a.Router.ServeDocument()
	return a, a.GET(t, "/openapi.json").Want(http.StatusOK).Map()
}

func TestRatingsAreHalfStarsEverywhere(t *testing.T) {
	t.Parallel()
	a, _ := newRatedAPI(t)
	body := func(rating string) testkit.Option {
		return testkit.Body("application/json", `{"rating":`+rating+`}`)
	}
	form := func(rating string) testkit.Option {
		return testkit.Body("application/x-www-form-urlencoded", "rating="+url.QueryEscape(rating))
	}
	for text, want := range map[string]float64{"0.5": 0.5, "4": 4, "4.0": 4, "4.5": 4.5, "5": 5, "5e0": 5} {
		for name, res := range map[string]*testkit.Response{
			"JSON": a.POST(t, "/json", body(text)), "form": a.POST(t, "/form", form(text)), "query": a.GET(t, "/query?rating="+text),
		} {
			if got := res.Want(http.StatusOK).Map()["rating"]; got != want {
				t.Errorf("%s: rating %s is read as %v, want %v", name, text, got, want)
			}
		}
	}
	for text, code := range map[string]string{"0": "min", "0.3": "min", "-1": "min", "5.5": "max", "1e999": "max", "4.25": "format"} {
		a.POST(t, "/json", body(text)).WantField("rating", code)
		a.POST(t, "/form", form(text)).WantField("rating", code)
		a.GET(t, "/query?rating="+text).WantField("rating", code)
	}
	for _, text := range []string{`"4"`, `""`, "true", "null", "[4]", "{}"} {
		a.POST(t, "/json", body(text)).WantField("rating", "type")
		a.POST(t, "/form", form(text)).WantField("rating", "type")
	}
	for _, text := range []string{"", "+4", "04", ".5", " 4", "4 ", "NaN", "４", "four"} {
		a.POST(t, "/form", form(text)).WantField("rating", "type")
		a.GET(t, "/query?rating="+url.QueryEscape(text)).WantField("rating", "type")
	}
	a.POST(t, "/json", testkit.Body("application/json", `{}`)).WantField("rating", "required")
	a.POST(t, "/json", testkit.Body("application/json", `{"rating":4,"tags":[4,4.2]}`)).WantField("tags[1]", "format")
	a.POST(t, "/form", form("4.2"), testkit.Header("Accept-Language", "ko")).WantField("rating", "format")
}

func TestAPointerToAPointerTakesNull(t *testing.T) {
	t.Parallel()
	a, _ := newRatedAPI(t)
	for body, want := range map[string][2]string{
		`{"rating":4}`:                          {"absent", "absent"},
		`{"rating":4,"clear":null,"name":null}`: {"null", "null"},
		`{"rating":4,"clear":3.5,"name":"abc"}`: {"3.5", "abc"},
	} {
		got := a.POST(t, "/json", testkit.Body("application/json", body)).Want(http.StatusOK).Map()
		if got["clear"] != want[0] || got["name"] != want[1] {
			t.Errorf("%s is read as %v, want %v", body, got, want)
		}
	}
	for body, want := range map[string][2]string{
		`{"rating":4,"clear":0}`:         {"clear", "min"},
		`{"rating":4,"clear":"null"}`:    {"clear", "type"},
		`{"rating":4,"name":""}`:         {"name", "required"},
		`{"rating":4,"name":"abcd"}`:     {"name", "max"},
		`{"rating":4,"name":1}`:          {"name", "type"},
		`{"rating":4,"tags":null}`:       {"tags", "type"},
		`{"rating":null,"clear":null}`:   {"rating", "type"},
		`{"rating":4,"tags":[null]}`:     {"tags[0]", "type"},
		`{"rating":4,"clear":[null]}`:    {"clear", "type"},
		`{"rating":4,"name":{"a":null}}`: {"name", "type"},
	} {
		a.POST(t, "/json", testkit.Body("application/json", body)).WantField(want[0], want[1])
	}
}

func TestTheDocumentDescribesRatings(t *testing.T) {
	t.Parallel()
	_, doc := newRatedAPI(t)
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	rating := func(kind any) map[string]any {
		return map[string]any{"type": kind, "minimum": 0.5, "maximum": 5.0, "multipleOf": 0.5}
	}
	with := func(m map[string]any, example any, description string) map[string]any {
		if example != nil {
			m["examples"] = []any{example}
		}
		m["description"] = description
		return m
	}
	request := schemas["OpenapiTestRatedBodyRequest"].(map[string]any)["properties"].(map[string]any)
	response := schemas["OpenapiTestRated"].(map[string]any)["properties"].(map[string]any)
	form := schemas["OpenapiTestRatedFormRequest"].(map[string]any)["properties"].(map[string]any)
	parameter := doc["paths"].(map[string]any)["/query"].(map[string]any)["get"].(map[string]any)["parameters"].([]any)[0].(map[string]any)
	for name, pair := range map[string][2]any{
		"a rating":             {with(rating("number"), 4.5, "A rating."), request["rating"]},
		"a rating or null":     {with(rating([]any{"null", "number"}), nil, "A rating, or null."), request["clear"]},
		"a text or null":       {map[string]any{"type": []any{"null", "string"}, "minLength": 1.0, "maxLength": 3.0, "description": "A name, or null."}, request["name"]},
		"an optional rating":   {with(rating("number"), nil, "A rating."), form["rating"]},
		"a rating in a result": {with(rating([]any{"null", "number"}), 4.5, "A rating, null without one."), response["rating"]},
		"a parameter":          {rating("number"), parameter["schema"]},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
