package site_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// Whatever is in the log has a name on its pages, in both languages, and can be looked for.
func TestTheLogShowsEveryAction(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mod := newBrowser(t, server)
	mod.join("mod")
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	for _, action := range record.Actions {
		err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			return record.Add(tx, time.Now(), 0, action, record.User, 1, "note of "+string(action))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"en", "ko"} {
			mod.lang = lang
			mod.get("/moderate/log?action="+string(action)).has(t, 200, "note of "+string(action)+"<", `value="`+string(action)+`" selected`)
			mod.get("/moderate/members/1").has(t, 200, "note of "+string(action)+"<")
		}
	}
}

func TestFiltersOfTheLogWorkTogether(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mod := newBrowser(t, server)
	mod.join("mod")
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		return errors.Join(
			record.Add(tx, time.Now(), 1, record.Hide, record.Review, 7, "mine"),
			record.Add(tx, time.Now(), 1, record.Hide, record.Comment, 8, "of a comment"),
			record.Add(tx, time.Now(), 0, record.Hide, record.Review, 9, "by a command"),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	mod.get("/moderate/log").has(t, 200, "mine", "of a comment", "by a command").hasNot(t, `name="actor"`)
	mod.get("/moderate/log?type=review").has(t, 200, "mine", "by a command", `value="review" selected`).hasNot(t, "of a comment")
	// The form keeps whose entries are shown, and says how to see those of everybody.
	mod.get("/moderate/log?actor=1&type=review&action=hide").
		has(t, 200, "mine", `name="actor" value="1"`, "By mod", `href="/moderate/log?action=hide&type=review"`).
		hasNot(t, "by a command", "of a comment")
}

// What nothing undoes takes one tap more than what can be undone, and says so.
func TestDeletingTakesOneTapMore(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, jun, mod := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	jun.join("jun")
	mod.join("mod")
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	addFilm(t, a, 1, "A")
	jun.post("/report", "type", "movie", "id", "1", "reason", "spam").has(t, 200)
	jun.post("/report", "type", "user", "id", "1", "reason", "spam").has(t, 200)
	for kind, deletes := range map[string]int{"movie": 1, "user": 0} {
		p := mod.get("/moderate/reports?type=" + kind)
		p.has(t, 200, `value="dismiss"`, `value="warn"`)
		before, within, _ := strings.Cut(p.body, `<details>`)
		if strings.Contains(before, `value="delete"`) || strings.Count(within, `value="delete"`) != deletes {
			t.Errorf("%s: what can be deleted is deleted behind one more tap, want %d such buttons", kind, deletes)
		}
		if (deletes > 0) != strings.Contains(within, "It cannot be undone. Hiding it can.") {
			t.Errorf("%s: the page does not say what deleting does", kind)
		}
	}
	mod.post("/moderate/reports/2/close", "action", "suspend", "days", "1").
		has(t, 200, "mina was suspended.", "/moderate/members/1/decide", "unsuspend")
}

func TestLongTextsInTheQueueAreFolded(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, jun, mod := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	jun.join("jun")
	mod.join("mod")
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"A short one.", strings.Repeat("cheap watches ", 30) + "THE END", strings.Repeat("line\n", 8) + "THE END"} {
		addFilm(t, a, 1, "A")
		number := strconv.Itoa(i + 1)
		mina.upload("/film/"+number+"/review", nil, "title", "Buy", "content", text).has(t, 200)
		jun.post("/report", "type", "review", "id", number, "reason", "spam").has(t, 200)
		p := mod.get("/moderate/reports?type=review")
		p.has(t, 200, strings.TrimSpace(text[len(text)-8:]))
		if i == 0 {
			p.hasNot(t, "Show all of it")
			continue
		}
		row := p.body[strings.LastIndex(p.body, `id="report-`):]
		if before, _, folded := strings.Cut(row, "Show all of it"); !folded || strings.Contains(before, "THE END") {
			t.Errorf("the text %q is not folded", text)
		}
	}
}

