package site_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestMembersManageTheirAccountInSettings(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	here, there := newBrowser(t, server), newBrowser(t, server)
	here.join("mina")
	there.post("/signin", "username", "Mina", "password", "popcorn-and-tea", "next", "/settings").has(t, 200, "Settings", "This device")

	here.post("/settings/profile", "username", "미나", "age", "31", "gender", "male").has(t, 200, "Saved.", `value="미나"`)
	here.upload("/settings/image", testImage(t)).has(t, 200, "/media/users/profile_images/")
	here.upload("/settings/image", nil, "remove", "1").hasNot(t, "/media/users/profile_images/")
	here.upload("/settings/image", nil).has(t, 422, "Please choose an image file")

	devices := regexp.MustCompile(`name="id" value="(\d+)"`).FindAllStringSubmatch(here.get("/settings").body, -1)
	if len(devices) != 2 {
		t.Fatalf("devices: %v", devices)
	}
	here.post("/settings/devices", "id", devices[0][1]).has(t, 200, "Signed out on that device")
	if p := there.get("/settings"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("the other device still sees %s", p.path)
	}
	here.post("/settings/password", "current_password", "wrong-one", "password", "salt-and-seaweed").has(t, 422, "The current password is incorrect")
	here.post("/settings/password", "current_password", "popcorn-and-tea", "password", "salt-and-seaweed").has(t, 200, "was changed")
	here.post("/settings/delete", "current_password", "popcorn-and-tea").has(t, 422, "The current password is incorrect")
	if p := here.post("/settings/delete", "current_password", "salt-and-seaweed"); p.status != 200 || p.path != "/" {
		t.Errorf("after the deletion: %d %s", p.status, p.path)
	}
	here.get("/member/1").has(t, 404, "Page not found")
}

func TestABioIsShownKeptAndBounded(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	profile := []string{"username", "mina", "age", "30", "gender", "female"}
	mina.post("/settings/profile", append(profile, "bio", "한 주에 한 편.\r\nBy train.")...).has(t, 200, "By train.")
	newBrowser(t, server).get("/member/1").has(t, 200, "한 주에 한 편.\nBy train.")
	mina.post("/settings/profile", profile...).has(t, 200, "By train.") // a page from before the form had it
	mina.post("/settings/profile", append(profile, "bio", strings.Repeat("a", 501))...).has(t, 422, `href="#bio"`, strings.Repeat("a", 501))
	mina.post("/settings/profile", append(profile, "bio", "")...).hasNot(t, "By train.")
}

func TestWhoDeletesTheirAccountIsOfferedTheirData(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	mina.get("/settings/delete").has(t, 200, `href="/settings/transfer">Download your data first`)
	mina.post("/settings/delete", "current_password", "wrong").has(t, 422, "Download your data first")
}
