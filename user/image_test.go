package user_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func upload(t *testing.T, name string) testkit.Option {
	t.Helper()
	return testkit.Multipart(testkit.Part{Name: "image", FileName: name, Data: picture(t)})
}

func TestAProfileImageIsStoredReplacedAndRemoved(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	url := func() any { return k.api.GET(t, path(id)).Want(http.StatusOK).Map()["profile_image_url"] }

	k.api.POST(t, "/users/me/profile_image", testkit.As(in.Access), upload(t, "나.PNG")).Want(http.StatusOK)
	first := k.stored(t, id).ProfileImage
	if got := url(); got != "/media/"+first || !strings.HasPrefix(first, "users/profile_images/") {
		t.Errorf("URL %v of %s", got, first)
	}
	if got := k.users.Image(k.stored(t, id)); got.URL != "/media/"+first || got.Width != 98 || got.Fit(48) == got.URL {
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
	for range 2 { // the second time there is none any more
		k.api.DELETE(t, "/users/me/profile_image", testkit.As(in.Access)).Want(http.StatusNoContent)
		if got := url(); got != nil {
			t.Errorf("URL %v, want null", got)
		}
	}
	if err := k.Media.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	if got := k.files(t); len(got) != 0 {
		t.Errorf("files are left: %v", got)
	}
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

func TestWhatIsNoImageIsRefusedAndLeavesNothing(t *testing.T) {
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
	post(part("image", "me.txt", picture(t))).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
	post(part("image", "me.png", nil)).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
	post(part("image", "me.png", make([]byte, media.MaxBytes+1))).WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	post(part("photo", "me.png", picture(t))).WantField("photo", "unknown")
	post(testkit.Multipart(testkit.Part{Name: "image", Data: []byte("text")})).WantField("image", "type")
	post(testkit.Multipart()).WantField("image", "required")
	post(testkit.JSON(map[string]any{})).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	post(testkit.Body("multipart/form-data; boundary=x", "no parts")).WantProblem(http.StatusBadRequest, "malformed")
	k.api.POST(t, "/users/me/profile_image", upload(t, "me.png")).WantProblem(http.StatusUnauthorized, "unauthorized")
	if u := k.stored(t, id); u.ProfileImage != "" || len(k.files(t)) != 0 {
		t.Errorf("image %q, files %v, want none", u.ProfileImage, k.files(t))
	}
}

func TestAnImageForAnAccountThatIsGoneLeavesNoFile(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	pic, err := k.Media.Decode(t.Context(), media.ProfileImages, media.Upload{Name: "me.png", Data: picture(t)})
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	if _, err := k.users.SetImage(t.Context(), 404, pic); err == nil {
		t.Error("an account that does not exist has an image now")
	}
	if err := k.Media.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	if got := k.files(t); len(got) != 0 {
		t.Errorf("files are left: %v", got)
	}
}
