package media

import (
	"bytes"
	"image"
	"image/jpeg"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/picture"
)

// putPicture writes a picture and its copies to a store, without a database.
func putPicture(t *testing.T, store Store, p *picture.Picture) (key string) {
	t.Helper()
	n := newName(p)
	for _, c := range p.Copies() {
		if err := store.Put(t.Context(), n.copyKey(c.Width), contentTypes[picture.CopyExt(n.opaque)], c.Data); err != nil {
			t.Fatalf("put: %v", err)
		}
	}
	if err := store.Put(t.Context(), n.key(), contentTypes[p.Ext()], p.Bytes()); err != nil {
		t.Fatalf("put: %v", err)
	}
	return n.key()
}

// poster returns a JPEG poster.
func poster(t *testing.T, width, height int) *picture.Picture {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatalf("encode: %v", err)
	}
	p, err := picture.NewDecoder(slog.New(slog.DiscardHandler)).Decode(t.Context(), picture.Poster, picture.Upload{Data: b.Bytes(), Name: "a.jpg"})
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return p
}

func TestEveryShownSizeCanBeFetched(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, o outlet) {
		p := poster(t, 800, 1200)
		lib := &Library{store: o.store}
		key := putPicture(t, o.store, p)
		s := lib.Show(key)
		if s.Width != 800 || s.Height != 1200 || s.URL != o.store.URL(key) {
			t.Errorf("shown as %+v", s)
		}
		candidates := strings.Split(s.Srcset, ", ")
		for i, width := range []string{"160w", "320w", "640w", "800w"} {
			url, w, _ := strings.Cut(candidates[i], " ")
			status, kind, data := o.get(t, url)
			if status != http.StatusOK || kind != "image/jpeg" || w != width {
				t.Fatalf("%s: %d %s as %s", width, status, kind, w)
			}
			if img, _, err := image.Decode(bytes.NewReader(data)); err != nil || width != strings.TrimSpace(w) || img.Bounds().Dx() > 800 {
				t.Errorf("%s is %v, %v", width, img.Bounds(), err)
			}
		}
		for _, k := range Files(key) {
			if err := o.store.Delete(t.Context(), k); err != nil {
				t.Errorf("delete: %v", err)
			}
			if status, _, _ := o.fetch(t, k); status != http.StatusNotFound {
				t.Errorf("%s: %d after it was deleted", k, status)
			}
		}
	})
}

func TestFitReturnsTheSmallestFileThatIsWideEnough(t *testing.T) {
	t.Parallel()
	l := &Library{store: openLocal(t, t.TempDir(), "")}
	poster := randomName(picture.Poster, ".jpg", image.Pt(800, 1200), true)
	face := randomName(picture.Profile, ".jpg", image.Pt(800, 600), true)
	small := randomName(picture.Review, ".png", image.Pt(80, 60), false)
	old := randomKey(picture.Poster, ".jpg")
	for _, c := range []struct {
		key  string
		want int
		url  string
	}{
		{poster.key(), 1, poster.copyKey(160)},
		{poster.key(), 160, poster.copyKey(160)},
		{poster.key(), 161, poster.copyKey(320)},
		{poster.key(), 641, poster.key()},
		{poster.key(), 9999, poster.key()},
		{face.key(), 40, face.copyKey(96)},
		{face.key(), 200, face.copyKey(256)},
		{face.key(), 300, face.key()},
		{small.key(), 640, small.key()},
		{old, 160, old},
	} {
		if got := l.Show(c.key).Fit(c.want); got != "/media/"+c.url {
			t.Errorf("%d of %s is %s, want %s", c.want, c.key, got, c.url)
		}
	}
}

func TestSrcsetIsEmptyForOneSizeAndSquareForProfiles(t *testing.T) {
	t.Parallel()
	l := &Library{store: openLocal(t, t.TempDir(), "https://films.example")}
	face := randomName(picture.Profile, ".jpg", image.Pt(800, 600), true)
	want := "https://films.example/media/" + face.copyKey(96) + " 96w, https://films.example/media/" + face.copyKey(256) + " 256w"
	if got := l.Show(face.key()).Srcset; got != want {
		t.Errorf("srcset of a face is %s, want %s", got, want)
	}
	small := randomName(picture.Review, ".png", image.Pt(80, 60), false)
	for _, key := range []string{small.key(), randomKey(picture.Poster, ".jpg"), ""} {
		if got := l.Show(key); got.Srcset != "" {
			t.Errorf("%q has the srcset %s", key, got.Srcset)
		}
	}
	if none := l.Show(""); none.URL != "" || none.Fit(100) != "" || none.Width != 0 {
		t.Errorf("no image: %+v", none)
	}
}

func BenchmarkShow(b *testing.B) {
	l := &Library{store: &Local{prefix: "/media/"}}
	key := randomName(picture.Poster, ".jpg", image.Pt(800, 1200), true).key()
	b.ReportAllocs()
	for b.Loop() {
		l.Show(key)
	}
}
