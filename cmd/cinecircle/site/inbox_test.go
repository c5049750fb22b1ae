package site_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
)

func TestOpeningANotificationReadsIt(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	addFilm(t, a, 1, "Kite Season")
	mina.upload("/film/1/review", nil, "title", "Up", "content", "And away.").has(t, 200)
	juno.post("/member/1/follow", "on", "true").has(t, 200)
	juno.post("/review/1/like", "on", "true").has(t, 200)

	unread := func(want string) {
		t.Helper()
		mina.get("/films").has(t, 200, fmt.Sprintf(`data-unread="%s"`, want))
	}
	unread("2")
	if p := juno.get("/inbox/open/2"); p.status != http.StatusNotFound {
		t.Errorf("another member opens it: %d", p.status)
	}
	for header, value := range map[string]string{"Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Site": "cross-site"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/inbox/open/2", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(header, value)
		mina.send(r)
	}
	unread("2")
	if p := mina.get("/inbox/open/2"); p.path != "/review/1" {
		t.Errorf("it leads to %s", p.path)
	}
	unread("1")
	if p := mina.get("/inbox/open/1"); p.path != "/member/2" {
		t.Errorf("it leads to %s", p.path)
	}
	unread("0")
	juno.post("/settings/delete", "current_password", "popcorn-and-tea").has(t, 200)
	if p := mina.get("/inbox/open/1"); p.path != "/inbox" {
		t.Errorf("without its subject it leads to %s", p.path)
	}
	for _, path := range []string{"/inbox/open/0", "/inbox/open/99", "/inbox/open/x"} {
		mina.get(path).has(t, 404)
	}
}

func TestLikesOfOneReviewAreOneEntryThatNamesTheFilm(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.lang = "ko"
	mina.join("mina")
	addFilm(t, a, 1, "Kite Season")
	mina.upload("/film/1/edit", imageOf(t, 700, 1050), "title", "Kite Season", "plot", "", "genre", "Drama", "playtime", "90").has(t, 200)
	mina.upload("/film/1/review", nil, "title", "Up", "content", "And away.").has(t, 200)
	inbox := func(path, want string) {
		t.Helper()
		p := mina.get(path)
		p.has(t, 200, want)
		if got := strings.Count(p.body, `<li class="notice`); got != 1 {
			t.Errorf("%s has %d entries", path, got)
		}
	}
	for i, want := range []string{
		"fan0님이 ‘Kite Season’ 리뷰에 좋아요를 눌렀습니다.", "fan1님 외 1명이 ‘Kite Season’ 리뷰에 좋아요를 눌렀습니다.", "fan2님 외 2명이 ‘Kite Season’ 리뷰에 좋아요를 눌렀습니다.",
	} {
		fan := newBrowser(t, server)
		fan.join(fmt.Sprintf("fan%d", i))
		for _, on := range []string{"true", "false", "true"} { // who likes twice counts once
			fan.post("/review/1/like", "on", on).has(t, 200)
		}
		inbox("/inbox", want)
	}
	mina.get("/films").has(t, 200, `data-unread="3"`, "<title>(3) 영화 · cinecircle</title>", `aria-label="알림, 읽지 않음 3개"`)
	mina.get("/inbox/open/6").has(t, 200, "And away.", `data-unread="0"`, "<title>Up") // the newest
	inbox("/inbox", "fan2님 외 2명이")
	p := mina.get("/inbox")
	p.has(t, 200, `<span class="notice-film" aria-hidden="true"><span class="poster tint-1"><img src="/media/movies/poster_images/`)
	p.hasNot(t, `name="id"`)

	newBrowser(t, server).join("last")
	last := newBrowser(t, server)
	last.post("/signin", "username", "last", "password", "popcorn-and-tea")
	last.post("/review/1/like", "on", "true").has(t, 200)
	inbox("/inbox?unread=true", `<input type="hidden" name="id" value="7">`)
	mina.post("/inbox/read", "id", "7").has(t, 200, `data-unread="0"`)
	mina.post("/review/1/delete").has(t, 200)
	inbox("/inbox", "last님 외 3명이 내 리뷰에 좋아요를 눌렀습니다.")
}

