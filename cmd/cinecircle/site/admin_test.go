package site_test

import (
	"strings"
	"testing"
)

func TestAdminsManageFilmsAndMembers(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	admin, other := newBrowser(t, server), newBrowser(t, server)
	admin.join("boss")
	other.join("juno")
	other.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "90")
	other.get("/admin/members").has(t, 403, "You can’t do this")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	admin.get("/admin").has(t, 200, "juno", "Make admin")
	admin.get("/admin/members?q=jun").hasNot(t, `class="person-name">boss`)
	admin.get("/admin/members/2/role").has(t, 200, "Make juno an admin?", `type="password"`)
	admin.post("/admin/members/2/role", "admin", "true").has(t, 422, "Make juno an admin?", "Please fill this in.")
	admin.post("/admin/members/2/role", "admin", "true", "current_password", "wrong").has(t, 422, "The current password is incorrect.")
	const password = "popcorn-and-tea"
	admin.post("/admin/members/2/role", "admin", "true", "current_password", password).has(t, 200, "juno is now an admin")
	admin.get("/admin/members/2/role").has(t, 200, "Remove the admin rights of juno?")
	admin.post("/admin/members/2/role", "admin", "false", "current_password", password).has(t, 200, "juno is no longer an admin")
	admin.post("/admin/members/1/role", "admin", "false", "current_password", password).has(t, 409, "Remove the admin rights of boss?", "This is the last admin")
	admin.get("/admin/films").has(t, 200, "/film/1/delete")
	admin.get("/film/1/delete").has(t, 200, "Delete “A”?")
	admin.post("/film/1/delete").has(t, 200, "The film was deleted")
	admin.get("/admin/members/2/delete").has(t, 200, "Delete the account of juno?")
	admin.post("/admin/members/2/delete").has(t, 200, "The account was deleted")
	if p := other.get("/settings"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("who was deleted sees %s", p.path)
	}
}

func TestAnAdminDeletesAMemberWithOrWithoutTheirFilms(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	admin, kept, spam := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	admin.join("boss")
	kept.join("juno")
	kept.upload("/films/new", nil, "title", "Kept", "plot", "", "genre", "Drama", "playtime", "90")
	spam.join("spammer")
	spam.upload("/films/new", nil, "title", "Spam", "plot", "", "genre", "Drama", "playtime", "90")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	admin.get("/admin/members/3/delete").has(t, 200, `type="checkbox" name="with" value="movies"`, "Also delete the films that they added")
	admin.get("/film/1/delete").hasNot(t, `name="with"`)
	admin.post("/admin/members/2/delete").has(t, 200, "The account was deleted")
	admin.get("/film/1").has(t, 200, "Kept")
	admin.post("/admin/members/3/delete", "with", "movies").has(t, 200, "The account was deleted")
	admin.get("/film/1").has(t, 200, "Kept")
	admin.get("/film/2").has(t, 404)
}
