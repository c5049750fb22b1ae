package site

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// robots allows search engines on public pages and names the sitemap.
func (s *Site) robots(c *pageContext) error {
	c.Header("Cache-Control", "public, max-age=3600")
	c.String(http.StatusOK, "User-agent: *\nDisallow: /admin\nDisallow: /settings\nDisallow: /inbox\nDisallow: /feed$\n"+
		"Disallow: /signin\nDisallow: /users\nDisallow: /movies\nDisallow: /reviews\nSitemap: %s/sitemap.xml\n", s.base(c.Context))
	return nil
}

// sitemapSize is the number of ids in the range of a part.
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

// sitemap lists the parts, each of which covers a range of ids of films. The first also has the pages with lists.
func (s *Site) sitemap(c *pageContext) error {
	last, err := s.Movies.LastID(c.Request.Context())
	if err != nil {
		return err
	}
	var index sitemapIndex
	for part := int64(0); part*sitemapSize < max(last, 1); part++ {
		index.Parts = append(index.Parts, sitemapLoc{Loc: s.base(c.Context) + "/sitemap/films-" + strconv.FormatInt(part, 10) + ".xml"})
	}
	return c.xml("application/xml; charset=utf-8", index, time.Time{})
}

func (s *Site) sitemapPart(c *pageContext) error {
	var part int64
	if _, err := fmt.Sscanf(c.Param("part"), "films-%d.xml", &part); err != nil || part < 0 || part > maxParts {
		return errNotFound
	}
	rows, err := s.Movies.Between(c.Request.Context(), part*sitemapSize, (part+1)*sitemapSize)
	if err != nil {
		return err
	}
	var set urlSet
	if part == 0 {
		for _, address := range []string{"/", "/films", "/latest", "/members"} {
			set.Pages = append(set.Pages, sitemapLoc{Loc: s.base(c.Context) + address})
		}
	}
	for _, m := range rows {
		set.Pages = append(set.Pages, sitemapLoc{Loc: s.base(c.Context) + filmPath(m.ID), LastMod: m.UpdatedAt.In(s.Zone).Format(time.RFC3339)})
	}
	return c.xml("application/xml; charset=utf-8", set, time.Time{})
}

// maxParts is how many parts a sitemap may have (sitemaps.org: 50,000).
const maxParts = 50_000
