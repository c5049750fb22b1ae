package site_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/stars"
)

// talk is a community in which mina has reviewed a film.
func talk(t *testing.T) (mina, juno, guest *browser) {
	t.Helper()
	a, server := openSite(t)
	mina, juno, guest = newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	addFilm(t, a, 1, "Kite Season")
	mina.upload("/film/1/review", nil, "title", "Up", "content", "And away.", "comments", "everyone").has(t, 200)
	return mina, juno, guest
}

func TestCommentsAreWrittenAnsweredChangedAndDeleted(t *testing.T) {
	t.Parallel()
	mina, juno, guest := talk(t)
	guest.get("/review/1").has(t, 200, "Sign in to comment", `href="/signin?next=%2Freview%2F1%23comments"`)
	guest.get("/review/1").hasNot(t, "<textarea")

	juno.post("/review/1/comment", "content", "So true.").has(t, 200, "Comment posted", `id="comment-1"`, "So true.")
	mina.get("/review/1/comment?reply_to=1").has(t, 200, "So true.", "Replying to", `name="reply_to" value="1"`)
	mina.post("/review/1/comment", "content", "Thank you.", "reply_to", "1").has(t, 200, `href="#comment-1"`, "Thank you.")
	mina.get("/film/1").has(t, 200, "Comments</span> 2")

	juno.post("/comment/1/edit", "content", "").has(t, 422, "Edit comment", `aria-invalid="true"`)
	juno.post("/comment/1/edit", "content", "So very true.").has(t, 200, "Comment saved", "So very true.", "edited")
	mina.post("/comment/2/edit", "content", "Thank you!").has(t, 200, "So very true.", "Thank you!") // with what was written before
	mina.post("/comment/2/edit", "content", "Thank you.").has(t, 200)
	mina.get("/comment/2").has(t, 200, `href="/review/1?from=1#comment-1"`)
	juno.get("/comment/2/edit").has(t, 403)
	juno.get("/comment/2/delete").has(t, 403)
	mina.get("/comment/1/delete").has(t, 200, "Delete this comment?") // the author of the review may
	juno.post("/comment/1/delete").has(t, 200, "Comment deleted", "This comment was deleted.", "Thank you.")
	mina.post("/comment/2/delete").has(t, 200).hasNot(t, "This comment was deleted.")
}

func TestACommentWithErrorsKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	_, juno, _ := talk(t)
	long := strings.Repeat("a", 2001)
	juno.post("/review/1/comment", "content", long, "spoiler", "1").has(t, 422, "Error:", long, `name="spoiler" value="1" checked`, "2000 characters")
	juno.post("/review/1/comment", "content", "To nobody.", "reply_to", "9").has(t, 422, "To nobody.", "was deleted")
}

func TestWhoMayCommentIsSaidBeforeSomebodyTries(t *testing.T) {
	t.Parallel()
	mina, juno, _ := talk(t)
	set := func(who string) {
		t.Helper()
		mina.upload("/film/1/review", nil, "title", "Up", "content", "And away.", "comments", who).has(t, 200)
	}
	set("nobody")
	juno.get("/review/1").has(t, 200, "Comments are closed on this review").hasNot(t, "<textarea")
	mina.get("/review/1").has(t, 200, "<textarea") // the author always may
	set("followed")
	juno.get("/review/1").has(t, 200, "Only members whom the author follows can comment")
	mina.post("/member/2/follow", "on", "true").has(t, 200)
	juno.get("/review/1").has(t, 200, "<textarea")
	mina.post("/member/2/block", "on", "true").has(t, 200)
	set("everyone")
	juno.get("/review/1").has(t, 200, "You cannot comment on this member").hasNot(t, "<textarea")
}

func TestLongTalksShowTheNewestCommentsAndLeadToTheOthers(t *testing.T) {
	t.Parallel()
	mina, juno, _ := talk(t)
	for i := range 120 {
		juno.post("/review/1/comment", "content", fmt.Sprintf("No %03d.", i+1)).has(t, 200)
	}
	shown := map[string]int{}
	count := func(p seen) {
		for i := range 120 {
			text := fmt.Sprintf("No %03d.", i+1)
			shown[text] += strings.Count(p.body, "<p dir=\"auto\">"+text)
		}
	}
	p := mina.get("/review/1")
	p.has(t, 200, "No 120.", "No 071.", "/review/1?before=71#comments")
	p.hasNot(t, "No 070.", "Later comments")
	count(p)
	p = mina.get("/review/1?before=71")
	p.has(t, 200, "No 070.", "No 021.", "/review/1?before=21#comments", "/review/1?from=71#comments")
	p.hasNot(t, "No 071.", "No 020.", "data-review=")
	count(p)
	p = mina.get("/review/1?before=21")
	p.has(t, 200, "No 020.", "No 001.").hasNot(t, "Earlier comments")
	count(p)
	for text, n := range shown {
		if n != 1 {
			t.Errorf("%s is on %d pages", text, n)
		}
	}
	mina.get("/review/1?from=30").has(t, 200, "No 030.", "No 079.", "/review/1?from=80#comments", "/review/1?before=30#comments")
	mina.get("/review/1?from=100").has(t, 200, "No 100.", "No 120.", "data-review=\"1\"")
}

