package browser

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestWhatHasTheFocusIsNotHiddenByABar presses Tab through pages in a small window (WCAG 2.4.11), also in one that is
// zoomed to 400 %.
func TestWhatHasTheFocusIsNotHiddenByABar(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	for _, height := range []int64{740, 256} {
		v.do("resize", chromedp.EmulateViewport(320, height))
		for _, path := range []string{"/films/new", "/settings"} {
			v.open(path)
			stops := ask[int](v, `document.querySelectorAll("main a, main button:not([hidden]), main input:not([type=hidden]), main select, main textarea").length`)
			v.do("focus", focus("#main"))
			for range stops {
				v.do("press Tab", keys("\t"))
				hidden := ask[string](v, `(e => { const r = e.getBoundingClientRect();
					const at = document.elementFromPoint(r.left + r.width / 2, (Math.max(r.top, 0) + Math.min(r.bottom, innerHeight)) / 2);
					return !e.closest("main") || e.contains(at) || at?.contains(e) ? "" : e.outerHTML; })(document.activeElement)`)
				if hidden != "" {
					t.Errorf("%s at %d pixels: a bar hides %s", path, height, hidden)
				}
			}
		}
	}
}

func TestTheTextFollowsTheSizeThatIsSetInTheBrowser(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.size(360)
	v.open("/join")
	ask[any](v, `document.documentElement.style.fontSize = "32px", null`)
	v.comesTrue(`getComputedStyle(document.body).fontSize === "32px"`) // without motion every change of style is a very short transition
	v.fits("a page with large text")
}

func TestTabBarsDoNotScrollVertically(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	v.open("/member/1")
	if over := ask[int](v, `(e => e.scrollHeight - e.clientHeight)(document.querySelector(".tabbar"))`); over != 0 {
		t.Errorf("%d pixels of the tabs are below their bar", over)
	}
}

func TestPaperIsLight(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.open("/")
	paper := func() string { return ask[string](v, `getComputedStyle(document.body).backgroundColor`) }
	light := paper()
	for _, dark := range []string{`document.documentElement.dataset.theme = "dark"`, `delete document.documentElement.dataset.theme`} {
		ask[any](v, dark+`, null`)
		v.must(chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		}))
		if got := paper(); got != light {
			t.Errorf("after %s paper is %s, want %s", dark, got, light)
		}
	}
}

func TestWhichTabIsOpenIsSeenWithForcedColours(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	v.open("/member/1")
	v.must(chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}},
	}))
	outline := `getComputedStyle(document.querySelector(".tabbar a%s")).outlineStyle`
	if on, off := ask[string](v, fmt.Sprintf(outline, "[aria-current]")), ask[string](v, fmt.Sprintf(outline, ":not([aria-current])")); on == off {
		t.Errorf("both have the outline %s", on)
	}
}

func TestAMenuClosesWhenTheFocusLeavesIt(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	v.do("open the menu", focus(".menu summary"), keys("\r"))
	v.comesTrue(`document.querySelector(".menu").open`)
	ask[any](v, `[...document.querySelectorAll(".menu-list button")].at(-1).focus(), null`)
	v.comesTrue(`document.querySelector(".menu").open`)
	v.do("press Tab", keys("\t"))
	v.comesTrue(`!document.querySelector(".menu").open`)
}

// TestThePageOfAnotherViewerIsNotShownAgain does what a browser does that takes a page from its back-forward cache.
func TestThePageOfAnotherViewerIsNotShownAgain(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	v.open("/members")
	shownAgain := `window.mark = 1; window.dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true})), null`
	ask[any](v, shownAgain)
	v.comesTrue(`window.mark === 1 && document.querySelector("form[action='/signout']") !== null`)
	other := v.tab()
	other.open("/")
	other.do("open the menu", focus(".menu summary"), keys("\r"))
	other.press(`form[action="/signout"] button`)
	other.sees("You have signed out")
	other.comesTrue(`localStorage.getItem("viewer") === "0"`)
	ask[any](v, shownAgain)
	v.comesTrue(`window.mark === undefined && document.querySelector("form[action='/signout']") === null`)
}

