package site

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
)

// preferences are the language and the theme of a viewer, signed in or not.
type preferences struct {
	Lang  string // en or ko
	Theme string // light or dark, "" for the setting of the system
}

const (
	langCookie  = "lang"
	themeCookie = "theme"
	// preferenceMaxAge is in seconds: a year.
	preferenceMaxAge = 365 * 24 * 3600
)

// languages are the languages of the pages.
var languages = []string{"en", "ko"}

var themes = []string{"light", "dark"}

// preferencesOf returns the preferences in the cookies, with the language of the browser as default.
func preferencesOf(g *gin.Context) preferences {
	p := preferences{Lang: choice(g.Request, langCookie, languages), Theme: choice(g.Request, themeCookie, themes)}
	if p.Lang == "" {
		p.Lang = acceptedLanguage(g)
	}
	return p
}

// acceptedLanguage returns the language of the browser, or of the community when the browser names none of ours.
func acceptedLanguage(g *gin.Context) string {
	if web.InKorean(g) {
		return "ko"
	}
	return "en"
}

// choice returns the first known value of the cookies with this name, "" without one.
func choice(r *http.Request, name string, of []string) string {
	for _, value := range cookiesNamed(r, name) {
		if slices.Contains(of, value) {
			return value
		}
	}
	return ""
}

// prefer stores a language or a theme in a cookie. An empty theme is the setting of the system.
func (s *Site) prefer(c *pageContext) error {
	if err := c.checkOrigin(); err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	if lang := c.field("lang"); slices.Contains(languages, lang) {
		c.setCookie(langCookie, lang, preferenceMaxAge)
	}
	if c.sent.Values.Has("theme") {
		if theme := c.field("theme"); slices.Contains(themes, theme) {
			c.setCookie(themeCookie, theme, preferenceMaxAge)
		} else if len(c.cookies(themeCookie)) > 0 {
			c.setCookie(themeCookie, "", -1)
		}
	}
	return c.redirectTo(c.returnPath("/"))
}

// setCookie sets a cookie without secrets; a negative age deletes it.
func (c *pageContext) setCookie(name, value string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure depends on how the client reaches us
		Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true,
		Secure: c.site.Origin.HTTPS(c.Request), SameSite: http.SameSiteLaxMode,
	})
}