func TestSpoilersAreCoveredUntilTheyAreOpened(t *testing.T) {
	t.Parallel()
	mina, juno, guest := talk(t)
	mina.upload("/film/1/review", nil, "title", "The kite", "content", "It was the wind.", "spoiler", "1", "comments", "everyone").has(t, 200, "Contains spoilers")
	mina.post("/review/1/comment", "content", "The wind, again.", "spoiler", "1").has(t, 200)
	juno.post("/member/1/follow", "on", "true").has(t, 200)
	for _, b := range []*browser{juno, guest} {
		for _, path := range []string{"/", "/latest", "/film/1", "/member/1", "/feed"} {
			b.get(path).hasNot(t, "The kite", "It was the wind")
		}
		b.get("/film/1").has(t, 200, `class="spoiler" href="/review/1"`)
		p := b.get("/review/1") // which was asked for
		p.has(t, 200, "It was the wind.", `class="spoiler" href="/comment/1"`, `hx-get="/comment/1"`)
		p.hasNot(t, "The wind, again.", `content="It was the wind`)
		b.get("/comment/1").has(t, 200, "The wind, again.")
		r := b.request("/comment/1")
		r.Method, r.Body = "GET", nil
		r.Header.Set("HX-Request", "true")
		part := b.send(r)
		part.has(t, 200, `id="comment-text-1"`, "The wind, again.").hasNot(t, "<html")
	}
	mina.get("/film/1").has(t, 200, "It was the wind.")
	juno.post("/film/1/watch", "on", "true").has(t, 200)
	juno.get("/film/1").has(t, 200, "The kite", "It was the wind.")
	juno.post("/settings/privacy", "spoilers", "hide", "language", "auto", "show_facts", "1").has(t, 200)
	juno.get("/film/1").hasNot(t, "It was the wind.")
}

func TestPrivateAccountsAreFollowedByRequest(t *testing.T) {
	t.Parallel()
	mina, juno, guest := talk(t)
	mina.post("/film/1/log", "day", "other", "watched_on", "2020-01-01").has(t, 200)
	mina.post("/settings/privacy", "is_private", "1", "notice", "follow_request", "spoilers", "unless_watched", "language", "auto", "show_facts", "1").has(t, 200, "Saved", `name="is_private" value="1" checked`)
	for _, b := range []*browser{juno, guest} {
		for _, path := range []string{"/member/1", "/member/1/diary", "/member/1/watched", "/member/1/lists", "/member/1/followers", "/member/1/ratings"} {
			b.get(path).has(t, 200, "mina", "Private", "This account is private").hasNot(t, "Kite Season", "And away.")
		}
		b.get("/member/1").has(t, 200, `<meta name="robots" content="noindex">`).hasNot(t, "feed.atom")
		b.get("/review/1").has(t, 404)
		b.get("/film/1").hasNot(t, "And away.")
	}
	juno.post("/member/1/follow", "on", "true").has(t, 200, "You asked to follow mina", "Requested")
	mina.get("/inbox").has(t, 200, "juno asked to follow you.", `href="/inbox/open/1"`)
	mina.get("/inbox/open/1").has(t, 200, "Follow requests", "juno")
	mina.post("/settings/requests/2", "accept", "true").has(t, 200, "You accepted the request of juno", "No requests are waiting")
	juno.get("/inbox").has(t, 200, "mina accepted your request to follow.")
	juno.get("/member/1").has(t, 200, "And away.", "Following")
	juno.get("/").has(t, 200, "wrote a review", "And away.", "watched")

	guest.join("ria")
	guest.post("/member/1/follow", "on", "true").has(t, 200, "Requested")
	mina.post("/settings/requests/3", "accept", "false").has(t, 200, "Request declined")
	guest.post("/member/1/follow", "on", "true").has(t, 200, "Requested")
	guest.post("/member/1/follow", "on", "false").has(t, 200, "Request taken back")
	mina.post("/settings/requests/3", "accept", "true").has(t, 404)
}