func TestTheFocusGoesOnInAListThatGoesOn(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	v.must(chromedp.Run(v.ctx, chromedp.Evaluate[any](`Promise.all([...Array(30)].map(() => fetch("/movies", {method: "POST",
		headers: {"Content-Type": "application/json"}, body: JSON.stringify({title: "A", plot: "", cast: [], playtime: 90, genre: "Drama"})})))`,
		chromedp.EvalAwaitPromise)))
	v.open("/films")
	v.comesTrue(`document.querySelectorAll(".film-card").length === 24`)
	v.do("focus", focus(".more a"))
	ask[any](v, `document.activeElement.click(), null`)
	v.comesTrue(`document.querySelectorAll(".film-card").length > 24`)
	v.comesTrue(`document.activeElement === document.querySelectorAll(".film-card")[24].querySelector("a")`)
}

// TestPhonesShowFilmsBeforeTheSearchForThem opens the list of films on a phone, where the search is folded until it is in
// use or asked for, or has a mistake, and in a large window, where it never is.
func TestPhonesShowFilmsBeforeTheSearchForThem(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	addFilm(v, "Kite Season")
	const seen = `document.querySelector("#q").checkVisibility({ contentVisibilityAuto: true })`
	for path, want := range map[string]bool{
		"/films": false, "/films?find": true, "/films?q=kite": true, "/films?genre=Drama": true, "/films?year=2001": true,
		"/films?person=Mina": true, "/films?sort=title": true, "/films?genre=nonsense": true, "/films?unknown=nonsense": false,
	} {
		v.size(360)
		v.open(path)
		if got := ask[bool](v, seen); got != want {
			t.Errorf("%s on a phone: the search is seen %v, want %v", path, got, want)
		}
		v.size(1280)
		v.open(path)
		if !ask[bool](v, seen) {
			t.Errorf("%s in a large window: the search is not seen", path)
		}
	}
	v.withoutScripts()
	v.size(360)
	v.open("/films")
	if top := ask[float64](v, `document.querySelector(".film-card").getBoundingClientRect().top`); top > 300 {
		t.Errorf("the first film begins at %v of 740 pixels", top)
	}
	v.do("open the search", focus(".fold summary"), keys("\r"))
	v.write("#q", "season")
	v.press(".filters .go")
	v.comesTrue(`location.search.includes("q=season") && document.querySelector("#q").value === "season" && document.querySelectorAll(".film-card").length === 1`)
}

// TestWeeksWithoutFilmsAreAsHighAsOthers looks at the calendar of a diary with one film.
func TestWeeksWithoutFilmsAreAsHighAsOthers(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	addFilm(v, "Kite Season")
	v.open("/film/1/log")
	v.press("main form .button")
	v.sees("Logged in your diary")
	for _, width := range []int64{360, 1280} {
		v.size(width)
		v.open("/member/1/diary?view=calendar")
		heights := ask[[]float64](v, `[...document.querySelectorAll(".calendar tbody tr")].map(e => e.getBoundingClientRect().height)`)
		if low, high := slices.Min(heights), slices.Max(heights); high-low > 8 || low < 60 {
			t.Errorf("at %d pixels the weeks are %v high", width, heights)
		}
	}
}

func TestNothingIsSqueezedOrCutOnAPhone(t *testing.T) {
	v := newVisitor(t, serve(t, []string{"demo", "-small"}, []string{"admin", "grant", demoMember}))
	v.size(360)
	for _, lang := range []string{"ko", "en"} {
		v.language(lang)
		v.open("/privacy")
		v.comesTrue(`(t => t.scrollWidth <= t.clientWidth)(document.querySelector(".prose table"))`)
	}
	v.signIn(demoMember, demoPassword)
	addFilm(v, "대단히긴제목을가진영화가있는데띄어쓰기가전혀없어서어디서줄을바꿔야할지아무도모르는그런영화의이름")
	v.open("/admin/films")
	if got := ask[float64](v, `Math.max(...[...document.querySelectorAll(".admin .facts")].map(f => f.getBoundingClientRect().height))`); got > 40 {
		t.Errorf("the facts of a film are %.0f pixels high", got)
	}
}
