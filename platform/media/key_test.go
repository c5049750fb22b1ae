package media

import (
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestKeySaysWhatItsImageIsLike(t *testing.T) {
	for _, folder := range folders {
		for _, p := range []Picture{
			{ext: ".jpg", width: 1, height: 1, opaque: true},
			{ext: ".png", width: MaxSide, height: MaxSide},
			{ext: ".png", width: 800, height: 1200, opaque: true},
			{ext: ".jpg", width: 2048, height: 7, opaque: true},
		} {
			p.folder = folder
			n := newName(&p)
			key := n.key()
			if err := checkKey(key); err != nil {
				t.Error(err)
			}
			got, ok := readName(key)
			if !ok || got != n || got.size != image.Pt(p.width, p.height) || got.opaque != p.opaque {
				t.Errorf("%s reads as %+v, want %+v", key, got, n)
			}
			if got.id.Version() != 8 || got.id.Variant() != uuid.RFC4122 {
				t.Errorf("%s is no UUID of version 8", key)
			}
		}
	}
}

func TestNoTwoKeysAreTheSame(t *testing.T) {
	p := &Picture{folder: ReviewImages, ext: ".jpg", width: 10, height: 10}
	seen := map[string]bool{}
	for range 1000 {
		key := newName(p).key()
		if seen[key] {
			t.Fatalf("%s came twice", key)
		}
		seen[key] = true
	}
}

func TestOnlyKeysOfWholeImagesAreRead(t *testing.T) {
	n := newName(&Picture{folder: ReviewImages, ext: ".jpg", width: 2000, height: 10, opaque: true})
	id := n.id.String()
	for _, key := range append(foreignKeys(), n.copyKey(640), "reviews/images/{"+id+"}.jpg", "reviews/images/urn:uuid:"+id+".jpg") {
		if checkKey(key) == nil && key != n.copyKey(640) {
			t.Errorf("%q counts as a key", key)
		}
		if got, ok := readName(key); ok && checkKey(got.key()) == nil && got.key() == key {
			t.Errorf("%q reads as %+v", key, got)
		}
	}
	for _, file := range []string{"{" + id + "}", "urn:uuid:" + id, id + "-640", strings.ReplaceAll(id, "-", ""), strings.Repeat("x", len(id))} {
		if got, ok := readName("reviews/images/" + file + ".jpg"); ok {
			t.Errorf("%q reads as %+v", file, got)
		}
	}
}

func TestFilesOfAnImageAreKnownByItsKey(t *testing.T) {
	base := func(key string) string { return strings.TrimSuffix(strings.TrimSuffix(key, ".jpg"), ".png") }
	for _, c := range []struct {
		what string
		p    Picture
		want []string // behind the UUID
	}{
		{"poster", Picture{folder: PosterImages, ext: ".jpg", width: 800, height: 1200, opaque: true}, []string{"-160.jpg", "-320.jpg", "-640.jpg", ".jpg"}},
		{"narrow poster", Picture{folder: PosterImages, ext: ".jpg", width: 320, height: 480, opaque: true}, []string{"-160.jpg", ".jpg"}},
		{"opaque PNG", Picture{folder: PosterImages, ext: ".png", width: 321, height: 480, opaque: true}, []string{"-160.jpg", "-320.jpg", ".png"}},
		{"transparent PNG", Picture{folder: ReviewImages, ext: ".png", width: 641, height: 1}, []string{"-640.png", ".png"}},
		{"small image", Picture{folder: ReviewImages, ext: ".jpg", width: 640, height: 9, opaque: true}, []string{".jpg"}},
		{"face", Picture{folder: ProfileImages, ext: ".jpg", width: 400, height: 300, opaque: true}, []string{"-96.jpg", "-256.jpg", ".jpg"}},
		{"small face", Picture{folder: ProfileImages, ext: ".jpg", width: 400, height: 200, opaque: true}, []string{"-96.jpg", "-200.jpg", ".jpg"}},
		{"tiny face", Picture{folder: ProfileImages, ext: ".jpg", width: 50, height: 80, opaque: true}, []string{"-50.jpg", ".jpg"}},
		{"square face", Picture{folder: ProfileImages, ext: ".jpg", width: 256, height: 256, opaque: true}, []string{"-96.jpg", ".jpg"}},
		{"tiny square face", Picture{folder: ProfileImages, ext: ".jpg", width: 96, height: 96, opaque: true}, []string{".jpg"}},
	} {
		key := newName(&c.p).key()
		var got []string
		for _, f := range Files(key) {
			if err := checkKey(f); err != nil {
				t.Error(err)
			}
			got = append(got, strings.TrimPrefix(f, base(key)))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

func TestImagesOfOldAndOfTheFutureHaveNoCopies(t *testing.T) {
	future := newName(&Picture{folder: PosterImages, ext: ".jpg", width: 800, height: 1200, opaque: true})
	future.id[8] |= otherwise >> 8
	for _, key := range []string{someKey(PosterImages, ".jpg"), someKey(ProfileImages, ".png"), future.key(), "posters/1.jpg"} {
		if diff := cmp.Diff([]string{key}, Files(key)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	}
	if got := Files(""); len(got) > 0 {
		t.Errorf("no image has the files %v", got)
	}
}
