package moderation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func listOf(author int64) list.Draft {
	return list.Draft{UserID: author, Title: "혼자 보는 목록"}
}

func TestClosingClosesAllReportsOfTheTarget(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first, second, other := s.report(t, s.bob, "review", s.review), s.report(t, s.cleo, "review", s.review), s.report(t, s.bob, "comment", s.comment)
	r := s.close(t, s.mod, second, "mark_spoiler", "note", "결말").Want(200).Map()
	if r["status"] != "closed" || r["action"] != "mark_spoiler" || r["closed_by"].(map[string]any)["id"] != float64(s.mod) || r["closed_at"] == nil || r["report_count"] != float64(0) {
		t.Errorf("the report is %v", r)
	}
	if diff := cmp.Diff([]int64{other}, s.queue(t, "&status=open")); diff != "" {
		t.Errorf("open (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{first, second}, s.queue(t, "&status=closed")); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{other, first, second}, s.queue(t, "")); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	if got := s.GET(t, fmt.Sprint("/reviews/", s.review)).Want(200).Map(); got["spoiler"] != true {
		t.Errorf("the review is %v", got)
	}
	for id, want := range map[int64][]string{
		s.bob: {fmt.Sprint("report_closed mark_spoiler report ", first)}, s.cleo: {fmt.Sprint("report_closed mark_spoiler report ", second)},
		s.ann: {fmt.Sprintf("moderation mark_spoiler review %d movie %d: 결말", s.review, s.film)},
	} {
		if diff := cmp.Diff(want, s.told(t, id)); diff != "" {
			t.Errorf("member %d is told (-want +got):\n%s", id, diff)
		}
	}
	want := []string{fmt.Sprintf("%d mark_spoiler review %d: 결말", s.mod, s.review)}
	if diff := cmp.Diff(want, s.logged(t, "")); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	s.close(t, s.boss, first, "dismiss").WantProblem(409, "report_closed")
	s.report(t, s.bob, "review", s.review) // may be reported again
	if got := s.told(t, s.mod); len(got) != 3 {
		t.Errorf("the moderator is told %v, want three reports", got)
	}
}

func TestWhichActionsATargetTakes(t *testing.T) {
	t.Parallel()
	for kind, actions := range map[string]string{
		"review": "mark_spoiler delete warn suspend dismiss", "comment": "mark_spoiler delete warn suspend dismiss",
		"list": "delete warn suspend dismiss", "movie": "delete warn suspend dismiss", "user": "warn suspend dismiss",
	} {
		for _, action := range []string{"dismiss", "mark_spoiler", "delete", "warn", "suspend"} {
			t.Run(kind+" "+action, func(t *testing.T) {
				t.Parallel()
				s := newStage(t)
				id := s.report(t, s.bob, kind, s.things()[kind])
				if !slices.Contains(strings.Fields(actions), action) {
					s.close(t, s.mod, id, action).WantField("action", "invalid")
					if got := s.queue(t, "&status=open"); len(got) != 1 || len(s.logged(t, "")) > 0 || len(s.told(t, s.ann)) > 0 {
						t.Error("a refused action has done something")
					}
					return
				}
				s.close(t, s.mod, id, action, "note", "사유").Want(200)
				if got := s.logged(t, ""); len(got) != 1 || !strings.Contains(got[0], " "+action+" ") || !strings.HasSuffix(got[0], ": 사유") {
					t.Errorf("log %v", got)
				}
				told := s.told(t, s.ann)
				if action == "dismiss" && len(told) > 0 {
					t.Errorf("the author is told %v", told)
				}
				if action != "dismiss" && (len(told) != 1 || !strings.HasPrefix(told[0], "moderation "+action) || !strings.HasSuffix(told[0], ": 사유")) {
					t.Errorf("the author is told %v", told)
				}
				s.wantGone(t, kind, action == "delete")
			})
		}
	}
}

// wantGone fails the test unless a thing of ann's is gone or there.
func (s *stage) wantGone(t *testing.T, kind string, gone bool) {
	t.Helper()
	path := map[string]string{"review": "/reviews/%d", "comment": "/comments/%d", "list": "/lists/%d", "movie": "/movies/%d", "user": "/users/%d"}[kind]
	want := map[bool]int{true: 404, false: 200}[gone]
	s.GET(t, fmt.Sprintf(path, s.things()[kind]), s.As(t, s.ann)).Want(want)
}

func TestSuspendingByAReport(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.report(t, s.bob, "comment", s.comment)
	s.close(t, s.mod, id, "warn", "suspend_days", 3).WantField("suspend_days", "invalid")
	s.close(t, s.mod, id, "suspend", "suspend_days", 0).Want(422)
	s.close(t, s.mod, id, "suspend", "suspend_days", 3, "note", "광고").Want(200)
	u := must(s.users.Get(t.Context(), s.ann))(t)
	if u.StatusAt(s.Clock.Now()) != auth.StatusSuspended || u.StatusReason != "광고" || u.SuspendedUntil == nil || u.SuspendedUntil.Sub(s.Clock.Now()).Hours() > 72 {
		t.Errorf("ann is %s because of %q until %v", u.Status, u.StatusReason, u.SuspendedUntil)
	}
	if got := s.told(t, s.ann); len(got) != 1 || got[0] != "moderation suspend: 광고" {
		t.Errorf("ann is told %v", got)
	}
}

// Only an admin acts against a moderator, and nobody against an admin.
func TestWhoMayWarnAndSuspendWhom(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	second := s.Join(t, 1)[0]
	s.role(t, second, auth.RoleModerator)
	for _, action := range []string{"warn", "suspend"} {
		moderator, admin := s.report(t, s.bob, "user", second), s.report(t, s.bob, "user", s.boss)
		s.close(t, s.mod, moderator, action).WantProblem(403, "forbidden")
		s.close(t, s.mod, admin, action).WantProblem(403, "forbidden")
		s.close(t, s.boss, admin, action).WantProblem(403, "forbidden")
		if open := s.queue(t, "&status=open"); len(open) != 2 {
			t.Errorf("open %v", open)
		}
		s.close(t, s.boss, moderator, action).Want(200)
		s.close(t, s.mod, admin, "dismiss").Want(200)
	}
	for _, by := range []int64{s.ann, s.bob} {
		id := s.report(t, s.cleo, "user", second)
		for _, r := range []*testkit.Response{
			s.close(t, by, id, "dismiss"), s.GET(t, "/moderation/reports", s.As(t, by)), s.GET(t, "/moderation/log", s.As(t, by)),
			s.POST(t, "/moderation/hide", s.As(t, by), testkit.JSON(map[string]any{"target_type": "review", "target_id": s.review})),
			s.POST(t, "/moderation/restore", s.As(t, by), testkit.JSON(map[string]any{"target_type": "review", "target_id": s.review})),
			s.POST(t, fmt.Sprintf("/moderation/users/%d/remove_content", s.ann), s.As(t, by), testkit.JSON(map[string]any{"what": []string{"reviews"}, "reason": "x"})),
		} {
			r.WantProblem(403, "forbidden")
		}
		s.close(t, by, 9999, "dismiss").WantProblem(404, "not_found")
		s.close(t, s.mod, id, "dismiss").Want(200)
	}
	s.close(t, s.mod, 9999, "dismiss").WantProblem(404, "not_found")
}

func TestModeratorsDeleteImagesAndComments(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	set := func(path, kind string) {
		t.Helper()
		s.Write(t, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE " + kind + " SET " + path + " = 'reviews/images/x.png'").Error
		})
	}
	for _, c := range []struct{ table, column, path, want string }{
		{"users", "profile_image", fmt.Sprintf("/users/%d/profile_image", s.ann), "moderation delete_image"},
		{"reviews", "image", fmt.Sprintf("/reviews/%d/image", s.review), fmt.Sprintf("moderation delete_image review %d movie %d", s.review, s.film)},
		{"movies", "poster_image", fmt.Sprintf("/movies/%d/poster_image", s.film), fmt.Sprintf("moderation delete_image movie %d", s.film)},
	} {
		set(c.column, c.table)
		before := len(s.told(t, s.ann))
		s.DELETE(t, c.path, s.As(t, s.bob)).WantProblem(403, "forbidden")
		s.DELETE(t, c.path, s.As(t, s.mod)).Want(204)
		s.DELETE(t, c.path, s.As(t, s.mod)).Want(204) // there is none any more, which is not told
		told := s.told(t, s.ann)
		if len(told) != before+1 || told[before] != c.want {
			t.Errorf("%s: ann is told %v, want %s", c.path, told, c.want)
		}
		set(c.column, c.table)
		s.DELETE(t, c.path, s.As(t, s.ann)).Want(204)
		if got := s.told(t, s.ann); len(got) != before+1 {
			t.Errorf("%s: ann is told of what she does: %v", c.path, got)
		}
	}
	s.DELETE(t, fmt.Sprint("/comments/", s.comment), s.As(t, s.mod)).Want(204)
	below := s.say(t, s.bob)
	s.DELETE(t, fmt.Sprint("/comments/", below), s.As(t, s.ann)).Want(204) // the review's author, which is no moderation
	want := []string{
		fmt.Sprintf("%d delete_image user %d", s.mod, s.ann), fmt.Sprintf("%d delete_image review %d", s.mod, s.review),
		fmt.Sprintf("%d delete_image movie %d", s.mod, s.film), fmt.Sprintf("%d delete comment %d", s.mod, s.comment),
	}
	if diff := cmp.Diff(want, s.logged(t, "")); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if got := s.told(t, s.bob); len(got) > 0 {
		t.Errorf("bob is told %v", got)
	}
	s.DELETE(t, fmt.Sprint("/reviews/", s.review), s.As(t, s.mod)).WantProblem(403, "forbidden") // by a report only
}

