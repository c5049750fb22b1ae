package access_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// senseless returns values that the schema of a query parameter does not allow, and that a program could take for
// something else: for no value, for a default, or for a number.
func senseless(name string, s *openapi3.Schema) []string {
	values := []string{"\xff", "a\x00b"}
	switch {
	case name == "cursor":
		return append(values, "1", "next", strings.Repeat("A", 5000))
	case len(s.Enum) > 0:
		values = append(values, "", "no_such_value", strings.ToUpper(s.Enum[0].(string))+"x", s.Enum[0].(string)+",")
	case s.Type.Is("integer"):
		values = append(values, "", "abc", "1.5", "1e2", " 5", "0x10", "१", "99999999999999999999", "-1")
		if s.Max != nil {
			values = append(values, strconv.FormatInt(int64(*s.Max)+1, 10))
		}
		if s.Min != nil {
			values = append(values, strconv.FormatInt(int64(*s.Min)-1, 10))
		}
	case s.Type.Is("number"):
		values = append(values, "", "abc", "0", "0.3", "5.5", "-1", "NaN", "4,5")
	case s.Type.Is("boolean"):
		values = append(values, "", "maybe", "2", "yes", "trueish")
	case s.Format == "date":
		values = append(values, "", "yesterday", "2026-13-01", "2026-02-30", "2026-1-1", "2026-01-01T00:00:00Z", "0000-00-00")
	default:
		if s.MinLength > 0 {
			values = append(values, "", " ")
		}
		if s.MaxLength != nil {
			values = append(values, strings.Repeat("가", int(*s.MaxLength)+1))
		}
	}
	return values
}

// A query parameter with a value that makes no sense is refused by its name. A program that ignored it would answer
// another question than it was asked.
func TestSenselessQueriesAreRefusedByNameOnEveryRoute(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	v := newVisitor(t, a)
	contract, err := testkit.ContractOf(a.Router)
	if err != nil {
		t.Fatal(err)
	}
	particular := map[string][]string{ // what the schema does not say
		"external_id": {"imdb", "imdb:", ":tt0111161", "imdb:0111161", "tmdb:0", "tmdb:x", "nowhere:1"},
		"types":       {"", ",", "review,", "review,review,nothing", "Review"},
		"tag":         {"", " "},
	}
	tried := map[string]int{}
	for path, item := range contract.Doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for _, p := range operation.Parameters {
				if p.Value.In != "query" {
					continue
				}
				tried[p.Value.Name]++
				target := v.paths.Replace(strings.NewReplacer("{", ":", "}", "").Replace(path))
				for _, value := range append(senseless(p.Value.Name, p.Value.Schema.Value), particular[p.Value.Name]...) {
					r := httptest.NewRequestWithContext(t.Context(), method, target+"?"+url.Values{p.Value.Name: {value}}.Encode(), http.NoBody)
					r.Header.Set("Authorization", "Bearer "+v.access)
					w := httptest.NewRecorder()
					a.Handler.ServeHTTP(w, r)
					var got struct {
						Code   string
						Errors []struct{ Field string }
					}
					err := json.Unmarshal(w.Body.Bytes(), &got)
					named := slices.ContainsFunc(got.Errors, func(e struct{ Field string }) bool { return e.Field == p.Value.Name })
					if err != nil || w.Code != http.StatusUnprocessableEntity || got.Code != "validation_failed" || !named {
						t.Errorf("%s %s with %s=%.40q: %d %.200s, want 422 that names it", method, path, p.Value.Name, value, w.Code, w.Body)
					}
				}
			}
		}
	}
	for _, name := range []string{"limit", "cursor", "sort", "year", "rating", "from", "to", "age", "spoilers", "unread"} {
		if tried[name] == 0 {
			t.Errorf("no route takes %s", name)
		}
	}
}