func TestMembersReportAndModeratorsDecide(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, jun, mod := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	jun.join("jun")
	mod.join("mod")
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	addFilm(t, a, 1, "A")
	mina.upload("/film/1/review", nil, "title", "Buy watches", "content", "cheap watches").has(t, 200)

	newBrowser(t, server).get("/review/1").hasNot(t, "/report")
	jun.get("/review/1").has(t, 200, "/report?type=review&id=1").hasNot(t, "/moderate/")
	jun.get("/report?type=review&id=1").has(t, 200, "Report this review", "Spam or advertising")
	jun.get("/report?type=song&id=1").has(t, 404)
	for _, kind := range []string{"review", "comment", "user", "movie", "list"} {
		jun.get("/report?type="+kind+"&id=99").has(t, 404).hasNot(t, "Spam or advertising")
	}
	jun.post("/report", "type", "review", "id", "1").has(t, 422, "Report this review")
	jun.post("/report", "type", "review", "id", "9", "reason", "spam").has(t, 404)
	jun.post("/report", "type", "review", "id", "1", "reason", "spam", "note", "look at the link", "to", "/review/1").
		has(t, 200, "Reported.", "Buy watches")
	jun.get("/moderate/reports").has(t, 403)

	mod.get("/inbox").has(t, 200, "/moderate/reports")
	mod.get("/moderate/reports").has(t, 200, "Buy watches", "cheap watches", "look at the link", "mina", "by jun")
	mod.get("/moderate/reports").has(t, 200, `value="suspend"`)
	mod.post("/moderate/reports/1/close", "action", "hide", "note", "No advertising").
		has(t, 200, "The review is hidden.", "There is nothing to deal with.")
	mod.post("/moderate/reports/1/close", "action", "delete").has(t, 200, "That report was closed already.")
	jun.get("/review/1").has(t, 404)
	jun.get("/report?type=review&id=1").has(t, 404)
	mina.get("/review/1").has(t, 200, "Moderators have hidden this review.")
	mina.get("/inbox").has(t, 200, "No advertising")
	mod.get("/moderate/reports?status=closed").has(t, 200, "Buy watches", "Hide")
	mod.get("/moderate/log").has(t, 200, "Hide", "Review 1", ">Moderator<") // who became one
	mod.get("/moderate/log?action=merge").has(t, 200, "There is nothing in the log.")

	mod.post("/moderate/hide/review/1", "hidden", "false").has(t, 200, "It is visible again.")
	jun.get("/review/1").has(t, 200, "Buy watches")
	jun.post("/moderate/hide/review/1", "hidden", "true").has(t, 403)
	mod.post("/moderate/hide/user/1", "hidden", "true").has(t, 404)

	mod.post("/moderate/hide/movie/1", "hidden", "true").has(t, 200, "The film is hidden.", "Moderators have hidden this film.")
	mod.get("/moderate/log").has(t, 200, `href="/film/1">Film A</a>`)
	jun.get("/film/1").has(t, 404)
	mina.get("/film/1").has(t, 200, "Moderators have hidden this film.") // who added it
	mod.get("/review/1").has(t, 200, "Buy watches")
	mina.get("/review/1").has(t, 200, "Moderators have hidden this review.")
	mod.post("/moderate/hide/movie/1", "hidden", "false").has(t, 200, "It is visible again.")
	jun.get("/review/1").has(t, 200, "Buy watches").hasNot(t, "Moderators have hidden")

	mod.post("/moderate/members/1/remove", "reviews", "1", "reason", "").has(t, 422, `href="#remove-reason"`, `name="reviews" value="1" checked`).
		hasNot(t, `name="lists" value="1" checked`, `id="reason-error"`)
	mod.post("/moderate/members/1/remove", "reviews", "1", "reason", strings.Repeat("a", 501)).has(t, 422, strings.Repeat("a", 501)+"</textarea>")
	mod.post("/moderate/members/1/remove", "reviews", "1", "reason", "Spam").has(t, 200, "All of it was removed.", "Remove content")
	jun.get("/review/1").has(t, 404)

	mod.get("/moderate/members/1").has(t, 200, "Latest films that they added", `<a href="/film/1">A</a>`)
	mod.get("/moderate/members/2").has(t, 200, "jun").hasNot(t, "Latest films that they added")

	boss := newBrowser(t, server)
	boss.join("boss")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	boss.upload("/film/1/review", nil, "title", "From above", "content", "c").has(t, 200)
	jun.post("/report", "type", "review", "id", "2", "reason", "abuse").has(t, 200)
	mod.get("/moderate/reports").has(t, 200, "From above").hasNot(t, `value="suspend"`) // nobody suspends an admin
}

