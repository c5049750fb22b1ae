package list_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestAListIsMadeReadChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	me, other := s.As(t, ids[0]), s.As(t, ids[1])
	made := s.POST(t, "/lists", me, body(`{'title': '  비 오는 날 ☔  '}`)).Want(201)
	id := made.ID()
	if made.Header.Get("Location") != at(id) {
		t.Errorf("Location %q", made.Header.Get("Location"))
	}
	now := s.Clock.Now().In(s.Zone).Format(time.RFC3339)
	want := map[string]any{
		"id": float64(id), "user_id": float64(ids[0]), "username": fmt.Sprintf("회원%d", ids[0]), "title": "비 오는 날 ☔", "description": "",
		"ranked": false, "visibility": "public", "hidden": false, "item_count": 0.0, "like_count": 0.0, "created_at": now, "updated_at": now, "is_liked": false,
	}
	if diff := cmp.Diff(want, made.Map()); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	s.wantCount(t, ids[0], 1)
	if got := s.GET(t, at(id), me).Want(200); string(got.Body) != string(made.Body) || got.Header.Get("ETag") != made.Header.Get("ETag") {
		t.Errorf("read %s %s, made %s %s", got.Header.Get("ETag"), got.Body, made.Header.Get("ETag"), made.Body)
	}
	if got := s.GET(t, at(id)).Want(200).Map(); got["is_liked"] != nil {
		t.Errorf("is_liked to nobody: %v", got)
	}

	s.Clock.Advance(time.Minute)
	s.PATCH(t, at(id), other, body(`{'title': 'x'}`)).WantProblem(403, "forbidden")
	s.DELETE(t, at(id), other).WantProblem(403, "forbidden")
	s.PATCH(t, at(id), me, body(`{}`)).Want(200)
	s.PATCH(t, at(id), me, body(`{'title': '비 오는 날 ☔', 'ranked': false}`)).Want(200)
	if l := s.row(t, id); l.Version != 1 || !l.UpdatedAt.Equal(l.CreatedAt) {
		t.Errorf("a patch that equals the list changed it: %+v", l)
	}
	changed := s.PATCH(t, at(id), me, body(`{'title': '눈', 'description': '겨울', 'ranked': true, 'visibility': 'private'}`)).Want(200).Map()
	want["title"], want["description"], want["ranked"], want["visibility"] = "눈", "겨울", true, "private"
	want["updated_at"] = s.Clock.Now().In(s.Zone).Format(time.RFC3339)
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	s.wantCount(t, ids[0], 0)
	s.PATCH(t, at(id), me, body(`{'visibility': 'public'}`)).Want(200)
	s.wantCount(t, ids[0], 1)

	s.DELETE(t, at(id), me).Want(204)
	s.GET(t, at(id), me).WantProblem(404, "not_found")
	s.DELETE(t, at(id), me).WantProblem(404, "not_found")
	s.wantCount(t, ids[0], 0)
}

func TestAPrivateListIsItsAuthorsAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, films := s.Join(t, 2), s.films(t, 2)
	if err := s.users.Grant(t.Context(), fmt.Sprintf("회원%d", ids[1])); err != nil { // not even admins see it
		t.Fatal(err)
	}
	open, hidden := s.list(t, ids[0], true, films[0]), s.list(t, ids[0], false, films[0])
	for _, options := range [][]testkit.Option{nil, {s.As(t, ids[1])}} {
		s.GET(t, at(hidden), options...).WantProblem(404, "not_found")
		s.GET(t, at(hidden, "/items"), options...).WantProblem(404, "not_found")
	}
	admin := s.As(t, ids[1])
	s.PATCH(t, at(hidden), admin, body(`{'title': 'x'}`)).WantProblem(404, "not_found")
	s.DELETE(t, at(hidden), admin).WantProblem(404, "not_found")
	s.POST(t, at(hidden, "/items"), admin, body(`{'movie_id': %d}`, films[1])).WantProblem(404, "not_found")
	s.PUT(t, at(hidden, "/items"), admin, body(`{'items': []}`)).WantProblem(404, "not_found")
	s.PATCH(t, at(hidden, "/items/", films[0]), admin, body(`{}`)).WantProblem(404, "not_found")
	s.DELETE(t, at(hidden, "/items/", films[0]), admin).WantProblem(404, "not_found")
	s.wantFilms(t, hidden, films[0])
	s.wantCount(t, ids[0], 1)
	theirs := fmt.Sprintf("/users/%d/lists", ids[0])
	for _, path := range []string{"/lists", theirs, fmt.Sprintf("/movies/%d/lists", films[0])} {
		for _, sort := range []string{"", "?sort=-like_count", "?limit=1"} {
			s.wantLists(t, path+sort, 0, open)
			s.wantLists(t, path+sort, ids[1], open)
			s.wantLists(t, path+sort, ids[0], hidden, open)
		}
	}
	s.wantLists(t, "/users/me/lists", ids[0], hidden, open)
	s.wantLists(t, "/users/me/lists", ids[1])
	s.GET(t, at(hidden), s.As(t, ids[0])).Want(200)
}

