package user_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func upload(t *testing.T, name string) testkit.Option {
	t.Helper()
	return testkit.Multipart(testkit.Part{Name: "image", FileName: name, Data: testImage(t)})
}

func TestProfileImageIsStoredReplacedAndRemoved(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	url := func() any { return k.api.GET(t, path(id)).Want(http.StatusOK).Map()["profile_image_url"] }

	k.api.POST(t, "/users/me/profile_image", testkit.As(in.Access), upload(t, "나.PNG")).Want(http.StatusOK)
	first := k.stored(t, id).ProfileImage
	if got := url(); got != "/media/"+first || !strings.HasPrefix(first, "users/profile_images/") {
		t.Errorf("URL %v of %s", got, first)
	}
	if got := k.users.Image(k.stored(t, id).Face()); got.URL != "/media/"+first || got.Width != 98 || got.Fit(48) == got.URL {
		t.Errorf("shown as %+v", got)
	}
	res := k.api.POST(t, "/users/me/profile_image", testkit.As(in.Access), upload(t, "me.png")).Want(http.StatusOK)
	second := k.stored(t, id).ProfileImage
	if got := res.Map()["profile_image_url"]; got != "/media/"+second || second == first {
		t.Errorf("URL %v of %s after %s", got, second, first)
	}
	if diff := cmp.Diff([]string{first}, k.trash(t)); diff != "" {
		t.Errorf("to be removed (-want +got):\n%s", diff)
	}
	for range 2 { // the second time there is no image
		k.api.DELETE(t, "/users/me/profile_image", testkit.As(in.Access)).Want(http.StatusNoContent)
		if got := url(); got != nil {
			t.Errorf("URL %v, want null", got)
		}
	}
	if err := k.Media.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	if got := k.files(t); len(got) != 0 {
		t.Errorf("remaining files: %v", got)
	}
}

func TestMemberAndAdminsRemoveAProfileImageByItsAccount(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, ofAlice := k.member(t, "alice")
	_, ofBob := k.member(t, "bob")
	_, ofRoot := k.admin(t, "root")
	target := path(alice) + "/profile_image"
	has := func() bool { return k.stored(t, alice).ProfileImage != "" }

	k.api.POST(t, "/users/me/profile_image", testkit.As(ofBob.Access), upload(t, "bob.png")).Want(http.StatusOK)
	k.api.POST(t, "/users/me/profile_image", testkit.As(ofAlice.Access), upload(t, "me.png")).Want(http.StatusOK)
	k.api.DELETE(t, target).WantProblem(http.StatusUnauthorized, "unauthorized")
	k.api.DELETE(t, target, testkit.As(ofBob.Access)).WantProblem(http.StatusForbidden, "forbidden")
	if !has() {
		t.Error("the image was removed, want it kept")
	}
	for _, who := range []tokens{ofRoot, ofAlice} {
		k.api.POST(t, "/users/me/profile_image", testkit.As(ofAlice.Access), upload(t, "me.png")).Want(http.StatusOK)
		for range 2 { // the second time there is no image
			k.api.DELETE(t, target, testkit.As(who.Access)).Want(http.StatusNoContent)
			if has() {
				t.Error("the image was kept, want it removed")
			}
		}
	}
	if err := k.Media.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	if k.me(t, ofBob.Access).Map()["profile_image_url"] == nil || len(k.files(t)) == 0 {
		t.Error("the image of another member was removed")
	}
	k.api.DELETE(t, "/users/999/profile_image", testkit.As(ofRoot.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.api.DELETE(t, "/users/999/profile_image", testkit.As(ofBob.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.api.DELETE(t, "/users/x/profile_image", testkit.As(ofRoot.Access)).WantField("user_id", "type")
	k.api.DELETE(t, target+"?x=1", testkit.As(ofBob.Access)).WantField("x", "unknown")
}

func (k *kit) files(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(k.MediaDir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatalf("walk %s: %v", k.MediaDir, err)
	}
	return files
}

// svg is an image that is a document: it may hold scripts.
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect width="1" height="1"/></svg>`

func TestInvalidImageIsRefusedAndStoresNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	post := func(options ...testkit.Option) *testkit.Response {
		return k.api.POST(t, "/users/me/profile_image", append(options, testkit.As(in.Access))...)
	}
	part := func(field, name string, data []byte) testkit.Option {
		return testkit.Multipart(testkit.Part{Name: field, FileName: name, Data: data})
	}
	post(part("image", "me.png", []byte("no picture"))).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
	post(part("image", "me.txt", testImage(t))).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
	for _, markup := range []string{svg, "<?xml version=\"1.0\"?>\n" + svg, "\ufeff" + svg, "<!DOCTYPE html><title>x</title>"} { // what a browser may run as a document
		for _, name := range []string{"me.svg", "me.png", "me.jpg", "me"} {
			post(part("image", name, []byte(markup))).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
		}
	}
	post(part("image", "me.png", nil)).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
	post(part("image", "me.png", make([]byte, picture.MaxBytes+1))).WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	post(part("photo", "me.png", testImage(t))).WantField("photo", "unknown")
	post(testkit.Multipart(testkit.Part{Name: "image", Data: []byte("text")})).WantField("image", "type")
	post(testkit.Multipart()).WantField("image", "required")
	post(testkit.JSON(map[string]any{})).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	post(testkit.Body("multipart/form-data; boundary=x", "no parts")).WantProblem(http.StatusBadRequest, "malformed")
	k.api.POST(t, "/users/me/profile_image", upload(t, "me.png")).WantProblem(http.StatusUnauthorized, "unauthorized")
	if u := k.stored(t, id); u.ProfileImage != "" || len(k.files(t)) != 0 {
		t.Errorf("image %q, files %v, want none", u.ProfileImage, k.files(t))
	}
}

func TestImageForADeletedAccountLeavesNoFile(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	pic, err := k.Pictures.Decode(t.Context(), picture.Profile, picture.Upload{Name: "me.png", Data: testImage(t)})
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	if _, err := k.users.SetImage(t.Context(), 404, pic); err == nil {
		t.Error("no error for an account that does not exist")
	}
	if err := k.Media.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	if got := k.files(t); len(got) != 0 {
		t.Errorf("remaining files: %v", got)
	}
}
