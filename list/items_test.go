package list_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
)

func TestFilmsAreAddedMovedAndRemoved(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 5)
	me, id := s.As(t, ids[0]), s.list(t, ids[0], true)
	items := at(id, "/items")
	first := s.POST(t, items, me, body(`{'movie_id': %d, 'note': ' 처음 '}`, f[0])).Want(201)
	want := map[string]any{
		"position": 1.0, "note": "처음",
		"movie": map[string]any{"id": float64(f[0]), "title": "영화 1", "year": nil, "poster_image_url": nil},
	}
	if diff := cmp.Diff(want, first.Map()); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	if got := first.Header.Get("Location"); got != fmt.Sprintf("%s/%d", items, f[0]) {
		t.Errorf("Location %q", got)
	}
	for i, position := range []string{"", ", 'position': 1", ", 'position': 3", ", 'position': 99"} {
		s.POST(t, items, me, body(`{'movie_id': %d%s}`, f[i+1], position)).Want(201)
	}
	s.wantFilms(t, id, f[2], f[0], f[3], f[1], f[4])
	s.POST(t, items, me, body(`{'movie_id': %d}`, f[0])).WantProblem(409, "already_in_list")
	s.POST(t, items, me, body(`{'movie_id': 999}`)).WantProblem(404, "not_found")

	move := func(film int64, sent string, position float64, note string) {
		t.Helper()
		got := s.PATCH(t, fmt.Sprintf("%s/%d", items, film), me, body("%s", sent)).Want(200).Map()
		if got["position"] != position || got["note"] != note {
			t.Errorf("%s of %d: %v", sent, film, got)
		}
	}
	move(f[0], `{'position': 4}`, 4, "처음")
	s.wantFilms(t, id, f[2], f[3], f[1], f[0], f[4])
	move(f[4], `{'position': 2, 'note': '둘째'}`, 2, "둘째")
	s.wantFilms(t, id, f[2], f[4], f[3], f[1], f[0])
	move(f[2], `{'position': 500}`, 5, "")
	s.wantFilms(t, id, f[4], f[3], f[1], f[0], f[2])
	move(f[0], `{'note': ''}`, 4, "")
	version := s.row(t, id).Version
	move(f[0], `{}`, 4, "")
	move(f[0], `{'position': 4, 'note': ''}`, 4, "")
	if now := s.row(t, id).Version; now != version {
		t.Errorf("version %d, want %d: nothing changed", now, version)
	}

	s.DELETE(t, fmt.Sprintf("%s/%d", items, f[3]), me).Want(204)
	s.DELETE(t, fmt.Sprintf("%s/%d", items, f[3]), me).Want(204)
	s.DELETE(t, fmt.Sprintf("%s/999", items), me).WantProblem(404, "not_found")
	s.wantFilms(t, id, f[4], f[1], f[0], f[2])
	s.PATCH(t, fmt.Sprintf("%s/%d", items, f[3]), me, body(`{}`)).WantProblem(404, "not_found")
	s.PATCH(t, fmt.Sprintf("%s/999", items), me, body(`{`)).WantProblem(404, "not_found")

	rows := s.GET(t, items).Want(200).List()
	for i, film := range []int64{f[4], f[1], f[0], f[2]} {
		if rows[i]["position"] != float64(i+1) || rows[i]["movie"].(map[string]any)["id"] != float64(film) {
			t.Errorf("row %d: %v, want film %d", i, rows[i], film)
		}
	}
}

func TestFilmsOfAListAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 2), s.films(t, 2)
	me, other, id := s.As(t, ids[0]), s.As(t, ids[1]), s.list(t, ids[0], true, f[0])
	items, item := at(id, "/items"), at(id, "/items/", f[0])
	for sent, want := range map[string][2]string{
		`{}`:                               {"movie_id", "required"},
		`{'movie_id': 0}`:                  {"movie_id", "min"},
		`{'movie_id': '7'}`:                {"movie_id", "type"},
		`{'movie_id': 1, 'position': 0}`:   {"position", "min"},
		`{'movie_id': 1, 'position': 1.5}`: {"position", "type"},
		`{'movie_id': 1, 'note': null}`:    {"note", "type"},
		`{'movie_id': 1, 'note': '` + strings.Repeat("가", 501) + `'}`: {"note", "max"},
		`{'movie_id': 1, 'rank': 1}`:                                  {"rank", "unknown"},
	} {
		s.POST(t, items, me, body("%s", sent)).WantField(want[0], want[1])
	}
	for sent, want := range map[string][2]string{
		`{'position': null}`: {"position", "type"},
		`{'position': -1}`:   {"position", "min"},
		`{'movie_id': 1}`:    {"movie_id", "unknown"},
	} {
		s.PATCH(t, item, me, body("%s", sent)).WantField(want[0], want[1])
	}
	for sent, want := range map[string][2]string{
		`{}`:              {"items", "required"},
		`{'items': null}`: {"items", "type"},
		`{'items': {}}`:   {"items", "type"},
		`{'items': [{}]}`: {"items[0].movie_id", "required"},
		`{'items': [{'movie_id': 1, 'position': 1}]}`:                                                      {"items[0].position", "unknown"},
		fmt.Sprintf(`{'items': [{'movie_id': %d}, {'movie_id': %d}, {'movie_id': %d}]}`, f[0], f[1], f[0]): {"items[2].movie_id", "repeated"},
		`{'items': [` + strings.Repeat(`{'movie_id': 1}, `, 1000) + `{'movie_id': 1}]}`:                    {"items", "max"},
		`{'items': [` + strings.Repeat(`{}, `, 20_000) + `{}]}`:                                            {"items", "max"},
	} {
		s.PUT(t, items, me, body("%s", sent)).WantField(want[0], want[1])
	}
	for _, item := range []string{"5", "null", "[]"} { // which is not said to lack a movie_id as well
		r := s.PUT(t, items, me, body(`{'items': [%s]}`, item)).WantField("items[0]", "type")
		if got := r.Problem().Errors; len(got) != 1 {
			t.Errorf("%s in the place of an item: %v", item, got)
		}
	}
	s.PUT(t, items, me, body(`{'items': [{'movie_id': %d}, {'movie_id': 999}]}`, f[1])).WantProblem(404, "not_found")
	s.wantFilms(t, id, f[0])
	s.POST(t, items, other, body(`{'movie_id': %d}`, f[1])).WantProblem(403, "forbidden")
	s.PUT(t, items, other, body(`{`)).WantProblem(403, "forbidden")
	s.PATCH(t, item, other, body(`{`)).WantProblem(403, "forbidden")
	s.DELETE(t, item, other).WantProblem(403, "forbidden")
	s.POST(t, "/lists/999/items", me, body(`{'movie_id': 1}`)).WantProblem(404, "not_found")
	s.GET(t, "/lists/999/items").WantProblem(404, "not_found")
	s.PUT(t, "/lists/999/items", me, body(`{'items': []}`)).WantProblem(404, "not_found")
	s.GET(t, items+"?cursor=x").WantField("cursor", "format")
}

func TestReplacingTakesLargeBodies(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 1)
	me, id := s.As(t, ids[0]), s.list(t, ids[0], true)
	pad := func(n int) string {
		return `{'items': [` + strings.Repeat(" ", n) + fmt.Sprintf(`{'movie_id': %d}]}`, f[0])
	}
	s.PUT(t, at(id, "/items"), me, body("%s", pad(2<<20-100))).Want(200)
	s.PUT(t, at(id, "/items"), me, body("%s", pad(2<<20))).WantProblem(413, "too_large")
	s.POST(t, at(id, "/items"), me, body("%s", strings.Repeat(" ", 257<<10))).WantProblem(413, "too_large")
}

