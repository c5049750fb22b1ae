package movie_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestAddedFilmIsReturnedUnchanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	sent := film(object{
		"title": "  기생충 🎬 ", "plot": "",
		"cast": []object{
			{"name": "송강호", "role": "기택", "age": 52, "agency": "써브라임", "gender": "male"},
			{"name": "이정은", "role": ""},
			{"name": "👶", "age": 0},
		},
	})
	res := s.POST(t, "/movies", s.As(t, adder), testkit.JSON(sent)).Want(http.StatusCreated)
	now := s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano)
	want := object{
		"id": 1.0, "title": "기생충 🎬", "plot": "", "playtime": 131.0, "genre": "Drama",
		"cast": []any{
			object{"name": "송강호", "role": "기택", "age": 52.0, "agency": "써브라임", "gender": "male"},
			object{"name": "이정은", "role": ""},
			object{"name": "👶", "age": 0.0},
		},
		"poster_image_url": nil, "created_by": 1.0, "created_at": now, "updated_at": now,
		"like_count": 0.0, "dislike_count": 0.0, "review_count": 0.0, "rating_count": 0.0, "rating_average": nil,
		"original_title": nil, "aliases": []any{}, "release_date": nil, "year": nil, "production_year": nil, "genres": []any{"Drama"},
		"directors": []any{}, "countries": []any{}, "languages": []any{}, "age_grade": nil, "external_ids": object{}, "hidden": false,
	}
	made := maps.Clone(want)
	made["viewer"] = nothing
	if diff := cmp.Diff(made, res.Map()); diff != "" {
		t.Errorf("created film (-want +got):\n%s", diff)
	}
	if got := res.Header.Get("Location"); got != "/movies/1" {
		t.Errorf("Location is %q", got)
	}
	if diff := cmp.Diff(want, s.GET(t, "/movies/1").Want(http.StatusOK).Map()); diff != "" {
		t.Errorf("film by id (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]object{want}, s.GET(t, "/movies").Want(http.StatusOK).List()); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func TestFilmsWithinTheLimitsAreAccepted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	full := make([]object, 100)
	for i := range full {
		full[i] = object{"name": strings.Repeat("가", 255), "age": 150}
	}
	for name, changes := range map[string]object{
		"longest title":        {"title": strings.Repeat("한", 255)},
		"widest folded title":  {"title": strings.Repeat("ΐ", 255)},
		"longest plot":         {"plot": strings.Repeat("🎬", 10_000)},
		"largest cast":         {"cast": full},
		"shortest and longest": {"playtime": 1},
		"longest":              {"playtime": 6000},
		"SF":                   {"genre": "SF"},
		"Western":              {"genre": "Western"},
		"Noir":                 {"genre": "Noir"},
	} {
		t.Run(name, func(t *testing.T) { s.add(t, adder, changes) })
	}
}

// The OpenAPI document counts what is sent, so these films do not come through the API of the kit.
func TestLimitsOfFilmsAreCountedAfterNormalization(t *testing.T) {
	t.Parallel()
	lines := strings.Repeat("a\r\n", 4999) + "\rb" // 10,000 characters with LF
	longest := strings.Repeat("한", 255)
	d, err := movie.ParseDraft([]byte(encode(t, film(object{
		"title": norm.NFD.String(longest) + "\r\n", "plot": lines, "cast": []object{{"name": norm.NFD.String(longest)}},
	}))))
	if err != nil || d.Title != longest || d.Plot != strings.Repeat("a\n", 4999)+"\nb" || d.Cast[0].Name != longest {
		t.Errorf("title of %d bytes, plot of %d: %v", len(d.Title), len(d.Plot), err)
	}
	if _, err := movie.ParseDraft([]byte(encode(t, film(object{"plot": lines + "c"})))); err == nil {
		t.Error("a plot of 10,001 characters was accepted")
	}
}

func TestLongestTitleIsFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.add(t, adder, object{"title": strings.Repeat("ΐ", 255)}) // three times as long after case folding
	for _, n := range []int{1, 255} {
		if got := s.GET(t, "/movies?sort=title&title="+strings.Repeat("ΐ", n)).Want(http.StatusOK).List(); len(got) != 1 {
			t.Errorf("a part of %d letters finds %d films", n, len(got))
		}
	}
}