func TestEditsByAdminsAreInTheLog(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	user, film := fmt.Sprint("/users/", s.ann), fmt.Sprint("/movies/", s.film)
	for _, by := range []int64{s.ann, s.boss} {
		name := map[int64]string{s.ann: "ann of old", s.boss: "ann anew"}[by]
		s.PATCH(t, user, s.As(t, by), testkit.JSON(map[string]any{"bio": name})).Want(200)
		s.PATCH(t, film, s.As(t, by), testkit.JSON(map[string]any{"plot": name})).Want(200)
	}
	want := []string{
		fmt.Sprintf("%d edit user %d", s.boss, s.ann), fmt.Sprintf("%d edit movie %d", s.boss, s.film),
	}
	if diff := cmp.Diff(want, s.logged(t, "")); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if got := s.told(t, s.ann); len(got) > 0 {
		t.Errorf("ann is told %v", got)
	}
}

func TestTheLogIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range 2 {
		s.close(t, s.mod, s.report(t, s.bob, "user", s.ann), "warn").Want(200)
		s.close(t, s.boss, s.report(t, s.bob, "review", s.review), "dismiss").Want(200)
	}
	ok(t, s.users.SetRole(t.Context(), "회원2", auth.RoleModerator)) // on the command line
	warn, dismiss := fmt.Sprintf("%d warn user %d", s.mod, s.ann), fmt.Sprintf("%d dismiss review %d", s.boss, s.review)
	role := fmt.Sprintf("role user %d: moderator", s.bob)
	for query, want := range map[string][]string{
		"":             {warn, dismiss, warn, dismiss, role},
		"?action=warn": {warn, warn}, "?action=unheard_of": {},
		fmt.Sprint("?actor=", s.boss): {dismiss, dismiss}, fmt.Sprint("?actor=", s.mod, "&action=dismiss"): {},
		"?target_type=review": {dismiss, dismiss}, fmt.Sprint("?target_type=user&target_id=", s.bob): {role},
	} {
		if diff := cmp.Diff(want, s.logged(t, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	s.GET(t, "/moderation/log?target_id=1", s.As(t, s.mod)).WantField("target_type", "required")
	first := s.GET(t, "/moderation/log?limit=3", s.As(t, s.mod)).Want(200)
	if rest := s.GET(t, first.Next(), s.As(t, s.mod)).Want(200); len(first.List()) != 3 || len(rest.List()) != 2 || rest.Next() != "" {
		t.Error("the pages are wrong")
	}
}
