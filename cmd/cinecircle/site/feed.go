package site

import (
	"encoding/xml"
	"fmt"
	"html"
	"mime"
	"path"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
)

// feedLength is the number of reviews in a feed.
const feedLength = 20

// atomFeed is a feed of reviews (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Author    string     `xml:"author>name"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Links     []atomLink `xml:"link"`
	Content   atomedText `xml:"content"`
}

type atomedText struct {
	Type string `xml:"type,attr"`
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

// feedHTML returns a text of a person as HTML with its paragraphs and lines, which readers lose in plain text.
func feedHTML(text string) string {
	var out strings.Builder
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); paragraph != "" {
			out.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>") + "</p>")
		}
	}
	return out.String()
}

func (s *Site) filmFeed(c *pageContext) error {
	c.followBrowser()
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	rows, _, err := s.Reviews.OfMovie(c.Request.Context(), m.ID, auth.Viewer{}, review.SortNewest, page.Page{Limit: feedLength})
	if err != nil {
		return err
	}
	return s.feed(c, c.text("film.feed", m.Title), filmPath(m.ID), m.CreatedAt, rows)
}

func (s *Site) memberFeed(c *pageContext) error {
	c.followBrowser()
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	rows, _, err := s.Reviews.LatestOfUser(c.Request.Context(), u.ID, auth.Viewer{}, page.Page{Limit: feedLength})
	if err != nil {
		return err
	}
	return s.feed(c, c.text("member.description", u.Username), memberPath(u.ID), u.CreatedAt, rows)
}

// followBrowser leaves the language in the cookie alone. Shared caches keep feeds, by the language of the browser only.
func (c *pageContext) followBrowser() {
	c.prefs.Lang = acceptedLanguage(c.Context)
	c.Header("Vary", "Accept-Language")
	c.Header("Content-Language", c.prefs.Lang)
}

// tag returns the permanent id (RFC 4151) of what is at a path. Unlike an address it is the same for every host and
// scheme under which the program is reached, and in every feed, and of this community alone.
func (s *Site) tag(address string) string {
	return "tag:cinecircle,2026:" + s.Users.CommunityUID() + address
}

// feed answers with reviews, newest first. since is the update time of an empty feed.
func (s *Site) feed(c *pageContext, title, about string, since time.Time, rows []review.Shown) error {
	base := s.base(c.Context)
	f := atomFeed{
		ID: s.tag(about), Title: title,
		Links: []atomLink{{Rel: "self", Href: base + c.Request.URL.EscapedPath()}, {Rel: "alternate", Type: "text/html", Href: base + about}},
	}
	for _, r := range rows {
		since = later(since, r.UpdatedAt)
		content := r.Content.String()
		if r.Masked() {
			content = c.text("spoiler.masked")
		}
		text := feedHTML(content)
		if r.Rating != nil {
			text = feedHTML(c.text("rating.stars", decimal(*r.Rating))) + text
		}
		f.Entries = append(f.Entries, atomEntry{
			ID: s.tag(reviewPath(r.ID)), Title: c.reviewTitle(r), Author: r.Username, Links: s.feedLinks(base, r.Review),
			Published: r.CreatedAt.In(s.Zone).Format(time.RFC3339), Updated: r.UpdatedAt.In(s.Zone).Format(time.RFC3339),
			Content: atomedText{Type: "html", Lang: languageOf(content), Text: text},
		})
	}
	f.Updated = since.In(s.Zone).Format(time.RFC3339)
	return c.xml("application/atom+xml; charset=utf-8", f, since)
}

// feedLinks returns the addresses of a review and of its image. That of the review comes first, because some readers take
// the first.
func (s *Site) feedLinks(base string, r review.Review) []atomLink {
	links := []atomLink{{Rel: "alternate", Type: "text/html", Href: base + reviewPath(r.ID)}}
	if key := r.Image.String(); key != "" {
		links = append(links, atomLink{Rel: "enclosure", Type: mime.TypeByExtension(path.Ext(key)), Href: absolute(base, s.reviewImage(r).URL)})
	}
	return links
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// xml answers with an XML document, or with 304 if the client has it. modified is the Last-Modified, zero for none.
func (c *pageContext) xml(kind string, document any, modified time.Time) error {
	body, err := xml.Marshal(document)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	c.Header("Cache-Control", "public, max-age=300")
	c.site.assets.conditional(c.Writer, c.Request, kind, append([]byte(xml.Header), body...), modified)
	return nil
}
