package browser

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
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
	v.sees("The film is in the catalogue")
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
	v.sees("Your review was saved")
}

func TestTheBellRingsWithoutReload(t *testing.T) {
	base := serve(t)
	mina, juno := newVisitor(t, base), newVisitor(t, base)
	mina.join("mina")
	addFilm(mina, "소금빛 기차")
	mina.isAt("/film/1")
	writeReview(mina, "/film/1")
	mina.isAt("/review/1")
	await(t, "an open socket", func() bool { return ask[bool](mina, `document.querySelector("[data-bell]") !== null`) })

	juno.join("juno")
	juno.open("/review/1")
	juno.press("#like-1")
	juno.comesTrue(liked)
	juno.open("/member/1")
	juno.press("#follow-1")
	juno.sees("You follow them now")

	mina.sees("juno likes your review.", "juno follows you.")
	if got := ask[string](mina, `document.querySelector("[data-bell] [data-words]").textContent`); got != "Notices, 2 unread" {
		t.Errorf("the bell says %q", got)
	}
	mina.open("/inbox")
	mina.sees("juno likes your review.")
	mina.press(".page-head .button")
	mina.sees("All marked as read")
	if !ask[bool](mina, `document.querySelector("[data-count]").hidden`) {
		t.Error("the bell still counts")
	}

	juno.open("/member/1")
	juno.press("#follow-1")
	juno.sees("You no longer follow them")
	juno.press(".toast form button")
	juno.sees("You follow them now")
}

func TestWhoSignsOutElsewhereIsOutThere(t *testing.T) {
	base := serve(t)
	here, there := newVisitor(t, base), newVisitor(t, base)
	here.join("mina")
	there.signIn("mina", "popcorn-and-tea")
	there.open("/settings")
	there.sees("This device")
	here.open("/settings")
	here.press(`.devices li:not(:has(.chip)) button`)
	here.sees("Signed out there")
	there.open("/settings")
	there.isAt("/signin?next=%2Fsettings")
}

func TestWrongInputIsToldAtItsFieldAndKept(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.open("/join")
	v.write("#username", "m")
	v.write("#password", "short")
	v.write("#age", "old")
	v.press("main form .button")
	v.sees("at least 2 characters", "at least 8 characters", "Please enter a whole number")
	for css, want := range map[string]string{"#username": "m", "#age": "old", "#password": ""} {
		if got := ask[string](v, `document.querySelector("`+css+`").value`); got != want {
			t.Errorf("%s has %q, want %q", css, got, want)
		}
	}
	if got := ask[string](v, `document.getElementById(document.querySelector("#username").getAttribute("aria-describedby")).textContent`); got != "This must be at least 2 characters." {
		t.Errorf("the field is described by %q", got)
	}
	v.audit("a form with mistakes")
}

func TestFilmsAreFoundWhileOneTypes(t *testing.T) {
	base := serve(t)
	v := newVisitor(t, base)
	v.join("mina")
	addFilm(v, "소금빛 기차")
	addFilm(v, "Kite Season")
	v.open("/films")
	v.sees("소금빛 기차", "Kite Season")
	v.write("#q", "기차")
	await(t, "one film to be left", func() bool { return ask[int](v, `document.querySelectorAll(".film-card").length`) == 1 })
	v.sees("소금빛 기차")
	if got := v.path(); got != "/films?q=%EA%B8%B0%EC%B0%A8&genre=&sort=-id" {
		t.Errorf("the address is %s", got)
	}
	v.write("#q", "nothing like it")
	v.sees("No film like that")
}

func TestTheCommunityWorksWithoutScripts(t *testing.T) {
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
	mina.sees("Your review was saved")
	juno.join("juno")
	juno.open("/review/1")
	juno.press("#like-1")
	juno.comesTrue(liked)
	juno.open("/member/1")
	juno.press("#follow-1")
	juno.sees("You follow them now")
	juno.open("/films?q=kite")
	juno.sees("Kite Season")
	mina.open("/inbox")
	mina.sees("juno likes your review.", "juno follows you.")
}

func TestTheThemeAndTheLanguageAreOnesOwn(t *testing.T) {
	v := newVisitor(t, serve(t))
	paper := func() string { return ask[string](v, `getComputedStyle(document.body).backgroundColor`) }
	v.scheme("light")
	v.open("/")
	light := paper()
	v.press(`button[name="theme"][value="dark"]`)
	await(t, "a dark page", func() bool { return paper() != light })
	dark := paper()
	v.open("/films")
	if paper() != dark {
		t.Error("the next page is light again")
	}
	v.press(`button[name="theme"][value=""]`)
	await(t, "a light page", func() bool { return paper() == light })
	v.scheme("dark")
	await(t, "a dark page for a dark system", func() bool { return paper() == dark })
	v.press(`button[name="lang"][value="ko"]`)
	v.sees("영화 검색")
	if got := ask[string](v, `document.documentElement.lang`); got != "ko" {
		t.Errorf("the page is in %q", got)
	}
}

func TestTheKeyboardIsEnough(t *testing.T) {
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
