package moderation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// because reports a target for a reason.
func (s *stage) because(t testing.TB, by int64, kind string, id int64, reason, note string) int64 {
	t.Helper()
	return s.POST(t, "/reports", s.As(t, by), testkit.JSON(map[string]any{
		"target_type": kind, "target_id": id, "reason": reason, "note": note,
	})).Want(201).ID()
}

// piles returns the queue: the oldest report of each thing, and what there is of it.
func (s *stage) piles(t testing.TB, f moderation.QueueFilter) []string {
	t.Helper()
	out := []string{}
	for p := (page.Page{Limit: 2}); ; {
		rows, next, err := s.s.Queue(t.Context(), f, p)
		ok(t, err)
		for _, r := range rows {
			line := fmt.Sprintf("%d %s %s: %d", r.ID, r.TargetType, r.Status(), r.Count)
			for _, one := range r.Reasons {
				line += fmt.Sprintf(" %s %d", one.Reason, one.Count)
			}
			line += fmt.Sprintf(", %d notes", r.Notes)
			for _, one := range r.Reports {
				line += fmt.Sprintf(" #%d", one.ID)
			}
			out = append(out, line)
		}
		if next == nil {
			return out
		}
		p.After = next
	}
}

func (s *stage) wantPiles(t testing.TB, f moderation.QueueFilter, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, s.piles(t, f)); diff != "" {
		t.Errorf("the queue of %+v (-want +got):\n%s", f, diff)
	}
}

func TestAThingIsInTheQueueOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	crowd := s.Join(t, 5)
	s.wantPiles(t, moderation.QueueFilter{Reports: 3}, []string{}...)
	first := s.because(t, s.bob, "review", s.review, "abuse", "")
	film := s.because(t, s.bob, "movie", s.film, "other", "no film")
	for i, id := range crowd {
		s.because(t, id, "review", s.review, "spam", []string{"", "look"}[i%2])
	}
	list := s.because(t, s.cleo, "list", s.list, "copyright", "")
	mods := s.because(t, s.bob, "user", s.mod, "abuse", "")
	review := fmt.Sprintf("%d review open: 6 spam 5 abuse 1, 2 notes #%d #%d #%d", first, first, first+2, first+3)
	others := []string{
		fmt.Sprintf("%d movie open: 1 other 1, 1 notes", film), fmt.Sprintf("%d list open: 1 copyright 1, 0 notes", list),
		fmt.Sprintf("%d user open: 1 abuse 1, 0 notes", mods),
	}
	s.wantPiles(t, moderation.QueueFilter{Reports: 3}, append([]string{review}, others...)...)
	s.wantPiles(t, moderation.QueueFilter{TargetType: "review", Reports: 3}, review)
	s.wantPiles(t, moderation.QueueFilter{TargetType: "review", TargetID: s.review, Reports: 3}, review)
	s.wantPiles(t, moderation.QueueFilter{TargetType: "review", TargetID: s.review + 1, Reports: 3}, []string{}...)
	s.wantPiles(t, moderation.QueueFilter{AuthorID: s.ann, Reports: 3}, review, others[0], others[1])
	s.wantPiles(t, moderation.QueueFilter{AuthorID: s.mod, Reports: 3}, others[2])
	s.wantPiles(t, moderation.QueueFilter{AuthorID: s.ann, TargetType: "movie", Reports: 3}, others[0])
	s.wantPiles(t, moderation.QueueFilter{Closed: true, Reports: 3}, []string{}...)

	// What is closed together is one, and another one once it was reported and closed again.
	s.close(t, s.mod, first, "dismiss").Want(200)
	s.wantPiles(t, moderation.QueueFilter{Reports: 3}, others...)
	again := s.because(t, s.bob, "review", s.review, "illegal", "again")
	s.because(t, s.cleo, "review", s.review, "illegal", "")
	s.Clock.Advance(time.Minute)
	closed := fmt.Sprintf("%d review closed: 6 spam 5 abuse 1, 2 notes #%d #%d #%d", first, first, first+2, first+3)
	s.wantPiles(t, moderation.QueueFilter{Closed: true, Reports: 3}, closed)
	s.wantPiles(t, moderation.QueueFilter{TargetType: "review", Reports: 3},
		fmt.Sprintf("%d review open: 2 illegal 2, 1 notes #%d #%d", again, again, again+1))
	s.close(t, s.mod, again, "hide").Want(200)
	s.wantPiles(t, moderation.QueueFilter{Closed: true, AuthorID: s.ann, Reports: 3},
		fmt.Sprintf("%d review closed: 2 illegal 2, 1 notes #%d #%d", again, again, again+1), closed)
	s.close(t, s.mod, film, "dismiss").Want(200)
	s.wantPiles(t, moderation.QueueFilter{Closed: true, TargetType: "movie", Reports: 3},
		fmt.Sprintf("%d movie closed: 1 other 1, 1 notes", film))
}

