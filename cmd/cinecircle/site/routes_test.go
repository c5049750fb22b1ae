package site_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// goldenPages is every page with its policy.
const goldenPages = `
GET / optional
GET /.well-known/change-password member
GET /about optional
GET /admin admin
GET /admin/films admin
GET /admin/members admin
GET /admin/members/:user_id/delete admin
GET /admin/members/:user_id/reset admin
GET /admin/members/:user_id/role admin
GET /apple-touch-icon-precomposed.png public
GET /apple-touch-icon.png public
GET /comment/:comment_id optional
GET /comment/:comment_id/delete owner
GET /comment/:comment_id/edit author
GET /email public
GET /favicon.ico public
GET /feed member
GET /film/:movie_id optional
GET /film/:movie_id/collect member
GET /film/:movie_id/delete owner
GET /film/:movie_id/edit owner
GET /film/:movie_id/feed.atom public
GET /film/:movie_id/lists optional
GET /film/:movie_id/log member
GET /film/:movie_id/merge moderator
GET /film/:movie_id/review member
GET /films optional
GET /films/new member
GET /forgotten public
GET /inbox member
GET /inbox/open/:notification_id member
GET /join optional
GET /latest optional
GET /list optional
GET /list/:list_id optional
GET /list/:list_id/add owner
GET /list/:list_id/arrange owner
GET /list/:list_id/delete owner
GET /list/:list_id/edit owner
GET /list/:list_id/note/:movie_id owner
GET /list/new member
GET /log/:viewing_id owner
GET /log/:viewing_id/delete owner
GET /member/:user_id optional
GET /member/:user_id/block member
GET /member/:user_id/diary optional
GET /member/:user_id/feed.atom public
GET /member/:user_id/followers optional
GET /member/:user_id/followings optional
GET /member/:user_id/lists optional
GET /member/:user_id/ratings optional
GET /member/:user_id/watched optional
GET /member/:user_id/watchlist optional
GET /member/:user_id/year/:year optional
GET /members optional
GET /moderate/log moderator
GET /moderate/members moderator
GET /moderate/members/:user_id moderator
GET /moderate/reports moderator
GET /privacy optional
GET /report member
GET /reset public
GET /review/:review_id optional
GET /review/:review_id/comment member
GET /review/:review_id/comments optional
GET /review/:review_id/delete owner
GET /robots.txt public
GET /settings member
GET /settings/blocked member
GET /settings/delete member
GET /settings/imports/:import_id member
GET /settings/imports/:import_id/report member
GET /settings/imports/:import_id/rows/:n member
GET /settings/invites member
GET /settings/muted member
GET /settings/privacy member
GET /settings/requests member
GET /settings/security member
GET /settings/tokens member
GET /settings/transfer member
GET /signin optional
GET /site/:name public
GET /sitemap.xml public
GET /sitemap/:part public
GET /terms optional
GET /users/session/renew public
GET /write member
POST /admin/members/:user_id/delete admin
POST /admin/members/:user_id/reset admin
POST /admin/members/:user_id/role admin
POST /comment/:comment_id/delete owner
POST /comment/:comment_id/edit author
POST /email public
POST /film/:movie_id/collect member
POST /film/:movie_id/delete owner
POST /film/:movie_id/edit owner
POST /film/:movie_id/log member
POST /film/:movie_id/merge moderator
POST /film/:movie_id/rate optional
POST /film/:movie_id/react member
POST /film/:movie_id/review member
POST /film/:movie_id/want member
POST /film/:movie_id/watch member
POST /films/new member
POST /forgotten public
POST /inbox/read member
POST /join public
POST /list/:list_id/add owner
POST /list/:list_id/arrange owner
POST /list/:list_id/delete owner
POST /list/:list_id/edit owner
POST /list/:list_id/like member
POST /list/:list_id/note/:movie_id owner
POST /list/new member
POST /log/:viewing_id owner
POST /log/:viewing_id/delete owner
POST /member/:user_id/block member
POST /member/:user_id/follow member
POST /member/:user_id/mute member
POST /moderate/hide/:target_type/:target_id moderator
POST /moderate/members/:user_id/decide moderator
POST /moderate/members/:user_id/remove moderator
POST /moderate/members/:user_id/suspend moderator
POST /moderate/reports/:report_id/close moderator
POST /preferences public
POST /report member
POST /reset public
POST /review/:review_id/comment member
POST /review/:review_id/delete owner
POST /review/:review_id/like member
POST /settings/delete member
POST /settings/devices member
POST /settings/image member
POST /settings/imports/:import_id/confirm member
POST /settings/imports/:import_id/remove member
POST /settings/imports/:import_id/rows/:n member
POST /settings/invites member
POST /settings/invites/:invite_id/delete member
POST /settings/password member
POST /settings/privacy member
POST /settings/profile member
POST /settings/requests/:user_id member
POST /settings/security/begin member
POST /settings/security/confirm member
POST /settings/security/email member
POST /settings/security/off member
POST /settings/tokens member
POST /settings/tokens/:token_id/delete member
POST /settings/tokens/revoke member
POST /settings/transfer member
POST /signin public
POST /signin/code public
POST /signout public
POST /users/session/renew public
`