func TestInvalidFilmsAreRefusedWithTheField(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range []struct {
		changes     object
		field, code string
	}{
		{object{"title": nil}, "title", "required"},
		{object{"title": " "}, "title", "required"},
		{object{"title": strings.Repeat("한", 256)}, "title", "max"},
		{object{"title": 7}, "title", "type"},
		{object{"title": "a\x00b"}, "title", "format"},
		{object{"plot": nil}, "plot", "required"},
		{object{"plot": strings.Repeat("가", 10_001)}, "plot", "max"},
		{object{"cast": nil}, "cast", "required"},
		{object{"cast": "송강호"}, "cast", "type"},
		{object{"cast": []string{"송강호"}}, "cast[0]", "type"},
		{object{"cast": []object{{"role": "기택"}}}, "cast[0].name", "required"},
		{object{"cast": []object{{"name": "a"}, {"name": ""}}}, "cast[1].name", "required"},
		{object{"cast": []object{{"name": "\u115F\u1160"}}}, "cast[0].name", "required"},
		{object{"title": "\uFEFF\u00AD"}, "title", "required"},
		{object{"cast": []object{{"name": strings.Repeat("a", 256)}}}, "cast[0].name", "max"},
		{object{"cast": []object{{"name": "a", "foo": 1}}}, "cast[0].foo", "unknown"},
		{object{"cast": []object{{"name": "a", "age": -1}}}, "cast[0].age", "min"},
		{object{"cast": []object{{"name": "a", "age": 151}}}, "cast[0].age", "max"},
		{object{"cast": []object{{"name": "a", "age": 1.5}}}, "cast[0].age", "type"},
		{object{"cast": []object{{"name": "a", "role": nil}}}, "cast[0].role", "type"},
		{object{"cast": []object{{"name": "a", "gender": "x"}}}, "cast[0].gender", "enum"},
		{object{"cast": make([]object, 101)}, "cast", "max"},
		{object{"playtime": nil}, "playtime", "required"},
		{object{"playtime": 0}, "playtime", "min"},
		{object{"playtime": 6001}, "playtime", "max"},
		{object{"playtime": "131"}, "playtime", "type"},
		{object{"genre": nil}, "genre", "required"},
		{object{"genre": "drama"}, "genre", "enum"},
		{object{"created_by": 2}, "created_by", "unknown"},
		{object{"like_count": 2}, "like_count", "unknown"},
		{object{"id": 2}, "id", "unknown"},
	} {
		s.POST(t, "/movies", s.As(t, adder), testkit.JSON(film(c.changes))).WantField(c.field, c.code)
	}
	if n := s.rows(t); n != 0 {
		t.Errorf("%d films were stored", n)
	}
}

func TestAddingRequiresAValidBodyAndAMember(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	good := testkit.JSON(film(nil))
	s.POST(t, "/movies", good).WantProblem(http.StatusUnauthorized, "unauthorized")
	s.POST(t, "/movies", good, testkit.As("nonsense")).WantProblem(http.StatusUnauthorized, "invalid_token")
	s.POST(t, "/movies", good, s.As(t, ghost)).WantProblem(http.StatusUnauthorized, "invalid_token") // deleted after the guard checked the session
	s.POST(t, "/movies?x=1", good, s.As(t, adder)).WantField("x", "unknown")
	s.POST(t, "/movies", s.As(t, adder), testkit.Form("title", "a")).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	s.POST(t, "/movies", s.As(t, adder), testkit.Body("application/json", `{"title":`)).WantProblem(http.StatusBadRequest, "malformed")
	s.POST(t, "/movies", s.As(t, adder), testkit.Body("application/json", "")).WantProblem(http.StatusBadRequest, "malformed")
	s.POST(t, "/movies", s.As(t, adder), testkit.JSON(film(object{"plot": strings.Repeat("a", 256<<10)}))).WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	s.POST(t, "/movies", s.As(t, adder), testkit.Body("application/json", "[]")).WantProblem(http.StatusUnprocessableEntity, "validation_failed")
	if n := s.rows(t); n != 0 {
		t.Errorf("%d films were stored", n)
	}
}

