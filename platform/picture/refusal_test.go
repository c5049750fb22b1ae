package picture

import (
	"errors"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// wantText checks that a refusal says something in English, and something else in Korean.
func wantText(t *testing.T, err error, en string) {
	t.Helper()
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok || !errors.Is(err, ErrUnsupportedImage) && !errors.Is(err, ErrImageTooLarge) {
		t.Errorf("got %v, want a refusal", err)
		return
	}
	if !strings.Contains(e.Text.EN, en) || e.Text.KO == "" || e.Text.KO == e.Text.EN {
		t.Errorf("says %q and %q, want %q", e.Text.EN, e.Text.KO, en)
	}
}

func TestRefusalsNameTheRealKind(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"HEIC":      "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
		"AVIF":      "\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miaf",
		"JPEG XL":   "\xff\x0a\x00\x00",
		"TIFF":      "II*\x00\x08\x00\x00\x00",
		"BMP":       "BM\x00\x00\x00\x00",
		"PDF":       "%PDF-1.7\n",
		"SVG":       "\ufeff<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
		"MP4":       "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00",
		"JPEG 2000": "\x00\x00\x00\x0cjP  \r\n\x87\n",
	} {
		for _, file := range []string{"photo.jpg", "photo.png", "blob"} {
			_, err := decode(Upload{Name: file, Data: []byte(data)})
			wantText(t, err, name+" files are not supported")
		}
	}
	_, err := decode(Upload{Name: "a.jpg", Data: []byte("\x00\x00\x00\x20ftypmif1\x00\x00\x00\x00mif1avifmiaf")})
	wantText(t, err, "AVIF files")
	_, err = decode(Upload{Name: "a.jpg", Data: []byte("\x00\x00\x00\x18ftypheic")})
	wantText(t, err, "Most Compatible") // what to do
	_, err = decode(Upload{Name: "a.jpg", Data: []byte("not an image")})
	wantText(t, err, "must be a JPEG, PNG, GIF or WebP")
	_, err = decode(Upload{Name: "a.jpg"})
	wantText(t, err, "empty")
}

func TestRefusalsNameTheExtension(t *testing.T) {
	t.Parallel()
	data := pngOf(t, quadrants(8, 8))
	for name, ext := range map[string]string{
		"a.php": ".php", "a.jpg.html": ".html", "a.HEIC": ".heic", "a.jpg/": ".jpg/", "a.a\x00b": `.a\x00b`,
		"a." + strings.Repeat("x", 100): ".xxxxxxxxxxx…",
	} {
		_, err := decode(Upload{Name: name, Data: data})
		wantText(t, err, "extension "+ext+" ")
	}
}

func TestEveryUsualExtensionIsAccepted(t *testing.T) {
	t.Parallel()
	data := pngOf(t, quadrants(8, 8))
	for _, name := range []string{
		"a.jpg", "a.jpeg", "a.jpe", "a.jfif", "a.png", "a.gif", "a.webp", "a.JFIF", "a.Jpg ", " a.PNG\t", "a. jpg", "blob", "photo", "", "사진",
		"folder.d/photo", "a.b.c.jpg",
	} {
		if _, err := decode(Upload{Name: name, Data: data}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRefusalsSayThatTheFileIsDamaged(t *testing.T) {
	t.Parallel()
	img := quadrants(100, 100)
	for kind, data := range map[string][]byte{"JPEG": jpegOf(t, img), "PNG": pngOf(t, img)} {
		for _, n := range []int{20, len(data) / 2} {
			_, err := decode(Upload{Name: "a.jpg", Data: data[:n]})
			wantText(t, err, "This "+kind+" file is damaged")
		}
	}
}
