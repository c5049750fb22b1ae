package review_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
)

func TestAMemberReviewsAFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	res := s.POST(t, "/reviews", s.As(t, s.bob.ID), form(s.film.ID)).Want(201)
	got := res.Map()
	now := s.Clock.Now().In(s.Zone).Format("2006-01-02T15:04:05Z07:00")
	want := map[string]any{
		"id": got["id"], "user_id": float64(s.bob.ID), "movie_id": float64(s.film.ID),
		"title": "다시 봐도 좋은 영화", "content": "연기가 훌륭했다 🎬", "review_image_url": nil,
		"created_at": now, "updated_at": now, "like_count": 0.0,
		"username": s.bob.Username, "movie_title": "기생충", "rating": nil, "is_liked": false,
		"spoiler": false, "masked": false, "hidden": false, "comments": "everyone", "comment_count": 0.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := res.Header.Get("Location"); got != path(res.ID()) {
		t.Errorf("Location %q", got)
	}
	s.counts(t, s.film, 1, s.bob, 1)
	if again := s.GET(t, path(res.ID()), s.As(t, s.bob.ID)).Want(200).Map(); !cmp.Equal(again, got) {
		t.Error(cmp.Diff(got, again))
	}
}

func TestTheLengthOfAReviewIsCountedAfterNormalization(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	content := strings.Repeat("가\r\n", 4999) + "끝\r끝" // 10,001 characters with LF
	s.POST(t, "/reviews", s.As(t, s.bob.ID), testkit.Form("movie_id", id(s.film.ID), "title", "a", "content", content)).WantField("content", "max")
	content = norm.NFD.String(content[:len(content)-len("끝")]) + "\r\n"
	title := strings.Repeat("🎬", 50)
	got := s.POST(t, "/reviews", s.As(t, s.bob.ID), testkit.Form("movie_id", id(s.film.ID), "title", title, "content", content)).Want(201).Map()
	if want := strings.Repeat("가\n", 4999) + "끝"; got["content"] != want || got["title"] != title {
		t.Errorf("title %q, content of %d bytes, want %d", got["title"], len(got["content"].(string)), len(want))
	}
}

func TestAReviewCanHaveAnImage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.writeWithImage(t, s.bob, s.film)
	url, _ := s.GET(t, path(id)).Want(200).Map()["review_image_url"].(string)
	files := s.files(t) // a smaller copy and the image
	if len(files) != 2 || url != "/media/"+files[1] || !strings.HasPrefix(files[1], "reviews/images/") {
		t.Errorf("url %q, files %v", url, files)
	}
	r, err := s.reviews.Get(t.Context(), id, auth.Viewer{})
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	if got := s.reviews.Image(r); got.URL != "" {
		t.Errorf("shown as %+v before it is revealed", got)
	}
	r.Reveal()
	if got := s.reviews.Image(r); got.URL != url || got.Width != 648 || got.Height != 4 || got.Fit(300) != "/media/"+files[0] {
		t.Errorf("shown as %+v", got)
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images after tidying up, want 1", n)
	}
}

func TestAnEmptyFileInputMeansNoImage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	res := s.POST(t, "/reviews", s.As(t, s.bob.ID), multipart(s.film.ID, text("review_image", ""))).Want(201)
	if url := res.Map()["review_image_url"]; url != nil {
		t.Errorf("review_image_url %v, want null", url)
	}
}

func TestTheNameOfAFileIsOptional(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, disposition := range []string{`name="review_image"`, `name="review_image"; filename=""`, `name="review_image"; filename="blob"`} {
		for _, kind := range []string{"image/png", "application/octet-stream"} {
			film := s.newFilm(t, "기생충")
			body := "--x\r\nContent-Disposition: form-data; " + disposition + "\r\nContent-Type: " + kind + "\r\n\r\n" + string(testImage(t))
			for name, value := range map[string]string{"movie_id": id(film.ID), "title": "좋다", "content": "아주 좋다"} {
				body += "\r\n--x\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\n" + value
			}
			res := s.POST(t, "/reviews", s.As(t, s.bob.ID), testkit.Body("multipart/form-data; boundary=x", body+"\r\n--x--\r\n"))
			if got := res.Want(201).Map()["review_image_url"]; got == nil {
				t.Errorf("%s, %s: the review has no image", disposition, kind)
			}
		}
	}
}