func TestUnknownFilmIs404InBothLanguages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, path := range []string{"/movies/1", "/movies/9223372036854775807", "/movies/99999999999999999999999"} {
		s.GET(t, path).WantProblem(http.StatusNotFound, "not_found")
		s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{})).WantProblem(http.StatusNotFound, "not_found")
		s.DELETE(t, path, s.As(t, adder)).WantProblem(http.StatusNotFound, "not_found")
		s.POST(t, path+"/poster_image", s.As(t, adder), testkit.Body("text/plain", "")).WantProblem(http.StatusNotFound, "not_found")
		s.DELETE(t, path+"/poster_image", s.As(t, adder)).WantProblem(http.StatusNotFound, "not_found")
	}
	if got := s.GET(t, "/movies/1").Problem().Detail; got != "There is no such film." {
		t.Errorf("in English: %q", got)
	}
	if got := s.GET(t, "/movies/1", testkit.Header("Accept-Language", "ko")).Problem().Detail; got != "해당 영화를 찾을 수 없습니다." {
		t.Errorf("in Korean: %q", got)
	}
	for _, id := range []string{"0", "abc", "-1", "1.0"} {
		s.GET(t, "/movies/"+id).WantField("movie_id", "type")
		s.PATCH(t, "/movies/"+id, s.As(t, adder), testkit.JSON(object{})).WantField("movie_id", "type")
		s.DELETE(t, "/movies/"+id, s.As(t, adder)).WantField("movie_id", "type")
		s.POST(t, "/movies/"+id+"/poster_image", s.As(t, adder)).WantField("movie_id", "type")
		s.DELETE(t, "/movies/"+id+"/poster_image", s.As(t, adder)).WantField("movie_id", "type")
	}
}

func TestFilmIs304UntilACounterChanges(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	tag := s.GET(t, path).Want(http.StatusOK).Header.Get("ETag")
	s.GET(t, path, testkit.Header("If-None-Match", tag)).Want(http.StatusNotModified)
	s.count(t, 1, movie.Counts{Likes: 1})
	s.GET(t, path, testkit.Header("If-None-Match", tag)).Want(http.StatusOK)
}

func TestPatchChangesOnlyTheGivenFields(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, object{"cast": []object{{"name": "송강호"}}})
	want := s.GET(t, path, s.As(t, adder)).Map()
	for field, value := range map[string]any{
		"title": "옥자", "plot": "", "cast": []any{}, "playtime": 121.0, "genre": "SF",
	} {
		s.Clock.Advance(time.Minute)
		want[field], want["updated_at"] = value, s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano)
		if field == "genre" {
			want["genres"] = []any{value}
		}
		res := s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{field: value})).Want(http.StatusOK)
		if diff := cmp.Diff(want, res.Map()); diff != "" {
			t.Errorf("patch %s (-want +got):\n%s", field, diff)
		}
	}
	if diff := cmp.Diff(want, s.GET(t, path, s.As(t, adder)).Map()); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
	if got := titles(t, s.GET(t, "/movies?title=옥").List()); !cmp.Equal(got, []string{"옥자"}) {
		t.Errorf("found by the new title: %v", got)
	}
	if got := s.GET(t, "/movies?title=기생").List(); len(got) != 0 {
		t.Errorf("found by the old title: %v", got)
	}
}

func TestEmptyPatchChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	want := s.GET(t, path, s.As(t, adder)).Map()
	s.Clock.Advance(time.Hour)
	if diff := cmp.Diff(want, s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{})).Want(http.StatusOK).Map()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInvalidPatchChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	want := s.GET(t, path).Map()
	for _, c := range []struct{ body, field, code string }{
		{`{"title":null}`, "title", "type"},
		{`{"plot":null}`, "plot", "type"},
		{`{"cast":null}`, "cast", "type"},
		{`{"playtime":null}`, "playtime", "type"},
		{`{"genre":null}`, "genre", "type"},
		{`{"title":""}`, "title", "required"},
		{`{"title":"\u3164\u200b"}`, "title", "required"},
		{`{"cast":[{"name":"\u2800"}]}`, "cast[0].name", "required"},
		{`{"title":"a","title":"b"}`, "title", "repeated"},
		{`{"title":"` + strings.Repeat("a", 256) + `"}`, "title", "max"},
		{`{"plot":"` + strings.Repeat("a", 10_001) + `"}`, "plot", "max"},
		{`{"playtime":0}`, "playtime", "min"},
		{`{"genre":""}`, "genre", "enum"},
		{`{"cast":[{"name":"a","x":1}]}`, "cast[0].x", "unknown"},
		{`{"created_by":2}`, "created_by", "unknown"},
		{`{"poster_image_url":"/x"}`, "poster_image_url", "unknown"},
		{`{"title":"옥자","review_count":2}`, "review_count", "unknown"},
		{`{"title":"옥자","rating_average":5}`, "rating_average", "unknown"},
	} {
		s.PATCH(t, path, s.As(t, adder), testkit.Body("application/json", c.body)).WantField(c.field, c.code)
	}
	if diff := cmp.Diff(want, s.GET(t, path).Map()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNullIsRefusedWithTheTypeOfTheField(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	for _, c := range []struct{ body, field, kind string }{
		{`{"plot":null}`, "plot", "string"},
		{`{"title":null}`, "title", "string"},
		{`{"genre":null}`, "genre", "string"},
		{`{"playtime":null}`, "playtime", "integer"},
		{`{"cast":null}`, "cast", "array"},
		{`{"cast":[null]}`, "cast[0]", "object"},
		{`{"cast":[{"name":"a","role":null}]}`, "cast[0].role", "string"},
		{`{"cast":[{"name":"a","age":null}]}`, "cast[0].age", "integer"},
		{`{"cast":[{"name":null}]}`, "cast[0].name", "string"},
	} {
		for _, res := range []*testkit.Response{
			s.PATCH(t, path, s.As(t, adder), testkit.Body("application/json", c.body)),
			s.POST(t, "/movies", s.As(t, adder), testkit.Body("application/json", c.body)),
		} {
			var got string
			for _, e := range res.WantField(c.field, "type").Problem().Errors {
				if e.Field == c.field {
					got += e.Message
				}
			}
			if want := "This must be of type " + c.kind + "."; got != want {
				t.Errorf("%s: %q, want %q", c.body, got, want)
			}
		}
	}
}

func TestConcurrentPatchesAndCountsAreAllKept(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	var wg sync.WaitGroup
	for _, body := range []object{{"title": "옥자"}, {"plot": "돼지"}, {"playtime": 121}, {"genre": "SF"}, {"cast": []object{{"name": "a"}}}} {
		for range 3 {
			wg.Go(func() { s.PATCH(t, path, s.As(t, adder), testkit.JSON(body)).Want(http.StatusOK) })
			wg.Go(func() { s.count(t, 1, movie.Counts{Likes: 2, Dislikes: -1, Reviews: 1, Ratings: 1, HalfStars: 7}) })
		}
	}
	wg.Wait()
	got := s.GET(t, path).Map()
	wanted := object{
		"title": "옥자", "plot": "돼지", "playtime": 121.0, "genre": "SF",
		"like_count": 30.0, "dislike_count": -15.0, "review_count": 15.0, "rating_count": 15.0, "rating_average": 3.5,
	}
	for field, want := range wanted {
		if got[field] != want {
			t.Errorf("%s is %v, want %v", field, got[field], want)
		}
	}
}

func TestOnlyTheOwnerAndAdminsMayEdit(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	for method, target := range map[string]string{"PATCH": path, "DELETE": path, "POST": path + "/poster_image"} {
		s.Do(t, method, target).WantProblem(http.StatusUnauthorized, "unauthorized")
		// 403 comes before the checks of the body
		s.Do(t, method, target, s.As(t, other), testkit.Body("text/plain", "?")).WantProblem(http.StatusForbidden, "forbidden")
		s.Do(t, method, target+"?x=1", s.As(t, other)).WantField("x", "unknown")
	}
	s.DELETE(t, path+"/poster_image", s.As(t, other)).WantProblem(http.StatusForbidden, "forbidden")
	s.PATCH(t, path, s.As(t, adder), testkit.Body("text/plain", "{}")).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	s.PATCH(t, path, s.As(t, adder), testkit.Body("application/json", "{")).WantProblem(http.StatusBadRequest, "malformed")
	s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{"plot": strings.Repeat("a", 256<<10)})).WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	s.PATCH(t, path, s.As(t, admin), testkit.JSON(object{"title": "옥자"})).Want(http.StatusOK)
	s.DELETE(t, path, s.As(t, adder)).Want(http.StatusNoContent)
}

