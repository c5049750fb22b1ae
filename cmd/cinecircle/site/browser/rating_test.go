package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// filmOf makes a member and a film, and opens its page. Pages appear at once: what is pressed during a transition is lost.
func filmOf(v *visitor, title string) {
	v.t.Helper()
	v.scheme("light")
	v.join("mina")
	addFilm(v, title)
	v.isAt("/film/1")
}

// chosenStars is the value of the chosen stars.
const chosenStars = `document.querySelector(".stars input:checked")?.value`

func TestTheFilmOfLastNightIsLoggedInFourTaps(t *testing.T) {
	v := newVisitor(t, serve(t))
	filmOf(v, "Kite Season")
	v.do("become a phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile))
	v.open("/film/1")
	v.press(`.reaction a[href="/film/1/log"]`)
	v.sees("When did you watch it?")
	v.press(".days label:nth-of-type(2)") // yesterday
	v.press(".stars label:nth-of-type(9)")
	for _, lang := range []string{"en", "ko"} {
		phone := v.tab()
		phone.language(lang)
		phone.do("become a phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile))
		phone.open("/film/1/log")
		phone.comesTrue(`document.querySelector("main form .button").getBoundingClientRect().bottom < document.querySelector(".tabs").getBoundingClientRect().top`)
	}
	v.press("main form .button")
	v.sees("Logged in your diary")
	v.isAt("/film/1")
	v.comesTrue(chosenStars + ` === "4.5" && document.querySelector(".pill.on").textContent.trim() === "Watched"`)
	v.open("/member/1/diary")
	if got := ask[string](v, `document.querySelector(".viewing .starred").textContent.trim()`); got != "Rating 4.5" {
		t.Errorf("the diary has the stars %q", got)
	}
	today := `new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10)` // in the zone of the service
	if !ask[bool](v, `document.querySelector(".viewing time").dateTime < `+today) {
		t.Error("it was not logged for yesterday")
	}
}

func TestStarsAreGivenByTheKeyboardWithoutReloadingThePage(t *testing.T) {
	v := newVisitor(t, serve(t))
	filmOf(v, "Kite Season")
	v.open("/film/1")
	ask[any](v, `document.documentElement.dataset.same = "page", null`)
	stored := func(want string) {
		t.Helper()
		v.comesTrue(`fetch("/users/me/ratings").then(r => r.json()).then(l => { window.stored = String(l[0]?.rating); }), window.stored === "` + want + `"`)
	}
	v.do("choose the first", focus(".stars input"), keys(" "))
	v.comesTrue(`document.querySelector(".rate-do span")?.textContent === "0.5 Awful"`)
	v.do("go up", keys(kb.ArrowRight), keys(kb.ArrowRight))
	v.comesTrue(`document.querySelector(".rate-do span")?.textContent === "1.5 Dull"`)
	v.comesTrue(`document.activeElement.matches(".stars input[value='1.5']")`)
	v.do("go down", keys(kb.ArrowLeft))
	v.comesTrue(`document.querySelector(".rate-do span")?.textContent === "1.0 Bad"`)
	stored("1")
	v.do("leave", keys("\t"))
	if ask[bool](v, `document.activeElement.closest(".stars") !== null`) {
		t.Error("the stars are more than one tab stop")
	}
	v.audit("a rated film")
	v.press(`.rate-do [name="remove"]`)
	v.comesTrue(`document.querySelector(".stars input:checked") === null`)
	stored("undefined")
	if !ask[bool](v, `document.documentElement.dataset.same === "page"`) {
		t.Error("the page was loaded again")
	}
}

// TestAChoiceDuringTheAnswerToTheLastOneIsKept presses a key in the moment before the stars are replaced.
func TestAChoiceDuringTheAnswerToTheLastOneIsKept(t *testing.T) {
	v := newVisitor(t, serve(t))
	filmOf(v, "Kite Season")
	v.open("/film/1")
	ask[any](v, `document.addEventListener("htmx:beforeOnLoad", () => document.querySelector(".stars input[value='4']").click(), { once: true }), null`)
	v.press(".stars label:nth-of-type(4)")
	v.comesTrue(`document.querySelector(".rate-do span")?.textContent === "4.0 Very good"`)
}

func TestAMarkHasAnUndoAndKeepsTheFocus(t *testing.T) {
	v := newVisitor(t, serve(t))
	filmOf(v, "Kite Season")
	v.open("/film/1")
	v.do("want it", focus("#want"), keys("\r"))
	v.sees("Added to your watchlist")
	v.comesTrue(`document.activeElement.id === "want" && document.activeElement.getAttribute("aria-pressed") === "true"`)
	v.press(".toast form button")
	v.comesTrue(`document.querySelector("#want").getAttribute("aria-pressed") === "false"`)
}

func TestARankedListIsMadeFilledAndArranged(t *testing.T) {
	v := newVisitor(t, serve(t, []string{"demo", "-small"}))
	v.scheme("light")
	v.signIn(demoMember, demoPassword)
	v.open("/list/new")
	v.write("#title", "Best of the year")
	v.press(`[name="ranked"]`)
	v.press("main form .button")
	v.sees("List created")
	v.isAt("/list/1/add")
	for _, title := range []string{"Kite Season", "겨울 정원사", "첫눈이 오면 전화해"} {
		v.write("#q", title)
		v.comesTrue(`[...document.querySelectorAll("#choice .person-name")].map(e => e.textContent.trim()).join() === "` + title + `"`)
		v.press("#choice button")
		v.comesTrue(`document.querySelector("#choice button.quiet") !== null`)
	}
	v.press(`.page-head .button`)
	v.isAt("/list/1")
	order := func(want string) {
		t.Helper()
		v.comesTrue(`[...document.querySelectorAll(".grid .film-title")].map(e => e.textContent.trim()).join() === "` + want + `"`)
	}
	order("1 Kite Season,2 겨울 정원사,3 첫눈이 오면 전화해")

	v.press(`a[href="/list/1/arrange"]`)
	rows := `[...document.querySelectorAll(".arrange-row")].map(e => e.querySelector("input").value + " " + e.dataset.title.replace(/[\u2068\u2069]/g, "")).join()`
	v.do("move the last up", focus(`.arrange-row:last-child [name="up"]`), keys("\r"))
	v.comesTrue(rows + ` === "1 Kite Season,2 첫눈이 오면 전화해,3 겨울 정원사"`)
	v.comesTrue(`document.activeElement.matches(".arrange-row:nth-child(2) [name=up]") && document.querySelector("[data-arranged]").textContent.includes("position 2")`)
	v.write(".arrange-row:nth-child(3) input", "1")
	v.do("leave the number", keys("\t"))
	v.comesTrue(rows + ` === "1 겨울 정원사,2 Kite Season,3 첫눈이 오면 전화해"`)
	v.write(".arrange-row:first-child input", "3")
	v.do("leave the number", keys("\t"))
	v.comesTrue(rows + ` === "1 Kite Season,2 첫눈이 오면 전화해,3 겨울 정원사"`)
	drag(v, `.arrange-row:first-child .handle`, `.arrange-row:last-child .handle`)
	v.comesTrue(rows + ` === "1 첫눈이 오면 전화해,2 겨울 정원사,3 Kite Season"`)
	v.press("main form .actions .button")
	v.sees("List saved")
	order("1 첫눈이 오면 전화해,2 겨울 정원사,3 Kite Season")
}

// fillList makes a ranked list of ten films, the first with a long note.
func fillList(v *visitor) {
	v.t.Helper()
	ask[any](v, `(async () => {
		const send = async (path, body) => (await fetch(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } })).json();
		const list = await send("/lists", { title: "Ten", ranked: true });
		for (let i = 1; i <= 10; i++) {
			const film = await send("/movies", { title: "Film " + i, plot: "", cast: [], playtime: 90, genre: "Drama" });
			await send("/lists/" + list.id + "/items", { movie_id: film.id, note: i === 1 ? "note ".repeat(100) : "" });
		}
		window.filled = true;
	})(), null`)
	v.comesTrue(`window.filled === true`)
}

func TestTheNotesOfAListHaveRoomOnAPhone(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	fillList(v)
	v.size(360)
	v.open("/list/1")
	v.fits("a list with notes")
	v.audit("a list with notes")
	of := func(css, what string) float64 {
		return ask[float64](v, fmt.Sprintf(`document.querySelector(".film-card %s").getBoundingClientRect().%s`, css, what))
	}
	if wide := of(".film-note", "width"); wide < 200 {
		t.Errorf("a note is %v pixels wide", wide)
	}
	if title, poster := of(".film-title", "left"), of(".poster", "right"); title < poster {
		t.Errorf("the title begins at %v pixels, and the poster ends at %v", title, poster)
	}
	v.press(".film-card > .plain")
	v.isAt("/list/1/note/1")
}

// TestARowIsDraggedToTheOtherEndOfAListLongerThanAPhone holds the last of ten films at the top of the window, where the
// page goes on until the film is the first.
func TestARowIsDraggedToTheOtherEndOfAListLongerThanAPhone(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	fillList(v)
	v.size(360)
	v.open("/list/1/arrange")
	ask[any](v, `document.querySelector(".arrange-row:last-child").scrollIntoView({ block: "center" }), null`)
	at := ask[[]float64](v, `(r => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector(".arrange-row:last-child .handle").getBoundingClientRect())`)
	v.do("hold it at the top", chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at[0], at[1], chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], 70, chromedp.ButtonLeft))
	v.comesTrue(`document.querySelector(".arrange-row").classList.contains("held")`)
	v.do("let it go", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at[0], 70, chromedp.ButtonLeft))
	v.comesTrue(`[...document.querySelectorAll(".arrange-row")].map(e => e.dataset.title.replace(/\D/g, "")).join() === "10,1,2,3,4,5,6,7,8,9"`)
}

