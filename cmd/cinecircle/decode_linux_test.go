package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestLargeImagesLeaveTheMemoryOfTheServiceAlone uploads 12 megapixels, which take 60 MB and more while they are decoded,
// and sees none of it in the process that serves.
func TestLargeImagesLeaveTheMemoryOfTheServiceAlone(t *testing.T) {
	t.Parallel()
	s := newHome(t).start()
	id, token := s.signUp("alice")
	peak := func() int {
		t.Helper()
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
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
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, image.NewNRGBA(image.Rect(0, 0, 4000, 3000))); err != nil {
		t.Fatal(err)
	}
	kind, body := upload(t, nil, "image", "a.png", file.Bytes())
	s.post(200, token, "/users/me/profile_image", kind, body)
	if more := peak() - before; more > 32 {
		t.Errorf("the service took %d MB more", more)
	}
	if face := s.get("", fmt.Sprintf("/users/%d", id)).json(t)["profile_image_url"]; face == nil {
		t.Error("the image is not there")
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Errorf("end: %v", err)
	}
}
