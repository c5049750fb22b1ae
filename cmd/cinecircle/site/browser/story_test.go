package browser

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// photo writes a picture to be uploaded.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 400, 600))
	for y := range 600 {
		for x := range 400 {
			img.Set(x, y, color.RGBA{R: uint8(x / 2), G: uint8(y / 4), B: 120, A: 255})
		}
	}
	path := filepath.Join(t.TempDir(), "photo.png")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// liked is what holds once the first review is liked.
const liked = `document.querySelector("#like-1").getAttribute("aria-pressed") === "true"`

func addFilm(v *visitor, title string) {
	v.t.Helper()
	v.open("/films/new")
	v.write("#title", title)
	v.choose("#genre", "Drama")
	v.write("#playtime", "112")
	v.write("#plot", "A train that smells of the sea.")
	v.write(`input[name="cast_name_0"]`, "윤가람")
	v.upload("#image", photo(v.t))
	v.press("main form .actions .button")
	v.sees("The film was added")
}

func writeReview(v *visitor, film string) {
	v.t.Helper()
	v.open(film + "/review")
	v.write("#title", "To the last stop")
	v.write("#content", "The slower the train, the faster the heart.")
	v.upload("#image", photo(v.t))
	await(v.t, "the preview of the image", func() bool {
		return ask[bool](v, `(i => i !== null && i.complete && i.naturalWidth > 0)(document.querySelector("[data-preview] img"))`)
	})
	v.press("main form .button")
	v.sees("Your review was published")
}

func TestNotificationsArriveWithoutReloadingThePage(t *testing.T) {
	const fan = "juno $& {}" // neither the server nor the script may read it as a pattern
	base := serve(t)
	mina, juno := newVisitor(t, base), newVisitor(t, base)
	mina.join("mina")
	addFilm(mina, "소금빛 기차")
	mina.isAt("/film/1")
	writeReview(mina, "/film/1")
	mina.isAt("/review/1")
	await(t, "an open socket", func() bool { return ask[bool](mina, `document.querySelector("[data-bell]") !== null`) })

	juno.join(fan)
	juno.open("/review/1")
	juno.press("#like-1")
	juno.comesTrue(liked)
	juno.open("/member/1")
	juno.press("#follow-1")
	juno.sees("You’re following mina")

	mina.sees(fan+" liked your review of “소금빛 기차”.", fan+" started following you.")
	mina.comesTrue(`document.querySelector("[data-bell]").getAttribute("aria-label") === "Notifications, 2 unread"`)
	mina.comesTrue(`document.title.startsWith("(2) To the last stop")`)
	mina.size(360)
	mina.comesTrue(`(b => b.dataset.count === "2" && b.offsetParent !== null)(document.querySelector(".tabs [data-count]"))`)
	if got := ask[float64](mina, `Math.max(...[...document.querySelectorAll(".tabs a > span:first-of-type")].map(e => e.getBoundingClientRect().height))`); got > 24 {
		t.Errorf("a name in the bar of phones has more than one line: %v pixels", got)
	}
	mina.size(1280)
	mina.open("/inbox")
	mina.sees(fan + " liked your review of “소금빛 기차”.")
	mina.press(".page-head .button")
	mina.sees("All notifications are marked as read")
	if !ask[bool](mina, `document.querySelector("[data-count]").hidden`) {
		t.Error("the bell still counts")
	}
	if got := ask[string](mina, `document.title`); got != "Notifications · cinecircle" {
		t.Errorf("the title is %q", got)
	}

	juno.open("/member/1")
	juno.press("#follow-1")
	juno.sees("Unfollowed mina")
	juno.press(".toast form button")
	juno.sees("You’re following mina")
}

func TestSigningOutAnotherDeviceEndsItsSession(t *testing.T) {
	base := serve(t)
	here, there := newVisitor(t, base), newVisitor(t, base)
	here.join("mina")
	there.signIn("mina", "popcorn-and-tea")
	there.open("/settings")
	there.sees("This device")
	here.open("/settings")
	here.press(`.devices li:not(:has(.chip)) button`)
	here.sees("Signed out on that device")
	there.open("/settings")
	there.isAt("/signin?next=%2Fsettings")
}

