package diary_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

type body = map[string]any

// today returns the day of the clock in the zone of the service, some days later.
func (s *stage) today(later int) string {
	return s.Clock.Now().In(s.Zone).AddDate(0, 0, later).Format(time.DateOnly)
}

// log logs a viewing over the API and returns the response, which must be a 201. more has further members of the body.
func (s *stage) log(t testing.TB, userID, film int64, day string, more body) *testkit.Response {
	t.Helper()
	sent := body{"movie_id": film, "watched_on": day}
	maps.Copy(sent, more)
	return s.POST(t, "/users/me/diary", s.As(t, userID), testkit.JSON(sent)).Want(201)
}

func viewing(id int64) string { return fmt.Sprintf("/diary/%d", id) }

func (s *stage) patch(t testing.TB, userID, id int64, sent body) map[string]any {
	t.Helper()
	return s.PATCH(t, viewing(id), s.As(t, userID), testkit.JSON(sent)).Want(200).Map()
}

func TestLoggingAViewing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	s.PUT(t, watchlist(film), s.As(t, ann)).Want(200)
	res := s.log(t, ann, film, s.today(0), body{"rating": 4.5, "note": " 좋았다\r\n", "tags": []string{"극장", "IMAX"}})
	at := s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano)
	want := map[string]any{
		"id": float64(res.ID()), "user_id": float64(ann), "watched_on": s.today(0), "rewatch": false, "rating": 4.5, "note": "좋았다",
		"tags": []any{"극장", "IMAX"}, "created_at": at, "updated_at": at,
		"movie": map[string]any{"id": float64(film), "title": "기생충 🎬", "year": nil, "poster_image_url": nil},
	}
	if diff := cmp.Diff(want, res.Map()); diff != "" {
		t.Errorf("viewing (-want +got):\n%s", diff)
	}
	if got := res.Header.Get("Location"); got != viewing(res.ID()) {
		t.Errorf("Location %q", got)
	}
	if diff := cmp.Diff(want, s.GET(t, viewing(res.ID())).Want(200).Map()); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	for _, list := range []string{"/users/me/diary", fmt.Sprintf("/users/%d/diary", ann)} {
		if diff := cmp.Diff([]map[string]any{want}, s.GET(t, list, s.As(t, ann)).Want(200).List()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", list, diff)
		}
	}
	s.wantWatched(t, ann, film)
	s.wantWatchlist(t, ann)
	if got := s.PUT(t, watched(film), s.As(t, ann)).Want(200).Map()["last_watched_on"]; got != s.today(0) {
		t.Errorf("last watched on %v", got)
	}
	if got := s.GET(t, "/users/me/watched", s.As(t, ann)).Want(200).List()[0]["last_watched_on"]; got != s.today(0) {
		t.Errorf("the list says %v", got)
	}
}

func TestAViewingHasEmptyFieldsByDefault(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	got := s.log(t, ann, film, "1895-12-28", body{"note": "", "tags": []string{}}).Map()
	if got["rating"] != nil || got["note"] != nil || len(got["tags"].([]any)) != 0 || got["rewatch"] != false {
		t.Errorf("viewing %v", got)
	}
}

func TestARewatchHasAnEarlierViewing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	ann, film, other := ids[0], s.film(t), s.film(t)
	rewatch := func(userID, film int64, day string, more body) any {
		t.Helper()
		return s.log(t, userID, film, day, more).Map()["rewatch"]
	}
	for i, c := range []struct {
		userID, film int64
		day          string
		more         body
		want         bool
	}{
		{ann, film, s.today(-5), nil, false},
		{ann, film, s.today(-6), nil, false}, // before the first
		{ann, film, s.today(-5), nil, true},  // on the same day
		{ann, film, s.today(0), nil, true},
		{ann, film, s.today(0), body{"rewatch": false}, false},
		{ann, other, s.today(0), nil, false},
		{ann, s.film(t), s.today(0), body{"rewatch": true}, true},
		{ids[1], film, s.today(0), nil, false},
	} {
		if got := rewatch(c.userID, c.film, c.day, c.more); got != c.want {
			t.Errorf("viewing %d: rewatch %v, want %v", i, got, c.want)
		}
	}
	first := int64(s.GET(t, fmt.Sprintf("/users/%d/diary?to=%s", ann, s.today(-6))).Want(200).List()[0]["id"].(float64))
	if got := s.patch(t, ann, first, body{"watched_on": s.today(0)}); got["rewatch"] != false {
		t.Errorf("moving a viewing changed rewatch: %v", got)
	}
}

