package list_test

import (
	"fmt"
	"testing"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestFilmsAreReplacedOnlyIfTheListIsUnchanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 3)
	me, id := s.As(t, ids[0]), s.list(t, ids[0], true, f[0], f[1])
	foreign := s.list(t, ids[0], true, f[0], f[1])
	tag := func(path string) string { return s.GET(t, path, me).Want(200).Header.Get("ETag") }
	films := func(film int64) testkit.Option { return body(`{'items': [{'movie_id': %d}]}`, film) }
	put := func(match string, film int64) *testkit.Response {
		return s.PUT(t, at(id, "/items"), me, testkit.Header("If-Match", match), films(film))
	}
	read := tag(at(id))
	s.like(t, id, 3) // no change, although the ETag is another one
	if now := tag(at(id)); now == read {
		t.Errorf("the ETag %s does not know of the likes", now)
	}
	for _, refused := range []string{"", `"x"`, `""`, "W/" + read, read + "x", read[:len(read)-2] + `"`, tag(at(foreign)), `*, "x"`, `"a.b"`} {
		put(refused, f[2]).WantProblem(412, "changed_meanwhile")
	}
	s.wantFilms(t, id, f[0], f[1])
	changed := put(read, f[2]).Want(200)
	s.wantFilms(t, id, f[2])
	put(read, f[1]).WantProblem(412, "changed_meanwhile")
	put(changed.Header.Get("ETag"), f[1]).Want(200) // the response to a change has an ETag of the list too
	put(tag(at(id, "/items?limit=1")), f[0]).Want(200)
	put("*", f[1]).Want(200)
	read = tag(at(id))
	put(fmt.Sprintf(`"other" , %s-gz",W/"z"`, read[:len(read)-1]), f[0]).Want(200)

	for name, change := range map[string]func() error{
		"a field": func() error {
			_, err := s.lists.Update(t.Context(), id, list.Patch{Description: new("다른 설명")})
			return err
		},
		"a film": func() error { _, err := s.lists.Add(t.Context(), id, list.Entry{MovieID: f[1]}, nil); return err },
		"a note": func() error {
			_, err := s.lists.UpdateItem(t.Context(), id, f[1], list.ItemPatch{Note: new("새 메모")})
			return err
		},
		"an order": func() error { return s.lists.Remove(t.Context(), id, f[0]) },
		"everything": func() error {
			_, err := s.lists.Replace(t.Context(), id, nil, func(list.List) bool { return true })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.lists.Replace(t.Context(), id, []list.Entry{{MovieID: f[0]}, {MovieID: f[1], Note: "메모"}}, always); err != nil {
				t.Fatal(err)
			}
			if name == "a film" {
				if err := s.lists.Remove(t.Context(), id, f[1]); err != nil {
					t.Fatal(err)
				}
			}
			read := tag(at(id))
			if err := change(); err != nil {
				t.Fatal(err)
			}
			put(read, f[2]).WantProblem(412, "changed_meanwhile")
		})
	}
	// What would be refused anyway is refused first (RFC 9110 §13.2.2).
	s.PUT(t, at(id, "/items"), me, testkit.Header("If-Match", `"x"`), films(999)).WantProblem(404, "not_found")
	s.PUT(t, at(id, "/items"), me, testkit.Header("If-Match", `"x"`), body(`{}`)).WantField("items", "required")
	// If-None-Match compares the whole tag.
	s.GET(t, at(id), me, testkit.Header("If-None-Match", tag(at(id)))).Want(304)
	s.like(t, id, 4)
	s.GET(t, at(id), me, testkit.Header("If-None-Match", read)).Want(200)
}

func always(list.List) bool { return true }
