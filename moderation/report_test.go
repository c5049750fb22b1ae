package moderation_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func TestAMemberReportsWhatTheySee(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var want []int64
	for _, kind := range []string{"review", "comment", "movie", "list", "user"} {
		first := s.try(t, s.bob, kind, s.things()[kind]).Want(201).Map()
		if first["status"] != "open" || first["reason"] != "abuse" || first["note"] != "욕설" || first["target_type"] != kind {
			t.Errorf("%s: %v", kind, first)
		}
		again := s.POST(t, "/reports", s.As(t, s.bob), testkit.JSON(map[string]any{"target_type": kind, "target_id": s.things()[kind], "reason": "spam"})).Want(200).Map()
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%s again (-first +again):\n%s", kind, diff)
		}
		want = append(want, int64(first["id"].(float64)))
	}
	other := s.report(t, s.cleo, "review", s.review)
	if diff := cmp.Diff(append(want, other), s.queue(t, "")); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{want[0], other}, s.queue(t, "&target_type=review&status=open")); diff != "" {
		t.Errorf("reviews (-want +got):\n%s", diff)
	}
	// Of one thing moderators are told once, and neither the reporter nor the author is told anything.
	var told []string
	for _, id := range want {
		told = append(told, fmt.Sprint("report report ", id))
	}
	for _, staff := range []int64{s.mod, s.boss} {
		if diff := cmp.Diff(told, s.told(t, staff)); diff != "" {
			t.Errorf("moderators are told (-want +got):\n%s", diff)
		}
	}
	for _, id := range []int64{s.ann, s.bob, s.cleo} {
		if got := s.told(t, id); len(got) > 0 {
			t.Errorf("member %d is told %v", id, got)
		}
	}
	counts, err := s.users.ReportCounts(t.Context(), must(s.users.Get(t.Context(), s.ann))(t), must(s.users.Get(t.Context(), s.bob))(t))
	if err != nil || counts[s.ann] != 6 || counts[s.bob] != 0 {
		t.Errorf("open reports %v, %v; want 6 about ann", counts, err)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

func TestSuspendedModeratorsHearOfNoReports(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, err := s.users.Suspend(t.Context(), auth.Viewer{UserID: s.boss, Role: auth.RoleAdmin}, s.mod, user.Suspension{Reason: "left"})
	ok(t, err)
	before := s.told(t, s.mod)
	id := s.report(t, s.bob, "review", s.review)
	if diff := cmp.Diff(before, s.told(t, s.mod)); diff != "" {
		t.Errorf("the suspended moderator is told (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{fmt.Sprint("report report ", id)}, s.told(t, s.boss)); diff != "" {
		t.Errorf("the admin is told (-want +got):\n%s", diff)
	}
}

func TestReportsHaveASnapshot(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for kind, id := range s.things() {
		s.report(t, s.bob, kind, id)
	}
	ok(t, s.comments.Delete(t.Context(), s.comment))
	ok(t, s.reviews.Delete(t.Context(), s.review))
	ok(t, s.lists.Delete(t.Context(), s.list))
	ok(t, s.movies.Delete(t.Context(), s.film, auth.Viewer{UserID: s.ann}))
	want := map[string]map[string]any{
		"review":  {"title": "반지하", "content": "계단을 내려가는 영화", "spoiler": false, "movie_id": float64(s.film), "user_id": float64(s.ann), "username": "회원1"},
		"comment": {"content": "동감이에요", "review_id": float64(s.review), "user_id": float64(s.ann)},
		"list":    {"title": "비 오는 날", "description": "우산"},
		"movie":   {"title": "기생충", "plot": "반지하", "user_id": float64(s.ann)},
		"user":    {"username": "회원1", "bio": ""},
	}
	for _, r := range s.GET(t, "/moderation/reports", s.As(t, s.mod)).Want(200).List() {
		kind, was := r["target_type"].(string), r["snapshot"].(map[string]any)
		for name, value := range want[kind] {
			if was[name] != value {
				t.Errorf("%s: %s was %v, want %v", kind, name, was[name], value)
			}
		}
		if was["id"] != r["target_id"] || r["author"].(map[string]any)["id"] != float64(s.ann) || r["reporter"].(map[string]any)["id"] != float64(s.bob) {
			t.Errorf("%s: %v", kind, r)
		}
	}
}

func TestReportsAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for kind, id := range s.things() {
		s.try(t, s.bob, kind, 9999).WantProblem(404, "not_found")
		if kind != "movie" { // others change films, too
			s.try(t, s.ann, kind, id).WantProblem(422, "self_report")
		}
		s.POST(t, "/reports", testkit.JSON(map[string]any{"target_type": kind, "target_id": id, "reason": "spam"})).Want(401)
	}
	s.report(t, s.ann, "movie", s.film)
	for field, body := range map[string]map[string]any{
		"target_type": {"target_type": "session", "target_id": 1, "reason": "spam"},
		"target_id":   {"target_type": "user", "target_id": 0, "reason": "spam"},
		"reason":      {"target_type": "user", "target_id": s.ann, "reason": "boring"},
		"note":        {"target_type": "user", "target_id": s.ann, "reason": "spam", "note": strings.Repeat("가", 1001)},
	} {
		s.POST(t, "/reports", s.As(t, s.bob), testkit.JSON(body)).Want(422)
		if got := s.POST(t, "/reports", s.As(t, s.bob), testkit.JSON(body)).Problem(); got.Errors[0].Field != field {
			t.Errorf("%s: %v", field, got)
		}
	}
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET is_private = TRUE WHERE id = ?", s.ann).Error
	})
	for _, kind := range []string{"review", "comment", "list"} {
		s.try(t, s.bob, kind, s.things()[kind]).WantProblem(404, "not_found")
	}
	s.report(t, s.bob, "user", s.ann)
	private := must(s.lists.Create(t.Context(), listOf(s.ann)))(t)
	s.try(t, s.cleo, "list", private.ID).WantProblem(404, "not_found")
	ok(t, s.comments.Delete(t.Context(), s.comment))
	s.try(t, s.mod, "comment", s.comment).WantProblem(404, "not_found")
}

func TestOneMembersConcurrentReportsAreOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var all sync.WaitGroup
	statuses := make(chan int, 12)
	for range 6 {
		for _, by := range []int64{s.bob, s.cleo} {
			all.Go(func() { statuses <- s.try(t, by, "review", s.review).Status })
		}
	}
	all.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if count[201] != 2 || count[200] != 10 || len(s.queue(t, "")) != 2 {
		t.Errorf("statuses %v, queue %v", count, s.queue(t, ""))
	}
	if told := s.told(t, s.mod); len(told) != 1 {
		t.Errorf("moderators are told %v, want once", told)
	}
}

// Reports outlive who made them and whom they are about. What they tell of a deleted member goes when the report is closed.
func TestDeletedMembersLeaveReports(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	closed, open := s.report(t, s.bob, "review", s.review), s.report(t, s.bob, "list", s.list)
	s.close(t, s.mod, closed, "dismiss").Want(200)
	of := func(id int64) (r map[string]any) {
		for _, r := range s.GET(t, "/moderation/reports", s.As(t, s.boss)).Want(200).List() {
			if r["id"] == float64(id) {
				return r
			}
		}
		t.Fatalf("report %d is gone", id)
		return nil
	}
	ok(t, s.users.Delete(t.Context(), s.bob))
	if r := of(closed); r["reporter"] != nil || r["note"] != "" || r["snapshot"] == nil {
		t.Errorf("closed, without its reporter: %v", r)
	}
	if r := of(open); r["reporter"] != nil || r["note"] != "욕설" {
		t.Errorf("open, without its reporter: %v", r)
	}
	ok(t, s.users.Delete(t.Context(), s.ann))
	if r := of(closed); r["author"] != nil || r["snapshot"] != nil {
		t.Errorf("closed, without its author: %v", r)
	}
	if r := of(open); r["author"] != nil || r["snapshot"] == nil {
		t.Errorf("open, without its author: %v", r)
	}
	s.close(t, s.mod, open, "warn").WantField("action", "invalid")
	s.close(t, s.mod, open, "delete").WantProblem(404, "not_found")
	r := s.close(t, s.mod, open, "dismiss").Want(200).Map()
	if r["snapshot"] != nil || r["note"] != "" || r["status"] != "closed" {
		t.Errorf("closed afterwards: %v", r)
	}
	ok(t, s.users.Delete(t.Context(), s.mod))
	if r := of(open); r["closed_by"] != nil {
		t.Errorf("without the moderator: %v", r)
	}
}

// A member has at most 200 open reports, also when several are made at once; moderators have no limit.
func TestAMemberHasABoundedNumberOfOpenReports(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const most, more = 200, 6
	var comments []int64
	for range most + more {
		comments = append(comments, s.say(t, s.ann))
	}
	for _, id := range comments[:most-1] {
		s.report(t, s.bob, "comment", id)
	}
	var all sync.WaitGroup
	statuses := make(chan int, more)
	for _, id := range comments[most : most+more] {
		all.Go(func() { statuses <- s.try(t, s.bob, "comment", id).Status })
	}
	all.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if count[201] != 1 || count[409] != more-1 {
		t.Errorf("reports at once beyond the limit: %v, want one 201 and the rest 409", count)
	}
	s.try(t, s.bob, "comment", comments[most-1]).WantProblem(409, "too_many_reports")
	s.try(t, s.bob, "comment", comments[0]).Want(200) // again, which adds none
	s.report(t, s.cleo, "comment", comments[most-1])
	for _, id := range comments {
		s.report(t, s.mod, "comment", id)
	}
	s.close(t, s.boss, s.queue(t, "")[0], "dismiss").Want(200)
	s.report(t, s.bob, "comment", comments[most-1])
}
