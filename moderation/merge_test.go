package moderation_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
)

// A merge moves open reports to the film that stays. Whoever has reported both keeps both reports, and
// all close together.
func TestReportsMoveWithAMergedFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other, err := s.movies.Create(t.Context(), s.ann, movie.Draft{Title: "기생충 2019", Playtime: 131, Genre: "Drama", Plot: "반지하"})
	ok(t, err)
	closed := s.report(t, s.cleo, "movie", s.film)
	s.close(t, s.mod, closed, "dismiss").Want(200)
	moved, both, onOther := s.report(t, s.cleo, "movie", s.film), s.report(t, s.bob, "movie", s.film), s.report(t, s.bob, "movie", other.ID)
	_, err = s.movies.Merge(t.Context(), s.film, other.ID, false)
	ok(t, err)
	targets := map[int64]int64{}
	for _, r := range s.GET(t, "/moderation/reports", s.As(t, s.mod)).Want(200).List() {
		targets[int64(r["id"].(float64))] = int64(r["target_id"].(float64))
	}
	if diff := cmp.Diff(map[int64]int64{closed: s.film, moved: other.ID, both: s.film, onOther: other.ID}, targets); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	s.try(t, s.cleo, "movie", other.ID).Want(200) // it is the one that has moved
	// The report that stayed is about the film that stays, and closes with those of it.
	s.close(t, s.mod, both, "hide").Want(200)
	if is := s.GET(t, fmt.Sprintf("/movies/%d", other.ID), s.As(t, s.mod)).Want(200).Map()["hidden"]; is != true {
		t.Errorf("the film that stays has hidden %v", is)
	}
	for _, id := range []int64{moved, onOther} {
		s.close(t, s.mod, id, "dismiss").WantProblem(409, "report_closed")
	}
	if open := s.queue(t, "&status=open"); len(open) > 0 {
		t.Errorf("open %v", open)
	}
}
