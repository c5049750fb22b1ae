package moderation_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

// hide hides or restores a target.
func (s *stage) hide(t testing.TB, what, kind string, id int64) *testkit.Response {
	t.Helper()
	body := map[string]any{"target_type": kind, "target_id": id, "note": "사유"}
	return s.POST(t, "/moderation/"+what, s.As(t, s.mod), testkit.JSON(body))
}

var paths = map[string]string{"review": "/reviews/%d", "comment": "/comments/%d", "list": "/lists/%d", "movie": "/movies/%d"}

func TestModeratorsHideAndRestore(t *testing.T) {
	t.Parallel()
	for kind, path := range paths {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			id := s.things()[kind]
			about := map[string]string{
				"review": fmt.Sprintf("review %d movie %d", s.review, s.film), "comment": fmt.Sprintf("comment %d review %d movie %d", s.comment, s.review, s.film),
				"list": fmt.Sprint("list ", s.list), "movie": fmt.Sprint("movie ", s.film),
			}[kind]
			see := func(bob int, hidden bool) {
				t.Helper()
				for who, status := range map[int64]int{s.bob: bob, s.ann: 200, s.mod: 200, s.boss: 200} {
					got := s.GET(t, fmt.Sprintf(path, id), s.As(t, who)).Want(status)
					if status == 200 && got.Map()["hidden"] != hidden {
						t.Errorf("member %d reads hidden: %v", who, got.Map()["hidden"])
					}
				}
				s.GET(t, fmt.Sprintf(path, id)).Want(bob)
			}
			s.hide(t, "restore", kind, id).Want(204) // it is not hidden
			for range 2 {
				s.hide(t, "hide", kind, id).Want(204)
			}
			see(404, true)
			s.try(t, s.bob, kind, id).WantProblem(404, "not_found")
			for range 2 {
				s.hide(t, "restore", kind, id).Want(204)
			}
			see(200, false)
			s.close(t, s.mod, s.report(t, s.bob, kind, id), "hide", "note", "사유").Want(200)
			see(404, true)
			want := []string{fmt.Sprintf("moderation hide %s: 사유", about), fmt.Sprintf("moderation restore %s: 사유", about), fmt.Sprintf("moderation hide %s: 사유", about)}
			if diff := cmp.Diff(want, s.told(t, s.ann)); diff != "" {
				t.Errorf("ann is told (-want +got):\n%s", diff)
			}
			var log []string
			for _, action := range []string{"hide", "restore", "hide"} {
				log = append(log, fmt.Sprintf("%d %s %s %d: 사유", s.mod, action, kind, id))
			}
			if diff := cmp.Diff(log, s.logged(t, "")); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			s.wantCounters(t)
		})
	}
}

func TestWhatCannotBeHidden(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for kind := range paths {
		s.hide(t, "hide", kind, 9999).WantProblem(404, "not_found")
		s.hide(t, "restore", kind, 9999).WantProblem(404, "not_found")
	}
	s.hide(t, "hide", "user", s.ann).WantField("target_type", "enum")
	s.close(t, s.mod, s.report(t, s.bob, "user", s.ann), "hide").WantField("action", "invalid")
	if got := s.logged(t, ""); len(got) > 0 {
		t.Errorf("the log has %v", got)
	}
}

// Hiding, restoring and deleting one thing at the same time leaves it deleted, and the counters right.
func TestHidingRacesWithDeleting(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range 6 {
		film := must(s.movies.Create(t.Context(), s.ann, filmOf("괴물")))(t).ID
		review := s.POST(t, "/reviews", s.As(t, s.bob), testkit.JSON(map[string]any{"movie_id": film, "title": "t", "content": "c"})).Want(201).ID()
		list := must(s.lists.Create(t.Context(), listOf(s.ann)))(t).ID
		comment := s.say(t, s.ann)
		id := s.report(t, s.cleo, "comment", comment)
		var statuses [4]int
		race(
			func() { statuses[0] = s.hide(t, "hide", "review", review).Status },
			func() { statuses[1] = s.hide(t, "restore", "review", review).Status },
			func() { s.DELETE(t, fmt.Sprint("/reviews/", review), s.As(t, s.bob)).Want(204) },
			func() { statuses[2] = s.hide(t, "hide", "list", list).Status },
			func() { ok(t, s.lists.Delete(t.Context(), list)) },
			func() { statuses[3] = s.hide(t, "hide", "comment", comment).Status },
			func() { s.close(t, s.boss, id, "delete").Want(200) },
			func() { s.hide(t, "hide", "movie", film).Want(204) },
		)
		for _, status := range statuses {
			if status != 204 && status != 404 {
				t.Errorf("hiding answers %v", statuses)
			}
		}
		s.GET(t, fmt.Sprint("/reviews/", review), s.As(t, s.mod)).Want(404)
		s.GET(t, fmt.Sprint("/comments/", comment), s.As(t, s.mod)).Want(404)
	}
	s.wantCounters(t)
}
