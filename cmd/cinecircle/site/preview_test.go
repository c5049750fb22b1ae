package site_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

func TestPagesDescribeWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	b.upload("/films/new", imageOf(t, 700, 1050), "title", `Salt </script><b>"Line"`, "plot", "One.\nTwo.", "genre", "Drama", "playtime", "112")
	b.upload("/film/1/review", imageOf(t, 700, 400), "title", "so good", "content", "yes & no")

	block := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)
	read := func(path string) (facts map[string]any) {
		t.Helper()
		found := block.FindStringSubmatch(b.get(path).raw)
		if found == nil {
			t.Fatalf("%s has no structured data", path)
		}
		if err := json.Unmarshal([]byte(found[1]), &facts); err != nil {
			t.Fatalf("%s: %v: %s", path, err, found[1])
		}
		return facts
	}
	film := read("/film/1")
	for name, want := range map[string]any{
		"@type": "Movie", "name": `Salt </script><b>"Line"`, "duration": "PT112M", "genre": "Drama", "description": "One.\nTwo.", "url": server.URL + "/film/1",
	} {
		if film[name] != want {
			t.Errorf("the film has %s %v, want %v", name, film[name], want)
		}
	}
	if image, _ := film["image"].(string); !strings.HasPrefix(image, server.URL+"/media/movies/") {
		t.Errorf("the film has the image %v", film["image"])
	}
	review := read("/review/1")
	author, _ := review["author"].(map[string]any)
	about, _ := review["itemReviewed"].(map[string]any)
	if review["@type"] != "Review" || review["reviewBody"] != "yes & no" || author["name"] != "mina" || about["url"] != server.URL+"/film/1" {
		t.Errorf("the review has %v", review)
	}
	if page := b.get("/films"); strings.Contains(page.raw, "ld+json") {
		t.Error("a list has structured data")
	}
}

func TestEveryPageHasAnImageForItsPreview(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	b.upload("/films/new", imageOf(t, 700, 1050), "title", "A", "plot", "", "genre", "Drama", "playtime", "112")
	for path, image := range map[string]string{"/": "/site/apple-touch-icon.", "/films": "/site/apple-touch-icon.", "/film/1": "/media/movies/"} {
		b.get(path).has(t, 200, `<meta property="og:image" content="`+server.URL+image, `<meta name="twitter:card" content="summary">`,
			`<meta property="og:locale" content="en_US">`)
	}
}

func TestFeedsKeepLinesAndImages(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	b.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "112")
	b.upload("/film/1/review", imageOf(t, 700, 400), "title", "t", "content", "하나 <둘>\r\n셋\r\n\r\n넷")
	got := b.get("/film/1/feed.atom").raw
	for _, want := range []string{
		`<content type="html" xml:lang="ko">&lt;p&gt;하나 &amp;lt;둘&amp;gt;&lt;br&gt;셋&lt;/p&gt;&lt;p&gt;넷&lt;/p&gt;</content>`,
		`<link rel="alternate" type="text/html" href="` + server.URL + `/review/1"></link><link rel="enclosure" type="image/png" href="` + server.URL + `/media/reviews/`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the feed has no %s:\n%s", want, got)
		}
	}
}

func TestTheSitemapBeginsWithThePagesOfLists(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	for _, path := range []string{"/", "/films", "/latest", "/members"} {
		b.get("/sitemap/films-0.xml").has(t, 200, "<loc>"+server.URL+path+"</loc>")
	}
}
