package transfer_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer"
)

// shade returns a grey PNG, which its shade tells from others.
func shade(t testing.TB, grey uint8) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 700, 20))
	for i := range img.Pix {
		img.Pix[i] = grey
	}
	var out bytes.Buffer
	ok(t, png.Encode(&out, img))
	return out.String()
}

func photograph(t testing.TB) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 120, 90))
	for y := range 90 {
		for x := range 120 {
			img.Set(x, y, color.RGBA{R: uint8(2 * x), G: uint8(2 * y), B: uint8(x + y), A: 255})
		}
	}
	var out bytes.Buffer
	ok(t, jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}))
	return out.String()
}

const ownHeader = `{"format":"cinecircle","version":1,"exported_at":"2026-01-02T03:04:05Z","timezone":"Asia/Seoul","username":"me"}` + "\n"

func ownReview(title, year, content, image string) string {
	return fmt.Sprintf(`{"movie":{"title":%q,"year":%s,"external_ids":{}},"title":"t","content":%q,"spoiler":false,"comments":"everyone","image":%q,`+
		`"created_at":"2020-01-02T03:04:05Z","updated_at":"2021-01-02T03:04:05Z"}`+"\n", title, year, content, image)
}

func ownProfile(image string) string {
	return fmt.Sprintf(`{"bio":"","is_private":false,"language":"auto","spoilers":"unless_watched","show_facts":true,"notifications":{},"image":%q,"username":"me"}`+"\n", image)
}

// album is an own export with images: of the profile, and of the reviews of two films.
func album(t testing.TB) []byte {
	t.Helper()
	return archive(t, "cinecircle.json", ownHeader, "profile.jsonl", ownProfile("images/me.jpg"),
		"reviews.jsonl", ownReview("The Lantern Ferry", "2011", "ferry", "images/ferry.png")+ownReview("Salt", "1997", "salt", "images/salt.png"),
		"images/me.jpg", photograph(t), "images/ferry.png", shade(t, 10), "images/salt.png", shade(t, 20))
}

// pictures returns the reviews of a member, as "text: shade of the image".
func (s *stage) pictures(t testing.TB, member int64) (out []string) {
	t.Helper()
	var all []review.Review
	s.Write(t, func(tx *gorm.DB) error { return tx.Where("user_id = ?", member).Order("id").Find(&all).Error })
	for _, r := range all {
		out = append(out, r.Content.Whole()+": "+s.shadeOf(t, r.Image.Whole()))
	}
	return out
}

func (s *stage) shadeOf(t testing.TB, key string) string {
	t.Helper()
	if key == "" {
		return "none"
	}
	data := must[[]byte](t)(os.ReadFile(filepath.Join(s.MediaDir, filepath.FromSlash(key))))
	img := must[image.Image](t)(png.Decode(bytes.NewReader(data)))
	return fmt.Sprint(color.GrayModel.Convert(img.At(0, 0)).(color.Gray).Y)
}

// files returns how many files of images there are once what no row names has been removed.
func (s *stage) files(t testing.TB) (n int) {
	t.Helper()
	ok(t, s.Media.SweepAll(t.Context()))
	ok(t, filepath.WalkDir(s.MediaDir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(d.Name(), "g") {
			n++
		}
		return err
	}))
	return n
}

func (s *stage) profileImage(t testing.TB, member int64) string {
	t.Helper()
	return must[string](t)(s.text(t, "SELECT profile_image FROM users WHERE id = ?", member))
}

func (s *stage) text(t testing.TB, query string, args ...any) (text string, err error) {
	t.Helper()
	return text, s.DB.Row(t.Context(), query, args...).Scan(&text)
}

const filesOfAlbum = 2 + 2 + 2 // each image has a copy

