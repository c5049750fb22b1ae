package history

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

const (
	exportHeader  = `{"format":"cinecircle","version":1,"exported_at":"2026-01-02T03:04:05Z","timezone":"Asia/Seoul","username":"me"}` + "\n"
	ownReviewLine = `{"movie":{"title":"Salt","year":1997,"external_ids":{}},"title":"t","content":"c","spoiler":false,"comments":"everyone",` +
		`"image":"IMAGE","created_at":"2020-01-02T03:04:05Z","updated_at":"2020-01-02T03:04:05Z"}` + "\n"
)

func TestImagesOfAnOwnExportComeLast(t *testing.T) {
	t.Parallel()
	data := zipped(t, [2]string{"cinecircle.json", exportHeader}, [2]string{"images/A.png", "bytes"}, [2]string{"images/unnamed.png", "bytes"},
		[2]string{"reviews.jsonl", strings.ReplaceAll(ownReviewLine, "IMAGE", "images/A.png") + strings.ReplaceAll(ownReviewLine, "IMAGE", "../etc/passwd")},
		[2]string{"profile.jsonl", `{"is_private":false,"show_facts":true,"image":"images/a.PNG","username":"me"}` + "\n"})
	s, all := entries(t, "export.zip", data, Options{})
	var got []string
	for _, e := range all {
		got = append(got, string(e.Kind)+" "+e.Image+" "+e.Failed.EN)
	}
	same(t, got, "profile  ", "review  ", "review  ", "profile_image images/a.PNG ",
		"review_image images/A.png Another line of the file has this image already.", "review_image ../etc/passwd The archive does not have this image.")
	if all[4].Of != TextKey(" t ", "c\n") || all[4].Of == TextKey("t", "d") || all[4].Key == all[1].Key {
		t.Errorf("an image of a review: %+v", all[4])
	}
	if data, err := s.Image("images/a.png"); string(data) != "bytes" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := s.Image("../etc/passwd"); !errors.Is(err, tabular.ErrNothing) {
		t.Errorf("a name that the archive does not have: %v", err)
	}
}

func TestImagesAreNotReadWhenTheyAreLargerThanAnyThatIsStored(t *testing.T) {
	t.Parallel()
	noise := make([]byte, picture.MaxStored+1)
	draw := rand.NewChaCha8([32]byte{})
	if _, err := draw.Read(noise); err != nil {
		t.Fatal(err)
	}
	data := zipped(t, [2]string{"cinecircle.json", exportHeader}, [2]string{"images/a.png", string(noise)},
		[2]string{"reviews.jsonl", strings.ReplaceAll(ownReviewLine, "IMAGE", "images/a.png")})
	s, _ := entries(t, "export.zip", data, Options{})
	if _, err := s.Image("images/a.png"); !errors.Is(err, tabular.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

func TestABrokenLineOfAnOwnExportDoesNotEndIt(t *testing.T) {
	t.Parallel()
	_, all := entries(t, "reviews.jsonl", []byte(ownReviewLine+"{\"content\": x\n"+strings.Repeat("y", 1<<20+1)+"\n"+ownReviewLine), Options{})
	if failed := slices.Collect(func(yield func(string) bool) {
		for _, e := range all {
			if !yield(e.Failed.EN) {
				return
			}
		}
	}); !slices.Equal(failed, []string{"", badValue.EN, longRow.EN, ""}) {
		t.Errorf("lines: %q", failed)
	}
	_, err := open(t, "export.zip", zipped(t, [2]string{"cinecircle.json", `{"format":"cinecircle","version":"x","exported_at":1,"timezone":""}`}), Options{})
	if e, ok := errors.AsType[*apperr.Error](err); !ok || !errors.Is(err, ErrUnknown) || !strings.Contains(e.Text.EN, "damaged") {
		t.Errorf("a broken header: %v", err)
	}
}