func TestBlocksAndMutesAreMadeListedAndEnded(t *testing.T) {
	t.Parallel()
	mina, juno, _ := talk(t)
	juno.get("/member/1").has(t, 200, "More about mina", `action="/member/1/mute"`, `href="/member/1/block"`)
	juno.get("/member/2").hasNot(t, "/member/2/block")
	mina.post("/review/1/comment", "content", "A word more.").has(t, 200).hasNot(t, "/member/1/block")
	if got := strings.Count(juno.get("/review/1").body, `href="/member/1/block"`); got != 2 { // at the review and at the comment
		t.Errorf("%d ways to block", got)
	}

	juno.post("/member/1/mute", "on", "true").has(t, 200, "You muted mina", "Undo", "You have muted this member")
	juno.get("/film/1").hasNot(t, "And away.")
	juno.get("/member/1").has(t, 200, "And away.") // which was asked for
	juno.get("/settings/muted").has(t, 200, "mina", "Unmute")
	juno.post("/member/1/mute", "on", "false", "to", "/settings/muted").has(t, 200, "You unmuted mina", "You have not muted anybody")
	juno.get("/film/1").has(t, 200, "And away.")

	juno.post("/member/1/follow", "on", "true").has(t, 200)
	juno.get("/member/1/block").has(t, 200, "Block ", "They are not told")
	juno.post("/member/1/block", "on", "true").has(t, 200, "You blocked mina", "Unblock").hasNot(t, "hx-post=\"/member/1/follow\"")
	juno.get("/feed").hasNot(t, "And away.")
	juno.get("/settings/blocked").has(t, 200, "mina")
	mina.post("/member/2/follow", "on", "true").has(t, 403)
	juno.post("/member/1/block", "on", "false", "to", "/settings/blocked").has(t, 200, "You unblocked mina", "You have not blocked anybody")
	juno.get("/member/1/followers").hasNot(t, `href="/member/2"><span class="face`)
}

func TestPreferencesAreKept(t *testing.T) {
	t.Parallel()
	mina, juno, _ := talk(t)
	p := mina.get("/settings/privacy")
	if got := strings.Count(p.body, `name="notice"`); got != 7 {
		t.Errorf("%d kinds of notifications", got)
	}
	if got := strings.Count(p.body, " checked"); got != 9 { // these, spoilers and facts
		t.Errorf("%d boxes are checked", got)
	}
	mina.post("/settings/privacy", "spoilers", "show", "language", "en", "notice", "follow", "notice", "comment_reply").
		has(t, 200, `value="show" checked`, `value="en" selected`, `value="follow" checked`, `value="comment_reply" checked`)
	if got := strings.Count(mina.get("/settings/privacy").body, " checked"); got != 3 {
		t.Errorf("%d boxes are checked", got)
	}
	juno.post("/review/1/like", "on", "true").has(t, 200)
	juno.post("/review/1/comment", "content", "So true.").has(t, 200)
	juno.post("/member/1/follow", "on", "true").has(t, 200)
	mina.get("/inbox").has(t, 200, "started following you").hasNot(t, "juno liked", "juno commented")
	mina.post("/settings/privacy", "spoilers", "never", "language", "en").has(t, 422)
}

func TestTheFeedTellsOfEveryKindAndJoinsRatings(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	juno.post("/member/1/follow", "on", "true").has(t, 200)
	for i := range 4 {
		addFilm(t, a, 1, fmt.Sprintf("Film %d", i+1))
		if _, err := a.Reactions.Rate(t.Context(), 1, int64(i+1), stars.Stars(7)); err != nil {
			t.Fatal(err)
		}
	}
	juno.get("/feed").has(t, 200, "4 films", "Film 1", "Film 4", "rated")
	if got := strings.Count(juno.get("/feed").body, `<li class="activity">`); got != 1 {
		t.Errorf("four ratings are %d entries", got)
	}
	mina.upload("/film/1/review", nil, "title", "Up", "content", "And away.").has(t, 200)
	mina.post("/film/2/log", "day", "other", "watched_on", "2020-01-01", "note", "With a friend.").has(t, 200)
	mina.post("/list/new", "title", "The best", "film", "3").has(t, 200)
	mina.post("/review/1/comment", "content", "A word more.").has(t, 200)
	for kind, want := range map[string]string{"review": "And away.", "rating": "4 films", "viewing": "With a friend.", "list": "The best", "comment": "A word more."} {
		p := juno.get("/feed?types=" + kind)
		p.has(t, 200, want, `href="/feed?types=`+kind+`" aria-current="page"`)
		if got := strings.Count(p.body, `<li class="activity">`); got != 1 {
			t.Errorf("%s: %d entries", kind, got)
		}
	}
	juno.get("/feed?types=comment").has(t, 200, `href="/review/1?from=1#comment-1"`) // also where it is not among the newest
	juno.get("/").has(t, 200, "A word more.", "The best", "With a friend.", "And away.")
	next, pages := "/feed", 0
	for next != "" && pages < 9 {
		p := juno.get(next)
		pages++
		_, after, _ := strings.Cut(p.body, `class="button quiet" href="/feed?after=`)
		next, _, _ = strings.Cut(after, `"`)
		if next != "" {
			next = "/feed?after=" + strings.ReplaceAll(next, "&amp;", "&")
		}
	}
	if next != "" {
		t.Errorf("after %s pages there are more", strconv.Itoa(pages))
	}
}
