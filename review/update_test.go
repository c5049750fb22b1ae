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

func TestTheAuthorChangesAReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	s.like(t, written, 3)
	before := s.GET(t, path(written), s.as(t, s.bob)).Map()
	s.Clock.Advance(time.Minute)
	got := s.PATCH(t, path(written), s.as(t, s.bob), testkit.Form("update_title", " 새 제목 ")).Want(200).Map()
	want := before
	want["title"] = "새 제목"
	want["updated_at"] = s.Clock.Now().In(s.Zone).Format(time.RFC3339)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = s.PATCH(t, path(written), s.as(t, s.bob), testkit.Multipart(text("update_content", "새 내용 😀"))).Want(200).Map()
	want["content"] = "새 내용 😀"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s.counts(t, s.film, 1, s.bob, 1)
}

func TestWhatIsGivenAsItWasChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	before := s.GET(t, path(written), s.as(t, s.bob))
	s.Clock.Advance(time.Minute)
	for _, form := range []testkit.Option{
		testkit.Multipart(), testkit.Form("update_title", "좋다", "update_content", "아주 좋다"),
		testkit.Multipart(text("update_image", "")),
	} {
		after := s.PATCH(t, path(written), s.as(t, s.bob), form).Want(200)
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
		res := s.PATCH(t, path(written), s.as(t, s.bob), testkit.Multipart(file("update_image", "b.PNG", picture(t)))).Want(200).Map()
		if seen[res["review_image_url"]] || res["review_image_url"] == nil {
			t.Errorf("review_image_url %v was there before", res["review_image_url"])
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

func TestARefusedImageLeavesTheReviewAsItWas(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	before := s.GET(t, path(written)).Map()
	s.PATCH(t, path(written), s.as(t, s.bob), testkit.Multipart(text("update_title", "other"),
		file("update_image", "b.png", []byte("no picture")))).WantProblem(422, "unsupported_image")
	if diff := cmp.Diff(before, s.GET(t, path(written)).Map()); diff != "" {
		t.Error(diff)
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestABadChangeIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	before := s.GET(t, path(written)).Map()
	for name, c := range map[string][4]string{
		"empty title":   {"update_title", "", "update_title", "min"},
		"blank title":   {"update_title", "  ", "update_title", "min"},
		"long title":    {"update_title", strings.Repeat("한", 51), "update_title", "max"},
		"empty content": {"update_content", "", "update_content", "min"},
		"long content":  {"update_content", strings.Repeat("한", 10_001), "update_content", "max"},
		"name of POST":  {"title", "a", "title", "unknown"},
		"another film":  {"movie_id", "1", "movie_id", "unknown"},
		"likes":         {"like_count", "1", "like_count", "unknown"},
		"image as text": {"update_image", "x", "update_image", "type"},
	} {
		t.Run(name, func(t *testing.T) {
			s.PATCH(t, path(written), s.as(t, s.bob), testkit.Form(c[0], c[1])).WantField(c[2], c[3])
		})
	}
	if diff := cmp.Diff(before, s.GET(t, path(written)).Map()); diff != "" {
		t.Error(diff)
	}
}

func TestWhoMayDoWhatToAReview(t *testing.T) {
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
			options = append(options, s.as(t, *a.who))
		}
		s.PATCH(t, path(written), append(options, change)...).Want(a.status)
	}
	for _, a := range []attempt{{nil, 401}, {&s.ann, 403}, {&s.root, 403}, {&s.bob, 204}} {
		var options []testkit.Option
		if a.who != nil {
			options = append(options, s.as(t, *a.who))
		}
		s.DELETE(t, path(written)+"/image", options...).Want(a.status)
		if a.status != 204 && s.GET(t, path(written)).Map()["review_image_url"] == nil {
			t.Error("the image is gone")
		}
	}
	s.DELETE(t, path(written)).WantProblem(401, "unauthorized")
	s.DELETE(t, path(written), s.as(t, s.ann)).WantProblem(403, "forbidden")
	s.counts(t, s.film, 1, s.bob, 1)
	s.DELETE(t, path(written), s.as(t, s.root)).Want(204)
	s.DELETE(t, path(s.write(t, s.bob, s.film)), s.as(t, s.bob)).Want(204)
	s.counts(t, s.film, 0, s.bob, 0)
}

func TestAChangeIsCheckedInTheOrderOfTheContract(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	me := s.as(t, s.bob)
	s.PATCH(t, "/reviews/0?x=1", testkit.JSON(1)).WantProblem(401, "unauthorized")
	s.PATCH(t, "/reviews/0?x=1", testkit.Cookie(auth.AccessCookie, s.token(t, s.bob)),
		testkit.Header("Origin", "https://evil.example"), testkit.JSON(1)).WantProblem(403, "cross_origin")
	bad := s.PATCH(t, "/reviews/0?x=1", me, testkit.JSON(1))
	bad.WantField("review_id", "type")
	bad.WantField("x", "unknown")
	s.PATCH(t, path(9999), me, testkit.JSON(1)).WantProblem(404, "not_found")
	s.PATCH(t, path(written), s.as(t, s.ann), testkit.JSON(1)).WantProblem(403, "forbidden")
	s.PATCH(t, path(written), me, testkit.JSON(1)).WantProblem(415, "unsupported_media_type")
	s.PATCH(t, path(written), me, testkit.Form("x", strings.Repeat("a", 600<<10))).WantProblem(413, "too_large")
	s.PATCH(t, path(written), me, testkit.Body("multipart/form-data; boundary=b", "--b")).WantProblem(400, "malformed")
	s.PATCH(t, path(written), me, testkit.Form("x", "1")).WantField("x", "unknown")
}

func TestAnImageIsRemovedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	s.Clock.Advance(time.Minute)
	s.DELETE(t, path(written)+"/image", s.as(t, s.bob)).Want(204)
	after := s.GET(t, path(written)).Map()
	if after["review_image_url"] != nil || after["updated_at"] != s.Clock.Now().In(s.Zone).Format(time.RFC3339) {
		t.Errorf("review_image_url %v, updated_at %v", after["review_image_url"], after["updated_at"])
	}
	if n := s.tidy(t); n != 0 {
		t.Errorf("%d images, want none", n)
	}
	s.Clock.Advance(time.Minute)
	s.DELETE(t, path(written)+"/image", s.as(t, s.bob)).Want(204)
	if diff := cmp.Diff(after, s.GET(t, path(written)).Map()); diff != "" {
		t.Error(diff)
	}
	s.DELETE(t, path(9999)+"/image", s.as(t, s.bob)).WantProblem(404, "not_found")
	s.DELETE(t, "/reviews/x/image", s.as(t, s.bob)).WantField("review_id", "type")
}

func TestSixteenNewImagesAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	var wg sync.WaitGroup
	body := testkit.Multipart(file("update_image", "b.png", picture(t)))
	for range 16 {
		wg.Go(func() {
			if r := s.PATCH(t, path(written), s.as(t, s.bob), body); r.Status != 200 {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
		})
	}
	wg.Wait()
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}
