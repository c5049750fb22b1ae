package feed_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// recount returns what a recount finds.
func (s *stage) recount(t *testing.T, fix bool) []string {
	t.Helper()
	found := []string{}
	ok(t, recount.Run(t.Context(), s.DB, feed.Counters(), fix, func(d recount.Drift) { found = append(found, d.String()) }))
	return found
}

func TestARecountFindsAndMendsActivities(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, a, b := s.Join(t, 2), s.film(t), s.film(t)
	me, other := ids[0], ids[1]
	written := s.write(t, me, a, 7, false)
	s.rate(t, me, b, 3)
	s.log(t, me, b, new(stars.Stars(5)))
	s.show(t, s.list(t, me, true), false)
	var comments [3]int64
	for i := range comments {
		c := must[comment.Shown](t)(s.comments.Create(t.Context(), s.reader(t, other), comment.Draft{ReviewID: written, Content: "정말 그래요."}))
		comments[i] = c.ID
	}
	must[comment.Shown](t)(s.comments.Create(t.Context(), s.reader(t, me), comment.Draft{ReviewID: written, Content: "네.", ReplyTo: &comments[2]}))
	ok(t, s.comments.Delete(t.Context(), comments[2])) // it stays without a member
	right := s.recorded(t)
	want(t, "drifts of what is right", []string{}, s.recount(t, true))
	want(t, "what is right after a recount", right, s.recorded(t))
	s.Write(t, func(tx *gorm.DB) error {
		at := database.Time(s.Clock.Now())
		lost := []activity.Activity{
			{ID: 900, UserID: me, Type: activity.Review, ObjectID: 77, MovieID: &a, CreatedAt: at},
			{ID: 901, UserID: me, Type: activity.Comment, ObjectID: comments[2], MovieID: &a, CreatedAt: at},
			{ID: 902, UserID: other, Type: activity.List, ObjectID: 78, CreatedAt: at},
		}
		if err := tx.Create(&lost).Error; err != nil {
			return err
		}
		return activity.Remove(tx, activity.Comment, comments[0])
	})
	found := []string{
		"activities.object of id 900 is 1 and should be 0", "activities.object of id 901 is 1 and should be 0", "activities.object of id 902 is 1 and should be 0",
	}
	missing := "comments.activity of id 1 is 0 and should be 1"
	want(t, "drifts", append(found, missing, "comments.activity of id 3 is 1 and should be 0"), s.recount(t, false))
	want(t, "mended drifts", append(found, missing), s.recount(t, true))
	want(t, "drifts afterwards", []string{}, s.recount(t, false))
	first := name(activity.Comment, comments[0], other)
	var left []string
	for _, one := range right {
		if one != first {
			left = append(left, one)
		}
	}
	want(t, "what is right afterwards", append(left, first), s.recorded(t))
}
