package site_test

import (
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/auth"
)

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

	boss := newBrowser(t, server)
	boss.join("boss")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	boss.upload("/film/1/review", nil, "title", "From above", "content", "c").has(t, 200)
	jun.post("/report", "type", "review", "id", "2", "reason", "abuse").has(t, 200)
	mod.get("/moderate/reports").has(t, 200, "From above").hasNot(t, `value="suspend"`) // nobody suspends an admin
}
