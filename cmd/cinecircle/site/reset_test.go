package site_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/mail"
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
	const dead = "It works once and for an hour"
	lost.post("/reset", "token", token, "password", "tea-and-popcorn").has(t, 422, dead, `href="/forgotten"`).hasNot(t, `name="password"`)
	for _, token := range []string{token, "", "abc"} { // nobody thinks of a password for a link that is dead
		lost.get("/reset?token="+token).has(t, 404, dead, `href="/forgotten"`).hasNot(t, `name="password"`)
	}
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
	server := apptest.Serve(t, a.Handler)
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
		if p := b.get("/join?next=/films"); mode == user.ModeClosed {
			p.has(t, 200, "Registration is closed.", `name="invite"`, `name="next" value="/films"`).hasNot(t, "<textarea", `name="username"`)
			for _, sent := range [][]string{nil, juno, {"username", "j", "password", "p", "age", "old"}} {
				b.post("/join", sent...).has(t, 403, "Registration is closed.", "Join cinecircle").hasNot(t, "Error", "Please", `name="username"`)
			}
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

// The first member of a community waits for nobody, and is not told to.
func TestTheFirstMemberIsWelcomedAlsoWhenOthersNeedAnApproval(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Registration.Mode = string(user.ModeApproval)
	server := apptest.Serve(t, apptest.With(t, c).Handler)
	newBrowser(t, server).post("/join", "username", "owner", "password", "popcorn-and-tea", "age", "30", "gender", "female").
		has(t, 200, "Welcome").hasNot(t, "You applied")
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

	// Rejecting deletes the account, so it is asked for, with the reason.
	boss := newBrowser(t, server)
	boss.post("/signin", "username", "mina", "password", "popcorn-and-tea").has(t, 200)
	p := boss.get("/moderate/members?status=pending")
	p.has(t, 200, "juno", `value="approve"`, "Rejecting deletes the account.")
	if before, _, _ := strings.Cut(p.body, "<details class=\"reject\">"); strings.Contains(before, `value="reject"`) {
		t.Error("one tap rejects")
	}
	boss.post("/moderate/members/2/decide", "do", "reject", "note", "an advertiser").has(t, 200, "The application was rejected.")
	boss.get("/moderate/log").has(t, 200, "an advertiser")
}

func TestALostPasswordIsSetByMail(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Mail.From = "circle@film.example"
	c.Mail.SMTP = config.SMTP{Host: "127.0.0.1", Port: 1, TLS: mail.NoTLS}
	a := apptest.With(t, c)
	u := apptest.Member(t, a, "mina", auth.RoleMember)
	err := a.Users.SetEmail(t.Context(), auth.Viewer{UserID: u.ID}, "192.0.2.1", apptest.Password, "mina@film.example")
	if err != nil {
		t.Fatal(err)
	}
	var waiting mail.Outgoing
	if err := a.DB.Reader(t.Context()).Take(&waiting).Error; err != nil || waiting.Recipient != "mina@film.example" {
		t.Fatal(err, waiting)
	}
	text, err := auth.NewTokens([]byte(apptest.Secret), "", time.Hour, time.Hour, time.Now).Open(waiting.Body, "mail to mina@film.example")
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(text, "/email?token=")
	token, _, _ = strings.Cut(token, "\n")
	server := apptest.Serve(t, a.Handler)
	lost := newBrowser(t, server)
	lost.get("/signin").has(t, 200, `href="/forgotten"`)
	lost.get("/email?token="+token).has(t, 200, "Confirm your e-mail address", `value="`+token+`"`) // which opening it does not do
	dead := func(p seen, status int) {
		t.Helper()
		p.has(t, status, "This link does not work any more.", `href="/settings/security#s-email"`).hasNot(t, `action="/email"`)
	}
	for _, malformed := range []string{"", "x", "%00", "%ff", strings.Repeat("x", 5000)} {
		dead(lost.get("/email?token="+malformed), 404)
	}
	dead(lost.get("/email"), 404)
	dead(lost.post("/email", "token", "x"), 422)
	a.SetTime(time.Now().Add(25 * time.Hour))
	dead(lost.get("/email?token="+token), 404)
	a.SetTime(time.Now())
	lost.post("/email", "token", token).has(t, 200, "Your e-mail address is confirmed")
	dead(lost.get("/email?token="+token), 404)
	lost.get("/forgotten").has(t, 200, `action="/forgotten"`)
	lost.post("/forgotten", "who", "").has(t, 422)
	for _, who := range []string{"mina", "nobody", "mina@film.example"} {
		lost.post("/forgotten", "who", who).has(t, 200, "a link is on its way")
	}
	_, without := openSite(t)
	newBrowser(t, without).get("/forgotten").has(t, 200, "Ask whoever runs this community")
}
