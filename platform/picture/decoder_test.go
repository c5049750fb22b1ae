package picture

import (
	"errors"
	"image"
	"log/slog"
	"testing"
)

func TestDecoderCountsPicturesAndRefusals(t *testing.T) {
	t.Parallel()
	d := NewDecoder(slog.New(slog.DiscardHandler))
	if _, err := d.Decode(t.Context(), Review, Upload{Name: "a.png", Data: []byte("not an image")}); !errors.Is(err, ErrUnsupportedImage) {
		t.Errorf("got %v, want unsupported_image", err)
	}
	p, err := d.Decode(t.Context(), Review, Upload{Name: "a.png", Data: pngOf(t, quadrants(30, 20))})
	if err != nil || p.Size() != image.Pt(30, 20) {
		t.Fatalf("got %v, %v", p, err)
	}
	if got := d.Stats(); got.Decoded != 1 || got.Refused != 1 || got.DecodeTime <= 0 {
		t.Errorf("stats %+v, want 1 decoded and 1 refused", got)
	}
}
