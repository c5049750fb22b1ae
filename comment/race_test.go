package comment_test

import (
	"errors"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// rounds is how often two requests race.
const rounds = 12

// race runs all of some functions at the same time.
func race(all ...func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, fn := range all {
		wg.Go(func() {
			<-start
			fn()
		})
	}
	close(start)
	wg.Wait()
}

func (s *stage) create(t testing.TB, by int64, replyTo *int64) (comment.Shown, error) {
	return s.comments.Create(t.Context(), auth.Viewer{UserID: by}, comment.Draft{ReviewID: s.review, Content: "a", ReplyTo: replyTo})
}

// wantOneOf fails the test unless err is nil or one of those.
func wantOneOf(t testing.TB, err error, want ...error) {
	t.Helper()
	for _, w := range want {
		if errors.Is(err, w) {
			return
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func TestAReplyAgainstTheDeletionOfWhatItAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds {
		top := s.say(t, s.bob, 0)
		var reply comment.Shown
		var refused error
		race(
			func() { reply, refused = s.create(t, s.cleo, &top) },
			func() { wantOneOf(t, s.comments.Delete(t.Context(), top)) },
		)
		rows := s.rows(t)
		switch {
		case refused == nil && (len(rows) != 2 || !rows[0].Deleted() || rows[1].ID != reply.ID):
			t.Fatalf("the reply came first, and left are %+v", rows)
		case refused != nil && (len(rows) != 0 || !errors.Is(refused, apperr.ErrValidation)):
			t.Fatalf("the deletion came first: %v, left are %+v", refused, rows)
		}
		if refused == nil {
			s.drop(t, s.cleo, reply.ID)
		}
		s.wantCounts(t, 0)
	}
}

func TestTheDeletionOfAllOfAThreadAtOnceLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds {
		var all []func()
		to := int64(0)
		for range 5 {
			to = s.say(t, s.bob, to)
			id := to
			all = append(all, func() { wantOneOf(t, s.comments.Delete(t.Context(), id)) })
		}
		race(all...)
		if rows := s.rows(t); len(rows) != 0 {
			t.Fatalf("left: %+v", rows)
		}
		s.wantCounts(t, 0)
	}
}

func TestTwoDeletionsOfAComment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds {
		id := s.say(t, s.bob, 0)
		errs := make([]error, 3)
		race(
			func() { errs[0] = s.comments.Delete(t.Context(), id) },
			func() { errs[1] = s.comments.Delete(t.Context(), id) },
			func() { errs[2] = s.comments.Delete(t.Context(), id) },
		)
		done := 0
		for _, err := range errs {
			wantOneOf(t, err, comment.ErrNotFound)
			if err == nil {
				done++
			}
		}
		if done != 1 {
			t.Errorf("%d deletions succeeded", done)
		}
		s.wantCounts(t, 0)
	}
}

func TestACommentAgainstTheClosingOfAReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	nobody, everyone := review.Nobody, review.Everyone
	for i := range rounds {
		var refused error
		closed := false
		race(
			func() {
				_, refused = s.create(t, s.bob, nil)
				wantOneOf(t, refused, comment.ErrClosed)
			},
			func() {
				if err := s.reviews.Update(t.Context(), s.review, review.Patch{Comments: &nobody}); err != nil {
					t.Error(err)
				}
				closed = len(s.rows(t)) == 0 // whatever is there now was written before
			},
		)
		rows := s.rows(t)
		if closed && len(rows) != 0 || refused == nil && len(rows) != 1 {
			t.Fatalf("round %d: closed over no comments: %v, refused: %v, and there are %d", i, closed, refused, len(rows))
		}
		for _, c := range rows {
			s.drop(t, s.bob, c.ID)
		}
		if err := s.reviews.Update(t.Context(), s.review, review.Patch{Comments: &everyone}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACommentAgainstABlock(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i := range rounds {
		var refused error
		before := 0
		race(
			func() {
				_, refused = s.create(t, s.bob, nil)
				wantOneOf(t, refused, follow.ErrBlocked)
			},
			func() {
				s.Write(t, func(tx *gorm.DB) error { // as a block does
					if err := user.Lock(tx, s.ann, s.bob); err != nil {
						return err
					}
					return tx.Create(&follow.Block{UserID: s.ann, BlockedID: s.bob, BlockedAt: s.Clock.Now()}).Error
				})
				before = len(s.rows(t))
			},
		)
		rows := s.rows(t)
		if len(rows) != before || refused == nil != (len(rows) == 1) {
			t.Fatalf("round %d: %d comments when the block was answered, %d now; %v", i, before, len(rows), refused)
		}
		for _, c := range rows {
			s.drop(t, s.bob, c.ID)
		}
		s.Write(t, func(tx *gorm.DB) error { return tx.Where("user_id = ?", s.ann).Delete(&follow.Block{}).Error })
	}
}

func TestAReplyAgainstTheDeletionOfAccounts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds / 2 {
		members := s.Join(t, 2)
		top := s.say(t, members[0], 0)
		race(
			func() {
				_, err := s.create(t, members[1], &top)
				wantOneOf(t, err, apperr.ErrValidation, auth.ErrUserGone)
			},
			func() { s.deleteUser(t, members[0]) },
			func() { s.deleteUser(t, members[1]) },
		)
		if rows := s.rows(t); len(rows) != 0 {
			t.Fatalf("left: %+v", rows)
		}
		s.wantCounts(t, 0)
	}
}

func TestCommentsAgainstTheDeletionOfTheReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds / 2 {
		s.review = s.write(t, s.ann, s.newFilm(t, "영화"), nil)
		top := s.say(t, s.bob, 0)
		race(
			func() {
				_, err := s.create(t, s.cleo, &top)
				wantOneOf(t, err, review.ErrNotFound, apperr.ErrValidation)
			},
			func() { wantOneOf(t, s.comments.Delete(t.Context(), top), comment.ErrNotFound) },
			func() { wantOneOf(t, s.reviews.Delete(t.Context(), s.review)) },
		)
		if rows := s.rows(t); len(rows) != 0 {
			t.Fatalf("left: %+v", rows)
		}
		if left := s.activities(t); len(left) != 0 {
			t.Fatalf("activities left: %+v", left)
		}
	}
}

func TestManyCommentAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members := s.Join(t, 8)
	top := s.say(t, s.bob, 0)
	var all []func()
	for i, id := range members {
		to := &top
		if i%2 == 0 {
			to = nil
		}
		all = append(all, func() {
			if _, err := s.create(t, id, to); err != nil {
				t.Error(err)
			}
		}, func() { // and the two who are told comment themselves
			if _, err := s.create(t, []int64{s.ann, s.bob}[i%2], to); err != nil {
				t.Error(err)
			}
		})
	}
	race(all...)
	s.wantCounts(t, 17)
	if got := len(s.told(t, s.ann)); got != 1+8+4 { // the first, those of the members, those of bob
		t.Errorf("ann was told %d times", got)
	}
}
