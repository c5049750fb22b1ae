package main_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// TestLargeImagesDoNotGrowTheMemoryOfTheService uploads 12 megapixels, which take 60 MB and more while they are decoded,
// and sees none of it in the process that serves.
func TestLargeImagesDoNotGrowTheMemoryOfTheService(t *testing.T) {
	t.Parallel()
	s := apptest.NewInstance(t).Start()
	id, token := s.SignUp("alice")
	peak := func() int {
		t.Helper()
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Process().Pid))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		var kilobytes int
		if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
			t.Fatalf("read the peak: %v", err)
		}
		return kilobytes >> 10
	}
	before := peak()
	size := image.Rect(0, 0, 4000, 3000)
	if apptest.Race {
		size = image.Rect(0, 0, 2000, 1500) // on a busy machine the larger one takes longer than an upload may
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, image.NewNRGBA(size)); err != nil {
		t.Fatal(err)
	}
	kind, body := apptest.Upload(t, nil, "image", "a.png", file.Bytes())
	s.Post(200, token, "/users/me/profile_image", kind, body)
	if more := peak() - before; more > 32 {
		t.Errorf("the service took %d MB more", more)
	}
	if face := s.Get("", fmt.Sprintf("/users/%d", id)).JSON(t)["profile_image_url"]; face == nil {
		t.Error("the image is not there")
	}
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Errorf("end: %v", err)
	}
}
