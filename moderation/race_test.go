package moderation_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
)

// race runs functions at the same time.
func race(all ...func()) {
	var running sync.WaitGroup
	for _, do := range all {
		running.Go(do)
	}
	running.Wait()
}

// Two moderators close the same report, each in another way: one of them does what they decided, and the other has done
// nothing.
func TestOneOfTwoModeratorsClosesAReport(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	actions := []string{"delete", "warn", "suspend", "mark_spoiler", "dismiss"}
	for round := range 10 {
		target := s.say(t, s.ann)
		id := s.report(t, s.bob, "comment", target)
		s.report(t, s.cleo, "comment", target)
		by := []int64{s.mod, s.boss}
		before, toldAnn, toldBob := len(s.logged(t, "")), len(s.told(t, s.ann)), len(s.told(t, s.bob))
		status, action := [2]int{}, [2]string{actions[round%5], actions[(round+1+round/5)%5]}
		race(func() { status[0] = s.close(t, by[0], id, action[0]).Status }, func() { status[1] = s.close(t, by[1], id, action[1]).Status })
		if status != [2]int{200, 409} && status != [2]int{409, 200} {
			t.Fatalf("%v answer %v, want one 200 and one 409", action, status)
		}
		won := action[0]
		if status[1] == 200 {
			won = action[1]
		}
		if got := len(s.logged(t, "")); got != before+1 {
			t.Errorf("%s: %d entries in the log, want one", won, got-before)
		}
		tells := map[bool]int{true: 0, false: 1}[won == "dismiss"]
		if got := len(s.told(t, s.ann)) - toldAnn; got != tells {
			t.Errorf("%s: the author is told %d times, want %d", won, got, tells)
		}
		if got := len(s.told(t, s.bob)) - toldBob; got != 1 {
			t.Errorf("%s: a reporter is told %d times", won, got)
		}
		want := map[bool]int{true: 404, false: 200}[won == "delete"]
		s.GET(t, fmt.Sprint("/comments/", target), s.As(t, s.ann)).Want(want)
		suspended := must(s.users.Get(t.Context(), s.ann))(t).Status == auth.StatusSuspended
		if suspended != (won == "suspend") {
			t.Errorf("%s: suspended %v", won, suspended)
		}
		must(s.users.Unsuspend(t.Context(), auth.Viewer{Role: auth.RoleAdmin}, s.ann, "again"))(t)
	}
}

// Whatever else happens to the target, its author or a reporter while a report is closed, nothing is left half done.
func TestClosingRacesWithEverything(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for round := range 12 {
		members := s.Join(t, 3)
		author, reporter, late := members[0], members[1], members[2]
		target := s.say(t, author)
		id := s.report(t, reporter, "comment", target)
		var closed, reported int
		others := []func(){
			func() { s.DELETE(t, fmt.Sprint("/comments/", target), s.As(t, author)) },
			func() { _ = s.users.Delete(t.Context(), author) },
			func() { _ = s.users.Delete(t.Context(), reporter) },
			func() {},
		}
		race(
			func() {
				closed = s.close(t, s.mod, id, []string{"delete", "warn", "mark_spoiler"}[round%3], "note", "n").Status
			},
			func() { reported = s.try(t, late, "comment", target).Status },
			others[round%4],
		)
		if closed != 200 && closed != 404 && closed != 422 {
			t.Errorf("round %d: closing answers %d", round, closed)
		}
		if reported != 201 && reported != 404 {
			t.Errorf("round %d: reporting answers %d", round, reported)
		}
		if open := s.queue(t, "&status=open"); len(open) > 0 { // one that came later, or that could not be closed
			s.close(t, s.mod, open[0], "dismiss").Want(200)
		}
		if open := s.queue(t, "&status=open"); len(open) > 0 {
			t.Errorf("round %d: still open are %v", round, open)
		}
	}
	s.wantCounters(t)
}

// wantCounters fails the test unless a recount finds nothing.
func (s *stage) wantCounters(t *testing.T) {
	t.Helper()
	counters := append(review.Counters(), notify.Counters()...)
	err := recount.Run(t.Context(), s.DB, counters, false, func(d recount.Drift) { t.Error(d) })
	ok(t, err)
}

func TestRemovingContentTakesSeveralCalls(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const comments = 230
	for range comments - 1 { // and that of the stage
		s.say(t, s.ann)
	}
	kept := s.POST(t, "/movies", s.As(t, s.ann), testkit.JSON(map[string]any{"title": "괴물", "plot": "", "cast": []any{}, "playtime": 119, "genre": "SF"})).Want(201).ID()
	s.POST(t, "/reviews", s.As(t, s.bob), testkit.JSON(map[string]any{"movie_id": kept, "title": "t", "content": "c"})).Want(201)
	path := fmt.Sprintf("/moderation/users/%d/remove_content", s.ann)
	remove := func(by int64) *testkit.Response {
		return s.POST(t, path, s.As(t, by), testkit.JSON(map[string]any{"what": []string{"comments", "reviews", "lists", "movies"}, "reason": "광고"}))
	}
	first := remove(s.mod).Want(200).Map()
	if first["comments"] != float64(200) || first["done"] != false {
		t.Errorf("the first call deletes %v", first)
	}
	second := remove(s.mod).Want(200).Map()
	for name, want := range map[string]any{
		"comments": float64(comments - 200), "reviews": float64(1), "lists": float64(1), "movies": float64(1), "kept": float64(1), "done": true,
	} {
		if second[name] != want {
			t.Errorf("the second call: %s is %v, want %v", name, second[name], want)
		}
	}
	remove(s.mod).Want(200)
	if got := s.told(t, s.ann); len(got) != 2 || got[0] != "moderation remove_content: 광고" {
		t.Errorf("ann is told %v, want twice", got)
	}
	if got := len(s.GET(t, "/moderation/log?action=remove_content", s.As(t, s.mod)).List()); got != 2 {
		t.Errorf("%d entries, want one for each call", got)
	}
	if got := s.logged(t, fmt.Sprint("?target_type=comment&target_id=", s.comment)); len(got) != 1 {
		t.Errorf("the log says of a comment %v", got)
	}
	s.GET(t, fmt.Sprint("/movies/", kept)).Want(200)
	s.GET(t, fmt.Sprint("/movies/", s.film)).Want(404)
	for _, body := range []map[string]any{{"what": []string{}, "reason": "x"}, {"what": []string{"follows"}, "reason": "x"}, {"what": []string{"lists"}}} {
		s.POST(t, path, s.As(t, s.mod), testkit.JSON(body)).Want(422)
	}
	for _, protected := range []int64{s.mod, s.boss} {
		s.POST(t, fmt.Sprintf("/moderation/users/%d/remove_content", protected), s.As(t, s.mod), testkit.JSON(map[string]any{"what": []string{"lists"}, "reason": "x"})).Want(403)
	}
	s.wantCounters(t)
}