func TestFilmWithoutAnOwnerIsEditedByAdmins(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	s.Write(t, func(tx *gorm.DB) error { return tx.Exec("DELETE FROM users WHERE id = ?", adder).Error })
	if by := s.GET(t, path).Want(http.StatusOK).Map()["created_by"]; by != nil {
		t.Errorf("created_by is %v, want null", by)
	}
	s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{})).WantProblem(http.StatusForbidden, "forbidden")
	s.PATCH(t, path, s.As(t, admin), testkit.JSON(object{"title": "옥자"})).Want(http.StatusOK)
	s.DELETE(t, path, s.As(t, admin)).Want(http.StatusNoContent)
}

func TestDeletingAFilmTwiceIsNotFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path, stays := s.add(t, adder, nil), s.add(t, adder, nil)
	var gone, missing atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			switch s.DELETE(t, path, s.As(t, adder)).Status {
			case http.StatusNoContent:
				gone.Add(1)
			case http.StatusNotFound:
				missing.Add(1)
			}
		})
	}
	wg.Wait()
	if gone.Load() != 1 || missing.Load() != 15 {
		t.Errorf("204 %d times and 404 %d times, want 1 and 15", gone.Load(), missing.Load())
	}
	s.GET(t, path).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, stays).Want(http.StatusOK)
	if again := s.add(t, adder, nil); again == path {
		t.Error("an id was reused")
	}
}

func TestDeletingTheFilmsOfAMemberDeletesAllOfThemAndNoOther(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const many = 205 // three batches
	by := auth.Viewer{UserID: admin, Role: auth.RoleAdmin}
	for range many {
		if _, err := s.movies.Create(t.Context(), adder, movie.Draft{Title: "스팸", Playtime: 1, Genre: "Drama"}); err != nil {
			t.Fatal(err)
		}
	}
	withPoster := s.add(t, adder, object{"title": "스팸 포스터"})
	image, _ := s.posterURL(t, s.POST(t, withPoster+"/poster_image", s.As(t, adder), poster("a.png", pngBytes(t, testImage(t, 1, 1)))).Want(http.StatusOK).Map())
	stays, imported := s.add(t, other, object{"title": "스팸이 아님"}), s.addDirectly(t, movie.Draft{Title: "스팸 없는 영화"})
	hooked := 0
	s.movies.OnDelete(func(_ *gorm.DB, m movie.Movie, who auth.Viewer) error {
		if m.Owner() != adder || who != by {
			t.Errorf("deletes film %d of %d as %+v", m.ID, m.Owner(), who)
		}
		hooked++
		return nil
	})
	for range 2 { // the second time there are none
		if err := s.movies.DeleteAddedBy(t.Context(), adder, by); err != nil {
			t.Fatal(err)
		}
	}
	if hooked != many+1 {
		t.Errorf("%d films deleted, want %d", hooked, many+1)
	}
	left := s.GET(t, "/movies?title=스팸").Want(http.StatusOK).List()
	if len(left) != 2 {
		t.Errorf("%d films are found, want 2", len(left))
	}
	s.GET(t, withPoster).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, stays).Want(http.StatusOK)
	s.GET(t, fmt.Sprintf("/movies/%d", imported.ID)).Want(http.StatusOK)
	if err := s.Media.SweepAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.stored(image) {
		t.Error("the poster remains")
	}
}

func TestAFilmThatIsNotDeletedEndsTheDeletionOfAMembersFilms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first, second := s.add(t, adder, nil), s.add(t, adder, nil)
	broken := errors.New("the disk is on fire")
	s.movies.OnDelete(func(_ *gorm.DB, m movie.Movie, _ auth.Viewer) error {
		if fmt.Sprintf("/movies/%d", m.ID) == second {
			return broken
		}
		return nil
	})
	if err := s.movies.DeleteAddedBy(t.Context(), adder, auth.Viewer{UserID: admin, Role: auth.RoleAdmin}); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	s.GET(t, first).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, second).Want(http.StatusOK)
}