func TestImagesOfAnOwnExportComeInAndGoWithIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "export.zip", album(t))
	s.work(t)
	plan := []string{
		"1 profile me: unchanged", "2 review The Lantern Ferry: created", "3 review Salt: created",
		"4 profile_image me: created", "5 review_image The Lantern Ferry: created", "6 review_image Salt: created",
	}
	want(t, "plan", plan, s.rows(t, me, imp.ID))
	want(t, "files before it is confirmed", 0, s.files(t))
	want(t, "whether the upload is kept", true, s.count(t, "import_chunks") > 0)
	drop(s.transfers.Confirm(t.Context(), me, imp.ID))(t)
	s.work(t)
	want(t, "rows", plan, s.rows(t, me, imp.ID))
	want(t, "images", []string{"ferry: 10", "salt: 20"}, s.pictures(t, me))
	want(t, "files", filesOfAlbum, s.files(t))
	want(t, "parts of the upload that are left", 0, s.count(t, "import_chunks"))
	edited := must[string](t)(s.text(t, "SELECT MIN(updated_at) FROM reviews"))
	if !strings.HasPrefix(edited, "2021-01-02") {
		t.Errorf("an image counts as an edit: %s", edited)
	}

	want(t, "again", transfer.Counts{Unchanged: 6}, s.bring(t, me, "export.zip", album(t)).Counts)
	want(t, "files", filesOfAlbum, s.files(t))

	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "counts after it was undone", transfer.Counts{Unchanged: 6}, s.get(t, me, imp.ID).Counts)
	want(t, "images after it was undone", nil, s.pictures(t, me))
	want(t, "profile image after it was undone", "", s.profileImage(t, me))
	want(t, "files after it was undone", 0, s.files(t))
	s.counters(t)
}

func TestImagesThatCannotBeUsedAreBadRowsAndTheirReviewsComeIn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me := s.Join(t, 1)[0]
	whole := shade(t, 30)
	names := []string{"none", "svg", "half", "twice", "twice", "empty", "wide"}
	var lines strings.Builder
	for i, name := range names {
		s.film(t, fmt.Sprintf("Film %d", i), "2001")
		lines.WriteString(ownReview(fmt.Sprintf("Film %d", i), "2001", fmt.Sprint(i), "images/"+name+".png"))
	}
	wide := []byte(whole)
	copy(wide[16:], "\x00\x00\xff\xff\x00\x00\xff\xff") // its size, but not the checksum of that
	imp := s.bring(t, me, "export.zip", archive(t, "cinecircle.json", ownHeader, "reviews.jsonl", lines.String(),
		"images/svg.png", "<svg/>", "images/half.png", whole[:len(whole)-30], "images/twice.png", whole, "images/empty.png", "", "images/wide.png", string(wide)))
	want(t, "counts", transfer.Counts{Created: int64(len(names)) + 1, Bad: int64(len(names)) - 1}, imp.Counts)
	rows := strings.Join(s.rows(t, me, imp.ID)[len(names):], "\n")
	for _, line := range []string{
		"8 review_image Film 0: bad The archive does not have this image.",
		"9 review_image Film 1: bad SVG files are not supported.",
		"10 review_image Film 2: bad This PNG file is damaged or incomplete.",
		"11 review_image Film 3: created",
		"12 review_image Film 4: bad Another line of the file has this image already.",
		"13 review_image Film 5: bad The file is empty.",
		"14 review_image Film 6: bad The image must have at most 40 megapixels.",
	} {
		if !strings.Contains(rows, line) {
			t.Errorf("want %q in\n%s", line, rows)
		}
	}
	want(t, "reviews", len(names), len(s.pictures(t, me)))
	want(t, "files", 2, s.files(t))
}

func TestImagesThatMembersHaveHereStay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, salt, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	upload := func(grey uint8) *picture.Upload { return &picture.Upload{Data: []byte(shade(t, grey))} }
	drop(s.reviews.Create(t.Context(), review.Draft{UserID: me, MovieID: ferry, Title: "t", Content: "ferry", Image: upload(99)}))(t)
	drop(s.reviews.Create(t.Context(), review.Draft{UserID: me, MovieID: salt, Title: "t", Content: "another text"}))(t)
	pic := must[*picture.Picture](t)(s.Pictures.Decode(t.Context(), picture.Profile, *upload(88)))
	drop(s.users.SetImage(t.Context(), me, pic))(t)
	imp := s.bring(t, me, "export.zip", album(t))
	want(t, "counts", transfer.Counts{Unchanged: 2, Kept: 4}, imp.Counts)
	want(t, "images", []string{"ferry: 99", "another text: none"}, s.pictures(t, me))
	want(t, "profile image", "88", s.shadeOf(t, s.profileImage(t, me)))
}

