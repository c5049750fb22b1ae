package site_test

import (
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

func TestModeratorsSuspendMembersOnAPage(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, mod := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	mod.join("mod")
	mina.get("/moderate/members").has(t, 403)
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	mod.get("/").has(t, 200, `href="/moderate/`)
	mod.get("/moderate/members").has(t, 200, "mina", "joined ")
	mod.get("/moderate/members?status=suspended").has(t, 200, "Nobody is suspended.")
	mod.get("/moderate/members/1").has(t, 200, "mina", "Suspend the account")
	mod.get("/moderate/members/2").has(t, 200, "mod").hasNot(t, "Suspend the account")

	mod.post("/moderate/members/1/suspend", "days", "7", "reason", " ").has(t, 422, "Please fill this in.")
	mod.post("/moderate/members/1/suspend", "days", "7", "reason", "Spam").has(t, 200, "mina was suspended.", "Spam", "Lift the suspension")
	mod.get("/moderate/members?status=suspended").has(t, 200, "mina")
	mina.post("/film/1/want").has(t, 403, "Spam", "Suspended until")
	// They are told before they write a page that is refused.
	mina.get("/films").has(t, 200, "Your account is suspended: you can read, but not write.", "Suspended until:", "Reason: Spam")
	mod.get("/films").has(t, 200).hasNot(t, "Your account is suspended")
	mod.post("/moderate/members/1/decide", "do", "unsuspend").has(t, 200, "The suspension of mina was lifted.")
	mina.post("/film/1/want").has(t, 404)
	mina.get("/films").has(t, 200).hasNot(t, "Your account is suspended")
	mod.post("/moderate/members/1/decide", "do", "dance").has(t, 404)
}

func TestMembersMakeAndDeletePersonalTokens(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	mina.get("/settings/tokens").has(t, 200, "There are no tokens.").hasNot(t, "cct_")
	mina.post("/settings/tokens", "name", "", "scope", "read", "days", "90").has(t, 422, "Please fill this in.")
	made := mina.post("/settings/tokens", "name", "phone", "scope", "read", "days", "90")
	made.has(t, 200, "cct_", "It is never shown again.", "phone", "until ")
	_, token, _ := strings.Cut(made.body, "cct_")
	token, _, _ = strings.Cut("cct_"+token, "<")
	if _, err := a.Users.Personal(t.Context(), token); err != nil {
		t.Errorf("the token that the page shows: %v", err)
	}
	mina.get("/settings/tokens").has(t, 200, "phone").hasNot(t, token)
	mina.post("/settings/tokens/1/delete").has(t, 200, "The token was deleted", "There are no tokens.")
	if _, err := a.Users.Personal(t.Context(), token); err == nil {
		t.Error("a deleted token works")
	}
}

// Tokens survive a lost phone, so the page about it says so and revokes them, also for a suspended member: what they were
// suspended for may be what a thief did.
func TestAllTokensAreRevokedWithOneButton(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	token := func() string {
		t.Helper()
		_, text, err := a.Users.CreateToken(t.Context(), 1, user.TokenDraft{Name: "script", Scope: auth.ScopeRead})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	mina.get("/settings/security").has(t, 200, "Lost or stolen device", "they keep working", "There are no tokens.").hasNot(t, "Revoke all tokens")
	mina.get("/settings/tokens").hasNot(t, "Revoke all tokens")
	mina.get("/settings").has(t, 200, "they keep working", `href="/settings/security#leave"`)
	first, second := token(), token()
	mina.get("/settings/tokens").has(t, 200, "they keep working", "Revoke all tokens")
	mina.get("/settings/security").has(t, 200, "2 tokens work.", "Revoke all tokens")
	mina.post("/settings/tokens/revoke", "to", "/settings/security").has(t, 200, "All tokens were revoked.", "There are no tokens.", "Lost or stolen device")
	for _, text := range []string{first, second} {
		if _, err := a.Users.Personal(t.Context(), text); err == nil {
			t.Error("a revoked token works")
		}
	}
	other := newBrowser(t, server)
	other.post("/signin", "username", "mina", "password", "popcorn-and-tea").has(t, 200)
	mina.post("/settings/devices", "all", "1").has(t, 200, "signed out")
	other.get("/settings").has(t, 200, "Sign in").hasNot(t, "Lost or stolen device")
}

func TestModeratorsMakeInvitesThatLetOthersJoin(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, mod := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	mod.join("mod")
	mina.get("/settings/invites").has(t, 200, "only moderators make invites").hasNot(t, "Make an invite")
	mina.post("/settings/invites", "uses", "1", "days", "7").has(t, 403)
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	mod.post("/settings/invites", "uses", "0", "days", "7").has(t, 422, "Please fill this in.")
	made := mod.post("/settings/invites", "uses", "3", "days", "0")
	made.has(t, 200, "for 3 more people", "does not expire", "/join?invite=")
	_, code, _ := strings.Cut(made.body, "/join?invite=")
	code, _, _ = strings.Cut(code, "<")
	newBrowser(t, server).get("/join?invite="+code).has(t, 200, `name="invite"`)
	guest := newBrowser(t, server)
	guest.post("/join", "username", "guest", "password", "popcorn-and-tea", "age", "30", "gender", "male", "invite", code).has(t, 200)
	mod.get("/moderate/members/3").has(t, 200, "Invited by", "mod")
	mod.get("/moderate/members/2").has(t, 200, "People whom they invited", "guest")
	mod.get("/moderate/members/1").hasNot(t, "People whom they invited")
	mod.post("/settings/invites/1/delete").has(t, 200, "The invite was deleted.").hasNot(t, "/join?invite=")
}