func TestAllFilmsAreReplaced(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 1)
	me, id := s.As(t, ids[0]), s.list(t, ids[0], true)
	f := s.films(t, list.MaxReplace)
	var sent strings.Builder
	for i := range f { // in reverse
		fmt.Fprintf(&sent, `, {'movie_id': %d, 'note': '%s'}`, f[len(f)-1-i], strings.Repeat("가", 500))
	}
	all := body(`{'items': [%s]}`, sent.String()[2:])
	s.Clock.Advance(time.Second)
	got := s.PUT(t, at(id, "/items"), me, all).Want(200).Map()
	if got["item_count"] != float64(len(f)) || got["updated_at"] != s.Clock.Now().In(s.Zone).Format(time.RFC3339) {
		t.Errorf("replaced: %v", got)
	}
	s.wantFilms(t, id)
	version := s.row(t, id).Version
	s.PUT(t, at(id, "/items"), me, all).Want(200)
	if now := s.row(t, id).Version; now != version {
		t.Errorf("version %d, want %d: the films are the same", now, version)
	}
	page := s.GET(t, at(id, "/items?limit=200")).Want(200)
	for i, row := range page.List() {
		if row["movie"].(map[string]any)["id"] != float64(f[len(f)-1-i]) {
			t.Fatalf("row %d: %v", i, row)
		}
	}
	s.PUT(t, at(id, "/items"), me, body(`{'items': [{'movie_id': %d}, {'movie_id': %d}]}`, f[7], f[3])).Want(200)
	s.wantFilms(t, id, f[7], f[3])
	s.PUT(t, at(id, "/items"), me, body(`{'items': []}`)).Want(200)
	if got := len(s.GET(t, at(id, "/items")).Want(200).List()); got != 0 {
		t.Errorf("%d films are left", got)
	}
}

func TestAListIsFullAt5000Films(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 2)
	id := s.list(t, ids[0], true, f[0])
	s.setCount(t, id, list.MaxItems)
	s.POST(t, at(id, "/items"), s.As(t, ids[0]), body(`{'movie_id': %d}`, f[1])).WantProblem(409, "list_full")
	s.POST(t, at(id, "/items"), s.As(t, ids[0]), body(`{'movie_id': %d}`, f[0])).WantProblem(409, "already_in_list")
}

func TestAPageOfFilmsStaysRightWhileOthersComeAndGo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 9)
	id := s.list(t, ids[0], true, f[:8]...)
	next := func(from string, want ...int64) string {
		t.Helper()
		r := s.GET(t, from).Want(200)
		var got []int64
		for _, row := range r.List() {
			got = append(got, int64(row["movie"].(map[string]any)["id"].(float64)))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("page %v, want %v", got, want)
		}
		return r.Next()
	}
	ctx := t.Context()
	after := next(at(id, "/items?limit=2"), f[0], f[1])
	if err := s.lists.Remove(ctx, id, f[0]); err != nil { // before the page
		t.Fatal(err)
	}
	after = next(after, f[2], f[3])
	if _, err := s.lists.Add(ctx, id, list.Entry{MovieID: f[8]}, new(int64(1))); err != nil {
		t.Fatal(err)
	}
	after = next(after, f[4], f[5])
	if err := s.lists.Remove(ctx, id, f[5]); err != nil { // the last of the page
		t.Fatal(err)
	}
	if after = next(after, f[6], f[7]); after != "" {
		t.Errorf("another page: %s", after)
	}
}

func TestADeletedFilmLeavesItsLists(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 2), s.films(t, 4)
	a, b := s.list(t, ids[0], true, f...), s.list(t, ids[1], false, f[3], f[2], f[1])
	none := s.list(t, ids[1], true, f[0])
	s.Clock.Advance(time.Second)
	if err := s.movies.Delete(t.Context(), f[1], auth.Viewer{}); err != nil {
		t.Fatal(err)
	}
	s.wantFilms(t, a, f[0], f[2], f[3])
	s.wantFilms(t, b, f[3], f[2])
	s.wantFilms(t, none, f[0])
	if l := s.row(t, a); !l.UpdatedAt.Equal(s.Clock.Now()) || l.Version != 6 {
		t.Errorf("%+v was not changed", l)
	}
	if l := s.row(t, none); l.Version != 2 {
		t.Errorf("%+v was changed", l)
	}
}