func TestAnImageThatMembersChangeOrDeleteStaysThatWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.bring(t, me, "export.zip", album(t))
	s.Clock.Advance(time.Hour)
	ok(t, s.reviews.Update(t.Context(), 1, review.Patch{Image: &picture.Upload{Data: []byte(shade(t, 99))}}))
	ok(t, s.reviews.RemoveImage(t.Context(), 2))
	again := s.bring(t, me, "export.zip", album(t))
	rows := s.rows(t, me, again.ID)
	want(t, "row of the changed one", "5 review_image The Lantern Ferry: kept You have changed it here since it was imported.", rows[4])
	want(t, "row of the deleted one", "6 review_image Salt: kept You have deleted it here since it was imported.", rows[5])
	want(t, "images", []string{"ferry: 99", "salt: none"}, s.pictures(t, me))
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "images after it was undone", []string{"ferry: 99", "salt: none"}, s.pictures(t, me)) // the member has edited both
	want(t, "profile image after it was undone", "", s.profileImage(t, me))
}

func TestAnotherImageInTheFileReplacesTheOneOfAnEarlierImport(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	s.bring(t, me, "export.zip", album(t))
	imp := s.bring(t, me, "export.zip", archive(t, "cinecircle.json", ownHeader,
		"reviews.jsonl", ownReview("Salt", "1997", "salt", "images/salt.png"), "images/salt.png", shade(t, 77)))
	want(t, "counts", transfer.Counts{Created: 1, Unchanged: 1}, imp.Counts)
	want(t, "images", []string{"ferry: 10", "salt: 77"}, s.pictures(t, me))
	want(t, "files", filesOfAlbum, s.files(t))
}

// TestAnArchiveWithoutImagesMissesNone holds for a large archive that was packed anew.
func TestAnArchiveWithoutImagesMissesNone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	review := ownReview("Salt", "1997", "salt", "images/salt.png")
	imp := s.start(t, me, "export.zip", archive(t, "cinecircle.json", ownHeader, "reviews.jsonl", review))
	s.work(t)
	want(t, "counts", transfer.Counts{Created: 1}, s.get(t, me, imp.ID).Counts)
	want(t, "parts of the upload that are left", 0, s.count(t, "import_chunks"))
	drop(s.transfers.Confirm(t.Context(), me, imp.ID))(t)
	s.work(t)
	want(t, "images", []string{"salt: none"}, s.pictures(t, me))
	again := s.bring(t, me, "export.zip", archive(t, "cinecircle.json", ownHeader, "reviews.jsonl", review, "images/salt.png", shade(t, 20)))
	want(t, "counts with the image", transfer.Counts{Created: 1, Unchanged: 1}, again.Counts)
	want(t, "images", []string{"salt: 20"}, s.pictures(t, me))
}

func TestTheImageOfAHiddenReviewIsHidden(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, salt, _ := s.catalogue(t)
	ids := s.Join(t, 2)
	drop(s.reviews.Create(t.Context(), review.Draft{UserID: ids[0], MovieID: salt, Title: "t", Content: "salt"}))(t)
	s.Write(t, func(tx *gorm.DB) error { _, _, err := s.reviews.SetHidden(tx, 1, true); return err })
	imp := s.bring(t, ids[0], "export.zip", archive(t, "cinecircle.json", ownHeader,
		"reviews.jsonl", ownReview("Salt", "1997", "salt", "images/salt.png"), "images/salt.png", shade(t, 20)))
	want(t, "counts", transfer.Counts{Created: 1, Unchanged: 1}, imp.Counts)
	key := must[string](t)(s.text(t, "SELECT image FROM reviews"))
	want(t, "files", 2, s.files(t))
	if _, err := os.Stat(filepath.Join(s.MediaDir, filepath.FromSlash(key))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("everybody can fetch the image of a hidden review: %v", err)
	}
}

// failing makes naming images of reviews fail with an error while it is set.
func (s *stage) failing(t testing.TB) *atomic.Pointer[error] {
	t.Helper()
	var failure atomic.Pointer[error]
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Callback().Update().Before("gorm:update").Register("fail", func(tx *gorm.DB) {
			columns, _ := tx.Statement.Dest.(map[string]any)
			if err := failure.Load(); err != nil && tx.Statement.Table == "reviews" && columns["image"] != nil {
				_ = tx.AddError(*err) // returns the error
			}
		})
	})
	return &failure
}

