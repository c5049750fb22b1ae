package browser

import (
	"fmt"
	"os"
	"strings"
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
	{"film-rated", "/film/12", false},
	{"lists", "/list", false},
	{"lists-of-film", "/film/1/lists", false},
	{"list", "/list/{list}", false},
	{"review", "/review/1", false},
	{"reviews", "/latest", false},
	{"members", "/members", false},
	{"member", "/member/1", false},
	{"member-diary", "/member/1/diary", false},
	{"member-calendar", "/member/1/diary?view=calendar", false},
	{"member-year", "/member/1/year/{year}", false},
	{"member-ratings", "/member/1/ratings", false},
	{"member-watched", "/member/1/watched", false},
	{"member-watchlist", "/member/1/watchlist", false},
	{"member-lists", "/member/1/lists", false},
	{"followers", "/member/1/followers", false},
	{"join", "/join", false},
	{"signin", "/signin", false},
	{"404", "/nothing-here", false},
	{"home-member", "/", true},
	{"film-member", "/film/1", true},
	{"film-log", "/film/1/log", true},
	{"film-collect", "/film/1/collect", true},
	{"diary", "/member/1/diary", true},
	{"diary-edit", "/log/{viewing}", true},
	{"diary-delete", "/log/{viewing}/delete", true},
	{"ratings", "/member/1/ratings", true},
	{"watchlist", "/member/1/watchlist", true},
	{"list-own", "/list/{list}", true},
	{"list-new", "/list/new", true},
	{"list-edit", "/list/{list}/edit", true},
	{"list-add", "/list/{list}/add", true},
	{"list-arrange", "/list/{list}/arrange", true},
	{"list-note", "/list/{list}/note/1", true},
	{"list-delete", "/list/{list}/delete", true},
	{"film-add", "/films/new", true},
	{"film-edit", "/film/1/edit", true},
	{"film-delete", "/film/1/delete", true},
	{"review-write", "/film/2/review", true},
	{"inbox", "/inbox", true},
	{"feed", "/feed", true},
	{"feed-ratings", "/feed?types=rating", true},
	{"review-comments", "/review/1", true},
	{"comment-reply", "/comment/1", true},
	{"settings", "/settings", true},
	{"privacy", "/settings/privacy", true},
	{"requests", "/settings/requests", true},
	{"blocked", "/settings/blocked", true},
	{"muted", "/settings/muted", true},
	{"member-other", "/member/2", true},
	{"member-block", "/member/2/block", true},
	{"account-delete", "/settings/delete", true},
	{"invites", "/settings/invites", true},
	{"security", "/settings/security", true},
	{"transfer", "/settings/transfer", true},
	{"about", "/about", false},
	{"privacy-notice", "/privacy", false},
	{"report", "/report?type=review&id=1", true},
	{"moderation-reports", "/moderate/reports", true},
	{"moderation-log", "/moderate/log", true},
	{"tokens", "/settings/tokens", true},
	{"moderation-members", "/moderate/members", true},
	{"moderation-member", "/moderate/members/2", true},
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
	known := findings(member)
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
			v.open(known.Replace(p.path))
			v.stays(name)
			// On a phone an open menu covers what is below it. Stories open those.
			ask[any](v, `document.querySelectorAll("main details").forEach(d => { d.open = !d.matches(".menu") || innerWidth > 640; }), null`)
			v.fits(name)
			v.audit(name)
			v.shot(name)
		}
	}
}

// findings makes a list of two films, and returns what replaces the names in the paths of the gallery.
func findings(v *visitor) *strings.Replacer {
	v.t.Helper()
	v.open("/list/new?film=1")
	v.write("#title", "비 오는 밤에 다시 보는 영화")
	v.press(`[name="ranked"]`)
	v.press("main form .button")
	v.sees("List created")
	list := v.path()
	v.open(list + "/add")
	v.press(`#choice .person:not(:has(#film-1)) button`)
	v.comesTrue(`document.activeElement.matches("#choice button.quiet")`)
	v.open("/member/1/diary")
	return strings.NewReplacer("/list/{list}", list,
		"/log/{viewing}", ask[string](v, `document.querySelector('.viewing a[href^="/log/"]').getAttribute("href")`),
		"/member/1/year/{year}", ask[string](v, `document.querySelector('a[href*="/year/"]').getAttribute("href")`))
}
