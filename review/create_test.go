package review_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
)

func TestAMemberReviewsAFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	res := s.POST(t, "/reviews", s.as(t, s.bob), form(s.film.ID)).Want(201)
	got := res.Map()
	now := s.Clock.Now().In(s.Zone).Format("2006-01-02T15:04:05Z07:00")
	want := map[string]any{
		"id": got["id"], "user_id": float64(s.bob.ID), "movie_id": float64(s.film.ID),
		"title": "다시 봐도 좋은 영화", "content": "연기가 훌륭했다 🎬", "review_image_url": nil,
		"created_at": now, "updated_at": now, "like_count": 0.0,
		"username": s.bob.Username, "movie_title": "기생충", "is_liked": false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := res.Header.Get("Location"); got != path(res.ID()) {
		t.Errorf("Location %q", got)
	}
	s.counts(t, s.film, 1, s.bob, 1)
	if again := s.GET(t, path(res.ID()), s.as(t, s.bob)).Want(200).Map(); !cmp.Equal(again, got) {
		t.Error(cmp.Diff(got, again))
	}
}

func TestAReviewMayHaveAnImage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.writeWithImage(t, s.bob, s.film)
	url, _ := s.GET(t, path(id)).Want(200).Map()["review_image_url"].(string)
	files := s.files(t) // a smaller copy and the image
	if len(files) != 2 || url != "/media/"+files[1] || !strings.HasPrefix(files[1], "reviews/images/") {
		t.Errorf("url %q, files %v", url, files)
	}
	r, err := s.reviews.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	if got := s.reviews.Image(r); got.URL != url || got.Width != 648 || got.Height != 4 || got.Fit(300) != "/media/"+files[0] {
		t.Errorf("shown as %+v", got)
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images after tidying up, want 1", n)
	}
}

func TestAnEmptyFileInputIsNoImage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	res := s.POST(t, "/reviews", s.as(t, s.bob), multipart(s.film.ID, text("review_image", ""))).Want(201)
	if url := res.Map()["review_image_url"]; url != nil {
		t.Errorf("review_image_url %v, want null", url)
	}
}

func TestTextsAreTrimmedAndComposed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	res := s.POST(t, "/reviews", s.as(t, s.bob), testkit.Form("movie_id", id(s.film.ID), "title", "  Cafe\u0301 ", "content", "\n가\u0020")).Want(201).Map()
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
	s.POST(t, "/reviews", s.as(t, s.bob), long(51, 1)).WantField("title", "max")
	s.POST(t, "/reviews", s.as(t, s.bob), long(1, 10_001)).WantField("content", "max")
	both := s.POST(t, "/reviews", s.as(t, s.bob), long(51, 10_001))
	both.WantField("title", "max")
	both.WantField("content", "max")
	s.counts(t, s.film, 0, s.bob, 0)
	s.POST(t, "/reviews", s.as(t, s.bob), long(50, 10_000)).Want(201)
}

func TestTheLengthOfTheContentIsConfigurable(t *testing.T) {
	t.Parallel()
	s := newStageWith(t, review.Deps{MaxContent: 3})
	content := func(text string) testkit.Option {
		return testkit.Form("movie_id", id(s.film.ID), "title", "a", "content", text)
	}
	res := s.POST(t, "/reviews", s.as(t, s.bob), content("가나다라"), testkit.Header("Accept-Language", "ko")).WantField("content", "max")
	if got := res.Problem().Errors[0].Message; got != "3자 이하여야 합니다." {
		t.Errorf("message %q", got)
	}
	made := s.POST(t, "/reviews", s.as(t, s.bob), content("가나다")).Want(201).ID()
	s.PATCH(t, path(made), s.as(t, s.bob), testkit.Form("update_content", "four")).WantField("update_content", "max")
	doc, err := s.Router.Document()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), "1 to 3 characters") {
		t.Error("the document does not say how long the content may be")
	}
}

func TestAFilmThatIsNotThereCannotBeReviewed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, movieID := range []string{id(s.film.ID + 1), "9223372036854775807", "99999999999999999999999"} {
		res := s.POST(t, "/reviews", s.as(t, s.bob), testkit.Multipart(
			text("movie_id", movieID), text("title", "a"), text("content", "b"), file("review_image", "a.png", picture(t))),
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

func TestASecondReviewOfAFilmIsRefusedWithTheFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.write(t, s.bob, s.film)
	for language, want := range map[string]string{
		"en": "You have already reviewed this film.", "ko": "이미 이 영화에 리뷰를 작성하셨습니다.",
	} {
		p := s.POST(t, "/reviews", s.as(t, s.bob), multipart(s.film.ID, file("review_image", "a.png", picture(t))),
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
	s.DELETE(t, path(first), s.as(t, s.bob)).Want(204)
	if second := s.write(t, s.bob, s.film); second <= first {
		t.Errorf("id %d after %d: ids are never used again", second, first)
	}
	s.counts(t, s.film, 1, s.bob, 1)
}

func TestReviewingIsCheckedInTheOrderOfTheContract(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.write(t, s.bob, s.film)
	me := s.as(t, s.bob)
	s.POST(t, "/reviews?x=1", testkit.JSON(1)).WantProblem(401, "unauthorized")
	s.POST(t, "/reviews?x=1", testkit.Cookie(auth.AccessCookie, s.token(t, s.bob)),
		testkit.Header("Origin", "https://evil.example"), testkit.JSON(1)).WantProblem(403, "cross_origin")
	s.POST(t, "/reviews?x=1", me, testkit.JSON(1)).WantField("x", "unknown")
	s.POST(t, "/reviews", me, testkit.JSON(map[string]any{"title": "a"})).WantProblem(415, "unsupported_media_type")
	s.POST(t, "/reviews", me, testkit.Form("x", strings.Repeat("a", 600<<10))).WantProblem(413, "too_large")
	s.POST(t, "/reviews", me, testkit.Body("application/x-www-form-urlencoded", "%zz")).WantProblem(400, "malformed")
	s.POST(t, "/reviews", me, testkit.Form("movie_id", "9999", "title", "", "content", "b")).WantField("title", "required")
	s.POST(t, "/reviews", me, multipart(9999, file("review_image", "a.png", nil))).WantProblem(422, "unsupported_image")
	s.POST(t, "/reviews", me, form(9999)).WantProblem(404, "not_found")
	s.POST(t, "/reviews", me, form(s.film.ID)).WantProblem(409, "review_exists")
	s.counts(t, s.film, 1, s.bob, 1)
}

func TestAnAuthorWhoIsGoneWritesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, err := s.reviews.Create(t.Context(), review.Draft{
		UserID: 9999, MovieID: s.film.ID, Title: "a", Content: "b", Image: &media.Upload{Name: "a.png", Data: picture(t)},
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
	s.POST(t, "/reviews", s.as(t, ghost), form(s.film.ID)).WantProblem(http.StatusUnauthorized, "invalid_token")
}
