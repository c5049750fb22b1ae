package comment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/feed/activity"
)

// activities returns the recorded activities about comments, by id.
func (s *stage) activities(t testing.TB) (rows []activity.Activity) {
	t.Helper()
	if err := s.DB.Reader(t.Context()).Where("type = ?", activity.Comment).Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestACommentIsAnActivityUntilItIsDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	top := s.say(t, s.bob, 0)
	reply := s.say(t, s.cleo, top)
	want := [][3]int64{{s.bob, top, s.film}, {s.cleo, reply, s.film}}
	got := [][3]int64{}
	for _, a := range s.activities(t) {
		got = append(got, [3]int64{a.UserID, a.ObjectID, *a.MovieID})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.drop(t, s.bob, top)
	if got := s.activities(t); len(got) != 1 || got[0].ObjectID != reply {
		t.Errorf("after the deletion of one that leaves a stub: %+v", got)
	}
	s.deleteUser(t, s.cleo)
	if got := s.activities(t); len(got) != 0 {
		t.Errorf("after the deletion of the account: %+v", got)
	}
}