func TestInvalidInputIsKeptAndExplainedAtItsField(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.open("/join")
	v.write("#username", "m")
	v.write("#password", "short")
	v.write("#age", "old")
	v.press("main form .button")
	v.sees("at least 2 characters", "at least 8 characters", "Enter the age as a number")
	for css, want := range map[string]string{"#username": "m", "#age": "old", "#password": ""} {
		if got := ask[string](v, `document.querySelector("`+css+`").value`); got != want {
			t.Errorf("%s has %q, want %q", css, got, want)
		}
	}
	described := ask[string](v, `document.querySelector("#username").getAttribute("aria-describedby").split(" ").map(id => document.getElementById(id).textContent).join(" ")`)
	if !strings.HasPrefix(described, "2 to 50 characters") || !strings.HasSuffix(described, "This must be at least 2 characters.") {
		t.Errorf("the field is described by %q", described)
	}
	v.audit("a form with mistakes")
}

func TestSearchFindsFilmsWhileTyping(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	addFilm(v, "소금빛 기차")
	addFilm(v, "Kite Season")
	v.open("/films")
	v.sees("소금빛 기차", "Kite Season")
	entries := ask[int](v, `history.length`)
	order := `document.querySelector("#sort").selectedOptions[0].textContent`
	if got := ask[string](v, order); got != "Newest" {
		t.Errorf("without a search the order is %q", got)
	}
	v.write("#q", "기차")
	await(t, "one film to be left", func() bool { return ask[int](v, `document.querySelectorAll(".film-card").length`) == 1 })
	v.sees("소금빛 기차")
	v.comesTrue(order + ` === "Best match"`)
	if got := v.path(); got != "/films?q=%EA%B8%B0%EC%B0%A8&genre=&year=&sort=match" {
		t.Errorf("the address is %s", got)
	}
	v.write("#q", "nothing like it")
	v.sees("No film matches")
	if got := ask[int](v, `history.length`); got != entries {
		t.Errorf("the search made %d entries in the history", got-entries)
	}
}

func TestMarkingANotificationAsReadKeepsTheFocusInTheList(t *testing.T) {
	base := serve(t)
	mina := newVisitor(t, base)
	mina.join("mina")
	addFilm(mina, "Kite Season")
	writeReview(mina, "/film/1")
	fan := newVisitor(t, base)
	fan.join("juno")
	fan.open("/member/1")
	fan.press("#follow-1")
	fan.comesTrue(`document.querySelector("#follow-1").classList.contains("quiet")`)
	fan.open("/review/1")
	fan.press("#like-1")
	fan.comesTrue(`document.querySelector("#like-1").getAttribute("aria-pressed") === "true"`)
	mina.open("/inbox")
	buttons := `document.querySelectorAll("[data-read] button")`
	focused := func() { ask[any](mina, buttons+`[0].focus(); document.activeElement.click(); null`) }
	ask[any](mina, buttons+`[1].id = "second"; document.documentElement.dataset.same = "page"; null`)
	focused()
	mina.comesTrue(`document.activeElement.id === "second" && ` + buttons + `.length === 1`)
	mina.comesTrue(`document.querySelector("[data-unread-count]").textContent === "1" && document.querySelector("[data-bell]").dataset.unread === "1"`)
	focused()
	mina.comesTrue(`document.activeElement.matches(".notice a") && document.querySelectorAll(".notice.unread").length === 0`)
	mina.comesTrue(`document.documentElement.dataset.same === "page" && document.querySelector("[data-bell]").dataset.unread === "0"`)
}

