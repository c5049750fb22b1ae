package review_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func TestTheAuthorUpdatesAReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	s.like(t, written, 3)
	before := s.GET(t, path(written), s.As(t, s.bob.ID)).Map()
	s.Clock.Advance(time.Minute)
	got := s.PATCH(t, path(written), s.As(t, s.bob.ID), testkit.Form("update_title", " 새 제목 ")).Want(200).Map()
	want := before
	want["title"] = "새 제목"
	want["updated_at"] = s.Clock.Now().In(s.Zone).Format(time.RFC3339)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = s.PATCH(t, path(written), s.As(t, s.bob.ID), testkit.Multipart(text("update_content", "새 내용 😀"))).Want(200).Map()
	want["content"] = "새 내용 😀"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s.counts(t, s.film, 1, s.bob, 1)
}

func TestAnUpdateWithTheSameValuesChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	before := s.GET(t, path(written), s.As(t, s.bob.ID))
	s.Clock.Advance(time.Minute)
	for _, form := range []testkit.Option{
		testkit.Multipart(), testkit.Form("update_title", "좋다", "update_content", "아주 좋다"),
		testkit.Multipart(text("update_image", "")),
	} {
		after := s.PATCH(t, path(written), s.As(t, s.bob.ID), form).Want(200)
		if diff := cmp.Diff(before.Map(), after.Map()); diff != "" {
			t.Error(diff)
		}
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestANewImageReplacesTheOldOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	seen := map[any]bool{}
	for range 3 {
		s.Clock.Advance(time.Minute)
		res := s.PATCH(t, path(written), s.As(t, s.bob.ID), testkit.Multipart(file("update_image", "b.PNG", testImage(t)))).Want(200).Map()
		if seen[res["review_image_url"]] || res["review_image_url"] == nil {
			t.Errorf("review_image_url %v is not new", res["review_image_url"])
		}
		seen[res["review_image_url"]] = true
		if res["title"] != "다시 봐도 좋은 영화" || res["updated_at"] != s.Clock.Now().In(s.Zone).Format(time.RFC3339) {
			t.Errorf("title %v, updated_at %v", res["title"], res["updated_at"])
		}
		if n := s.tidy(t); n != 1 {
			t.Errorf("%d images, want 1", n)
		}
	}
}

func TestARefusedImageLeavesTheReviewUnchanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	before := s.GET(t, path(written)).Map()
	s.PATCH(t, path(written), s.As(t, s.bob.ID), testkit.Multipart(text("update_title", "other"),
		file("update_image", "b.png", []byte("no picture")))).WantProblem(422, "unsupported_image")
	if diff := cmp.Diff(before, s.GET(t, path(written)).Map()); diff != "" {
		t.Error(diff)
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestAnInvalidUpdateIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	before := s.GET(t, path(written)).Map()
	for name, c := range map[string][4]string{
		"empty title":   {"update_title", "", "update_title", "required"},
		"blank title":   {"update_title", "  ", "update_title", "required"},
		"hidden title":  {"update_title", "\u3164", "update_title", "required"},
		"hidden text":   {"update_content", "\u2800\r\n\u200B", "update_content", "required"},
		"long title":    {"update_title", strings.Repeat("한", 51), "update_title", "max"},
		"empty content": {"update_content", "", "update_content", "required"},
		"long content":  {"update_content", strings.Repeat("한", 10_001), "update_content", "max"},
		"name of POST":  {"title", "a", "title", "unknown"},
		"another film":  {"movie_id", "1", "movie_id", "unknown"},
		"likes":         {"like_count", "1", "like_count", "unknown"},
		"image as text": {"update_image", "x", "update_image", "type"},
	} {
		t.Run(name, func(t *testing.T) {
			s.PATCH(t, path(written), s.As(t, s.bob.ID), testkit.Form(c[0], c[1])).WantField(c[2], c[3])
		})
	}
	if diff := cmp.Diff(before, s.GET(t, path(written)).Map()); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyTheAuthorUpdatesAndOnlyAuthorOrAdminDeletes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	change := testkit.Form("update_title", "changed")
	type attempt struct {
		who    *user.User
		status int
	}
	for _, a := range []attempt{{nil, 401}, {&s.ann, 403}, {&s.root, 403}, {&s.bob, 200}} {
		var options []testkit.Option
		if a.who != nil {
			options = append(options, s.As(t, a.who.ID))
		}
		s.PATCH(t, path(written), append(options, change)...).Want(a.status)
	}
	for _, a := range []attempt{{nil, 401}, {&s.ann, 403}, {&s.bob, 204}} {
		var options []testkit.Option
		if a.who != nil {
			options = append(options, s.As(t, a.who.ID))
		}
		s.DELETE(t, path(written)+"/image", options...).Want(a.status)
		if a.status != 204 && s.GET(t, path(written)).Map()["review_image_url"] == nil {
			t.Error("the image was removed, want it kept")
		}
	}
	s.DELETE(t, path(written)).WantProblem(401, "unauthorized")
	s.DELETE(t, path(written), s.As(t, s.ann.ID)).WantProblem(403, "forbidden")
	s.counts(t, s.film, 1, s.bob, 1)
	s.DELETE(t, path(written), s.As(t, s.root.ID)).Want(204)
	s.DELETE(t, path(s.write(t, s.bob, s.film)), s.As(t, s.bob.ID)).Want(204)
	s.counts(t, s.film, 0, s.bob, 0)
}

