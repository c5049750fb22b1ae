package access_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// violations returns a value that a schema does not allow for each of its limits, by the name of the limit.
func violations(s *openapi3.Schema) map[string]any {
	out := map[string]any{}
	if s.MaxLength != nil {
		out["maxLength"] = strings.Repeat("가", int(*s.MaxLength)+1)
	}
	if s.MinLength > 0 {
		out["minLength"] = strings.Repeat("가", int(s.MinLength)-1)
	}
	if s.Max != nil {
		out["maximum"] = int64(*s.Max) + 1
	}
	if s.Min != nil {
		out["minimum"] = int64(*s.Min) - 1
	}
	if len(s.Enum) > 0 {
		out["enum"] = "no such value"
	}
	if s.MaxItems != nil && s.Items != nil && s.Items.Value.Type.Is("integer") {
		out["maxItems"] = make([]int, *s.MaxItems+1)
	}
	switch {
	case s.Type.Is("string"):
		out["type"] = []int{}
	case s.Type.Is("integer"), s.Type.Is("array"), s.Type.Is("number"):
		out["type"] = "text"
	}
	return out
}

// TestEveryLimitOfTheDocumentIsEnforced sends a value beyond each limit that the OpenAPI document states, for each field of
// a JSON body and of a form and each query parameter, and expects a 422 that names the field.
func TestEveryLimitOfTheDocumentIsEnforced(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	v := newVisitor(t, a)
	contract, err := testkit.ContractOf(a.Router)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	refused := func(method, path, query, contentType, body, field, limit string) {
		tried++
		r := httptest.NewRequestWithContext(t.Context(), method, v.paths.Replace(path)+query, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer "+v.access)
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		var problem struct{ Errors []struct{ Field string } }
		if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || w.Code != http.StatusUnprocessableEntity || len(problem.Errors) != 1 || problem.Errors[0].Field != field {
			t.Errorf("%s %s: the %s of %s is not enforced: %d %.300s", method, path+query, limit, field, w.Code, w.Body)
		}
	}
	for _, route := range a.Router.Routes() {
		path, in := strings.NewReplacer("/:", "/{", "_id", "_id}").Replace(route.Path), route.Method+" "+route.Path
		item := contract.Doc.Paths.Find(path)
		if item == nil {
			continue // files
		}
		operation := item.GetOperation(route.Method)
		for _, p := range operation.Parameters {
			if p.Value.In != "query" || route.Path == "/notifications" { // its query is read after the upgrade
				continue
			}
			for limit, value := range violations(p.Value.Schema.Value) {
				if limit != "type" || !p.Value.Schema.Value.Type.Is("string") {
					refused(route.Method, route.Path, "?"+url.Values{p.Value.Name: {fmt.Sprint(value)}}.Encode(), "", "", p.Value.Name, limit)
				}
			}
		}
		try := attempts[in]
		if operation.RequestBody == nil || try.body == nil {
			continue
		}
		body := try.body(&world{name: "x", unseen: 1, movie: 1, review: 1})
		for contentType, media := range operation.RequestBody.Value.Content {
			for name, property := range media.Schema.Value.Properties {
				for limit, value := range violations(property.Value) {
					switch {
					case contentType == apptest.JSON && try.contentType == apptest.JSON:
						fields := map[string]any{}
						if err := json.Unmarshal([]byte(body), &fields); err != nil {
							t.Fatal(err)
						}
						fields = maps.Clone(fields)
						fields[name] = value
						sent, err := json.Marshal(fields)
						if err != nil {
							t.Fatal(err)
						}
						refused(route.Method, route.Path, "", apptest.JSON, string(sent), name, limit)
					case contentType == apptest.Form && try.contentType == apptest.Form && limit != "type":
						fields, err := url.ParseQuery(body)
						if err != nil {
							t.Fatal(err)
						}
						fields.Set(name, fmt.Sprint(value))
						refused(route.Method, route.Path, "", apptest.Form, fields.Encode(), name, limit)
					}
				}
			}
		}
	}
	if tried < 80 {
		t.Errorf("only %d limits were tried", tried)
	}
}
