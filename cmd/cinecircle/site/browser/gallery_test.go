package browser

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func keys(text string) chromedp.Action[chromedp.Void] {
	if text == "\x1b" {
		text = kb.Escape
	}
	return chromedp.KeyEvent(text)
}

func focus(css string) chromedp.Action[chromedp.Void] { return chromedp.Focus(chromedp.CSS(css)) }

// gallery is every page by the name of its screenshot, with paths that exist in the demo.
var gallery = []struct {
	name, path string
	member     bool // for a signed-in member
}{
	{"home", "/", false},
	{"films", "/films", false},
	{"films-search", "/films?q=%EC%9D%98&sort=-like_count", false},
	{"film", "/film/1", false},
	{"review", "/review/1", false},
	{"reviews", "/latest", false},
	{"members", "/members", false},
	{"member", "/member/1", false},
	{"followers", "/member/1/followers", false},
	{"join", "/join", false},
	{"signin", "/signin", false},
	{"404", "/nothing-here", false},
	{"home-member", "/", true},
	{"film-member", "/film/1", true},
	{"film-add", "/films/new", true},
	{"film-edit", "/film/1/edit", true},
	{"film-delete", "/film/1/delete", true},
	{"review-write", "/film/2/review", true},
	{"inbox", "/inbox", true},
	{"feed", "/feed", true},
	{"settings", "/settings", true},
	{"account-delete", "/settings/delete", true},
	{"admin-members", "/admin/members", true},
	{"admin-films", "/admin/films", true},
	{"admin-role", "/admin/members/2/role", true},
	{"write", "/write", true},
	{"403", "/review/1/delete", true},
}

// look is a width, a theme and a language.
type look struct {
	width       int64
	theme, lang string
}

// looks returns all combinations for screenshots, and two that differ in everything otherwise.
func looks() []look {
	if os.Getenv("CINECIRCLE_SCREENS") == "" {
		return []look{{360, "light", "ko"}, {1280, "dark", "en"}}
	}
	var all []look
	for _, width := range []int64{360, 768, 1280} {
		for _, theme := range []string{"light", "dark"} {
			for _, lang := range []string{"ko", "en"} {
				all = append(all, look{width, theme, lang})
			}
		}
	}
	return all
}

// The member that the demo recommends for signing in.
const (
	demoMember   = "하늘"
	demoPassword = "popcorn-and-tea"
)

func TestEveryPageFitsItsViewportAndIsAccessible(t *testing.T) {
	demo := []string{"demo"}
	if os.Getenv("CINECIRCLE_SCREENS") == "" {
		demo = append(demo, "-small")
	}
	base := serve(t, demo, []string{"admin", "grant", demoMember})
	guest, member := newVisitor(t, base), newVisitor(t, base)
	member.signIn(demoMember, demoPassword)
	for _, l := range looks() {
		for _, v := range []*visitor{guest, member} {
			v.size(l.width)
			v.scheme(l.theme)
			v.language(l.lang)
		}
		for _, p := range gallery {
			v := guest
			if p.member {
				v = member
			}
			name := fmt.Sprintf("%s-%d-%s-%s", p.name, l.width, l.theme, l.lang)
			v.open(p.path)
			v.fits(name)
			v.stays(name)
			v.audit(name)
			v.shot(name)
		}
	}
}
