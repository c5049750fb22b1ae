package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestIfMatchFindsTheVersionInTags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines []string
		holds bool // for the version 7.5
	}{
		{nil, true},
		{[]string{"*"}, true},
		{[]string{" * "}, true},
		{[]string{`"x.7.5"`}, true},
		{[]string{`"x.7.5-gz"`}, true},
		{[]string{`"x.7.5-gzip"`}, true}, // of Apache and Caddy
		{[]string{`"y", "x.7.5"`}, true},
		{[]string{`"y"`, ` "x.7.5" ,`}, true},
		{[]string{""}, false},
		{[]string{`"x"`}, false},
		{[]string{`"x.7.4"`}, false},
		{[]string{`"x.7.55"`}, false},
		{[]string{`"x.6.5"`}, false},
		{[]string{`W/"x.7.5"`}, false}, // weak tags do not match (RFC 9110 §8.8.3.2)
		{[]string{`x.7.5`}, false},
		{[]string{`"x.7.5`}, false},
		{[]string{`*, "x"`}, false},
		{[]string{`"`}, false},
	} {
		if got := parseIfMatch(c.lines).Holds("7.5"); got != c.holds {
			t.Errorf("If-Match %q: %v, want %v", c.lines, got, c.holds)
		}
	}
}

func TestTheVersionIsAPartOfTheETag(t *testing.T) {
	t.Parallel()
	gin.SetMode(gin.TestMode)
	body := map[string]string{"text": strings.Repeat("a", minGzip)}
	answer := func(method string, header http.Header, version string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		c, _ := gin.CreateTestContext(w)
		c.Request = httptest.NewRequestWithContext(t.Context(), method, "/", nil)
		c.Request.Header = header
		SetVersion(c, version)
		if err := OK(c, body); err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, header := range []http.Header{{}, {"Accept-Encoding": {"gzip"}}} {
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			tag := answer(method, header, "7.5").Header().Get("ETag")
			if !parseIfMatch([]string{tag}).Holds("7.5") || parseIfMatch([]string{tag}).Holds("7.6") {
				t.Errorf("%s %v: the tag %s does not hold the version", method, header, tag)
			}
			if without := answer(method, header, "").Header().Get("ETag"); strings.Contains(without, ".") {
				t.Errorf("%s %v: the tag %s has a version", method, header, without)
			}
		}
	}
	tag := answer(http.MethodGet, http.Header{}, "7.5").Header().Get("ETag")
	for version, status := range map[string]int{"7.5": 304, "7.6": 200} {
		if got := answer(http.MethodGet, http.Header{"If-None-Match": {tag}, "Accept-Encoding": {"gzip"}}, version).Code; got != status {
			t.Errorf("version %s: %d, want %d", version, got, status)
		}
	}
}

func TestAnArrayOfVeryManyItemsIsRefused(t *testing.T) {
	t.Parallel()
	var into struct {
		IDs []int64 `json:"ids" binding:"required"`
	}
	if err := ParseJSON([]byte(`{"ids": [`+strings.Repeat("1,", maxArray-1)+`1]}`), &into); err != nil || len(into.IDs) != maxArray {
		t.Errorf("%d items: %v", len(into.IDs), err)
	}
	into.IDs = nil
	err := ParseJSON([]byte(`{"ids": [`+strings.Repeat("1,", maxArray)+`1]}`), &into)
	if err == nil || into.IDs != nil {
		t.Errorf("%d items: %v", len(into.IDs), err)
	}
}