// A wave of reports of one thing is one card, with the reports folded below it.
func TestAThingWithManyReportsIsOneCard(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, mod := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	mod.join("mod")
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	addFilm(t, a, 1, "A")
	mina.upload("/film/1/review", nil, "title", "Buy watches", "content", "cheap watches").has(t, 200)
	for i := range 22 {
		if i == 21 {
			mina.upload("/film/1/review", nil, "title", "Buy rings", "content", "cheap rings").has(t, 200)
		}
		reporter := newBrowser(t, server)
		reporter.join("crowd" + strconv.Itoa(i))
		reason := []string{"spam", "spam", "abuse"}[i%3]
		reporter.post("/report", "type", "review", "id", "1", "reason", reason, "note", []string{"", "note" + strconv.Itoa(i)}[i%2]).has(t, 200)
		if i == 0 {
			reporter.post("/report", "type", "movie", "id", "1", "reason", "other").has(t, 200)
			mod.get("/moderate/reports").has(t, 200, "Review · Spam or advertising", "by crowd0").hasNot(t, "Each report")
			mod.get("/inbox").has(t, 200, "2 new reports are waiting.").hasNot(t, "A new report is waiting.")
		}
	}
	p := mod.get("/moderate/reports")
	p.has(t, 200, "Review · 22 reports", "Spam or advertising <b>15</b>", "Abuse or harassment <b>7</b>", "first reported",
		"Each report · 11 with a note", "note1", "note19", "by crowd19", "Film · Something else").
		hasNot(t, "by crowd20", "cheap rings", "<details class=\"each\" open")
	if n := strings.Count(p.body, `id="report-head-`); n != 2 {
		t.Errorf("the queue has %d cards, want one of the review and one of the film", n)
	}
	alone := mod.get("/moderate/reports?status=open&type=review&id=1")
	p.has(t, 200, `href="/moderate/reports?status=open&type=review&id=1"`)
	alone.has(t, 200, `class="each" open`, "by crowd21", "At the time of this report it was:", "cheap rings").
		hasNot(t, "Film · ", "Show more of these reports")

	// The case of a member leads to the reports about them and what is theirs, and these back to it.
	mod.get("/moderate/members/1").has(t, 200, `href="/moderate/reports?author=1">23 open reports</a>`,
		`href="/moderate/reports?status=closed&author=1"`)
	mod.get("/moderate/members/3").has(t, 200, `href="/moderate/reports?status=closed&author=3"`).hasNot(t, "open report")
	mod.get("/moderate/reports?author=1").has(t, 200, "Reports about mina and what they posted", "Buy watches", "Film · ",
		`href="/moderate/members/1"`, `href="/moderate/reports?status=open&type=movie&author=1"`, `href="/moderate/reports?status=closed&author=1"`)
	mod.get("/moderate/reports?author=3").has(t, 200, "Reports about crowd0", "There is nothing to deal with.").hasNot(t, "Buy watches")

	mod.post("/moderate/reports/1/close", "action", "hide", "to", "/moderate/reports?author=1").
		has(t, 200, "The review is hidden.", "Reports about mina", "Film · ").hasNot(t, "Buy watches")
	mod.get("/moderate/reports?status=closed").has(t, 200, "Review · 22 reports", "Hide").hasNot(t, "Film · ")

	// Of what was deleted there is neither a page nor an image.
	mod.get("/moderate/reports").has(t, 200, "Film · Something else", `href="/film/1">See it as it is now`)
	mod.post("/moderate/reports/2/close", "action", "delete").has(t, 200)
	mod.get("/moderate/reports?status=closed&type=movie").has(t, 200, "Film · Something else", "Delete").
		hasNot(t, "See it as it is now", "<img")
	mod.get("/moderate/log").has(t, 200, "Film 1").hasNot(t, `href="/film/1"`)
}
