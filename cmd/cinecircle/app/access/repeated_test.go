package access_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// A parameter that comes twice is refused by name, in the query, in a form and in JSON: a proxy or a filter in front may
// look at another of the two values than the program does.
func TestRepeatedParametersAreRefusedOnEveryRoute(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	v := newVisitor(t, a)
	contract, err := testkit.ContractOf(a.Router)
	if err != nil {
		t.Fatal(err)
	}
	send := func(t *testing.T, method, target, contentType, body, field string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer "+v.access)
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		want := `{"field":"` + field + `","code":"repeated"`
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s %s with %q: status %d %s, want %s", method, target, body, w.Code, w.Body, want)
		}
	}
	queries, bodies := 0, 0
	for path, item := range contract.Doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for _, p := range operation.Parameters {
				if p.Value.In == "query" && path != "/notifications" { // its query is read after the upgrade
					queries++
					target := v.paths.Replace(strings.NewReplacer("{", ":", "}", "").Replace(path))
					send(t, method, target+"?"+p.Value.Name+"=1&"+p.Value.Name+"=1", "", "", p.Value.Name)
				}
			}
		}
	}
	for _, r := range a.Router.Routes() {
		try := attempts[r.Method+" "+r.Path]
		if try.body == nil || strings.HasPrefix(try.contentType, "multipart") {
			continue
		}
		bodies++
		body, target := try.body(&world{name: "x"}), v.paths.Replace(r.Path)
		if body == "{}" {
			bodies--
			continue // nothing is left to repeat
		}
		if try.contentType == apptest.JSON {
			name, _, _ := strings.Cut(strings.TrimPrefix(body, `{"`), `"`)
			send(t, r.Method, target, try.contentType, strings.TrimSuffix(body, "}")+`, "`+name+`": 1}`, name)
		} else {
			name, _, _ := strings.Cut(body, "=")
			send(t, r.Method, target, try.contentType, body+"&"+name+"=1", name)
		}
	}
	if queries < 20 || bodies < 8 {
		t.Errorf("only %d parameters and %d bodies", queries, bodies)
	}
}
