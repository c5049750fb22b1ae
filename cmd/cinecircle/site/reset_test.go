package site_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

func TestALinkSetsANewPasswordOnce(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, lost := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	link, err := a.Users.ResetLinkFor(t.Context(), "mina")
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(link, "token=")
	p := lost.get("/reset?token=" + token)
	p.has(t, 200, "New password", `name="token" value="`+token+`"`, `content="noindex"`)
	if got := p.header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control: %s", got)
	}
	lost.post("/reset", "token", token, "password", "short").has(t, 422, "at least 8 characters", `value="`+token+`"`)
	lost.post("/reset", "token", token, "password", "tea-and-popcorn").has(t, 200, "Your new password is saved", "Sign in")
	lost.post("/reset", "token", token, "password", "tea-and-popcorn").has(t, 422, "This link is not valid")
	if p := mina.get("/settings"); p.path != "/signin" && !strings.HasPrefix(p.path, "/signin?") {
		t.Errorf("the old session is still open at %s", p.path)
	}
	lost.post("/signin", "username", "mina", "password", "tea-and-popcorn").has(t, 200, "mina")
}

func TestAnAdminMakesTheLinkForALostPassword(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	admin, juno := newBrowser(t, server), newBrowser(t, server)
	admin.join("mina")
	juno.join("juno")
	if err := a.Users.Grant(t.Context(), "mina"); err != nil {
		t.Fatal(err)
	}
	newBrowser(t, server).get("/signin").has(t, 200, "Forgot your password?")
	admin.get("/admin/members").has(t, 200, `href="/admin/members/2/reset"`)
	admin.get("/admin/members/2/reset").has(t, 200, "Make a link for juno?")
	p := admin.post("/admin/members/2/reset")
	p.has(t, 200, "<code>"+server.URL+"/reset?token=")
	_, link, _ := strings.Cut(p.body, "<code>"+server.URL)
	link, _, _ = strings.Cut(link, "</code>")
	newBrowser(t, server).get(link).has(t, 200, "New password", `name="token" value="`)
	juno.post("/admin/members/1/reset").has(t, 403)
}

// openWith serves a community with a mode of registration and one member, an admin.
func openWith(t *testing.T, mode user.Mode) (*app.App, *httptest.Server) {
	t.Helper()
	c := apptest.Config(t)
	c.Registration.Mode = string(mode)
	a := apptest.With(t, c)
	server := httptest.NewServer(a.Handler)
	t.Cleanup(server.Close)
	newBrowser(t, server).join("mina") // the first one always can
	if err := a.Users.Grant(t.Context(), "mina"); err != nil {
		t.Fatal(err)
	}
	return a, server
}

func TestThePageForJoiningKnowsHowTheCommunityTakesMembers(t *testing.T) {
	t.Parallel()
	juno := []string{"username", "juno", "password", "popcorn-and-tea", "age", "30", "gender", "female"}
	for _, mode := range []user.Mode{user.ModeInvite, user.ModeClosed} {
		a, server := openWith(t, mode)
		b := newBrowser(t, server)
		if p := b.get("/join"); mode == user.ModeClosed {
			p.has(t, 200, "by invite only").hasNot(t, "<textarea", `name="username"`)
		} else {
			p.has(t, 200, `name="invite"`)
			b.post("/join", juno...).has(t, 422, `name="invite"`, `value="juno"`)
		}
		made, err := a.Users.CreateInvite(t.Context(), auth.Viewer{UserID: 1, Role: auth.RoleAdmin}, user.InviteDraft{Uses: 1})
		if err != nil {
			t.Fatal(err)
		}
		b.get("/join?invite="+made.Code).has(t, 200, `value="`+made.Code+`"`)
		b.post("/join", append(juno, "invite", made.Code)...).has(t, 200, "Welcome")
		other := newBrowser(t, server)
		other.post("/join", append([]string{"username", "ria", "password", "popcorn-and-tea", "age", "30", "gender", "female"}, "invite", made.Code)...).
			has(t, 422, `value="ria"`, `value="`+made.Code+`"`)
	}
}

func TestWhoAppliesReadsUntilTheyAreLetIn(t *testing.T) {
	t.Parallel()
	a, server := openWith(t, user.ModeApproval)
	addFilm(t, a, 1, "Kite Season")
	b := newBrowser(t, server)
	b.get("/join").has(t, 200, `name="application"`)
	b.post("/join", "username", "juno", "password", "popcorn-and-tea", "age", "30", "gender", "female", "application", "I love films.").
		has(t, 200, "You applied to join")
	b.get("/film/1").has(t, 200, "Kite Season")
	b.post("/film/1/want", "on", "true").has(t, 403)
}