func TestAnImageWhoseTransactionFailsLeavesNothingAndIsStoredLater(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "export.zip", album(t))
	s.work(t)
	drop(s.transfers.Confirm(t.Context(), me, imp.ID))(t)
	down := fmt.Errorf("the database: %w", apperr.ErrUnavailable)
	failure := s.failing(t)
	failure.Store(&down)
	if _, err := s.transfers.Step(t.Context()); !errors.Is(err, apperr.ErrUnavailable) {
		t.Fatalf("the worker goes on: %v", err)
	}
	want(t, "images of the reviews", []string{"ferry: none", "salt: none"}, s.pictures(t, me))
	want(t, "files", 2, s.files(t)) // of the profile
	failure.Store(nil)
	s.work(t) // at once: the worker has let it go
	want(t, "counts", transfer.Counts{Created: 5, Unchanged: 1}, s.get(t, me, imp.ID).Counts)
	want(t, "images of the reviews", []string{"ferry: 10", "salt: 20"}, s.pictures(t, me))
	want(t, "files", filesOfAlbum, s.files(t))
}

func TestTheUploadWithImagesGoesWithTheImport(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	for name, end := range map[string]func(transfer.Import){
		"discarded": func(i transfer.Import) { ok(t, s.transfers.Remove(t.Context(), me, i.ID)) },
		"forgotten": func(transfer.Import) { s.Clock.Advance(31 * 24 * time.Hour) },
	} {
		imp := s.start(t, me, "export.zip", album(t))
		s.work(t)
		want(t, "whether the upload is kept", true, s.count(t, "import_chunks") > 0)
		end(imp)
		s.work(t)
		want(t, "parts of the upload after it was "+name, 0, s.count(t, "import_chunks"))
	}
	want(t, "files", 0, s.files(t))
}

// TestAnImageAtWhichTheDecoderCrashesIsDamagedInTheEnd has a decoder that dies at images of more than two megapixels.
func TestAnImageAtWhichTheDecoderCrashesIsDamagedInTheEnd(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	tries := filepath.Join(t.TempDir(), "tries")
	s.Pictures.UseSubprocess("/bin/sh", "-c", `echo try >> "$0"; exit 3`, tries)
	s.transfers.DecodeAgain(time.Millisecond)
	var large bytes.Buffer
	ok(t, png.Encode(&large, image.NewGray(image.Rect(0, 0, 2000, 1100))))
	imp := s.bring(t, me, "export.zip", archive(t, "cinecircle.json", ownHeader,
		"reviews.jsonl", ownReview("The Lantern Ferry", "2011", "ferry", "images/ferry.png")+ownReview("Salt", "1997", "salt", "images/salt.png"),
		"images/ferry.png", large.String(), "images/salt.png", shade(t, 20)))
	want(t, "status", transfer.Done, imp.Status)
	want(t, "rows", []string{
		"1 review The Lantern Ferry: created", "2 review Salt: created",
		"3 review_image The Lantern Ferry: bad The image could not be decoded here. Please upload it by hand.", "4 review_image Salt: created",
	}, s.rows(t, me, imp.ID))
	want(t, "images", []string{"ferry: none", "salt: 20"}, s.pictures(t, me))
	want(t, "tries", "try\ntry\ntry\n", string(must[[]byte](t)(os.ReadFile(tries))))
}

// TestFilesOfTheCommandLineBringImages applies an import of the command line as another process would.
func TestFilesOfTheCommandLineBringImages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	name := filepath.Join(t.TempDir(), "export.zip")
	ok(t, os.WriteFile(name, album(t), 0o600))
	opened := must[*transfer.Opened](t)(s.transfers.Open([]string{name}, transfer.Options{}))
	var last transfer.Import
	ok(t, s.transfers.Load(t.Context(), me, opened, transfer.Options{}, false, func(i transfer.Import) error {
		if last = i; i.Status == transfer.Ready {
			return opened.Close() // from now on only the database has it
		}
		return nil
	}))
	want(t, "counts", transfer.Counts{Created: 5, Unchanged: 1}, last.Counts)
	want(t, "images", []string{"ferry: 10", "salt: 20"}, s.pictures(t, me))
	want(t, "parts of the file that are left", 0, s.count(t, "import_chunks"))
}
