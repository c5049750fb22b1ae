package site

import (
	"net/http"
	"slices"

	"github.com/cinecircle/cinecircle/platform/web"
)

// preferences is how a visitor likes the pages, account or not.
type preferences struct {
	Lang  string // en or ko
	Theme string // light or dark, "" as the system has it
}

const (
	langCookie  = "lang"
	themeCookie = "theme"
	// preferenceAge is in seconds: a year.
	preferenceAge = 365 * 24 * 3600
)

// languages are what the pages are written in, the one for everybody else first.
var languages = []string{"en", "ko"}

var themes = []string{"light", "dark"}

// preferencesOf reads what was chosen, or else what the browser asks for.
func preferencesOf(r *http.Request) preferences {
	p := preferences{Lang: choice(r, langCookie, languages), Theme: choice(r, themeCookie, themes)}
	if p.Lang == "" {
		p.Lang = "en"
		if web.WantsKorean(r.Header.Get("Accept-Language")) {
			p.Lang = "ko"
		}
	}
	return p
}

func choice(r *http.Request, name string, of []string) string {
	cookie, err := r.Cookie(name)
	if err != nil || !slices.Contains(of, cookie.Value) {
		return ""
	}
	return cookie.Value
}

// prefer keeps what the visitor chose. An empty theme is that of the system.
func (s *Site) prefer(v *visit) error {
	if err := v.foreign(); err != nil {
		return err
	}
	if lang, sent := v.GetPostForm("lang"); sent && slices.Contains(languages, lang) {
		v.keep(langCookie, lang, preferenceAge)
	}
	if theme, sent := v.GetPostForm("theme"); sent {
		if slices.Contains(themes, theme) {
			v.keep(themeCookie, theme, preferenceAge)
		} else {
			v.keep(themeCookie, "", -1)
		}
	}
	return v.goTo(v.back("/"))
}

// keep sets a cookie that means nothing to anybody else.
func (v *visit) keep(name, value string, maxAge int) {
	http.SetCookie(v.Writer, &http.Cookie{ //nolint:gosec // Secure depends on how the client reaches us
		Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true,
		Secure: v.site.Edge.HTTPS(v.Request), SameSite: http.SameSiteLaxMode,
	})
}
