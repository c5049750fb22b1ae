package site

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
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

// listed is what a part of the sitemap lists: rows with ids, each of which has a page.
type listed struct {
	name string // of the parts
	page string // the path before the id
	rows interface {
		LastID(ctx context.Context) (int64, error)
		Stamps(ctx context.Context, after, last int64) ([]database.Stamp, error)
	}
}

func (s *Site) listed() []listed {
	return []listed{{"films", "/film/", s.Movies}, {"reviews", "/review/", s.Reviews}, {"members", "/member/", s.Users}}
}

// sitemap lists the parts, each of which covers a range of ids. The first also has the pages with lists.
func (s *Site) sitemap(c *pageContext) error {
	var index sitemapIndex
	for _, kind := range s.listed() {
		last, err := kind.rows.LastID(c.Request.Context())
		if err != nil {
			return err
		}
		for part := int64(0); part*sitemapSize < max(last, 1); part++ {
			index.Parts = append(index.Parts, sitemapLoc{Loc: fmt.Sprintf("%s/sitemap/%s-%d.xml", s.base(c.Context), kind.name, part)})
		}
	}
	return c.xml("application/xml; charset=utf-8", index, time.Time{})
}

func (s *Site) sitemapPart(c *pageContext) error {
	name, number, _ := strings.Cut(strings.TrimSuffix(c.Param("part"), ".xml"), "-")
	part, err := strconv.ParseInt(number, 10, 64)
	all := s.listed()
	i := slices.IndexFunc(all, func(kind listed) bool { return kind.name == name })
	if err != nil || i < 0 || part < 0 || part > maxParts || c.Param("part") != fmt.Sprintf("%s-%d.xml", name, part) {
		return errNotFound
	}
	rows, err := all[i].rows.Stamps(c.Request.Context(), part*sitemapSize, (part+1)*sitemapSize)
	if err != nil {
		return err
	}
	var set urlSet
	if i == 0 && part == 0 {
		for _, address := range []string{"/", "/films", "/latest", "/members"} {
			set.Pages = append(set.Pages, sitemapLoc{Loc: s.base(c.Context) + address})
		}
	}
	for _, row := range rows {
		set.Pages = append(set.Pages, sitemapLoc{
			Loc: s.base(c.Context) + all[i].page + strconv.FormatInt(row.ID, 10), LastMod: row.UpdatedAt.In(s.Zone).Format(time.RFC3339),
		})
	}
	return c.xml("application/xml; charset=utf-8", set, time.Time{})
}

// maxParts is how many parts a sitemap may have (sitemaps.org: 50,000).
const maxParts = 50_000
