package moderation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// Nobody has to dismiss the reports of what is gone one by one, and their reporters hear that something was done.
func TestRemovingContentClosesItsReports(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for kind, id := range s.things() {
		s.report(t, s.bob, kind, id)
		s.report(t, s.cleo, kind, id)
	}
	kept, err := s.movies.Create(t.Context(), s.ann, filmOf("괴물"))
	ok(t, err)
	s.POST(t, "/reviews", s.As(t, s.bob), testkit.JSON(map[string]any{"movie_id": kept.ID, "title": "t", "content": "c"})).Want(201)
	s.report(t, s.bob, "movie", kept.ID)
	done := s.POST(t, fmt.Sprintf("/moderation/users/%d/remove_content", s.ann), s.As(t, s.mod),
		testkit.JSON(map[string]any{"what": []string{"comments", "reviews", "lists", "movies"}, "reason": "광고"})).Want(200).Map()
	for kind, n := range map[string]float64{"comments": 1, "reviews": 1, "lists": 1, "movies": 1, "kept": 1} {
		if done[kind] != n {
			t.Errorf("%s: %v, want %v", kind, done[kind], n)
		}
	}
	rows, _, err := s.s.Queue(t.Context(), moderation.QueueFilter{}, page.Page{Limit: 20})
	ok(t, err)
	open := []string{}
	for _, r := range rows {
		open = append(open, fmt.Sprint(r.TargetType, " ", r.TargetID, ": ", r.Count))
	}
	slices.Sort(open)
	if diff := cmp.Diff([]string{fmt.Sprintf("movie %d: 1", kept.ID), fmt.Sprintf("user %d: 2", s.ann)}, open); diff != "" {
		t.Errorf("open reports (-want +got):\n%s", diff)
	}
	rows, _, err = s.s.Queue(t.Context(), moderation.QueueFilter{Closed: true}, page.Page{Limit: 20})
	ok(t, err)
	if len(rows) != 4 || rows[0].Action != record.Delete || rows[0].Closer == nil || rows[0].Closer.ID != s.mod {
		t.Errorf("closed: %+v", rows)
	}
	if told := s.told(t, s.bob); len(told) != 4 || !strings.HasPrefix(told[0], "report_closed delete report ") {
		t.Errorf("a reporter is told %v", told)
	}
	if told := s.told(t, s.ann); len(told) != 1 || told[0] != "moderation remove_content: 광고" {
		t.Errorf("ann is told %v, want once", told)
	}
}

// When an admin deletes an account, the reports of what goes with it are closed. When members delete their own, they stay.
func TestDeletingAMemberClosesReports(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path string // "" if ann deletes her account herself
		open map[string]int64
	}{
		"with films":    {"?with=movies", map[string]int64{}},
		"without films": {" ", map[string]int64{"movie": 1}},
		"by herself":    {"", map[string]int64{"movie": 1, "review": 1, "comment": 1, "list": 1, "user": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			for kind, id := range s.things() {
				s.report(t, s.bob, kind, id)
			}
			if c.path == "" {
				ok(t, s.users.Delete(t.Context(), s.ann)) // as DELETE /users/me does
			} else {
				s.DELETE(t, fmt.Sprintf("/users/%d%s", s.ann, strings.TrimSpace(c.path)), s.As(t, s.boss)).Want(204)
			}
			open := map[string]int64{}
			rows, _, err := s.s.Queue(t.Context(), moderation.QueueFilter{}, page.Page{Limit: 20})
			ok(t, err)
			for _, r := range rows {
				open[r.TargetType] = r.Count
			}
			if diff := cmp.Diff(c.open, open); diff != "" {
				t.Errorf("open reports (-want +got):\n%s", diff)
			}
			if told := s.told(t, s.bob); len(told) != 5-len(c.open) {
				t.Errorf("the reporter is told %v", told)
			}
		})
	}
}

// Whose account goes is not told of each film that goes with it.
func TestDeletedMembersAreNotToldOfTheirFilms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	// The deletion fails behind the films, so that there is an account whose inbox can be read.
	s.users.OnDelete(func(*gorm.DB, int64) error { return apperr.ErrBusy })
	s.DELETE(t, fmt.Sprintf("/users/%d?with=movies", s.ann), s.As(t, s.boss)).Want(503)
	s.GET(t, fmt.Sprint("/movies/", s.film)).Want(404)
	if told := s.told(t, s.ann); len(told) > 0 {
		t.Errorf("the member is told %v", told)
	}
}

// The reports about a member are closed in the transaction that deletes the account: when it fails, all of them stay open,
// and nobody is told.
func TestADeletionThatFailsClosesNoReports(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", "?with=movies"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			for kind, id := range s.things() {
				s.report(t, s.bob, kind, id)
			}
			broken := true
			s.users.OnDelete(func(*gorm.DB, int64) error { // the last hook
				if broken {
					return apperr.ErrBusy
				}
				return nil
			})
			path := fmt.Sprintf("/users/%d%s", s.ann, query)
			s.DELETE(t, path, s.As(t, s.boss)).Want(503)
			rows, _, err := s.s.Queue(t.Context(), moderation.QueueFilter{}, page.Page{Limit: 20})
			ok(t, err)
			if told := s.told(t, s.bob); len(rows) != 5 || len(told) != 0 {
				t.Errorf("%d reports are open and the reporter is told %v, want 5 and nothing", len(rows), told)
			}
			broken = false
			s.DELETE(t, path, s.As(t, s.boss)).Want(204)
			if told := s.told(t, s.bob); len(told) != 4 && query == "" || len(told) != 5 && query != "" {
				t.Errorf("after the deletion the reporter is told %v", told)
			}
		})
	}
}
