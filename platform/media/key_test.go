package media

import (
	"image"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestKeyTellsFormatAndSize(t *testing.T) {
	t.Parallel()
	for kind := range folders {
		for _, c := range []struct {
			ext    string
			size   image.Point
			opaque bool
		}{
			{".jpg", image.Pt(1, 1), true},
			{".png", image.Pt(picture.MaxSide, picture.MaxSide), false},
			{".png", image.Pt(800, 1200), true},
			{".jpg", image.Pt(2048, 7), true},
		} {
			n := randomName(kind, c.ext, c.size, c.opaque)
			key := n.key()
			if err := checkKey(key); err != nil {
				t.Error(err)
			}
			got, ok := readName(key)
			if !ok || got != n || got.size != c.size || got.opaque != c.opaque {
				t.Errorf("%s reads as %+v, want %+v", key, got, n)
			}
			if got.id.Version() != 8 || got.id.Variant() != uuid.RFC4122 {
				t.Errorf("%s is not a UUID of version 8", key)
			}
		}
	}
}

func TestKeysAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		key := randomName(picture.Review, ".jpg", image.Pt(10, 10), true).key()
		if seen[key] {
			t.Fatalf("%s came twice", key)
		}
		seen[key] = true
	}
}

func TestOnlyKeysOfImagesAreRead(t *testing.T) {
	t.Parallel()
	n := randomName(picture.Review, ".jpg", image.Pt(2000, 10), true)
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

func TestFilesOfAnImage(t *testing.T) {
	t.Parallel()
	base := func(key string) string { return strings.TrimSuffix(strings.TrimSuffix(key, ".jpg"), ".png") }
	for _, c := range []struct {
		what string
		n    name
		want []string // after the UUID
	}{
		{"poster", randomName(picture.Poster, ".jpg", image.Pt(800, 1200), true), []string{"-160.jpg", "-320.jpg", "-640.jpg", ".jpg"}},
		{"narrow poster", randomName(picture.Poster, ".jpg", image.Pt(320, 480), true), []string{"-160.jpg", ".jpg"}},
		{"opaque PNG", randomName(picture.Poster, ".png", image.Pt(321, 480), true), []string{"-160.jpg", "-320.jpg", ".png"}},
		{"transparent PNG", randomName(picture.Review, ".png", image.Pt(641, 1), false), []string{"-640.png", ".png"}},
		{"small image", randomName(picture.Review, ".jpg", image.Pt(640, 9), true), []string{".jpg"}},
		{"face", randomName(picture.Profile, ".jpg", image.Pt(400, 300), true), []string{"-96.jpg", "-256.jpg", ".jpg"}},
		{"small face", randomName(picture.Profile, ".jpg", image.Pt(400, 200), true), []string{"-96.jpg", "-200.jpg", ".jpg"}},
		{"tiny face", randomName(picture.Profile, ".jpg", image.Pt(50, 80), true), []string{"-50.jpg", ".jpg"}},
		{"square face", randomName(picture.Profile, ".jpg", image.Pt(256, 256), true), []string{"-96.jpg", ".jpg"}},
		{"tiny square face", randomName(picture.Profile, ".jpg", image.Pt(96, 96), true), []string{".jpg"}},
	} {
		key := c.n.key()
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

func TestKeysWithoutSizesHaveNoCopies(t *testing.T) {
	t.Parallel()
	future := randomName(picture.Poster, ".jpg", image.Pt(800, 1200), true)
	future.id[8] |= reservedBit >> 8
	for _, key := range []string{randomKey(picture.Poster, ".jpg"), randomKey(picture.Profile, ".png"), future.key(), "posters/1.jpg"} {
		if diff := cmp.Diff([]string{key}, Files(key)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	}
	if got := Files(""); len(got) > 0 {
		t.Errorf("no image: files %v", got)
	}
}