func TestAReviewWithoutAnImageMayBeJSON(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	bob := s.As(t, s.bob.ID)
	sent := map[string]any{"movie_id": s.film.ID, "title": " 좋다 ", "content": "아주 좋다"}
	made := s.POST(t, "/reviews", bob, testkit.JSON(sent)).Want(201)
	if got := made.Map(); got["title"] != "좋다" || got["content"] != "아주 좋다" || got["review_image_url"] != nil {
		t.Errorf("the review is %v", got)
	}
	s.POST(t, "/reviews", bob, testkit.JSON(sent)).WantProblem(409, "review_exists")
	changed := s.PATCH(t, path(made.ID()), bob, testkit.JSON(map[string]any{"update_title": "더 좋다"})).Want(200).Map()
	if changed["title"] != "더 좋다" || changed["content"] != "아주 좋다" {
		t.Errorf("the review is %v", changed)
	}
	for _, c := range []struct {
		field, code string
		value       any
	}{
		{"movie_id", "required", nil},
		{"movie_id", "type", "7"},
		{"movie_id", "min", 0},
		{"title", "max", strings.Repeat("가", 51)},
		{"content", "required", ""},
		{"content", "max", strings.Repeat("가", 10_001)},
		{"review_image", "unknown", "data:"},
	} {
		body := map[string]any{"movie_id": s.film.ID, "title": "a", "content": "b", c.field: c.value}
		if c.value == nil {
			delete(body, c.field)
		}
		s.POST(t, "/reviews", bob, testkit.JSON(body)).WantField(c.field, c.code)
	}
	s.PATCH(t, path(made.ID()), bob, testkit.JSON(map[string]any{"update_content": ""})).WantField("update_content", "required")
	s.PATCH(t, path(made.ID()), bob, testkit.JSON(map[string]any{"update_image": "x"})).WantField("update_image", "unknown")
	s.POST(t, "/reviews", bob, testkit.Body("text/plain", "x")).WantProblem(415, "unsupported_media_type")
}

func TestTextsAreTrimmedAndComposed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	res := s.POST(t, "/reviews", s.As(t, s.bob.ID), testkit.Form("movie_id", id(s.film.ID), "title", "  Cafe\u0301 ", "content", "\n가\u0020")).Want(201).Map()
	if res["title"] != "Café" || res["content"] != "가" {
		t.Errorf("title %q, content %q", res["title"], res["content"])
	}
}

func TestLengthsAreCountedInCharacters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	long := func(title, content int) testkit.Option {
		return testkit.Form("movie_id", id(s.film.ID), "title", strings.Repeat("한", title), "content", strings.Repeat("🎬", content))
	}
	s.POST(t, "/reviews", s.As(t, s.bob.ID), long(51, 1)).WantField("title", "max")
	s.POST(t, "/reviews", s.As(t, s.bob.ID), long(1, 10_001)).WantField("content", "max")
	both := s.POST(t, "/reviews", s.As(t, s.bob.ID), long(51, 10_001))
	both.WantField("title", "max")
	both.WantField("content", "max")
	s.counts(t, s.film, 0, s.bob, 0)
	s.POST(t, "/reviews", s.As(t, s.bob.ID), long(50, 10_000)).Want(201)
}

func TestTheMaximumLengthOfTheContentIsConfigurable(t *testing.T) {
	t.Parallel()
	s := newStageWith(t, review.Deps{MaxContent: 3})
	content := func(text string) testkit.Option {
		return testkit.Form("movie_id", id(s.film.ID), "title", "a", "content", text)
	}
	res := s.POST(t, "/reviews", s.As(t, s.bob.ID), content("가나다라"), testkit.Header("Accept-Language", "ko")).WantField("content", "max")
	if got := res.Problem().Errors[0].Message; got != "3자 이하여야 합니다." {
		t.Errorf("message %q", got)
	}
	made := s.POST(t, "/reviews", s.As(t, s.bob.ID), content("가나다")).Want(201).ID()
	s.PATCH(t, path(made), s.As(t, s.bob.ID), testkit.Form("update_content", "four")).WantField("update_content", "max")
	doc, err := s.Router.Document()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), "1 to 3 characters") {
		t.Error("the document does not say the maximum length of the content")
	}
}

func TestReviewingAnUnknownFilmIsNotFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, movieID := range []string{id(s.film.ID + 1), "9223372036854775807", "99999999999999999999999"} {
		res := s.POST(t, "/reviews", s.As(t, s.bob.ID), testkit.Multipart(
			text("movie_id", movieID), text("title", "a"), text("content", "b"), file("review_image", "a.png", testImage(t))),
			testkit.Header("Accept-Language", "ko-KR")).WantProblem(404, "not_found")
		if got := res.Problem().Detail; got != "해당 영화를 찾을 수 없습니다." {
			t.Errorf("detail %q", got)
		}
	}
	s.counts(t, s.film, 0, s.bob, 0)
	if files := s.files(t); len(files) != 0 {
		t.Errorf("files were stored: %v", files)
	}
}

func TestASecondReviewIsRefusedWithTheIDOfTheFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.write(t, s.bob, s.film)
	for language, want := range map[string]string{
		"en": "You have already reviewed this film.", "ko": "이미 이 영화에 리뷰를 작성하셨습니다.",
	} {
		p := s.POST(t, "/reviews", s.As(t, s.bob.ID), multipart(s.film.ID, file("review_image", "a.png", testImage(t))),
			testkit.Header("Accept-Language", language)).WantProblem(409, "review_exists").Problem()
		if p.Detail != want || p.ReviewID == nil || *p.ReviewID != first {
			t.Errorf("%+v, want %q with review_id %d", p, want, first)
		}
	}
	s.counts(t, s.film, 1, s.bob, 1)
	if files := s.files(t); len(files) != 0 {
		t.Errorf("files were stored: %v", files)
	}
	s.write(t, s.ann, s.film)
	s.write(t, s.bob, s.newFilm(t, "괴물"))
}

func TestAFilmCanBeReviewedAgainAfterTheReviewWasDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.write(t, s.bob, s.film)
	s.DELETE(t, path(first), s.As(t, s.bob.ID)).Want(204)
	if second := s.write(t, s.bob, s.film); second <= first {
		t.Errorf("id %d after %d: want a larger one", second, first)
	}
	s.counts(t, s.film, 1, s.bob, 1)
}

func TestCreateChecksInTheOrderOfTheContract(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.write(t, s.bob, s.film)
	me := s.As(t, s.bob.ID)
	s.POST(t, "/reviews?x=1", testkit.JSON(1)).WantProblem(401, "unauthorized")
	s.POST(t, "/reviews?x=1", testkit.Cookie(auth.AccessCookie, s.token(t, s.bob)),
		testkit.Header("Origin", "https://evil.example"), testkit.JSON(1)).WantProblem(403, "cross_origin")
	s.POST(t, "/reviews?x=1", me, testkit.JSON(1)).WantField("x", "unknown")
	s.POST(t, "/reviews", me, testkit.Body("text/plain", "a")).WantProblem(415, "unsupported_media_type")
	s.POST(t, "/reviews", me, testkit.Form("x", strings.Repeat("a", 600<<10))).WantProblem(413, "too_large")
	s.POST(t, "/reviews", me, testkit.Body("application/x-www-form-urlencoded", "%zz")).WantProblem(400, "malformed")
	s.POST(t, "/reviews", me, testkit.Form("movie_id", "9999", "title", "", "content", "b")).WantField("title", "required")
	s.POST(t, "/reviews", me, multipart(9999, file("review_image", "a.png", nil))).WantProblem(422, "unsupported_image")
	s.POST(t, "/reviews", me, form(9999)).WantProblem(404, "not_found")
	s.POST(t, "/reviews", me, form(s.film.ID)).WantProblem(409, "review_exists")
	s.counts(t, s.film, 1, s.bob, 1)
}

func TestADeletedMemberCannotReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, err := s.reviews.Create(t.Context(), review.Draft{
		UserID: 9999, MovieID: s.film.ID, Title: "a", Content: "b", Image: &picture.Upload{Name: "a.png", Data: testImage(t)},
	})
	if !errors.Is(err, auth.ErrUserGone) {
		t.Errorf("error %v, want that the user is gone", err)
	}
	s.counts(t, s.film, 0, s.bob, 0)
	if n := s.tidy(t); n != 0 {
		t.Errorf("%d images, want none", n)
	}
	ghost := s.newUser(t, "ghost")
	if err := s.users.Delete(t.Context(), ghost.ID); err != nil {
		t.Fatal(err)
	}
	s.POST(t, "/reviews", s.As(t, ghost.ID), form(s.film.ID)).WantProblem(http.StatusUnauthorized, "invalid_token")
}
