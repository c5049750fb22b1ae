package comment_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// setHidden hides or restores a comment.
func (s *stage) setHidden(t testing.TB, id int64, hidden, changes bool) (owner int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) (err error) {
		var changed bool
		if owner, changed, err = s.comments.SetHidden(tx, id, hidden); err == nil && changed != changes {
			t.Errorf("hidden %v: changed %v, want %v", hidden, changed, changes)
		}
		return err
	})
	return owner
}

// hideReview hides or restores the review.
func (s *stage) hideReview(t testing.TB, hidden bool) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		_, _, err := s.reviews.SetHidden(tx, s.review, hidden)
		return err
	})
}

// moderator makes a member a moderator.
func (s *stage) moderator(t testing.TB, id int64) auth.Viewer {
	t.Helper()
	s.set(t, id, "role", auth.RoleModerator)
	return auth.Viewer{UserID: id, Role: auth.RoleModerator}
}

func TestHiddenCommentIsSeenByItsAuthorAndModerators(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	hidden, other := s.say(t, s.bob, 0), s.say(t, s.cleo, 0)
	s.moderator(t, s.dan)
	before := s.GET(t, s.of()).Want(http.StatusOK)
	if owner := s.setHidden(t, hidden, true, true); owner != s.bob {
		t.Errorf("of %d, want %d", owner, s.bob)
	}
	s.setHidden(t, hidden, true, false)
	s.wantCounts(t, 1)
	for reader, may := range map[int64]bool{0: false, s.ann: false, s.cleo: false, s.bob: true, s.dan: true} {
		if got := s.GET(t, path(hidden), s.reader(t, reader)...); may {
			if body := got.Want(http.StatusOK).Map(); body["hidden"] != true || body["content"] != "동감이에요" || body["deleted"] != false {
				t.Errorf("to %d: %v", reader, body)
			}
		} else {
			got.WantProblem(http.StatusNotFound, "not_found")
		}
		want := []int64{other}
		if reader == s.bob {
			want = []int64{hidden, other}
		}
		if got := ids(s.list(t, reader, "")); !cmp.Equal(got, want) {
			t.Errorf("listed to %d: %v, want %v", reader, got, want)
		}
		found, err := s.comments.ForFeed(t.Context(), auth.Viewer{UserID: reader}, spoiler.Show, []int64{hidden, other})
		if err != nil || len(found) != 1 || found[other].ID != other {
			t.Errorf("the feed of %d has %v (%v)", reader, found, err)
		}
	}
	s.DELETE(t, path(hidden), s.As(t, s.ann)).WantProblem(http.StatusNotFound, "not_found")
	s.try(t, s.cleo, hidden).WantField("reply_to", "invalid")
	s.try(t, s.bob, hidden).WantField("reply_to", "invalid")
	changed := s.PATCH(t, path(hidden), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "다시"})).Want(http.StatusOK).Map()
	if changed["hidden"] != true || changed["content"] != "다시" {
		t.Errorf("changed: %v", changed)
	}
	s.PATCH(t, path(hidden), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "동감이에요"})).Want(http.StatusOK)
	s.setHidden(t, hidden, false, true)
	s.setHidden(t, hidden, false, false)
	s.wantCounts(t, 2)
	if got := s.GET(t, s.of()).Want(http.StatusOK); string(got.Body) != string(before.Body) {
		t.Errorf("restored: %s\nbefore: %s", got.Body, before.Body)
	}
}

