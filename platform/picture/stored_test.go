package picture

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"math/rand/v2"
	"testing"
)

// noisy returns a PNG that hardly packs.
func noisy(t *testing.T, width, height int) []byte {
	t.Helper()
	img, draw := image.NewNRGBA(image.Rect(0, 0, width, height)), rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(draw.Uint32())
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestStoredImagesMayHaveMoreBytesThanUploads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"a small one", noisy(t, 10, 10), nil},
		{"a large one of the size that is stored", noisy(t, 1024, MaxSide), nil},
		{"a large one that is too wide", noisy(t, MaxSide+1, 1024), ErrImageTooLarge},
		{"a very large one", append(noisy(t, 1024, MaxSide), make([]byte, MaxStored)...), ErrImageTooLarge},
		{"no image", []byte("GIF"), ErrUnsupportedImage},
	} {
		err := CheckStored(Upload{Name: "a.png", Data: c.data})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s of %d bytes: %v, want %v", c.name, len(c.data), err, c.want)
		}
	}
	if err := CheckStored(Upload{Name: "a.pdf", Data: noisy(t, 10, 10)}); !errors.Is(err, ErrUnsupportedImage) {
		t.Errorf("with a foreign extension: %v", err)
	}
}
