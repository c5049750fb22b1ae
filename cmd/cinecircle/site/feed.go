package site

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
)

// feedLength is how many reviews a feed has.
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
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Author    string     `xml:"author>name"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Link      atomLink   `xml:"link"`
	Content   atomedText `xml:"content"`
}

type atomedText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func (s *Site) filmFeed(v *visit) error {
	m, err := s.filmOf(v)
	if err != nil {
		return err
	}
	rows, _, err := s.Reviews.OfMovie(v.Request.Context(), m.ID, 0, review.SortNewest, page.Page{Limit: feedLength})
	if err != nil {
		return err
	}
	return s.feed(v, v.text("film.feed", m.Title), filmPath(m.ID), m.CreatedAt, rows)
}

func (s *Site) memberFeed(v *visit) error {
	u, err := s.memberOf(v)
	if err != nil {
		return err
	}
	rows, _, err := s.Reviews.LatestOfUser(v.Request.Context(), u.ID, 0, page.Page{Limit: feedLength})
	if err != nil {
		return err
	}
	return s.feed(v, v.text("member.feed", u.Username), memberPath(u.ID), u.CreatedAt, rows)
}

// feed writes reviews, the last one written first; since is when there was nothing yet.
func (s *Site) feed(v *visit, title, path string, since time.Time, rows []review.Shown) error {
	base := s.base(v.Context)
	f := atomFeed{
		ID: base + path, Title: title,
		Links: []atomLink{{Rel: "self", Href: base + v.Request.URL.EscapedPath()}, {Rel: "alternate", Href: base + path}},
	}
	for _, r := range rows {
		since = later(since, r.UpdatedAt)
		at := base + reviewPath(r.ID)
		f.Entries = append(f.Entries, atomEntry{
			ID: at, Title: v.text("review.of", r.Title, r.MovieTitle), Author: r.Username, Link: atomLink{Href: at},
			Published: r.CreatedAt.In(s.Zone).Format(time.RFC3339), Updated: r.UpdatedAt.In(s.Zone).Format(time.RFC3339),
			Content: atomedText{Type: "text", Text: r.Content},
		})
	}
	f.Updated = since.In(s.Zone).Format(time.RFC3339)
	return v.xml("application/atom+xml; charset=utf-8", f)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// xml answers with a document for programs.
func (v *visit) xml(kind string, document any) error {
	body, err := xml.Marshal(document)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	v.Header("Cache-Control", "public, max-age=300")
	v.site.assets.compressed(v.Writer, v.Request, http.StatusOK, kind, append([]byte(xml.Header), body...))
	return nil
}

// robots lets search engines in where reading is free, and names the sitemap.
func (s *Site) robots(v *visit) error {
	v.Header("Cache-Control", "public, max-age=3600")
	v.String(http.StatusOK, "User-agent: *\nDisallow: /admin\nDisallow: /settings\nDisallow: /inbox\nDisallow: /feed$\n"+
		"Disallow: /signin\nDisallow: /users\nDisallow: /movies\nDisallow: /reviews\nSitemap: %s/sitemap.xml\n", s.base(v.Context))
	return nil
}

// sitemapSize is how many ids a part of the sitemap spans.
const sitemapSize = 2000

// sitemapIndex and urlSet are the two documents of https://www.sitemaps.org/protocol.html.
type sitemapIndex struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Parts   []sitemapLoc `xml:"sitemap"`
}

type urlSet struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Pages   []sitemapLoc `xml:"url"`
}

type sitemapLoc struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemap lists its parts, each of which spans a range of films by their ids.
func (s *Site) sitemap(v *visit) error {
	last, err := s.Movies.LastID(v.Request.Context())
	if err != nil {
		return err
	}
	var index sitemapIndex
	for part := int64(0); part*sitemapSize < max(last, 1); part++ {
		index.Parts = append(index.Parts, sitemapLoc{Loc: s.base(v.Context) + "/sitemap/films-" + strconv.FormatInt(part, 10) + ".xml"})
	}
	return v.xml("application/xml; charset=utf-8", index)
}

func (s *Site) sitemapPart(v *visit) error {
	var part int64
	if _, err := fmt.Sscanf(v.Param("part"), "films-%d.xml", &part); err != nil || part < 0 || part > maxParts {
		return errUnknown
	}
	rows, err := s.Movies.Between(v.Request.Context(), part*sitemapSize, (part+1)*sitemapSize)
	if err != nil {
		return err
	}
	var set urlSet
	for _, m := range rows {
		set.Pages = append(set.Pages, sitemapLoc{Loc: s.base(v.Context) + filmPath(m.ID), LastMod: m.UpdatedAt.In(s.Zone).Format(time.RFC3339)})
	}
	return v.xml("application/xml; charset=utf-8", set)
}

// maxParts is how many parts a sitemap may have (sitemaps.org: 50,000).
const maxParts = 50_000