// ratings records the calls of diary.Deps.Rate.
type ratings struct{ given []string }

func (r *ratings) rate(_ *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error {
	r.given = append(r.given, fmt.Sprintf("%d %d %s %s", userID, movieID, rating, at.Format(time.TimeOnly)))
	return nil
}

func TestTheRatingOfTheLatestViewingIsTheMembers(t *testing.T) {
	t.Parallel()
	r := &ratings{}
	s := newStageWith(t, diary.Deps{Rate: r.rate})
	ann, film := s.Join(t, 1)[0], s.film(t)
	want := func(rating string) {
		t.Helper()
		var all []string
		if rating != "" {
			all = []string{fmt.Sprintf("%d %d %s %s", ann, film, rating, s.Clock.Now().UTC().Format(time.TimeOnly))}
		}
		if diff := cmp.Diff(all, r.given); diff != "" {
			t.Errorf("ratings (-want +got):\n%s", diff)
		}
		r.given = nil
		s.Clock.Advance(time.Second)
	}
	first := s.log(t, ann, film, s.today(-2), body{"rating": 3}).ID()
	want("3")
	s.log(t, ann, film, s.today(-3), body{"rating": 1}) // before the first
	want("")
	second := s.log(t, ann, film, s.today(-2), body{"rating": 4}).ID() // on the same day, with a higher id
	want("4")
	s.log(t, ann, film, s.today(-2), nil)
	want("")
	s.patch(t, ann, second, body{"rating": 2}) // no longer the latest
	want("")
	s.patch(t, ann, first, body{"watched_on": s.today(0)}) // has a rating, but gives none
	want("")
	s.patch(t, ann, first, body{"rating": 3}) // given again
	want("3")
	s.patch(t, ann, second, body{"watched_on": s.today(0), "rating": 5}) // on the same day, with a higher id
	want("5")
	s.patch(t, ann, second, body{"watched_on": s.today(-9), "rating": 1}) // and back
	want("")
	s.patch(t, ann, first, body{"rating": nil})
	want("")
	s.patch(t, ann, first, body{"note": "x"})
	want("")
}

func TestUpdatingAViewing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	before := s.log(t, ann, film, s.today(-2), body{"rating": 3, "note": "a", "tags": []string{"x"}})
	s.Clock.Advance(time.Minute)
	id, want := before.ID(), before.Map()
	for _, same := range []body{{}, {"watched_on": s.today(-2), "rewatch": false, "rating": 3, "note": "a", "tags": []string{"x"}}} {
		if diff := cmp.Diff(want, s.patch(t, ann, id, same)); diff != "" {
			t.Errorf("%v changed (-want +got):\n%s", same, diff)
		}
	}
	want["updated_at"] = s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano)
	for _, c := range []struct {
		name        string
		sent, shown any
	}{
		{"watched_on", s.today(-1), s.today(-1)},
		{"rewatch", true, true},
		{"rating", 0.5, 0.5},
		{"rating", nil, nil},
		{"note", "b", "b"},
		{"note", nil, nil},
		{"note", "c", "c"},
		{"note", "", nil},
		{"tags", []string{"y", "Z"}, []any{"y", "Z"}},
		{"tags", []string{}, []any{}},
	} {
		want[c.name] = c.shown
		if diff := cmp.Diff(want, s.patch(t, ann, id, body{c.name: c.sent})); diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, c.sent, diff)
		}
	}
	if diff := cmp.Diff(want, s.GET(t, viewing(id)).Want(200).Map()); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

func TestTheDiaryHoldsTheMark(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	me := s.As(t, ann)
	a, b := s.log(t, ann, film, s.today(0), nil).ID(), s.log(t, ann, film, s.today(-1), nil).ID()
	s.DELETE(t, watched(film), me).WantProblem(409, "still_in_diary")
	s.DELETE(t, viewing(a), me).Want(204)
	s.GET(t, viewing(a)).WantProblem(404, "not_found")
	if got := s.PUT(t, watched(film), me).Want(200).Map()["last_watched_on"]; got != s.today(-1) {
		t.Errorf("last watched on %v", got)
	}
	s.DELETE(t, viewing(b), me).Want(204)
	s.wantWatched(t, ann, film)
	s.DELETE(t, watched(film), me).Want(204)
	s.wantWatched(t, ann)
}

