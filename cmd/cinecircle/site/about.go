package site

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/cinecircle/cinecircle/docs"
	"github.com/cinecircle/cinecircle/platform/markdown"
	"github.com/cinecircle/cinecircle/user"
)

// aboutPage is what visitors should know of the community.
type aboutPage struct {
	user.Registration
	Terms bool // there is a page of them
}

func (s *Site) about(c *pageContext) error {
	p := aboutPage{Registration: s.Users.Registration(), Terms: s.Terms != ""}
	return c.show(http.StatusOK, "about", meta{Title: c.text("about.title"), Description: shorten(200, p.Description), Section: "about"}, p)
}

// textPage is a text of the operator.
type textPage struct {
	Title string
	Text  template.HTML
}

func (s *Site) terms(c *pageContext) error {
	if s.Terms == "" {
		return errNotFound
	}
	return s.showText(c, "about.terms", s.Terms)
}

// privacyNotice is the text of the operator, or one about what the program does.
func (s *Site) privacyNotice(c *pageContext) error {
	text := s.PrivacyNotice
	if text == "" {
		text = s.notices[c.prefs.Lang]
	}
	return s.showText(c, "about.privacy", text)
}

// showText lets the keyboard scroll tables, which can be wider than a phone.
func (s *Site) showText(c *pageContext, title string, text template.HTML) error {
	text = template.HTML(strings.ReplaceAll(string(text), "<table>", `<table tabindex="0">`)) //nolint:gosec // rendered by package markdown
	return c.show(http.StatusOK, "text", meta{Title: c.text(title), Section: "about"}, textPage{Title: c.text(title), Text: text})
}

// renderNotices renders what the program itself tells about privacy, by language.
func renderNotices() (map[string]template.HTML, error) {
	out := map[string]template.HTML{}
	for lang, source := range map[string]string{"en": docs.PrivacyEnglish, "ko": docs.PrivacyKorean} {
		text, err := markdown.Render([]byte(withoutHeading(source)))
		if err != nil {
			return nil, err
		}
		out[lang] = text
	}
	return out, nil
}

// withoutHeading removes the heading of a document and the paragraph below it, which is for readers of the repository.
func withoutHeading(source string) string { return source[strings.Index(source, "\n## ")+1:] }