func TestTheBellShowsTheCountOfTheServer(t *testing.T) {
	base := serve(t)
	mina, juno := newVisitor(t, base), newVisitor(t, base)
	mina.join("mina")
	addFilm(mina, "Kite Season")
	mina.isAt("/film/1")
	writeReview(mina, "/film/1")
	mina.open("/films")
	bell := func(v *visitor, unread int) {
		t.Helper()
		v.comesTrue(fmt.Sprintf(`document.querySelector("[data-bell]").dataset.unread === "%d"`, unread))
	}
	juno.join("juno")
	juno.open("/review/1")
	for _, state := range []string{"true", "false", "true"} {
		juno.press("#like-1")
		juno.comesTrue(`document.querySelector("#like-1").getAttribute("aria-pressed") === "` + state + `"`)
	}
	mina.comesTrue(`document.querySelector(".toast b")?.textContent === "×2"`) // and the second like replaces the first in the inbox
	bell(mina, 1)

	other := mina.tab()
	other.open("/inbox")
	bell(other, 1)
	other.press(".page-head .button")
	other.sees("All notifications are marked as read")
	bell(mina, 0)
	juno.open("/member/1")
	juno.press("#follow-1")
	for _, v := range []*visitor{mina, other} {
		bell(v, 1)
	}

	for _, shown := range []string{`window.dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}))`, `document.dispatchEvent(new Event("visibilitychange"))`} {
		ask[any](mina, `document.querySelector("[data-bell]").dataset.unread = "7"; `+shown+`; null`)
		bell(mina, 1)
	}
}

func TestEqualToastsAreOneAndPhonesShowFew(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.open("/films")
	say := func(text string) {
		t.Helper()
		ask[any](v, `document.dispatchEvent(new CustomEvent("toast", {detail: {text: "`+text+`", bad: true}})), null`)
	}
	for range 4 {
		say("Too often")
	}
	if got := ask[string](v, `[...document.querySelectorAll(".toast")].map(t => t.textContent).join()`); got != "Too often×4×" { // the last is the button
		t.Errorf("the toasts are %q", got)
	}
	for _, text := range []string{"a", "b", "c", "d"} {
		say(text)
	}
	v.comesTrue(`document.querySelectorAll(".toast").length === 4`)
	v.size(360)
	say("e")
	v.comesTrue(`document.querySelectorAll(".toast").length === 2`)
	v.audit("toasts")
	v.comesTrue(`document.querySelector(".toast b") === null`)
	ask[any](v, `document.body.dispatchEvent(new CustomEvent("htmx:sendError", {bubbles: true})), null`)
	v.sees("You are offline")
}

func TestFieldsCountWhatIsTypedAsTheServerDoes(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	v.open("/films/new")
	fill := func(css, text string) {
		t.Helper()
		ask[any](v, `(f => { f.value = `+text+`; f.dispatchEvent(new Event("input", {bubbles: true})); })(document.querySelector("`+css+`")), null`)
	}
	v.choose("#genre", "Drama")
	v.write("#playtime", "９０")
	fill("#plot", `"\u1112\u1161\u11ab".repeat(9998) + "\r\nb \n"`) // 10,000 syllables, a line end and a letter in NFC
	v.sees("10,000 / 10,000")
	fill("#title", `"🎬".repeat(256)`)
	v.sees("Characters over the limit: 1")
	v.audit("a text that is too long")
	v.press("main form .actions .button")
	v.comesTrue(`document.activeElement.id === "title"`)
	if got := v.path(); got != "/films/new" {
		t.Fatalf("the form was sent to %s", got)
	}
	fill("#title", `" " + "🎬".repeat(255) + "\u3000"`)
	if strings.Contains(v.text(), "over the limit") {
		t.Error("a title of 255 characters counts as too long")
	}
	v.press("main form .actions .button")
	v.sees("The film was added")
	v.isAt("/film/1")
}

// TestTextsOfPeopleKeepTheirDirectionToThemselves compares where the browser draws what follows.
func TestTextsOfPeopleKeepTheirDirectionToThemselves(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	for i, title := range []string{"plain", "\u202Eoverride", "\u2067isolate", "\u2069\u202Eend and override", "שלום 1987"} {
		v.open("/films/new")
		ask[any](v, `document.querySelector("#title").value = `+fmt.Sprintf("%q", title)+`, null`)
		v.choose("#genre", "Drama")
		v.write("#playtime", "90")
		v.press("main form .actions .button")
		v.isAt(fmt.Sprintf("/film/%d", i+1))
		v.open(fmt.Sprintf("/film/%d/delete", i+1))
		// The question mark behind the title is at its right in a page that is read from left to right.
		after := ask[bool](v, `(h => { const r = document.createRange(), last = h.lastChild; r.setStart(last, last.length - 1); r.setEnd(last, last.length);
			return r.getBoundingClientRect().left >= h.querySelector("bdi").getBoundingClientRect().right - 1; })(document.querySelector("main h1"))`)
		if !after {
			t.Errorf("%+q turns what follows it", title)
		}
	}
}