// TestPhonesShowTheNumberOfUnreadNotifications: their bar is at the bottom, and the bell at the top is hidden.
func TestPhonesShowTheNumberOfUnreadNotifications(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	juno.post("/member/1/follow", "on", "true").has(t, 200)
	p := mina.get("/films")
	_, tabs, _ := strings.Cut(p.body, `<nav class="tabs"`)
	for _, want := range []string{`data-bell data-unread="1"`, `aria-label="Notifications, 1 unread"`, `data-count="1"></span>`} {
		if !strings.Contains(tabs, want) {
			t.Errorf("the tabs have no %s\n%.2000s", want, tabs)
		}
	}
}

func TestMembersStaySignedInOnPagesThatRefuse(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	addFilm(t, a, 1, "A")
	for path, status := range map[string]int{"/nothing-here": 404, "/film/99": 404, "/film/x": 404, "/admin/members": 403, "/film/1/edit": 403} {
		p := juno.get(path)
		p.has(t, status, `action="/signout"`)
		p.hasNot(t, `href="/join"`)
		newBrowser(t, server).get("/nothing-here").has(t, 404, `href="/join"`)
	}
}

func TestALikeOfAListNamesItAndLeadsToIt(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	made, err := a.Lists.Create(t.Context(), list.Draft{UserID: 1, Title: "Rain", IsPublic: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Reactions.SetListLike(t.Context(), auth.Viewer{UserID: 2}, made.ID, true); err != nil {
		t.Fatal(err)
	}
	mina.get("/inbox").has(t, 200, "juno liked your list “Rain”.")
	mina.lang = "ko"
	mina.get("/inbox").has(t, 200, "juno님이 목록 ‘Rain’에 좋아요를 눌렀습니다.")
	if p := mina.get("/inbox/open/1"); p.path != "/list/1" {
		t.Errorf("it leads to %s", p.path)
	}
}

func TestWhatTheCommunityTellsIsInTheInbox(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "Kite Season")
	mina.upload("/film/1/review", nil, "title", "Up", "content", "And away.").has(t, 200)
	one, gone := int64(1), int64(99)
	tell := func(e notify.Event) {
		t.Helper()
		e.UserID = 1
		if err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error { return notify.Send(tx, e) }); err != nil {
			t.Fatal(err)
		}
	}
	tell(notify.Event{Type: notify.TypeModeration, Action: "hide", ReviewID: &one, MovieID: &one, Note: "too long"})
	tell(notify.Event{Type: notify.TypeModeration, Action: "delete", ReviewID: &gone, MovieID: &one})
	tell(notify.Event{Type: notify.TypeModeration, Action: "warn"})
	tell(notify.Event{Type: notify.TypeAccount, Action: "password_set"})
	tell(notify.Event{Type: notify.TypeReport, ReportID: &one})
	tell(notify.Event{Type: notify.TypeReportClosed, ReportID: &one, Action: "dismiss"})
	tell(notify.Event{Type: notify.TypeImportReady, ImportID: &one})
	tell(notify.Event{Type: notify.TypeImportDone, ImportID: &one})
	p := mina.get("/inbox")
	p.has(t, 200, "A moderator hid your review. Reason: too long", "A moderator deleted your review.", "A moderator warned you.",
		"An operator set a new password", "A new report is waiting.", "There was nothing to act on.", "Please check it.", "Your import has finished.")
	for id, path := range []string{1: "/review/1", 2: "/inbox", 3: "/inbox", 4: "/settings", 5: "/moderate/reports", 6: "/inbox", 7: "/settings/imports/1", 8: "/settings/imports/1"} {
		if id == 0 {
			continue
		}
		if p := mina.get(fmt.Sprint("/inbox/open/", id)); p.path != path {
			t.Errorf("notification %d leads to %s, want %s", id, p.path, path)
		}
	}
	mina.lang = "ko"
	mina.get("/inbox").has(t, 200, "운영진이 내 리뷰를 숨겼습니다. 사유: ", `data-unread="0"`)
}
