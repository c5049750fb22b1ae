package review_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// insert stores rows.
func (s *stage) insert(t testing.TB, rows ...any) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		for _, row := range rows {
			if err := tx.Create(row).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// setPrivate makes the accounts private for which a condition holds.
func (s *stage) setPrivate(t testing.TB, where string, args ...any) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&user.User{}).Where(where, args...).UpdateColumn("is_private", true).Error
	})
}

// TestReviewsOfPrivateAccountsAreSeenByTheirFollowers holds every read of the API and of the pages against who may see a
// review.
func TestReviewsOfPrivateAccountsAreSeenByTheirFollowers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.write(t, s.ann, s.film)
	fan := s.newUser(t, "fan")
	now := database.Time(s.Clock.Now())
	s.insert(t, &follow.Follow{FollowerID: fan.ID, FollowingID: s.ann.ID, IsFollowing: true, FollowedAt: now})
	s.setPrivate(t, "id = ?", s.ann.ID)
	for who, c := range map[string]struct {
		as     testkit.Option
		reader auth.Viewer
		may    bool
	}{
		"nobody":     {testkit.Header("X-Nobody", "1"), auth.Viewer{}, false},
		"a stranger": {s.As(t, s.bob.ID), auth.Viewer{UserID: s.bob.ID}, false},
		"a follower": {s.As(t, fan.ID), auth.Viewer{UserID: fan.ID}, true},
		"the author": {s.As(t, s.ann.ID), auth.Viewer{UserID: s.ann.ID}, true},
		"an admin":   {s.As(t, s.root.ID), auth.Viewer{UserID: s.root.ID, Role: auth.RoleAdmin}, true},
	} {
		status, listed, ofUser := http.StatusNotFound, 0, http.StatusForbidden
		if c.may {
			status, listed, ofUser = http.StatusOK, 1, http.StatusOK
		}
		s.GET(t, fmt.Sprintf("/reviews/%d", id), c.as).Want(status)
		if rows := s.GET(t, fmt.Sprintf("/movies/%d/reviews", s.film.ID), c.as).Want(http.StatusOK).List(); len(rows) != listed {
			t.Errorf("%s sees %d reviews of the film, want %d", who, len(rows), listed)
		}
		got := s.GET(t, fmt.Sprintf("/users/%d/reviews", s.ann.ID), c.as).Want(ofUser)
		if !c.may {
			got.WantProblem(http.StatusForbidden, "private_account")
		}
		latest, _, err := s.reviews.Latest(t.Context(), c.reader, page.Page{Limit: 5})
		active, activeErr := s.reviews.Active(t.Context(), c.reader)
		if err != nil || activeErr != nil || len(latest) != listed || len(active) != listed {
			t.Errorf("%s: %d latest reviews (%v), %d active members (%v), want %d", who, len(latest), err, len(active), activeErr, listed)
		}
	}
	s.PATCH(t, fmt.Sprintf("/reviews/%d", id), testkit.JSON(map[string]any{"update_title": "새 제목"}), s.As(t, s.bob.ID)).WantProblem(http.StatusNotFound, "not_found")
	s.PATCH(t, fmt.Sprintf("/reviews/%d", id), testkit.JSON(map[string]any{"update_title": "새 제목"}), s.As(t, fan.ID)).WantProblem(http.StatusForbidden, "forbidden")
	if stamps, err := s.reviews.Stamps(t.Context(), 0, 1000); err != nil || len(stamps) != 0 {
		t.Errorf("the sitemap has %v, %v", stamps, err)
	}
}

func TestNobodySeesWhomTheyHid(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	now := database.Time(s.Clock.Now())
	blocked, muted := s.newUser(t, "blocked"), s.newUser(t, "muted")
	for _, author := range []user.User{blocked, muted, s.bob} {
		s.write(t, author, s.film)
	}
	s.insert(t, &follow.Block{UserID: s.ann.ID, BlockedID: blocked.ID, BlockedAt: now}, &follow.Mute{UserID: s.ann.ID, MutedID: muted.ID, MutedAt: now})
	ann := auth.Viewer{UserID: s.ann.ID, Hides: true}
	for _, by := range []review.Sort{review.SortOldest, review.SortNewest, review.SortMostLiked} {
		rows, next, err := s.reviews.OfMovie(t.Context(), s.film.ID, ann, by, page.Page{Limit: 1})
		if err != nil || len(rows) != 1 || rows[0].UserID != s.bob.ID || next != nil {
			t.Errorf("by %s: %v, next %v, %v", by, rows, next, err)
		}
	}
	// Whom they ask for is answered, and whom they hid sees what everybody sees.
	if rows, _, err := s.reviews.OfUser(t.Context(), blocked.ID, ann, page.Page{Limit: 5}); err != nil || len(rows) != 1 {
		t.Errorf("of the blocked member: %d reviews, %v", len(rows), err)
	}
	if rows, _, err := s.reviews.OfMovie(t.Context(), s.film.ID, auth.Viewer{UserID: blocked.ID}, review.SortOldest, page.Page{Limit: 5}); err != nil || len(rows) != 3 {
		t.Errorf("the blocked member sees %d reviews, %v", len(rows), err)
	}
}

// TestFewVisibleReviewsAmongManyAreFoundInBoundedSteps reads all reviews that are seen where nearly none is, and then the old
// ones, of which there are none.
func TestFewVisibleReviewsAmongManyAreFoundInBoundedSteps(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.library(t, 60)
	s.setPrivate(t, "username LIKE ? AND username <> ?", "reader%", "reader0")
	far := review.Review{ID: 200_000, UserID: s.bob.ID, MovieID: s.film.ID, CreatedAt: s.Clock.Now(), UpdatedAt: s.Clock.Now()}
	s.insert(t, &far)
	s.announce(t)
	var found []int64
	pages := 0
	for p := (page.Page{Limit: 40}); ; pages++ {
		queries := 0
		end := s.DB.Watch(func(string, []any) { queries++ })
		rows, next, err := s.reviews.Latest(t.Context(), auth.Viewer{}, p)
		end()
		if err != nil || queries > 6 {
			t.Fatalf("%d queries, %v", queries, err)
		}
		for _, r := range rows {
			found = append(found, r.ID)
		}
		if next == nil {
			break
		}
		p.After = next
	}
	if len(found) != 61 || pages > 12 || !slices.IsSortedFunc(found, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("%d reviews on %d pages", len(found), pages+1)
	}
	if active, err := s.reviews.Active(t.Context(), auth.Viewer{}); err != nil || len(active) != 1 {
		t.Errorf("%d active members, %v", len(active), err)
	}
}