func TestListsAreSortedAndPaged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, films := s.Join(t, 2), s.films(t, 1)
	var made []int64
	for i := range 7 { // some of the same time, some private ones of both
		made = append(made, s.list(t, ids[i%2], i < 5, films[0]))
		if i%2 == 0 {
			s.Clock.Advance(time.Second)
		}
	}
	s.Clock.Advance(time.Second)
	if _, err := s.lists.Update(t.Context(), made[1], list.Patch{Ranked: new(true)}); err != nil {
		t.Fatal(err)
	}
	for i, likes := range []int64{2, 0, 3, 2, 0, 9, 9} {
		s.like(t, made[i], likes)
	}
	m := func(order ...int) (out []int64) {
		for _, i := range order {
			out = append(out, made[i])
		}
		return out
	}
	film := fmt.Sprintf("/movies/%d/lists", films[0])
	for _, path := range []string{"/lists?limit=2", film + "?limit=2"} {
		s.wantLists(t, path, 0, m(1, 4, 3, 2, 0)...)
		s.wantLists(t, path, ids[0], m(1, 6, 4, 3, 2, 0)...)
		s.wantLists(t, path, ids[1], m(1, 5, 4, 3, 2, 0)...)
		s.wantLists(t, path+"&sort=-like_count", 0, m(2, 3, 0, 4, 1)...)
		s.wantLists(t, path+"&sort=-like_count", ids[1], m(5, 2, 3, 0, 4, 1)...)
	}
	s.wantLists(t, "/users/me/lists?limit=1", ids[0], m(6, 4, 2, 0)...)
	s.wantLists(t, fmt.Sprintf("/users/%d/lists?limit=1&sort=-like_count", ids[0]), ids[1], m(2, 0, 4)...)
	s.GET(t, "/lists?sort=id").WantField("sort", "enum")
	s.GET(t, "/lists?colour=red").WantField("colour", "unknown")
	s.GET(t, "/users/999/lists").WantProblem(404, "not_found")
	s.GET(t, "/movies/999/lists").WantProblem(404, "not_found")
	s.GET(t, "/users/me/lists").WantProblem(401, "unauthorized")
	s.wantLists(t, fmt.Sprintf("/movies/%d/lists", s.films(t, 1)[0]), 0)
}

// like sets the like counter of a list.
func (s *stage) like(t testing.TB, id, n int64) {
	t.Helper()
	if err := s.DB.Tx(t.Context(), addLikes(id, n-s.row(t, id).LikeCount)); err != nil {
		t.Fatal(err)
	}
}

func TestListsOfOthersAreRefusedWhatIsInvalid(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me := s.As(t, s.Join(t, 1)[0])
	for sent, want := range map[string][2]string{
		`{}`:                                            {"title", "required"},
		`{'title': ' '}`:                                {"title", "required"},
		`{'title': null}`:                               {"title", "type"},
		`{'title': 't', 'description': null}`:           {"description", "type"},
		`{'title': 't', 'ranked': 'yes'}`:               {"ranked", "type"},
		`{'title': 't', 'visibility': 'all'}`:           {"visibility", "enum"},
		`{'title': 't', 'items': []}`:                   {"items", "unknown"},
		`{'title': '` + strings.Repeat("가", 101) + `'}`: {"title", "max"},
		`{'title': 't', 'description': '` + strings.Repeat("가", 2001) + `'}`: {"description", "max"},
	} {
		s.POST(t, "/lists", me, body("%s", sent)).WantField(want[0], want[1])
	}
	longest := s.POST(t, "/lists", me, body(`{'title': '%s', 'description': '%s'}`, strings.Repeat("😀", 100), strings.Repeat("가", 2000))).Want(201).ID()
	for sent, want := range map[string][2]string{
		`{'title': ''}`:         {"title", "required"},
		`{'title': null}`:       {"title", "type"},
		`{'item_count': 1}`:     {"item_count", "unknown"},
		`{'visibility': ''}`:    {"visibility", "enum"},
		`{'description': null}`: {"description", "type"},
	} {
		s.PATCH(t, at(longest), me, body("%s", sent)).WantField(want[0], want[1])
	}
	s.POST(t, "/lists", body(`{'title': 't'}`)).WantProblem(401, "unauthorized")
	s.GET(t, "/lists/0").WantField("list_id", "type")
	s.GET(t, "/lists/99999999999999999999").WantProblem(404, "not_found")
}

func TestAListIsMadeOnceForAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 1)
	send := func() *testkit.Response {
		return s.POST(t, "/lists", s.As(t, ids[0]), testkit.Header("Idempotency-Key", "k"), body(`{'title': 't'}`)).Want(201)
	}
	first, again := send(), send()
	if first.ID() != again.ID() || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d and %d, %v", first.ID(), again.ID(), again.Header)
	}
	s.wantCount(t, ids[0], 1)
}

func TestAnAccountTakesItsListsAlong(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, films := s.Join(t, 2), s.films(t, 1)
	kept := s.list(t, ids[1], true, films[0])
	for range 45 { // more than one statement deletes
		s.list(t, ids[0], true, films[0])
	}
	if err := s.users.Delete(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	s.wantLists(t, "/lists", 0, kept)
	s.wantFilms(t, kept, films[0])
	var left int64
	if err := s.DB.Reader(t.Context()).Model(&list.Item{}).Count(&left).Error; err != nil || left != 1 {
		t.Errorf("%d items left, %v", left, err)
	}
	if _, err := s.lists.Create(t.Context(), list.Draft{UserID: ids[0], Title: "t", IsPublic: false}); err == nil {
		t.Error("a deleted account made a list")
	}
}
