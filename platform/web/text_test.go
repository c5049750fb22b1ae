package web_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

func TestTextsAreNormalizedBeforeTheyAreCounted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, want string }{
		"CRLF":                     {"a\r\nb\r\nc", "a\nb\nc"},
		"a lone CR":                {"a\rb\rc", "a\nb\nc"},
		"LF, CR and CRLF":          {"a\n\r\r\nb", "a\n\n\nb"},
		"decomposed Hangul":        {norm.NFD.String("가나다라마"), "가나다라마"},
		"decomposed Latin":         {norm.NFD.String("éèêëē"), "éèêëē"},
		"beyond the BMP":           {"🎬🎬🎬🎬🎬", "🎬🎬🎬🎬🎬"},
		"white space on both ends": {"\r\n \u3000\u00A0ab\u2003\r\n\r", "ab"},
		"a mark on a space":        {" \u0301abc", "\u0301abc"},
		"an emoji of five":         {"👩\u200D👩\u200D👧", "👩\u200D👩\u200D👧"},
	} {
		for way, got := range inEveryWay(t, c.sent) {
			if got.err != nil || got.text != c.want {
				t.Errorf("%s in a %s is %q (%v), want %q", name, way, got.text, got.err, c.want)
			}
		}
	}
	for name, sent := range map[string]string{"six lines": "\r\n1\r\r\n\r\r6", "six emoji": "🎬🎬🎬🎬🎬🎬", "six syllables": norm.NFD.String("가나다라마바")} {
		for way, got := range inEveryWay(t, sent) {
			if code := codeAt(got.err, "text"); code != "max" {
				t.Errorf("%s in a %s: %q, want max", name, way, code)
			}
		}
	}
}

func TestTextsThatShowNothingAreMissing(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{
		"\u3164", "\u200B", "\u2800", "\u00AD", "\uFEFF", "\u115F", "\u1160", "\uFFA0", "\u0301", "\uFE0F", "\uFE00", "\u180E", "\u034F",
		"\u2060", "\u2062", "\u202E", "\u2066\u2069", "\u200E", "\u061C", "\U000E0061", "\U000E0100", "\u17B4", "\uFFF9", "\uFFFC", "\u20E3",
		"\u00A0", "\u1680", "\u2000", "\u2009", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\u0085", "\t\v\f", "\u001F", "\u007F",
		"\u0488", "\u0903", "\U0001D173", "\U0001D159", "\u2800 \u2800", " \u200B\u0301 ",
	} {
		for way, got := range inEveryWay(t, blank) {
			want := "required"
			if way == "query" && strings.TrimSpace(blank) != "" {
				want = "" // a search
			}
			if code := codeAt(got.err, "text"); code != want {
				t.Errorf("%+q in a %s: %q %q, want %q", blank, way, got.text, code, want)
			}
		}
	}
	for _, visible := range []string{"a", "기", "ㄱ", "é", "e\u0301", "1\uFE0F", ".", "\u0600", "🎬", "\u0903ka", "\u200Ba", "\uFFFD", "\u0E01"} {
		for way, got := range inEveryWay(t, visible) {
			if got.err != nil {
				t.Errorf("%+q in a %s: %v", visible, way, got.err)
			}
		}
	}
}

func TestOptionalTextsThatShowNothingAreEmpty(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{"", " ", "\u3164", "\u200B\r\n"} {
		var body struct {
			Text *string `json:"text" binding:"required,max=5"`
		}
		if err := web.ParseJSON(encodeText(t, sent), &body); err != nil || *body.Text != "" {
			t.Errorf("%+q: %v", sent, err)
		}
		type changes struct { // named, because the validator leaves the first name of a path to the type
			Text *string `json:"text" binding:"omitempty,filled,max=5"`
		}
		var change changes
		if code := codeAt(web.ParseJSON(encodeText(t, sent), &change), "text"); code != "required" {
			t.Errorf("%+q in a change: %q, want required", sent, code)
		}
	}
}

func TestSecretsAreOnlyComposed(t *testing.T) {
	t.Parallel()
	var body struct {
		Text string `json:"text" raw:"true" binding:"required,max=5"`
	}
	for _, c := range []struct{ sent, want string }{{" a\r\n ", " a\r\n "}, {"\u3164\u200B", "\u3164\u200B"}, {norm.NFD.String("가나다라마"), "가나다라마"}} {
		if err := web.ParseJSON(encodeText(t, c.sent), &body); err != nil || body.Text != c.want {
			t.Errorf("%+q is %+q (%v)", c.sent, body.Text, err)
		}
	}
}

type boundText struct {
	text string
	err  error
}

// inEveryWay sends a text of at most five characters as JSON, in both kinds of forms, and in a query.
func inEveryWay(t *testing.T, text string) map[string]boundText {
	t.Helper()
	type fields struct {
		Text string `json:"text" query:"text" formData:"text" binding:"required,max=5"`
	}
	out := map[string]boundText{}
	var body fields
	err := web.ParseJSON(encodeText(t, text), &body)
	out["JSON body"] = boundText{body.Text, err}
	form := url.Values{"text": {text}}.Encode()
	var multi strings.Builder
	multi.WriteString("--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + text + "\r\n--b--\r\n")
	for way, sent := range map[string][2]string{
		"form": {"application/x-www-form-urlencoded", form}, "multipart form": {"multipart/form-data; boundary=b", multi.String()},
	} {
		var got boundText
		answer(t, http.MethodPost, "", sent[0], []byte(sent[1]), func(c *gin.Context) error {
			var f fields
			got.err = web.BindForm(c, &f, 0)
			got.text = f.Text
			return web.NoContent(c)
		})
		out[way] = got
	}
	var got boundText
	bind := web.BindTarget(nil, fields{})
	answer(t, http.MethodGet, form, "", nil, func(c *gin.Context) error {
		if got.err = bind(c); got.err == nil {
			got.text = web.Query[fields](c).Text
		}
		return web.NoContent(c)
	})
	out["query"] = got
	return out
}

func encodeText(t *testing.T, text string) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// codeAt returns the code of the error of a field, "" for none.
func codeAt(err error, field string) string {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return ""
	}
	for _, f := range e.Fields {
		if f.Name == field {
			return f.Code
		}
	}
	return ""
}
