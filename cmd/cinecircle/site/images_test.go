package site_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestOnlyThePostersThatAreSeenAtOnceLoadAtOnce expects that a browser fetches the first posters before the layout, the
// very first one before the others, and the decoration last.
func TestOnlyThePostersThatAreSeenAtOnceLoadAtOnce(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for range 14 {
		id := addFilm(t, a, 1, "A")
		b.upload(fmt.Sprintf("/film/%d/edit", id), imageOf(t, 700, 1050), "title", "A", "plot", "", "genre", "Drama", "playtime", "90").has(t, 200)
	}
	guest := newBrowser(t, server)
	images := regexp.MustCompile(`<img [^>]*>`)
	for path, eager := range map[string]int{"/": 3, "/films": 6, "/film/1": 2} {
		page := guest.get(path).raw
		_, main, _ := strings.Cut(page, "<main")
		var first, low, atOnce int
		for _, img := range images.FindAllString(main, -1) {
			switch {
			case strings.Contains(img, `fetchpriority="high"`):
				first++
			case strings.Contains(img, `fetchpriority="low"`):
				low++
				if !strings.Contains(img, "-160.") || strings.Contains(img, "srcset") {
					t.Errorf("%s: a decoration is not the smallest file: %s", path, img)
				}
			case strings.Contains(img, `srcset`) && !strings.Contains(img, `sizes="(max-width`):
				t.Errorf("%s: the size does not follow the width of the window: %s", path, img)
			}
			if !strings.Contains(img, `loading="lazy"`) {
				atOnce++
			}
		}
		if first != 1 || atOnce != eager {
			t.Errorf("%s: %d images first and %d at once, want 1 and %d", path, first, atOnce, eager)
		}
		if want := map[string]int{"/": 12, "/film/1": 1}[path]; low != want {
			t.Errorf("%s: %d images of low priority, want %d", path, low, want)
		}
	}
}