func TestPagesAndTheirPoliciesAreAsListed(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range apptest.New(t).Site.List() {
		got = append(got, fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Policy))
	}
	slices.Sort(got)
	if diff := cmp.Diff(strings.Fields(goldenPages), strings.Fields(strings.Join(got, "\n"))); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// The test opens every page as everybody.
func TestPoliciesOfPagesAreEnforced(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	owner, other, admin := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	owner.join("owner")
	other.join("other")
	admin.join("boss")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	owner.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "90")
	owner.upload("/film/1/review", nil, "title", "t", "content", "c")
	owner.post("/film/1/log", "day", "other", "watched_on", "2020-01-01").has(t, 200)
	owner.post("/list/new", "title", "l", "film", "1").has(t, 200)
	owner.post("/review/1/comment", "content", "c").has(t, 200)
	fill := strings.NewReplacer(":comment_id", "1", ":movie_id", "1", ":review_id", "1", ":user_id", "1", ":viewing_id", "1", ":list_id", "1", ":year", "2020", ":notification_id", "1", ":import_id", "1", ":n", "1", ":report_id", "1", ":target_type", "review", ":target_id", "1", ":invite_id", "1", ":token_id", "1", ":part", "films-0.xml", ":name", "x")
	for _, r := range a.Site.List() {
		path := fill.Replace(r.Path)
		for who, b := range map[string]*browser{"nobody": newBrowser(t, server), "other": other, "owner": owner, "admin": admin} {
			allowed := map[auth.Policy]bool{
				auth.Public: true, auth.Optional: true, auth.Member: who != "nobody",
				auth.Owner: who == "owner" || who == "admin" && !strings.HasPrefix(path, "/list/"), auth.Admin: who == "admin", auth.Moderator: who == "admin", auth.Author: who == "owner",
			}[r.Policy]
			if r.Method == http.MethodPost && allowed {
				continue // other tests send the forms; this one tests who is refused
			}
			var p seen
			if r.Method == http.MethodPost {
				p = b.post(path)
			} else {
				p = b.get(path)
			}
			turned := strings.HasPrefix(p.path, "/signin?next=") || p.status == http.StatusForbidden
			if turned == allowed {
				t.Errorf("%s %s as %s: %d at %s", r.Method, r.Path, who, p.status, p.path)
			}
			if p.status >= 500 {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, who, p.status)
			}
		}
	}
}

func TestWrongMethodsReturnAllow(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/movies", "GET, HEAD, POST, OPTIONS"},
		{"POST", "/movies/1", "DELETE, GET, HEAD, PATCH, OPTIONS"},
		{"DELETE", "/users/login", "POST, OPTIONS"},
		{"PUT", "/film/1", "GET, HEAD, OPTIONS"},
		{"GET", "/signout", "POST, OPTIONS"},
		{"OPTIONS", "/movies", "GET, HEAD, POST, OPTIONS"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
		want := http.StatusMethodNotAllowed
		if c.method == http.MethodOptions {
			want = http.StatusNoContent
		}
		if got := answer.Header.Get("Allow"); answer.StatusCode != want || got != c.allow {
			t.Errorf("%s %s: %d, Allow %q, want %q", c.method, c.path, answer.StatusCode, got, c.allow)
		}
	}
	newBrowser(t, server).get("/signout").has(t, http.StatusMethodNotAllowed, "The request could not be processed")
}