// A page begins behind the last, however the reports of the things on it change meanwhile.
func TestThePagesOfTheQueueStayRight(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	crowd := s.Join(t, 3)
	var targets []int64
	for range 5 {
		id := s.say(t, s.ann)
		targets = append(targets, id)
		s.because(t, s.bob, "comment", id, "spam", "")
	}
	for _, by := range crowd {
		for _, id := range targets {
			s.because(t, by, "comment", id, "abuse", "")
		}
	}
	f := moderation.QueueFilter{Reports: 2}
	rows, next, err := s.s.Queue(t.Context(), f, page.Page{Limit: 2})
	ok(t, err)
	seen := []int64{rows[0].TargetID, rows[1].TargetID}
	s.close(t, s.mod, rows[1].ID, "dismiss").Want(200) // one of this page,
	s.close(t, s.mod, rows[1].ID+1, "hide").Want(200)  // one of the next, and one that is reported again
	s.because(t, s.cleo, "comment", targets[0], "other", "")
	for next != nil {
		rows, next, err = s.s.Queue(t.Context(), f, page.Page{Limit: 2, After: next})
		ok(t, err)
		for _, r := range rows {
			if seen = append(seen, r.TargetID); r.Count != 4 || len(r.Reports) != 2 {
				t.Errorf("comment %d has %d reports, %d of them shown; want 4 and 2", r.TargetID, r.Count, len(r.Reports))
			}
		}
	}
	if diff := cmp.Diff([]int64{targets[0], targets[1], targets[3], targets[4]}, seen); diff != "" {
		t.Errorf("what the pages show (-want +got):\n%s", diff)
	}
}

func TestTheQueueUsesIndexes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Write(t, func(tx *gorm.DB) error {
		for i := range 600 { // open and closed, of all kinds
			open, closed := any(true), any(nil)
			if i%3 == 0 {
				open, closed = nil, s.Clock.Now()
			}
			err := tx.Exec("INSERT INTO reports (target_type, target_id, author_id, is_open, reason, note, snapshot, action, closed_at, created_at)"+
				" VALUES (?, ?, ?, ?, 'spam', '', '{}', '', ?, ?)",
				[]string{"review", "comment", "movie"}[i%3], i/4+1, []int64{s.ann, s.bob, s.cleo}[i%3], open, closed, s.Clock.Now()).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, closed := range []bool{false, true} {
		for index, f := range map[string]moderation.QueueFilter{
			"idx_reports_open":   {},
			"idx_reports_type":   {TargetType: "review"},
			"idx_reports_author": {AuthorID: s.ann},
		} {
			for _, after := range []*page.Key{nil, {ID: 300}} {
				f.Closed, f.Reports = closed, 2
				read := func() {
					if _, _, err := s.s.Queue(t.Context(), f, page.Page{Limit: 5, After: after}); err != nil {
						t.Error(err)
					}
				}
				testkit.WantLookups(t, s.DB, index, read)
				for _, plan := range testkit.Plans(t, s.DB, read) { // only what counts the reports of a few things sorts
					text := plan.String()
					if !strings.Contains(text, "NOT EXISTS") {
						continue
					}
					_, steps, _ := strings.Cut(text, "\n")
					if strings.Contains(steps, "TEMP B-TREE") || strings.Contains(steps, "filesort") || !strings.Contains(steps, "idx_reports_target") {
						t.Errorf("the list of things sorts, or compares all reports with all:\n%s", text)
					}
				}
			}
		}
	}
}