// drag pulls an element past the middle of another one.
func drag(v *visitor, from, to string) {
	v.t.Helper()
	at := func(css string, down float64) (x, y float64) {
		found := ask[[]float64](v, fmt.Sprintf(`(r => [r.left + r.width / 2, r.top + r.height * %v])(document.querySelector(%q).getBoundingClientRect())`, down, css))
		return found[0], found[1]
	}
	ask[any](v, fmt.Sprintf(`document.querySelector(%q).scrollIntoView({block: "end"}), null`, to))
	x, y := at(from, 0.5)
	_, below := at(to, 0.9)
	v.do("drag", chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, chromedp.ButtonLeft), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, (y+below)/2, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, below, chromedp.ButtonLeft), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x, below, chromedp.ButtonLeft))
}

func TestRatingsMarksTheDiaryAndListsWorkWithoutScripts(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.withoutScripts()
	filmOf(v, "Kite Season")
	v.press(".stars label:nth-of-type(7)")
	v.press(".rate-do .go")
	v.sees("3.5 Good", "Remove rating")
	v.press(`.rate-do [name="remove"]`)
	v.comesTrue(`document.querySelector(".rate-do [name=remove]") === null`)
	v.press("#watch")
	v.sees("No longer marked as watched")
	v.press("#want")
	v.sees("Added to your watchlist")
	v.press(`.reaction a[href="/film/1/log"]`)
	v.press(".days label:nth-of-type(3)")
	ask[any](v, `document.querySelector("#watched_on").value = "2020-02-29", null`)
	v.press(".stars label:nth-of-type(10)")
	v.press("main form .button")
	v.sees("Logged in your diary", "5.0 A masterpiece")
	v.press(`a[href="/film/1/collect"]`)
	v.press(`main a[href="/list/new?film=1"]`)
	v.write("#title", "Alone")
	v.press(`[name="private"]`)
	v.press("main form .button")
	v.sees("List created", "Kite Season")
	put := func(search string, in bool) {
		t.Helper()
		v.open("/list/1/add?q=" + search)
		v.press("#choice button")
		v.comesTrue(fmt.Sprintf(`(document.querySelector("#choice button.quiet") !== null) === %v`, in))
	}
	put("kite", false)
	v.open("/list/1")
	v.sees("No films in this list yet")
	put("kite", true)
	addFilm(v, "Salt")
	put("salt", true)
	v.open("/list/1/arrange")
	v.press(`.arrange-row:last-child [name="up"]`)
	v.comesTrue(`document.querySelector(".arrange-row:first-child").textContent.includes("Salt")`)
	v.press("main form .actions .button")
	v.sees("List saved")
	v.comesTrue(`document.querySelector(".grid .film-card").textContent.includes("Salt")`)
}
