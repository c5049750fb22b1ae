package browser

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAReportedReviewIsHiddenAndBroughtBack also is about the menus of a review, which have to fit a phone.
func TestAReportedReviewIsHiddenAndBroughtBack(t *testing.T) {
	base := serve(t, []string{"demo", "-small"}, []string{"admin", "grant", demoMember})
	minjun, moderator := newVisitor(t, base), newVisitor(t, base)
	minjun.size(360)
	minjun.signIn("minjun", demoPassword)
	minjun.open("/review/9")
	minjun.press(".letter footer .menu summary")
	minjun.fits("the menu of a review")
	minjun.press(`.letter footer .menu-list a[href^="/report"]`)
	minjun.sees("Report this review")
	minjun.press("main form .button")
	minjun.comesTrue(`document.activeElement.id === "reason"`)
	minjun.press(`[name="reason"][value="spam"]`)
	minjun.press("main form .button")
	minjun.isAt("/review/9")
	minjun.sees("Reported. The moderators will look at it.")

	moderator.size(360)
	moderator.signIn(demoMember, demoPassword)
	moderator.open("/moderate/reports?type=review")
	moderator.press(`.decide [value="hide"]`)
	moderator.sees("The review is hidden.")
	moderator.isAt("/moderate/reports?type=review")
	minjun.open("/review/9")
	minjun.comesTrue(`document.querySelector(".letter") === null`)
	moderator.press(".toast form button")
	moderator.sees("It is visible again.")
	minjun.open("/review/9")
	minjun.comesTrue(`document.querySelector(".letter") !== null`)

	moderator.open("/review/9")
	moderator.press(".letter footer .menu summary")
	moderator.fits("the menu of a moderator")
	moderator.press(`.letter footer .menu form[action^="/moderate/hide"] button`)
	moderator.sees("Moderators have hidden this review.", "The review is hidden.")
}

func TestAHistoryIsReadConfirmedAndUndone(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	addFilm(v, "Kite Season")
	file := filepath.Join(t.TempDir(), "ratings.csv")
	rows := "Date,Name,Year,Letterboxd URI,Rating\r\n2024-03-01,Kites,2011,https://boxd.it/aaaa,4.5\r\n" +
		"2024-03-01,Kites,2011,https://boxd.it/aaaa,9\r\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	v.size(360)
	v.open("/settings/transfer")
	v.upload("#file", file)
	v.press("main form .button")
	v.sees("Nothing has been stored yet.", "Kites")                               // the page loads itself again
	v.do("open the choice", focus(`.import-rows a[href*="/rows/1"]`), keys("\r")) // a toast may be above it
	v.isAt("/settings/imports/1/rows/1")
	v.write("#q", "Kite")
	v.press(".filters .button")
	v.comesTrue(`location.search === "?q=Kite" && document.readyState === "complete"`)
	v.press(".choices button")
	v.sees("The film was chosen.")
	v.open("/settings/imports/1")
	v.sees("line 2", "line 3", "column Rating", "Download what is left out")
	v.fits("an import that can be confirmed")
	v.press(`form[action$="/confirm"] button`)
	v.sees("1 entry was brought.")
	v.audit("an import that is done")
	v.open("/settings/transfer")
	v.sees("ratings.csv", "Done")
	v.press(`.ways a[href="/settings/imports/1"]`)
	v.press(`form[action$="/remove"] button`)
	v.sees("Undone")
	v.open("/member/1/ratings")
	v.isAt("/member/1/ratings")
	if ask[int](v, `document.querySelectorAll('main a[href="/film/1"]').length`) != 0 {
		t.Error("the rating is still there")
	}
}

func TestAToastOfTheServiceIsInTheLanguageOfThePage(t *testing.T) {
	v := newVisitor(t, serve(t))
	v.join("mina")
	file := filepath.Join(t.TempDir(), "ratings.csv")
	if err := os.WriteFile(file, []byte("Date,Name,Year,Letterboxd URI,Rating\r\n2024-03-01,Kites,2011,https://boxd.it/aaaa,4.5\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	v.open("/settings/transfer")
	v.upload("#file", file)
	v.press("main form .button")
	v.comesTrue(`document.querySelector("#toasts").textContent.includes("Your import has been read. Please check it.")`)
}