func TestHiddenCommentWithRepliesIsAStub(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	top := s.say(t, s.bob, 0)
	reply := s.say(t, s.cleo, top)
	s.moderator(t, s.dan)
	before := s.GET(t, s.of()).Want(http.StatusOK)
	s.setHidden(t, top, true, true)
	s.wantCounts(t, 1)
	for _, reader := range []int64{0, s.ann, s.cleo, s.dan} {
		rows := s.list(t, reader, "")
		if got := ids(rows); !cmp.Equal(got, []int64{top, reply}) {
			t.Fatalf("listed to %d: %v", reader, rows)
		}
		stub := rows[0]
		if stub["deleted"] != true || stub["hidden"] != false || stub["content"] != nil || stub["user_id"] != nil || stub["username"] != nil ||
			stub["profile_image_url"] != nil || stub["masked"] != false || stub["spoiler"] != false {
			t.Errorf("to %d: %v", reader, stub)
		}
	}
	if mine := s.list(t, s.bob, "")[0]; mine["hidden"] != true || mine["content"] != "동감이에요" || mine["deleted"] != false {
		t.Errorf("to its author: %v", mine)
	}
	s.GET(t, path(top)).WantProblem(http.StatusNotFound, "not_found")
	s.setHidden(t, top, false, true)
	if got := s.GET(t, s.of()).Want(http.StatusOK); string(got.Body) != string(before.Body) {
		t.Errorf("restored: %s\nbefore: %s", got.Body, before.Body)
	}

	s.setHidden(t, top, true, true)
	s.drop(t, s.bob, top)
	s.wantStub(t, top)
	s.wantCounts(t, 1)
	s.Write(t, func(tx *gorm.DB) error {
		if _, _, err := s.comments.SetHidden(tx, top, false); !errors.Is(err, comment.ErrNotFound) {
			t.Errorf("restore a deleted comment: %v", err)
		}
		return nil
	})
	s.setHidden(t, reply, true, true)
	s.drop(t, s.dan, reply)
	s.wantCounts(t, 0)
	if left := s.rows(t); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestCommentsOfAHiddenReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.say(t, s.bob, 0)
	s.moderator(t, s.dan)
	s.hideReview(t, true)
	for _, reader := range []int64{0, s.cleo} {
		s.GET(t, path(written), s.reader(t, reader)...).WantProblem(http.StatusNotFound, "not_found")
		s.GET(t, s.of(), s.reader(t, reader)...).WantProblem(http.StatusNotFound, "not_found")
	}
	for _, reader := range []int64{s.ann, s.bob, s.dan} { // the author of the review, of the comment, and a moderator
		s.GET(t, path(written), s.As(t, reader)).Want(http.StatusOK)
		if reader != s.bob {
			s.GET(t, s.of(), s.As(t, reader)).Want(http.StatusOK)
		}
		s.try(t, reader, 0).WantProblem(http.StatusNotFound, "not_found")
		s.try(t, reader, written).WantProblem(http.StatusNotFound, "not_found")
	}
	found, err := s.comments.ForFeed(t.Context(), auth.Viewer{UserID: s.cleo}, spoiler.Show, []int64{written})
	if err != nil || len(found) > 0 {
		t.Errorf("feed: %v (%v)", found, err)
	}
	s.hideReview(t, false)
	s.say(t, s.cleo, written)
	s.wantCounts(t, 2)
}

func TestAccountsAndFilmsWithHiddenComments(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	hidden, _ := s.say(t, s.bob, 0), s.say(t, s.bob, 0)
	s.say(t, s.cleo, hidden)
	s.setHidden(t, hidden, true, true)
	s.deleteUser(t, s.bob)
	s.wantStub(t, hidden)
	s.wantCounts(t, 1)
	// The older of two reviews goes, and its comments move.
	s.Clock.Advance(time.Minute)
	newer := s.write(t, s.ann, s.newFilm(t, "괴물"), nil)
	top := s.say(t, s.dan, 0)
	s.setHidden(t, top, true, true)
	s.hideReview(t, true)
	var films []movie.Movie
	if err := s.DB.Reader(t.Context()).Order("id").Find(&films).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := s.movies.Merge(t.Context(), films[1].ID, films[0].ID, true); err != nil {
		t.Fatal(err)
	}
	s.review = newer
	s.wantCounts(t, 1)
}

// Both change the counter of the review.
func TestHidingACommentRacesWithItsDeletion(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var wg sync.WaitGroup
	for range 10 {
		id := s.say(t, s.bob, 0)
		for n := range 3 {
			wg.Go(func() {
				err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
					_, _, err := s.comments.SetHidden(tx, id, n != 1)
					return err
				})
				if err != nil && !errors.Is(err, comment.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := s.comments.Delete(t.Context(), id); err != nil {
				t.Error(fmt.Errorf("delete: %w", err))
			}
		})
	}
	wg.Wait()
	s.wantCounts(t, 0)
}