func TestUpdateChecksInTheOrderOfTheContract(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	me := s.As(t, s.bob.ID)
	s.PATCH(t, "/reviews/0?x=1", testkit.JSON(1)).WantProblem(401, "unauthorized")
	s.PATCH(t, "/reviews/0?x=1", testkit.Cookie(auth.AccessCookie, s.token(t, s.bob)),
		testkit.Header("Origin", "https://evil.example"), testkit.JSON(1)).WantProblem(403, "cross_origin")
	bad := s.PATCH(t, "/reviews/0?x=1", me, testkit.JSON(1))
	bad.WantField("review_id", "type")
	bad.WantField("x", "unknown")
	s.PATCH(t, path(9999), me, testkit.JSON(1)).WantProblem(404, "not_found")
	s.PATCH(t, path(written), s.As(t, s.ann.ID), testkit.JSON(1)).WantProblem(403, "forbidden")
	s.PATCH(t, path(written), me, testkit.Body("text/plain", "a")).WantProblem(415, "unsupported_media_type")
	s.PATCH(t, path(written), me, testkit.Form("x", strings.Repeat("a", 600<<10))).WantProblem(413, "too_large")
	s.PATCH(t, path(written), me, testkit.Body("multipart/form-data; boundary=b", "--b")).WantProblem(400, "malformed")
	s.PATCH(t, path(written), me, testkit.Form("x", "1")).WantField("x", "unknown")
}

func TestRemovingAnImageIsIdempotent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	s.Clock.Advance(time.Minute)
	s.DELETE(t, path(written)+"/image", s.As(t, s.bob.ID)).Want(204)
	after := s.GET(t, path(written)).Map()
	if after["review_image_url"] != nil || after["updated_at"] != s.Clock.Now().In(s.Zone).Format(time.RFC3339) {
		t.Errorf("review_image_url %v, updated_at %v", after["review_image_url"], after["updated_at"])
	}
	if n := s.tidy(t); n != 0 {
		t.Errorf("%d images, want none", n)
	}
	s.Clock.Advance(time.Minute)
	s.DELETE(t, path(written)+"/image", s.As(t, s.bob.ID)).Want(204)
	if diff := cmp.Diff(after, s.GET(t, path(written)).Map()); diff != "" {
		t.Error(diff)
	}
	s.DELETE(t, path(9999)+"/image", s.As(t, s.bob.ID)).WantProblem(404, "not_found")
	s.DELETE(t, "/reviews/x/image", s.As(t, s.bob.ID)).WantField("review_id", "type")
}

func TestAdminsRemoveTheImageOfAReviewAndKeepItsText(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written, stays := s.writeWithImage(t, s.bob, s.film), s.writeWithImage(t, s.ann, s.film)
	before := s.GET(t, path(written)).Map()
	for range 2 { // the second time there is no image
		s.DELETE(t, path(written)+"/image", s.As(t, s.root.ID)).Want(204)
	}
	before["review_image_url"] = nil
	if diff := cmp.Diff(before, s.GET(t, path(written)).Map()); diff != "" {
		t.Errorf("the review (-want +got):\n%s", diff)
	}
	if s.GET(t, path(stays)).Map()["review_image_url"] == nil {
		t.Error("the image of another review was removed")
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
	s.DELETE(t, path(9999)+"/image", s.As(t, s.root.ID)).WantProblem(404, "not_found")
}

func TestSixteenConcurrentImagesLeaveOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	var wg sync.WaitGroup
	body := testkit.Multipart(file("update_image", "b.png", testImage(t)))
	for range 16 {
		wg.Go(func() {
			if r := s.PATCH(t, path(written), s.As(t, s.bob.ID), body); r.Status != 200 {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
		})
	}
	wg.Wait()
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}