func TestTheDiaryIsTheLatestDayFirstAndPaged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	ann, bob := ids[0], ids[1]
	films := map[int]int64{}
	for i, back := range []int{3, 1, 2, 1, 3, 0, 2} {
		films[i] = s.film(t)
		tags := []string{"All"}
		if i%2 == 0 {
			tags = append(tags, "Straße")
		}
		s.log(t, ann, films[i], s.today(-back), body{"tags": tags})
	}
	s.log(t, bob, films[0], s.today(-1), body{"tags": []string{"all"}})
	diary := fmt.Sprintf("/users/%d/diary?limit=2", ann)
	pick := func(numbers ...int) (out []int64) {
		for _, i := range numbers {
			out = append(out, films[i])
		}
		return out
	}
	all := pick(5, 3, 1, 6, 2, 4, 0)
	s.wantPages(t, diary, all)
	s.wantPages(t, diary+"&tag=all", all)
	s.wantPages(t, diary+"&tag=STRASSE", pick(6, 2, 4, 0))
	s.wantPages(t, diary+"&tag=STRASSE&to="+s.today(-3), pick(4, 0))
	s.wantPages(t, diary+"&tag=nothing", nil)
	s.wantPages(t, diary+"&from="+s.today(-2), pick(5, 3, 1, 6, 2))
	s.wantPages(t, diary+"&to="+s.today(-1), pick(3, 1, 6, 2, 4, 0))
	s.wantPages(t, diary+"&from="+s.today(-2)+"&to="+s.today(-1), pick(3, 1, 6, 2))
	s.wantPages(t, diary+"&from="+s.today(-1)+"&to="+s.today(-2), nil)
	s.wantPages(t, diary+"&from=2100-01-01", nil)

	moved := s.GET(t, diary).Want(200).List()[0]["id"].(float64) // film 5
	s.patch(t, ann, int64(moved), body{"watched_on": s.today(-3)})
	s.wantPages(t, diary, pick(3, 1, 6, 2, 5, 4, 0))
	s.wantPages(t, diary+"&tag=all", pick(3, 1, 6, 2, 5, 4, 0))
	s.patch(t, ann, int64(moved), body{"tags": []string{"strasse"}})
	s.wantPages(t, diary+"&tag=all", pick(3, 1, 6, 2, 4, 0))
	s.wantPages(t, diary+"&tag=straße", pick(6, 2, 5, 4, 0))
	s.DELETE(t, viewing(int64(moved)), s.As(t, ann)).Want(204)
	s.wantPages(t, diary+"&tag=straße", pick(6, 2, 4, 0))
}

func TestTodayIsADayOfTheZone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	s.advanceTo(23, 59, 59)
	s.log(t, ann, film, s.today(0), nil)
	next := testkit.JSON(body{"movie_id": film, "watched_on": s.today(1)})
	s.POST(t, "/users/me/diary", s.As(t, ann), next).WantField("watched_on", "max")
	s.Clock.Advance(time.Second)
	s.POST(t, "/users/me/diary", s.As(t, ann), next).Want(201)
}

func TestViewingsAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	ann, film := ids[0], s.film(t)
	long := strings.Repeat("가", 501)
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	post := func(sent body) *testkit.Response {
		t.Helper()
		all := body{"movie_id": film, "watched_on": s.today(0)}
		for name, value := range sent {
			if all[name] = value; value == "absent" {
				delete(all, name)
			}
		}
		return s.POST(t, "/users/me/diary", s.As(t, ann), testkit.JSON(all))
	}
	id := s.log(t, ann, film, s.today(0), nil).ID()
	both := []struct {
		name        string
		value       any
		field, code string
	}{
		{"watched_on", "", "watched_on", "required"},
		{"watched_on", nil, "watched_on", "type"},
		{"watched_on", 20261129, "watched_on", "type"},
		{"watched_on", "2026-02-30", "watched_on", "format"},
		{"watched_on", "2026-1-1", "watched_on", "format"},
		{"watched_on", "2026-01-01T00:00:00Z", "watched_on", "format"},
		{"watched_on", s.today(1), "watched_on", "max"},
		{"watched_on", "1895-12-27", "watched_on", "min"},
		{"rewatch", nil, "rewatch", "type"},
		{"rewatch", "true", "rewatch", "type"},
		{"rating", 0, "rating", "min"},
		{"rating", 4.2, "rating", "format"},
		{"rating", 5.5, "rating", "max"},
		{"rating", "5", "rating", "type"},
		{"note", long, "note", "max"},
		{"note", 1, "note", "type"},
		{"tags", nil, "tags", "type"},
		{"tags", many, "tags", "max"},
		{"tags", []string{"a", " "}, "tags[1]", "required"},
		{"tags", []string{"a", long}, "tags[1]", "max"},
		{"tags", []string{"a", "b", "A"}, "tags[2]", "repeated"},
		{"tags", []any{1}, "tags[0]", "type"},
		{"spoiler", true, "spoiler", "unknown"},
	}
	for _, c := range both {
		post(body{c.name: c.value}).WantField(c.field, c.code)
		s.PATCH(t, viewing(id), s.As(t, ann), testkit.JSON(body{c.name: c.value})).WantField(c.field, c.code)
	}
	post(body{"movie_id": "absent"}).WantField("movie_id", "required")
	post(body{"movie_id": 0}).WantField("movie_id", "min")
	post(body{"watched_on": "absent"}).WantField("watched_on", "required")
	post(body{"rating": nil}).WantField("rating", "type")
	post(body{"note": nil}).WantField("note", "type")
	post(body{"movie_id": film + 1}).WantProblem(404, "not_found")
	post(body{"movie_id": film + 1, "watched_on": "x"}).WantField("watched_on", "format")
	s.PATCH(t, viewing(id), s.As(t, ann), testkit.JSON(body{"movie_id": film})).WantField("movie_id", "unknown")
	s.POST(t, "/users/me/diary", testkit.JSON(body{})).WantProblem(401, "unauthorized")
	s.POST(t, "/users/me/diary", s.As(t, ann), testkit.Body("text/plain", "x")).WantProblem(415, "unsupported_media_type")
	s.POST(t, "/users/me/diary", s.As(t, ann), testkit.Body("application/json", "{")).WantProblem(400, "malformed")
	for _, method := range []string{http.MethodPatch, http.MethodDelete} {
		empty := testkit.JSON(body{})
		s.Do(t, method, viewing(id), empty).WantProblem(401, "unauthorized")
		s.Do(t, method, viewing(id), s.As(t, ids[1]), testkit.Body("text/plain", "")).WantProblem(403, "forbidden")
		s.Do(t, method, viewing(id+100), s.As(t, ids[1]), empty).WantProblem(404, "not_found")
		s.Do(t, method, "/diary/x", s.As(t, ann), empty).WantField("viewing_id", "type")
	}
	s.GET(t, viewing(id+100)).WantProblem(404, "not_found")
	s.GET(t, "/users/me/diary").WantProblem(401, "unauthorized")
	s.GET(t, fmt.Sprintf("/users/%d/diary", ann+100)).WantProblem(404, "not_found")
	for query, want := range map[string][2]string{
		"from=": {"from", "format"}, "from=2026": {"from", "format"}, "to=2026-02-29": {"to", "format"}, "tag=": {"tag", "required"},
		"tag=" + long: {"tag", "max"}, "year=2026": {"year", "unknown"}, "to=2026-01-01&to=2026-01-01": {"to", "repeated"},
	} {
		s.GET(t, "/users/me/diary?"+query, s.As(t, ann)).WantField(want[0], want[1])
	}
	if rows := s.GET(t, "/users/me/diary", s.As(t, ann)).Want(200).List(); len(rows) != 1 {
		t.Errorf("%d viewings, want the first one only", len(rows))
	}
}

func TestARepeatedRequestLogsOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	sent, key := testkit.JSON(body{"movie_id": film, "watched_on": s.today(0)}), testkit.Header("Idempotency-Key", "one")
	first := s.POST(t, "/users/me/diary", s.As(t, ann), sent, key).Want(201)
	again := s.POST(t, "/users/me/diary", s.As(t, ann), sent, key).Want(201)
	if string(first.Body) != string(again.Body) || again.Header.Get("Location") != first.Header.Get("Location") || s.count(t, "viewings") != 1 {
		t.Errorf("%s\nand then %s", first.Body, again.Body)
	}
}

func TestViewingsGoWithTheirFilmAndTheirMember(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	film, other := s.film(t), s.film(t)
	for _, id := range ids {
		s.log(t, id, film, s.today(0), body{"tags": []string{"a"}})
		s.log(t, id, other, s.today(0), body{"tags": []string{"a"}})
	}
	if err := s.movies.Delete(t.Context(), film, auth.Viewer{Role: auth.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	s.wantPages(t, fmt.Sprintf("/users/%d/diary?tag=a", ids[0]), []int64{other})
	s.wantWatched(t, ids[0], other)
	if err := s.users.Delete(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"viewings", "viewing_tags", "watched_films"} {
		if n := s.count(t, table); n != 1 {
			t.Errorf("%s has %d rows, want that of the other member", table, n)
		}
	}
}