func TestCommunityWorksWithoutScripts(t *testing.T) {
	base := serve(t)
	mina, juno := newVisitor(t, base), newVisitor(t, base)
	mina.withoutScripts()
	juno.withoutScripts()
	mina.join("mina")
	addFilm(mina, "Kite Season")
	mina.open("/film/1/review")
	mina.write("#title", "Up")
	mina.write("#content", "And away.")
	mina.press("main form .button")
	mina.sees("Your review was published")
	juno.join("juno")
	juno.open("/review/1")
	juno.press("#like-1")
	juno.comesTrue(liked)
	juno.open("/member/1")
	juno.press("#follow-1")
	juno.sees("You’re following mina")
	juno.open("/films?q=kite")
	juno.sees("Kite Season")
	mina.open("/inbox")
	mina.sees("juno liked your review of “Kite Season”.", "juno started following you.")
}

func TestThemeAndLanguageAreRemembered(t *testing.T) {
	v := newVisitor(t, serve(t))
	paper := func() string { return ask[string](v, `getComputedStyle(document.body).backgroundColor`) }
	v.scheme("light")
	v.open("/")
	light := paper()
	v.press(`.foot button[name="theme"][value="dark"]`)
	await(t, "a dark page", func() bool { return paper() != light })
	dark := paper()
	v.open("/films")
	if paper() != dark {
		t.Error("the next page is light again")
	}
	v.press(`.foot button[name="theme"][value=""]`)
	await(t, "a light page", func() bool { return paper() == light })
	v.scheme("dark")
	await(t, "a dark page for a dark system", func() bool { return paper() == dark })
	v.press(`.menu summary`)
	v.press(`.menu button[name="theme"][value="light"]`)
	await(t, "a light page for a dark system", func() bool { return paper() == light })
	if got := ask[string](v, `[...document.querySelectorAll('[data-themes] [aria-pressed="true"]')].map(b => b.value).join()`); got != "light,light" {
		t.Errorf("the switches show %q", got)
	}
	v.press(`.menu button[name="lang"][value="ko"]`)
	v.sees("모든 장르")
	if got := ask[string](v, `document.documentElement.lang`); got != "ko" {
		t.Errorf("the page is in %q", got)
	}
}

func TestPagesWorkWithTheKeyboard(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	v.open("/films")
	v.do("press Tab", keys("\t"))
	if got := ask[string](v, `document.activeElement.className`); got != "skip" {
		t.Errorf("Tab comes to %q first", got)
	}
	v.do("press Enter", keys("\r"))
	await(t, "the content to have the focus", func() bool { return ask[string](v, `document.activeElement.id`) == "main" })
	v.do("open the menu", focus(".menu summary"), keys("\r"))
	await(t, "an open menu", func() bool { return ask[bool](v, `document.querySelector(".menu").open`) })
	v.do("press Escape", keys("\x1b"))
	await(t, "a closed menu", func() bool { return !ask[bool](v, `document.querySelector(".menu").open`) })
}

func TestAShelfHasArrowsForTheMouse(t *testing.T) {
	base := serve(t, []string{"demo", "-small"})
	v := newVisitor(t, base)
	v.open("/")
	// More films than the small demo has, without the time that many take.
	ask[any](v, `(shelf => { for (const li of [...shelf.children, ...shelf.children]) shelf.append(li.cloneNode(true)); })(document.querySelector(".shelf")),
		dispatchEvent(new Event("resize")), null`)
	shown := func(name string) bool {
		return ask[bool](v, `getComputedStyle(document.querySelector(".shelf ~ .arrow.`+name+`")).display !== "none"`)
	}
	if !shown("forth") || shown("back") {
		t.Fatal("at the beginning there is not one arrow, to the right")
	}
	v.press(".shelf ~ .arrow.forth")
	v.comesTrue(`document.querySelector(".shelf").scrollLeft > 100`)
	await(t, "an arrow to the left", func() bool { return shown("back") })
	v.size(360)
	if shown("forth") || shown("back") {
		t.Error("phones have arrows")
	}
}
